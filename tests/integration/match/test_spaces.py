"""
The embedding model changes while people are matched: both spaces are kept, neither is mixed with the other.

The vectors are in `qdrant_wire`, which is not a Qdrant server (see there), or in an edge index; the second model
answers behind the published OpenAI protocol.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from pathlib import Path
from uuid import UUID

import grpc
import pytest
from pydantic import SecretStr

from services.kit.config import Common, ConfigError
from services.kit.postgres import for_everybody
from services.match import indexing, maintenance
from services.match.adapters.qdrant import ALIAS
from services.match.app import app
from services.match.commands import command
from services.match.config import MatchConfig
from services.match.errors import IndexUnavailable
from services.match.maintenance import Outcome, Refused
from tests.fixtures.openai_server import KEY, Fault, OpenAIServer
from tests.integration.match.conftest import Behind, Client, Start
from tests.integration.match.people import ENGINEER
from tests.integration.match.qdrant_wire import Wire, serving

pytestmark = [
    pytest.mark.filterwarnings("ignore::services.kit.config.DevelopmentWarning"),
    pytest.mark.filterwarnings("ignore:Payload indexes have no effect"),
]

NEXT = "openai://text-embedding-3-small?dimensions=512"
Run = Callable[..., Coroutine[object, object, list[Outcome]]]


@pytest.fixture(scope="module")
def openai_server() -> Iterator[OpenAIServer]:
    with OpenAIServer() as server:
        yield server


@pytest.fixture
def openai(openai_server: OpenAIServer) -> OpenAIServer:
    openai_server.clear()
    return openai_server


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Copies look at the register ten times as often."""
    monkeypatch.setattr(indexing, "SWEEP_SECONDS", 0.2)
    monkeypatch.setattr(maintenance, "GRACE_SECONDS", 0.6)


@pytest.fixture
async def vectors() -> AsyncIterator[Wire]:
    async with serving(Wire()) as state:
        yield state


@pytest.fixture
def config(config: MatchConfig, openai: OpenAIServer, vectors: Wire) -> MatchConfig:
    """Both models can be reached, and the index is on the wire."""
    known = {"openai_base_url": openai.url, "openai_key": SecretStr(KEY), "openai_in_terms": True}
    return config.model_copy(update=known | {"index": f"qdrant://127.0.0.1:{vectors.port}"})


@pytest.fixture
def edge(config: MatchConfig, tmp_path: Path) -> MatchConfig:
    return config.model_copy(update={"index": f"edge:{tmp_path / 'index'}"})


@pytest.fixture
def run(config: MatchConfig, common: Common) -> Run:
    """Run a command as its own process would, under the service's settings or others."""

    async def run(name: str, *, settings: MatchConfig | None = None, **more: object) -> list[Outcome]:
        asked = argparse.Namespace(**{"command": name, "people": 50, "at_least": 0.0, **more})
        return await for_everybody(command(asked, settings or config, common))

    return run


@pytest.fixture
def names(behind: Behind) -> Callable[[], dict[str, str]]:
    """Return the collection of each state."""

    def names() -> dict[str, str]:
        rows = behind("SELECT state, space, generation FROM index_spaces")
        return {
            state: f"people-{space}-2" + (f"-g{generation}" if generation > 1 else "")
            for state, space, generation in rows
        }

    return names


async def points(vectors: Wire, collection: str) -> dict[UUID, int]:
    found, _ = await vectors.client.scroll(collection, limit=100)
    return {UUID(str(point.id)): (point.payload or {})["version"] for point in found}


