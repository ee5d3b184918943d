"""
The vector index in this process: Qdrant's own engine as a library (`edge:DIR`).

One process owns the directory. The engine holds the GIL in every call, so calls go through one worker
thread, one at a time, and each is kept short; nothing is ever optimised here, because an exact scan of
100,000 people takes milliseconds while building a graph would freeze the process for minutes.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from itertools import groupby
from pathlib import Path
from typing import TypeVar, cast
from uuid import UUID

import qdrant_edge as edge

from services.kit.config import ConfigError
from services.match.adapters import shape
from services.match.filters import Filters
from services.match.ports import Embeddings, Entry, Floats, Probe

T = TypeVar("T")
_PAGE = 1000


async def open_edge(
    directory: Path, embeddings: Embeddings, stack: AsyncExitStack, generation: int = 1
) -> EdgeIndex:
    """
    Open or create the index below `directory`; closed with `stack`.

    Raises:
        ConfigError: another process has it open, or what is there cannot be read.
    """
    path = directory / shape.collection_name(embeddings.id, generation)
    worker = stack.enter_context(ThreadPoolExecutor(1, thread_name_prefix="edge"))
    index = EdgeIndex(_open(path, embeddings.dimension), worker)
    stack.push_async_callback(index.close)
    return index


class EdgeIndexes:
    """The `Indexes` port: a directory for each vector space, all of them this process's own."""

    side_by_side = False

    def __init__(self, directory: Path, stack: AsyncExitStack) -> None:
        self._directory = directory
        self._stack = stack

    async def open(self, embeddings: Embeddings, generation: int = 1) -> EdgeIndex:
        return await open_edge(self._directory, embeddings, self._stack, generation)

    async def drop(self, space: str, generation: int) -> None:
        path = self._directory / shape.collection_name(space, generation)
        await asyncio.to_thread(shutil.rmtree, path, ignore_errors=True)

    async def show(self, space: str, generation: int) -> None:
        """Do nothing: nobody else can look into it."""


class EdgeIndex:
    """The `Index` port on one shard in a directory."""

    def __init__(self, shard: edge.EdgeShard, worker: ThreadPoolExecutor) -> None:
        self._shard = shard
        self._worker = worker

    async def put(self, entries: Sequence[Entry]) -> None:
        for version, group in groupby(sorted(entries, key=_version), key=_version):
            not_newer = edge.FieldCondition(key=shape.VERSION, range=edge.RangeFloat(lte=version))
            operation = edge.UpdateOperation.upsert_points(
                [_point(entry) for entry in group], condition=edge.Filter(must=[not_newer])
            )
            await self._run(lambda operation=operation: self._shard.update(operation))

    async def remove(self, person_ids: Collection[UUID]) -> None:
        if person_ids:
            operation = edge.UpdateOperation.delete_points(list(person_ids))
            await self._run(lambda: self._shard.update(operation))

    async def candidates(
        self,
        probe: Probe,
        *,
        filters: Filters,
        without: Collection[UUID],
        limit: int,
        both_ways: bool = True,
    ) -> list[UUID]:
        return await self._query(_request(probe, _filter(filters, without, both_ways=both_ways), limit))

    async def answering(
        self,
        seek: Floats,
        terms: frozenset[str],
        *,
        filters: Filters,
        without: Collection[UUID],
        limit: int,
    ) -> list[UUID]:
        return await self._query(_question(seek, terms, _filter(filters, without, both_ways=True), limit))

    async def _query(self, request: edge.QueryRequest) -> list[UUID]:
        return [_uuid(point.id) for point in await self._run(lambda: self._shard.query(request))]

    async def versions(self) -> dict[UUID, int]:
        found: dict[UUID, int] = {}
        offset: edge.PointId | None = None
        while True:
            request = edge.ScrollRequest(offset=offset, limit=_PAGE, with_payload=[shape.VERSION])
            points, offset = await self._run(lambda request=request: self._shard.scroll(request))
            found |= {_uuid(point.id): (point.payload or {})[shape.VERSION] for point in points}
            if offset is None:
                return found

    async def differences(self) -> Sequence[str]:
        return ()

    async def close(self) -> None:
        await self._run(self._shard.flush)
        await self._run(self._shard.close)

    async def _run(self, call: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._worker, call)


def _open(path: Path, dimension: int) -> edge.EdgeShard:
    try:
        if (path / "edge_config.json").exists():
            return edge.EdgeShard.load(str(path), _config(dimension))
        path.parent.mkdir(parents=True, exist_ok=True)
        shard = edge.EdgeShard.create(str(path), _config(dimension))
    except Exception as error:  # noqa: BLE001 - the engine raises nothing more exact
        if "WouldBlock" in str(error):
            raise ConfigError(
                f"MATCH_INDEX: another process has {path} open; one process owns an edge index."
                " Use qdrant://HOST:PORT to share one."
            ) from None
        raise ConfigError(
            f"MATCH_INDEX: {path} cannot be opened ({error})."
            " Delete it: the index is made again from the database."
        ) from None
    for key in shape.KEYWORDS:
        shard.update(edge.UpdateOperation.create_field_index(key, edge.PayloadSchemaType.Keyword))
    return shard


