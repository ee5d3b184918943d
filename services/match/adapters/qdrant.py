"""
The vector index in a Qdrant server or cluster (`qdrant://HOST:6334`), over gRPC.
"""

from __future__ import annotations

from collections.abc import Collection as Some
from collections.abc import Sequence
from contextlib import AsyncExitStack
from itertools import groupby
from typing import Final
from uuid import UUID

from qdrant_client import AsyncQdrantClient, models

from services.match.adapters import shape
from services.match.adapters.qdrant_server import Collection, connect, reachable
from services.match.adapters.qdrant_target import Target
from services.match.errors import IndexUnavailable
from services.match.filters import Filters
from services.match.ports import Embeddings, Entry, Floats, Probe

ALIAS: Final = "people"
"""Names the collection that serves, for whoever looks from outside; see docs/decisions/0017-qdrant.md."""
_PAGE: Final = 1000
_BATCH: Final = 50
"""People in one write: 5 MB of vectors at 1,536 dimensions."""


class QdrantIndexes:
    """The `Indexes` port: a collection for each vector space."""

    side_by_side = True

    def __init__(self, client: AsyncQdrantClient, target: Target) -> None:
        self._client = client
        self._target = target

    async def open(self, embeddings: Embeddings, generation: int = 1) -> QdrantIndex:
        self._target.check_dimension(embeddings.dimension)
        index = QdrantIndex(self._collection(embeddings.id, generation, embeddings.dimension))
        await index.collection.ensure()
        return index

    async def drop(self, space: str, generation: int) -> None:
        await self._collection(space, generation).drop()

    async def show(self, space: str, generation: int) -> None:
        await self._collection(space, generation).take_alias(ALIAS)

    def _collection(self, space: str, generation: int, dimension: int = 0) -> Collection:
        name = shape.collection_name(space, generation)
        return Collection(self._client, name, self._target, dimension)


async def open_qdrant(target: Target, stack: AsyncExitStack) -> QdrantIndexes:
    """Connect to a server; closed with `stack`. Errors are those of `connect`."""
    return QdrantIndexes(await connect(target, stack), target)


class QdrantIndex:
    """The `Index` port on one collection."""

    def __init__(self, collection: Collection) -> None:
        self.collection = collection
        self._client = collection.client
        self._name = collection.name
        target = collection.target
        # One node may have missed a write that the majority has; a list of candidates is checked by the rows.
        self._all = models.ReadConsistencyType.MAJORITY if target.replicas > 1 else None
        rescore = models.QuantizationSearchParams(rescore=True)
        quantized = target.quantization != "none"
        self._params = models.SearchParams(quantization=rescore) if quantized else None

    async def put(self, entries: Sequence[Entry]) -> None:
        for version, group in groupby(sorted(entries, key=_version), key=_version):
            not_newer = models.FieldCondition(key=shape.VERSION, range=models.Range(lte=version))
            points = [_point(entry) for entry in group]
            for start in range(0, len(points), _BATCH):
                async with reachable():
                    done = await self._client.upsert(
                        self._name,
                        points[start : start + _BATCH],
                        wait=True,
                        ordering=models.WriteOrdering.MEDIUM,
                        update_filter=models.Filter(must=[not_newer]),
                    )
                _check(done)

    async def remove(self, person_ids: Some[UUID]) -> None:
        if person_ids:
            async with reachable():
                done = await self._client.delete(
                    self._name,
                    models.PointIdsList(points=list(person_ids)),
                    wait=True,
                    ordering=models.WriteOrdering.MEDIUM,
                )
            _check(done)

    async def differences(self) -> Sequence[str]:
        return await self.collection.differences()

    async def candidates(
        self,
        probe: Probe,
        *,
        filters: Filters,
        without: Some[UUID],
        limit: int,
        both_ways: bool = True,
    ) -> list[UUID]:
        only = _filter(filters, without, both_ways=both_ways)
        return await self._query(_stages(probe, only, limit, self._params), limit)

    async def answering(
        self,
        seek: Floats,
        terms: frozenset[str],
        *,
        filters: Filters,
        without: Some[UUID],
        limit: int,
    ) -> list[UUID]:
        only = _filter(filters, without, both_ways=True)
        near = shape.rows(seek[None])
        stages = [
            models.Prefetch(query=near, using=shape.OFFERS, limit=limit, filter=only, params=self._params)
        ]
        if terms:
            stages.append(
                models.Prefetch(query=_sparse(terms), using=shape.OFFER_TERMS, limit=limit, filter=only)
            )
        return await self._query(stages, limit)

    async def _query(self, stages: list[models.Prefetch], limit: int) -> list[UUID]:
        fusion = models.Rrf(k=shape.RRF_K, weights=list(shape.RRF_WEIGHTS[: len(stages)]))
        async with reachable():
            found = await self._client.query_points(
                self._name,
                prefetch=stages,
                query=models.RrfQuery(rrf=fusion),
                limit=limit,
                with_payload=False,
            )
        return [UUID(str(point.id)) for point in found.points]

    async def versions(self) -> dict[UUID, int]:
        # Whoever compares it with the database does so after a loss, too.
        await self.collection.ensure()
        found: dict[UUID, int] = {}
        offset = None
        while True:
            async with reachable():
                points, offset = await self._client.scroll(
                    self._name,
                    limit=_PAGE,
                    offset=offset,
                    with_payload=[shape.VERSION],
                    consistency=self._all,
                )
            found |= {UUID(str(point.id)): (point.payload or {})[shape.VERSION] for point in points}
            if offset is None:
                return found


