"""
The vector index in a Qdrant server or cluster (`qdrant://HOST:6334`), over gRPC.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import groupby
from uuid import UUID

import grpc
import grpc.aio
from qdrant_client import AsyncQdrantClient, models
from qdrant_client.http.exceptions import ResponseHandlingException

from services.match.adapters import shape
from services.match.errors import IndexUnavailable
from services.match.filters import Filters
from services.match.ports import Embeddings, Entry, Floats, Probe

_PAGE = 1000
_TIMEOUT_SECONDS = 5


async def open_qdrant(
    host: str, port: int, embeddings: Embeddings, stack: AsyncExitStack, *, api_key: str = ""
) -> QdrantIndex:
    """
    Connect, and create the collection if it is not there; closed with `stack`.

    Args:
        host: The server; as new as the client, whose formulas use `max`.
        port: Its gRPC port.
        embeddings: Whose vectors it holds; another model gets another collection.
        stack: Closes the connection.
        api_key: Sent with each call, and only over TLS; empty for a server in a private network.

    Raises:
        IndexUnavailable: it cannot be reached.
    """
    client = AsyncQdrantClient(
        host=host,
        grpc_port=port,
        prefer_grpc=True,
        https=bool(api_key),
        api_key=api_key or None,
        timeout=_TIMEOUT_SECONDS,
        # The check is an HTTP call to a port that need not be open.
        check_compatibility=False,
    )
    stack.push_async_callback(client.close)
    index = QdrantIndex(client, shape.collection_name(embeddings.id))
    await index.create(embeddings.dimension)
    return index


class QdrantIndex:
    """The `Index` port on one collection."""

    def __init__(self, client: AsyncQdrantClient, collection: str) -> None:
        self._client = client
        self._collection = collection

    async def create(self, dimension: int) -> None:
        """Create the collection unless it exists; copies of the service that start together may race."""
        async with _reachable():
            if await self._client.collection_exists(self._collection):
                return
            rare = models.SparseVectorParams(modifier=models.Modifier.IDF)
            try:
                await self._client.create_collection(
                    self._collection,
                    vectors_config={
                        shape.OFFERS: _dense(dimension, many=True),
                        shape.SEEKS: _dense(dimension, many=True),
                        shape.WHOLE: _dense(dimension, many=False),
                    },
                    sparse_vectors_config={shape.OFFER_TERMS: rare, shape.SEEK_TERMS: rare},
                )
            except grpc.aio.AioRpcError as error:
                if error.code() is not grpc.StatusCode.ALREADY_EXISTS:
                    raise
            for key in shape.KEYWORDS:
                await self._client.create_payload_index(
                    self._collection, key, models.PayloadSchemaType.KEYWORD
                )

    async def put(self, entries: Sequence[Entry]) -> None:
        for version, group in groupby(sorted(entries, key=_version), key=_version):
            not_newer = models.FieldCondition(key=shape.VERSION, range=models.Range(lte=version))
            async with _reachable():
                await self._client.upsert(
                    self._collection,
                    [_point(entry) for entry in group],
                    update_filter=models.Filter(must=[not_newer]),
                )

    async def remove(self, person_ids: Collection[UUID]) -> None:
        if person_ids:
            async with _reachable():
                await self._client.delete(self._collection, models.PointIdsList(points=list(person_ids)))

    async def candidates(
        self,
        probe: Probe,
        *,
        filters: Filters,
        without: Collection[UUID],
        limit: int,
        both_ways: bool = True,
    ) -> list[UUID]:
        return await self._query(_stages(probe, _filter(filters, without, both_ways=both_ways), limit), limit)

    async def answering(
        self,
        seek: Floats,
        terms: frozenset[str],
        *,
        filters: Filters,
        without: Collection[UUID],
        limit: int,
    ) -> list[UUID]:
        only = _filter(filters, without, both_ways=True)
        stages = [models.Prefetch(query=shape.rows(seek[None]), using=shape.OFFERS, limit=limit, filter=only)]
        if terms:
            stages.append(
                models.Prefetch(query=_sparse(terms), using=shape.OFFER_TERMS, limit=limit, filter=only)
            )
        return await self._query(stages, limit)

    async def _query(self, stages: list[models.Prefetch], limit: int) -> list[UUID]:
        fusion = models.Rrf(k=shape.RRF_K, weights=list(shape.RRF_WEIGHTS[: len(stages)]))
        async with _reachable():
            found = await self._client.query_points(
                self._collection,
                prefetch=stages,
                query=models.RrfQuery(rrf=fusion),
                limit=limit,
                with_payload=False,
            )
        return [UUID(str(point.id)) for point in found.points]

    async def versions(self) -> dict[UUID, int]:
        found: dict[UUID, int] = {}
        offset = None
        while True:
            async with _reachable():
                points, offset = await self._client.scroll(
                    self._collection, limit=_PAGE, offset=offset, with_payload=[shape.VERSION]
                )
            found |= {UUID(str(point.id)): (point.payload or {})[shape.VERSION] for point in points}
            if offset is None:
                return found


@asynccontextmanager
async def _reachable() -> AsyncIterator[None]:
    """Translate a server that is away; every other error is a fault of ours and stays what it is."""
    try:
        yield
    except ResponseHandlingException as error:
        raise IndexUnavailable from error
    except grpc.aio.AioRpcError as error:
        if error.code() in {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED}:
            raise IndexUnavailable from error
        raise


def _dense(dimension: int, *, many: bool) -> models.VectorParams:
    max_sim = models.MultiVectorConfig(comparator=models.MultiVectorComparator.MAX_SIM)
    return models.VectorParams(
        size=dimension,
        distance=models.Distance.DOT,
        multivector_config=max_sim if many else None,
        datatype=models.Datatype.FLOAT16,
    )


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


def _filter(filters: Filters, without: Collection[UUID], *, both_ways: bool) -> models.Filter | None:
    must: list[models.Condition] = [
        models.FieldCondition(key=key, match=models.MatchAny(any=words))
        for key, words in shape.conditions(filters, both_ways=both_ways)
    ]
    must_not: list[models.Condition] = (
        [models.HasIdCondition(has_id=[str(person) for person in without])] if without else []
    )
    return models.Filter(must=must, must_not=must_not) if must or must_not else None


def _stages(probe: Probe, only: models.Filter | None, limit: int) -> list[models.Prefetch]:
    dense = [
        models.Prefetch(
            query=row if name == shape.WHOLE else [row], using=name, limit=shape.FETCHED, filter=only
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
