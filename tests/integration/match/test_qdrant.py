"""
The adapter for a Qdrant server on its real wire. What answers is `qdrant_wire`: not a Qdrant server (see there).
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import grpc
import numpy as np
import pytest
from qdrant_client import grpc as wire

from services.kit.config import ConfigError
from services.match.adapters import qdrant_server, shape
from services.match.adapters.qdrant import ALIAS, QdrantIndex, QdrantIndexes, open_qdrant
from services.match.adapters.qdrant_target import Target
from services.match.errors import IndexUnavailable
from services.match.filters import Filters
from services.match.ports import Entry, Floats, Probe
from tests.integration.match.qdrant_wire import Wire, self_signed, serving

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

pytestmark = pytest.mark.filterwarnings("ignore:Payload indexes have no effect")

NAME = "people-test-space-2"


@dataclass(frozen=True)
class Space:
    """Stands for an embedder: an index needs its name and dimension only."""

    id: str = "test-space"
    dimension: int = 4

    async def embed(self, texts: object) -> Floats:
        raise NotImplementedError(texts)


@pytest.fixture
async def server() -> AsyncIterator[Wire]:
    async with serving(Wire()) as state:
        yield state


@asynccontextmanager
async def connected(server: Wire, **wanted: int | str) -> AsyncIterator[QdrantIndexes]:
    async with AsyncExitStack() as stack:
        target = replace(Target(host="127.0.0.1", port=server.port), **wanted)  # pyright: ignore[reportArgumentType]  # names are the fields'
        yield await open_qdrant(target, stack)


@pytest.fixture
async def index(server: Wire) -> AsyncIterator[QdrantIndex]:
    async with connected(server) as indexes:
        yield await indexes.open(Space())


def entry(version: int = 1, person: UUID | None = None) -> Entry:
    axes = np.eye(4, dtype=np.float32)
    probe = Probe(axes[:1], axes[1:2], axes[3], frozenset({"tango"}), frozenset())
    return Entry(person or uuid4(), version, Filters(), probe)


async def test_a_collection_is_made_as_the_configuration_says(server: Wire) -> None:
    async with connected(server, people=500_000, shards=3, replicas=3) as indexes:
        await indexes.open(Space())
    (made,) = server.asked("Create")
    assert made.collection_name == NAME
    assert (made.shard_number, made.replication_factor, made.write_consistency_factor) == (3, 3, 2)
    assert (made.hnsw_config.m, made.hnsw_config.ef_construct) == (16, 200)
    assert made.quantization_config.scalar.type == wire.QuantizationType.Int8
    assert made.quantization_config.scalar.always_ram
    dense = made.vectors_config.params_map.map
    assert set(dense) == {shape.OFFERS, shape.SEEKS, shape.WHOLE}
    for name, params in dense.items():
        assert (params.size, params.distance, params.datatype) == (
            4,
            wire.Distance.Dot,
            wire.Datatype.Float16,
        )
        assert params.HasField("multivector_config") == (name != shape.WHOLE)
        assert params.on_disk
    sparse = made.sparse_vectors_config.map
    assert {name: params.modifier for name, params in sparse.items()} == {
        shape.OFFER_TERMS: wire.Modifier.Idf,
        shape.SEEK_TERMS: wire.Modifier.Idf,
    }
    assert server.indexed[NAME] == {"version": "Integer", **dict.fromkeys(shape.KEYWORDS, "Keyword")}


async def test_a_small_one_is_neither_quantized_nor_on_disk(server: Wire, index: QdrantIndex) -> None:
    (made,) = server.asked("Create")
    assert not made.HasField("quantization_config")
    assert not made.vectors_config.params_map.map[shape.OFFERS].on_disk
    assert (made.shard_number, made.replication_factor, made.write_consistency_factor) == (1, 1, 1)
    assert await index.differences() == []


async def test_a_collection_that_is_there_is_used_and_what_it_lacks_is_added(server: Wire) -> None:
    async with connected(server) as indexes:
        first = await indexes.open(Space())
        await first.put([entry()])
        del server.indexed[NAME][shape.SPEAKS]
        again = await indexes.open(Space())
        assert len(await again.versions()) == 1
    assert len(server.asked("Create")) == 1
    assert server.indexed[NAME][shape.SPEAKS] == "Keyword"


async def test_whoever_loses_the_race_to_create_goes_on(server: Wire) -> None:
    async with connected(server) as indexes, connected(server) as others:
        await indexes.open(Space())
        server.faults["Create"] = grpc.StatusCode.ALREADY_EXISTS
        await server.client.delete_collection(NAME)
        with pytest.raises(IndexUnavailable):  # the winner has not finished
            await others.open(Space())
        del server.faults["Create"]
        await others.open(Space())


async def test_a_collection_of_other_vectors_stops_the_start(server: Wire) -> None:
    async with connected(server) as indexes:
        await indexes.open(Space())
        with pytest.raises(ConfigError, match="whole: one row of 4 float16 by dot instead of one row of 8"):
            await indexes.open(Space(dimension=8))


async def test_what_the_configuration_wants_otherwise_is_told(server: Wire) -> None:
    async with connected(server) as indexes:
        await indexes.open(Space())
    async with connected(server, shards=2, replicas=3, people=200_000) as indexes:
        assert await (await indexes.open(Space())).differences() == [
            "shards 1, configured 2",
            "replicas 1, configured 3",
            "write consistency 1, configured 2",
            "hnsw ef_construct 100, configured 200",
            "quantization none, configured scalar",
            "vectors on disk False, configured True",
        ]


async def test_writes_wait_are_ordered_and_keep_newer_versions(server: Wire, index: QdrantIndex) -> None:
    someone = entry(version=3)
    await index.put([someone])
    await index.put([entry(version=2, person=someone.person_id)])
    assert await index.versions() == {someone.person_id: 3}
    await index.remove([someone.person_id])
    assert await index.versions() == {}
    for write in (*server.asked("Upsert"), *server.asked("CreateFieldIndex")):
        assert write.wait
        assert write.ordering.type == wire.WriteOrderingType.Medium
    (removal,) = [request for name, request in server.calls if name == "Delete"]
    assert removal.wait
    assert removal.ordering.type == wire.WriteOrderingType.Medium
    (condition,) = server.asked("Upsert")[0].update_filter.must
    assert (condition.field.key, condition.field.range.lte) == ("version", 3)


async def test_many_people_go_in_by_batches(server: Wire, index: QdrantIndex) -> None:
    await index.put([entry() for _ in range(120)])
    assert [len(request.points) for request in server.asked("Upsert")] == [50, 50, 20]
    assert len(await index.versions()) == 120


async def test_a_question_over_the_wire_finds_them(server: Wire, index: QdrantIndex) -> None:
    someone = entry()
    await index.put([someone])
    axes = np.eye(4, dtype=np.float32)
    me = Probe(axes[1:2], axes[:1], axes[3], frozenset(), frozenset({"tango"}))
    assert await index.candidates(me, filters=Filters(), without=(), limit=5) == [someone.person_id]
    (asked,) = server.asked("Query")
    (formula,) = [each for each in asked.prefetch if each.query.HasField("formula")]
    summed = formula.query.formula.expression.sum.sum
    assert summed[0].div.left.mult.mult[1].WhichOneof("variant") == "max"
    assert not formula.prefetch[0].HasField("params")


async def test_a_quantized_one_is_asked_to_score_with_the_vectors_themselves(server: Wire) -> None:
    async with connected(server, chosen="scalar") as indexes:
        index = await indexes.open(Space())
        await index.answering(np.ones(4), frozenset(), filters=Filters(), without=(), limit=5)
    assert server.asked("Query")[0].prefetch[0].params.quantization.rescore


async def test_several_replicas_are_read_by_their_majority_to_compare(server: Wire) -> None:
    async with connected(server, replicas=3) as indexes:
        await (await indexes.open(Space())).versions()
    assert server.asked("Scroll")[0].read_consistency.type == wire.ReadConsistencyType.Majority


async def test_the_alias_moves_in_one_step(server: Wire) -> None:
    async with connected(server) as indexes:
        for space in ("one", "two"):
            await indexes.open(Space(space))
        await indexes.show("one", 1)
        assert await server.aliases() == {ALIAS: "people-one-2"}
        await indexes.show("two", 1)
        await indexes.show("two", 1)
    assert await server.aliases() == {ALIAS: "people-two-2"}
    assert [len(request.actions) for request in server.asked("UpdateAliases")] == [1, 2]


async def test_dropping_twice_is_dropping_once(server: Wire) -> None:
    async with connected(server) as indexes:
        await indexes.open(Space())
        await indexes.drop(Space.id, 1)
        await indexes.drop(Space.id, 1)
    assert await server.collections() == set()


async def test_a_lost_collection_is_unavailable_until_the_next_comparison(
    server: Wire, index: QdrantIndex
) -> None:
    await index.put([entry()])
    await server.client.delete_collection(NAME)
    with pytest.raises(IndexUnavailable):
        await index.put([entry()])
    assert await index.versions() == {}
    await index.put([entry()])


@pytest.mark.parametrize("status", [wire.UpdateStatus.Acknowledged, wire.UpdateStatus.WaitTimeout])
async def test_a_write_that_is_only_promised_is_not_done(
    server: Wire, index: QdrantIndex, status: wire.UpdateStatus.ValueType
) -> None:
    server.status = status
    with pytest.raises(IndexUnavailable):
        await index.put([entry()])
    with pytest.raises(IndexUnavailable):
        await index.remove([uuid4()])


@pytest.mark.parametrize(
    "code",
    [
        grpc.StatusCode.UNAVAILABLE,
        grpc.StatusCode.DEADLINE_EXCEEDED,
        grpc.StatusCode.RESOURCE_EXHAUSTED,
        grpc.StatusCode.UNAUTHENTICATED,
        grpc.StatusCode.PERMISSION_DENIED,
        grpc.StatusCode.NOT_FOUND,
    ],
)
async def test_what_passes_by_itself_is_unavailable(
    server: Wire, index: QdrantIndex, code: grpc.StatusCode
) -> None:
    server.faults = dict.fromkeys(("Upsert", "Delete", "Query", "Scroll"), code)
    with pytest.raises(IndexUnavailable) as refused:
        await index.put([entry()])
    assert "told to" not in str(refused.value)
    with pytest.raises(IndexUnavailable):
        await index.remove([uuid4()])
    with pytest.raises(IndexUnavailable):
        await index.versions()
    with pytest.raises(IndexUnavailable):
        await index.answering(np.ones(4), frozenset(), filters=Filters(), without=(), limit=5)


async def test_a_fault_of_ours_stays_one(server: Wire, index: QdrantIndex) -> None:
    server.faults["Query"] = grpc.StatusCode.INVALID_ARGUMENT
    with pytest.raises(grpc.aio.AioRpcError):
        await index.answering(np.ones(4), frozenset(), filters=Filters(), without=(), limit=5)


async def test_a_server_that_hangs_is_given_up(server: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(qdrant_server, "TIMEOUT_SECONDS", 1)
    async with connected(server) as indexes:
        index = await indexes.open(Space())
        server.hanging = {"Query"}
        with pytest.raises(IndexUnavailable):
            await index.answering(np.ones(4), frozenset(), filters=Filters(), without=(), limit=5)


async def test_a_server_that_comes_back_is_used_again() -> None:
    async with AsyncExitStack() as stack:
        async with serving(Wire()) as state:
            indexes = await open_qdrant(Target(host="127.0.0.1", port=state.port), stack)
            index = await indexes.open(Space())
        with pytest.raises(IndexUnavailable):
            await index.versions()
        async with serving(state, port=state.port):
            async with asyncio.timeout(10):
                while True:
                    with suppress(IndexUnavailable):
                        assert await index.versions() == {}
                        break
                    await asyncio.sleep(0.05)


@pytest.mark.parametrize("version", ["1.19.2", "0.11.0", "nightly"])
async def test_an_older_server_is_refused_by_its_version(server: Wire, version: str) -> None:
    server.version = version
    with pytest.raises(ConfigError, match=rf"Qdrant {version}, and 1\.20 is the oldest"):
        async with connected(server):
            pass


@pytest.mark.parametrize("version", ["1.20.0", "v1.20.3", "1.21.0-dev", "2.0.0"])
async def test_newer_ones_are_welcome(server: Wire, version: str) -> None:
    server.version = version
    async with connected(server):
        pass


@pytest.fixture
async def locked() -> AsyncIterator[tuple[Wire, tuple[bytes, bytes]]]:
    """A server that wants a key, over TLS."""
    certificate = self_signed()
    async with serving(Wire(key="a-secret-key"), certificate=certificate) as state:
        yield state, certificate


async def test_the_key_goes_with_every_call_over_tls(
    locked: tuple[Wire, tuple[bytes, bytes]], tmp_path: Path
) -> None:
    server, (certificate, _) = locked
    (tmp_path / "ca.pem").write_bytes(certificate)
    address = f"qdrant://127.0.0.1:{server.port}?ca={tmp_path / 'ca.pem'}"
    async with AsyncExitStack() as stack:
        indexes = await open_qdrant(Target.parse(address, "a-secret-key", production=True), stack)
        await (await indexes.open(Space())).put([entry()])
    assert set(server.keys) == {"a-secret-key"}
    async with AsyncExitStack() as stack:
        with pytest.raises(ConfigError, match="MATCH_INDEX_KEY") as refused:
            await open_qdrant(Target.parse(address, "another-key"), stack)
        assert "another-key" not in str(refused.value)


async def test_a_certificate_that_nobody_signed_is_not_trusted(
    locked: tuple[Wire, tuple[bytes, bytes]],
) -> None:
    server, _ = locked
    async with AsyncExitStack() as stack:
        with pytest.raises(IndexUnavailable):
            await open_qdrant(Target.parse(f"qdrant://127.0.0.1:{server.port}", "a-secret-key"), stack)
    assert server.calls == []