async def soon(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(20):
        while not await condition():
            await asyncio.sleep(0.05)


async def test_a_model_is_changed_without_a_gap_and_back(
    *,
    market: Client,
    run: Run,
    vectors: Wire,
    openai: OpenAIServer,
    names: Callable[[], dict[str, str]],
    behind: Behind,
    config: MatchConfig,
) -> None:
    old = names()["SERVING"]
    (prepared,) = await run("prepare", embeddings=NEXT)
    assert prepared.well
    assert "4 people" in prepared.line
    new = names()["PREPARING"]
    assert await vectors.aliases() == {ALIAS: old}
    assert await points(vectors, new) == await points(vectors, old)

    await market.index("twin", *ENGINEER)
    assert set(await market.names("nora")) == {"Priya", "Twin"}

    async def both() -> bool:
        return len(await points(vectors, new)) == len(await points(vectors, old)) == 5

    await soon(both)
    (compared,) = await run("compare", at_least=0.99)
    assert compared.well, compared.line
    assert compared.line.startswith("overlap@10 of ")

    (cut,) = await run("cut-over")
    assert f"set MATCH_EMBEDDINGS={NEXT}" in cut.line
    assert await vectors.aliases() == {ALIAS: new}
    vectors.calls.clear()
    openai.clear()

    async def asks_the_new_one() -> bool:
        assert "Priya" in await market.found("ruth", "somebody who builds a backend in Python")
        return vectors.asked("Query")[-1].collection_name == new

    await soon(asks_the_new_one)
    assert openai.requests[-1].body["input"] == ["somebody who builds a backend in Python"]
    assert set(await market.names("nora")) == {"Priya", "Twin"}

    await market.erase("twin")
    assert len(await points(vectors, old)) == len(await points(vectors, new)) == 4
    await market.index("priya", *ENGINEER, version=2)

    async def kept_up() -> bool:
        return await points(vectors, old) == await points(vectors, new)

    await soon(kept_up)
    (back,) = await run("roll-back")
    assert back.well
    assert (names()["SERVING"], names()["PREPARING"]) == (old, new)
    assert await vectors.aliases() == {ALIAS: old}

    await run("cut-over")
    with pytest.raises(Refused, match=r"MATCH_EMBEDDINGS is not what serves; set it to openai://"):
        await run("drop")
    changed = config.model_copy(update={"embeddings": NEXT})
    vectors.faults["Delete"] = grpc.StatusCode.UNAVAILABLE
    with pytest.raises(IndexUnavailable):
        await run("drop", settings=changed)
    del vectors.faults["Delete"]
    await run("drop", settings=changed)
    assert await vectors.collections() == {new}
    assert behind("SELECT count(DISTINCT space), count(*) FROM vectors") == [(1, 4)]
    assert await market.names("nora") == ["Priya"]


async def test_one_that_looks_never_meets_vectors_of_the_other_model(
    market: Client, run: Run, vectors: Wire, names: Callable[[], dict[str, str]]
) -> None:
    """Whatever is asked while spaces change, each collection gets vectors of its own width only."""
    await run("prepare", embeddings=NEXT)
    widths = {names()["SERVING"]: 384, names()["PREPARING"]: 512}
    stop = asyncio.Event()

    async def look() -> int:
        count = 0
        while not stop.is_set():
            assert await market.names("nora") == ["Priya"]
            assert await market.found("ruth", "an engineer for the backend") != []
            count += 1
        return count

    looking = [asyncio.create_task(look()) for _ in range(3)]
    for name in ("cut-over", "roll-back", "cut-over"):
        await run(name)
        await asyncio.sleep(0.5)
    stop.set()
    assert sum(await asyncio.gather(*looking)) > 10
    asked = vectors.asked("Query")
    assert {each.collection_name for each in asked} == set(widths)
    for each in asked:
        for stage in (nested for outer in each.prefetch for nested in (outer, *outer.prefetch)):
            near = stage.query.nearest
            for row in (near.dense, *near.multi_dense.vectors):
                assert len(row.data) in {0, widths[each.collection_name]}


async def test_a_model_that_is_away_keeps_nobody_from_being_matched(
    market: Client, run: Run, openai: OpenAIServer, behind: Behind
) -> None:
    openai.always = Fault(status=401)
    with pytest.raises(Exception, match="try again"):
        await run("prepare", embeddings=NEXT)
    await market.index("twin", *ENGINEER)
    assert set(await market.names("nora")) == {"Priya", "Twin"}
    with pytest.raises(Refused, match="is not complete: 5 behind"):
        await run("cut-over")
    behind("UPDATE vectors SET claim_until = 'epoch'")
    openai.clear()
    (prepared,) = await run("prepare", embeddings=NEXT)
    assert "5 people" in prepared.line


async def test_what_cannot_be_done_is_refused_with_the_reason(market: Client, run: Run) -> None:
    for name in ("compare", "drop"):
        with pytest.raises(Refused, match="there is no space beside all-minilm"):
            await run(name)
    with pytest.raises(Refused, match="nothing is prepared"):
        await run("cut-over")
    with pytest.raises(Refused, match="serves already; to make it anew, use rebuild"):
        await run("prepare", embeddings="minilm:")
    with pytest.raises(ConfigError, match="no adapter for 'word2vec'"):
        await run("prepare", embeddings="word2vec:")
    await run("prepare", embeddings=NEXT)
    with pytest.raises(Refused, match="there is nothing to go back to"):
        await run("roll-back")
    with pytest.raises(Refused, match=r"is PREPARING beside all-minilm\S*; drop it first"):
        await run("prepare", embeddings="openai://text-embedding-3-small?dimensions=256")
    assert await market.names("nora") == ["Priya"]


async def test_a_rebuild_takes_new_parameters_and_nobody_is_lost_meanwhile(
    market: Client,
    run: Run,
    vectors: Wire,
    config: MatchConfig,
    names: Callable[[], dict[str, str]],
) -> None:
    old = names()["SERVING"]
    wider = config.model_copy(update={"index": f"{config.index}?shards=2&people=200000"})
    (status,) = await run("status", settings=wider)
    assert not status.well
    assert "shards 1, configured 2" in status.line
    writing = asyncio.create_task(run("rebuild", settings=wider))
    version = 1
    while not writing.done():
        version += 1
        await market.index("priya", *ENGINEER, version=version)
        assert await market.names("nora") == ["Priya"]
    (outcome,) = await writing
    assert "generation 2: 4 people" in outcome.line
    new = names()["SERVING"]
    assert new == f"{old}-g2"
    assert await vectors.aliases() == {ALIAS: new}
    assert await vectors.collections() == {new}
    assert vectors.created[new].shard_number == 2

    async def is_right() -> bool:
        return sorted((await points(vectors, new)).values()) == [1, 1, 1, version]

    await soon(is_right)
    assert all(each.well for each in await run("status", settings=wider))


async def test_a_command_that_breaks_off_changes_nothing_and_can_be_repeated(
    market: Client, run: Run, vectors: Wire, names: Callable[[], dict[str, str]]
) -> None:
    """And whoever is erased meanwhile leaves what it had filled, too."""
    old = names()["SERVING"]
    vectors.faults["UpdateAliases"] = grpc.StatusCode.UNAVAILABLE
    with pytest.raises(IndexUnavailable):
        await run("rebuild")
    assert names()["SERVING"] == old
    assert len(await points(vectors, f"{old}-g2")) == 4
    await market.erase("ruth")
    assert len(await points(vectors, f"{old}-g2")) == len(await points(vectors, old)) == 3
    await run("prepare", embeddings=NEXT)
    with pytest.raises(IndexUnavailable):
        await run("cut-over")
    assert names()["SERVING"] == old
    vectors.faults.clear()
    await run("rebuild")
    await run("cut-over")
    assert names()["RETIRED"] == f"{old}-g3"
    assert await vectors.collections() == set(names().values())
    assert await vectors.aliases() == {ALIAS: names()["SERVING"]}


async def test_only_one_command_runs_at_a_time(market: Client, run: Run) -> None:
    ends = await asyncio.gather(run("rebuild"), run("rebuild"), return_exceptions=True)
    (refused,) = [end for end in ends if isinstance(end, Refused)]
    assert str(refused) == "another index command is running"
    assert [end for end in ends if isinstance(end, list) and "generation 2" in end[0].line]
    assert await market.names("nora") == ["Priya"]


async def test_drift_is_seen_and_the_next_start_repairs_it(
    start: Start, run: Run, vectors: Wire, names: Callable[[], dict[str, str]]
) -> None:
    async with start() as match:
        await match.index("nora", "OFFER: I sell")
        await match.index("priya", "OFFER: I build")
        (found,) = await run("drift")
        assert found.well
    collection = names()["SERVING"]
    first, second = await points(vectors, collection)
    await vectors.client.delete(collection, [str(first)])
    await vectors.client.set_payload(collection, {"version": 9}, [str(second)])
    (found,) = await run("drift")
    assert not found.well
    assert found.line.endswith("1 missing, 0 outdated, 1 ahead, 0 left over")
    async with start():

        async def is_right() -> bool:
            return (
                list((await points(vectors, collection)).values()) == [1, 1] and (await run("drift"))[0].well
            )

        await soon(is_right)


async def test_a_lost_server_is_filled_again_without_a_restart(
    market: Client, vectors: Wire, names: Callable[[], dict[str, str]]
) -> None:
    await vectors.client.delete_collection(names()["SERVING"])
    with pytest.raises(Exception, match="not available"):
        await market.names("nora")
    with pytest.raises(Exception, match="not findable yet"):
        await market.index("twin", *ENGINEER)

    async def is_back() -> bool:
        return await vectors.client.collection_exists(names()["SERVING"]) and (
            len(await points(vectors, names()["SERVING"])) == 5
        )

    await soon(is_back)
    assert set(await market.names("nora")) == {"Priya", "Twin"}


async def test_who_only_changes_the_configuration_has_everybody_embedded_again(
    start: Start, config: MatchConfig, common: Common, vectors: Wire, names: Callable[[], dict[str, str]]
) -> None:
    async with start() as match:
        await match.index("nora", "OFFER: I sell")
    old = names()["SERVING"]
    async with app(config.model_copy(update={"embeddings": NEXT}), common):
        new = names()["SERVING"]
        assert new != old
        assert await vectors.collections() == {new}
        assert await vectors.aliases() == {ALIAS: new}

        async def is_full() -> bool:
            return len(await points(vectors, new)) == 1

        await soon(is_full)


async def test_an_edge_index_can_be_checked_and_rebuilt_but_has_room_for_one_model(
    edge: MatchConfig, common: Common, run: Run, behind: Behind
) -> None:
    async with app(edge, common):
        with pytest.raises(ConfigError, match="another process has"):
            await run("drift", settings=edge)
    behind(
        "INSERT INTO people (user_id, version, visible, card, facts) VALUES ('ada', 1, true,"
        """ '{"display_name": "Ada", "headline": "", "languages": []}',"""
        """ '[{"id": "00000000-0000-0000-0000-000000000001", "facet": 1, "text": "I teach", "quote": "","""
        """ "start_ms": 0, "end_ms": 0}]')"""
    )
    with pytest.raises(Refused, match="room for one model"):
        await run("prepare", settings=edge, embeddings=NEXT)
    (status,) = await run("status", settings=edge)
    assert "1 people, 1 without vectors, 1 behind" in status.line
    assert not status.well
    (rebuilt,) = await run("rebuild", settings=edge)
    assert rebuilt.line.endswith("in place")
    for name in ("drift", "status"):
        assert all(each.well for each in await run(name, settings=edge))


async def test_commands_need_a_service_that_has_started_once(run: Run) -> None:
    with pytest.raises(Refused, match="start the service once"):
        await run("status")


async def test_the_command_line_says_one_line_and_leaves_with_a_status(
    market: Client, config: MatchConfig, common: Common, vectors: Wire, names: Callable[[], dict[str, str]]
) -> None:
    environment = {
        **os.environ,
        "TIMBRE_TOKEN_ISSUER": common.token_issuer,
        "TIMBRE_TOKEN_JWKS": common.token_jwks,
        "TIMBRE_TOKEN_CLIENTS": ",".join(common.token_clients),
        "TIMBRE_SERVICE_KEYS": str(common.service_keys),
        "MATCH_DATABASE": config.database,
        "MATCH_INDEX": config.index,
        "MATCH_SERVICE_KEY": str(config.service_key),
    }

    async def call(*arguments: str) -> tuple[int | None, list[str], str]:
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-W", "ignore", "-m", "services.match", "index", *arguments),
            env=environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await child.communicate()
        return child.returncode, out.decode().splitlines(), err.decode()

    status, lines, _ = await call("drift")
    assert (status, len(lines)) == (0, 1)
    assert lines[0].endswith("0 missing, 0 outdated, 0 ahead, 0 left over")
    (person, *_) = await points(vectors, names()["SERVING"])
    await vectors.client.delete(names()["SERVING"], [str(person)])
    status, lines, _ = await call("drift")
    assert (status, lines[0].split(":")[0]) == (1, "not ok")
    status, lines, told = await call("cut-over")
    assert (status, lines) == (2, [])
    assert "refused: nothing is prepared" in told
    assert await market.names("ruth") == []