def _check(done: models.UpdateResult) -> None:
    """Refuse an answer that the write will be applied later; what is behind is written again."""
    if done.status is not models.UpdateStatus.COMPLETED:
        raise IndexUnavailable


def _point(entry: Entry) -> models.PointStruct:
    probe = entry.probe
    vectors: dict[str, list[float] | list[list[float]] | models.SparseVector] = {
        shape.WHOLE: shape.rows(probe.whole[None])[0]
    }
    if len(probe.offers):
        vectors[shape.OFFERS] = shape.rows(probe.offers)
    if len(probe.seeks):
        vectors[shape.SEEKS] = shape.rows(probe.seeks)
    if probe.offer_terms:
        vectors[shape.OFFER_TERMS] = _sparse(probe.offer_terms)
    if probe.seek_terms:
        vectors[shape.SEEK_TERMS] = _sparse(probe.seek_terms)
    return models.PointStruct(id=str(entry.person_id), vector=vectors, payload=shape.payload(entry))  # pyright: ignore[reportArgumentType]  # invariant dict


def _sparse(terms: frozenset[str]) -> models.SparseVector:
    indices, values = shape.sparse(terms)
    return models.SparseVector(indices=indices, values=values)


def _filter(filters: Filters, without: Some[UUID], *, both_ways: bool) -> models.Filter | None:
    must: list[models.Condition] = [
        models.FieldCondition(key=key, match=models.MatchAny(any=words))
        for key, words in shape.conditions(filters, both_ways=both_ways)
    ]
    must_not: list[models.Condition] = (
        [models.HasIdCondition(has_id=[str(person) for person in without])] if without else []
    )
    return models.Filter(must=must, must_not=must_not) if must or must_not else None


def _stages(
    probe: Probe, only: models.Filter | None, limit: int, params: models.SearchParams | None
) -> list[models.Prefetch]:
    dense = [
        models.Prefetch(
            query=row if name == shape.WHOLE else [row],
            using=name,
            limit=shape.FETCHED,
            filter=only,
            params=params,
        )
        for name, row in shape.asks(probe)
    ]
    formula = _formula(min(len(probe.seeks), shape.MAX_ROWS), len(dense))
    stages = [models.Prefetch(prefetch=dense, query=formula, limit=limit)]
    for name, words in ((shape.OFFER_TERMS, probe.seek_terms), (shape.SEEK_TERMS, probe.offer_terms)):
        if words:
            stages.append(models.Prefetch(query=_sparse(words), using=name, limit=limit, filter=only))
    return stages


def _formula(seeks: int, asked: int) -> models.FormulaQuery:
    """Harmonic mean of the best answers each way, clamped at 0 (or opposite signs explode), plus closeness."""
    score = [f"$score[{number}]" for number in range(asked)]
    they = models.MaxExpression(max=[0.0, *score[:seeks]])
    i = models.MaxExpression(max=[0.0, *score[seeks:-1]])
    mutual = models.DivExpression(
        div=models.DivParams(
            left=models.MultExpression(mult=[2.0, they, i]),
            right=models.SumExpression(sum=[they, i]),
            by_zero_default=0.0,
        )
    )
    close = models.MultExpression(mult=[shape.CLOSENESS, models.MaxExpression(max=[0.0, score[-1]])])
    return models.FormulaQuery(
        formula=models.SumExpression(sum=[mutual, close]), defaults=dict.fromkeys(score, 0.0)
    )


def _version(entry: Entry) -> int:
    return entry.version