def _config(dimension: int) -> edge.EdgeConfig:
    def dense(*, many: bool) -> edge.EdgeVectorParams:
        return edge.EdgeVectorParams(
            size=dimension,
            distance=edge.Distance.Dot,
            multivector_config=edge.MultiVectorConfig(edge.MultiVectorComparator.MaxSim) if many else None,
            datatype=edge.VectorStorageDatatype.Float16,
        )

    rare = edge.EdgeSparseVectorParams(modifier=edge.Modifier.Idf)
    return edge.EdgeConfig(
        vectors={
            shape.OFFERS: dense(many=True),
            shape.SEEKS: dense(many=True),
            shape.WHOLE: dense(many=False),
        },
        sparse_vectors={shape.OFFER_TERMS: rare, shape.SEEK_TERMS: rare},
        # Without the log there is no lock either, and two processes would ruin the directory together.
        wal_enabled=True,
    )


def _point(entry: Entry) -> edge.Point:
    probe = entry.probe
    vectors: dict[str, edge.NamedVector] = {shape.WHOLE: shape.rows(probe.whole[None])[0]}
    if len(probe.offers):
        vectors[shape.OFFERS] = shape.rows(probe.offers)
    if len(probe.seeks):
        vectors[shape.SEEKS] = shape.rows(probe.seeks)
    if probe.offer_terms:
        vectors[shape.OFFER_TERMS] = edge.SparseVector(*shape.sparse(probe.offer_terms))
    if probe.seek_terms:
        vectors[shape.SEEK_TERMS] = edge.SparseVector(*shape.sparse(probe.seek_terms))
    return edge.Point(entry.person_id, vectors, shape.payload(entry))


def _filter(filters: Filters, without: Collection[UUID], *, both_ways: bool) -> edge.Filter | None:
    must: list[edge.ConditionType] = [
        edge.FieldCondition(key=key, match=edge.MatchAny(words))
        for key, words in shape.conditions(filters, both_ways=both_ways)
    ]
    must_not: list[edge.ConditionType] = [edge.HasIdCondition(set(without))] if without else []
    return edge.Filter(must=must, must_not=must_not) if must or must_not else None


def _prefetch(name: str, query: edge.NamedVector, only: edge.Filter | None, size: int) -> edge.Prefetch:
    return edge.Prefetch(limit=size, query=edge.Query.Nearest(query, name), filter=only)


def _request(probe: Probe, only: edge.Filter | None, limit: int) -> edge.QueryRequest:
    dense = [
        _prefetch(name, row if name == shape.WHOLE else [row], only, shape.FETCHED)
        for name, row in shape.asks(probe)
    ]
    formula = _formula(min(len(probe.seeks), shape.MAX_ROWS), len(dense))
    stages = [edge.Prefetch(limit=limit, query=formula, prefetches=dense)]
    for name, words in ((shape.OFFER_TERMS, probe.seek_terms), (shape.SEEK_TERMS, probe.offer_terms)):
        if words:
            stages.append(_prefetch(name, edge.SparseVector(*shape.sparse(words)), only, limit))
    return _fused(stages, limit)


def _question(seek: Floats, terms: frozenset[str], only: edge.Filter | None, limit: int) -> edge.QueryRequest:
    stages = [_prefetch(shape.OFFERS, shape.rows(seek[None]), only, limit)]
    if terms:
        sparse = edge.SparseVector(*shape.sparse(terms))
        stages.append(_prefetch(shape.OFFER_TERMS, sparse, only, limit))
    return _fused(stages, limit)


def _fused(stages: list[edge.Prefetch], limit: int) -> edge.QueryRequest:
    fusion = edge.Fusion.Rrf(k=shape.RRF_K, weights=list(shape.RRF_WEIGHTS[: len(stages)]))
    # Its stubs do not say that the kinds of fusion are fusions.
    return edge.QueryRequest(limit=limit, query=cast("edge.Fusion", fusion), prefetches=stages)


def _formula(seeks: int, asked: int) -> edge.Formula:
    """Harmonic mean of the best answers each way, clamped at 0 (or opposite signs explode), plus closeness."""
    expression = edge.Expression
    names = [f"$score[{number}]" for number in range(asked)]
    score = [expression.Variable(name) for name in names]
    zero, two = expression.Constant(0.0), expression.Constant(2.0)
    they = expression.Max([zero, *score[:seeks]])
    i = expression.Max([zero, *score[seeks:-1]])
    mutual = expression.Div(expression.Mult([two, they, i]), expression.Sum([they, i]), 0.0)
    close = expression.Mult([expression.Constant(shape.CLOSENESS), expression.Max([zero, score[-1]])])
    return edge.Formula(expression.Sum([mutual, close]), dict.fromkeys(names, 0.0))


def _version(entry: Entry) -> int:
    return entry.version


def _uuid(point_id: edge.PointId) -> UUID:
    return point_id if isinstance(point_id, UUID) else UUID(str(point_id))
