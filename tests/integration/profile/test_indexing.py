"""match converges to the newest version, whatever breaks on the way, and nobody else has to wait for it."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import grpc
import psycopg
import pytest
import pytest_asyncio

from services.profile.app import worker
from tests.fixtures.tokens import CLIENT
from tests.integration.profile.conftest import Surroundings
from tests.integration.profile.door import NADIA, Person, new_recording, refused
from tests.integration.profile.match_server import MatchServer
from timbre.profile.v1 import profile_pb2 as pb

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.filterwarnings("ignore::services.kit.config.DevelopmentWarning"),
]


@pytest_asyncio.fixture(loop_scope="module")
async def work(surroundings: Surroundings, match: MatchServer) -> AsyncIterator[None]:
    async with worker(surroundings.config(match.address), surroundings.common):
        yield


@pytest_asyncio.fixture(loop_scope="module", autouse=True)
async def match_is_well(match: MatchServer) -> AsyncIterator[None]:
    yield
    match.open.set()
    await match.stop()
    await match.start()


@asynccontextmanager
async def worker_process(
    surroundings: Surroundings, match: MatchServer
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A worker of its own, which can be killed."""
    common, config = surroundings.common, surroundings.config(match.address)
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("PROFILE_", "TIMBRE_"))},
        "TIMBRE_TOKEN_ISSUER": common.token_issuer,
        "TIMBRE_TOKEN_JWKS": common.token_jwks,
        "TIMBRE_TOKEN_CLIENTS": CLIENT,
        "TIMBRE_SERVICE_KEYS": str(common.service_keys),
        "PROFILE_DATABASE": config.database,
        "PROFILE_MATCH": config.match,
        "PROFILE_MEDIA": config.media,
        "PROFILE_SERVICE_KEY": str(config.service_key),
        "PROFILE_SWEEP_SECONDS": "0.5",
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.profile", "worker", env=environment, stdout=asyncio.subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not true():
            await asyncio.sleep(0.02)


async def settled(person: Person, version: int) -> None:
    """Wait, as media does, until match has the version."""
    async with asyncio.timeout(60):
        while True:
            with suppress(grpc.aio.AioRpcError):
                assert await person.await_index(version) >= version
                return


@pytest.mark.usefixtures("work")
async def test_match_is_told_the_card_and_every_fact(ada: Person, match: MatchServer) -> None:
    await ada.update("display_name", "languages", display_name="Ada", languages=["en"])
    await ada.says(NADIA)
    own = await ada.create("Rain")
    await settled(ada, 3)
    told = match.newest[ada.id]
    assert (told.version, told.visible) == (3, True)
    assert (told.card.display_name, told.card.headline) == ("Ada", "I'm a product manager in Rotterdam")
    facts = {fact.fact_id: fact for fact in told.facts}
    assert len(facts) == 5
    seek = await ada.fact(pb.FACET_SEEK)
    assert facts[seek.name.removeprefix("facts/")].evidence == seek.evidence
    assert not facts[own.name.removeprefix("facts/")].HasField("evidence")
    assert (await ada.profile()).indexed_version == 3


@pytest.mark.usefixtures("work")
async def test_a_hidden_person_is_indexed_as_hidden(ada: Person, match: MatchServer) -> None:
    await ada.update("visibility", visibility=pb.VISIBILITY_HIDDEN)
    await settled(ada, 1)
    assert not match.newest[ada.id].visible


@pytest.mark.usefixtures("work")
async def test_a_burst_of_changes_ends_with_the_newest(ada: Person, match: MatchServer) -> None:
    await asyncio.gather(*(ada.create(f"Fact {number}") for number in range(15)))
    await settled(ada, 15)
    assert match.newest[ada.id].version == 15
    assert len(match.newest[ada.id].facts) == 15


async def test_changes_while_nobody_works_are_one_call(
    ada: Person, surroundings: Surroundings, match: MatchServer
) -> None:
    for number in range(6):
        await ada.create(f"Fact {number}")
    async with worker(surroundings.config(match.address), surroundings.common):
        await settled(ada, 6)
    assert {version for user, version in match.calls if user == ada.id} == {6}


@pytest.mark.usefixtures("work")
async def test_a_forgotten_recording_leaves_the_index(ada: Person, match: MatchServer) -> None:
    recording = new_recording()
    await ada.says(NADIA, recording=recording)
    version = await ada.forget(recording)
    await settled(ada, version)
    assert list(match.newest[ada.id].facts) == []
    assert match.newest[ada.id].card.headline == ""


async def test_waiting_ends_when_the_index_is_there_and_not_before(
    ada: Person, surroundings: Surroundings, match: MatchServer
) -> None:
    await ada.create("Rain")
    waiting = asyncio.create_task(ada.await_index(1))
    done, _ = await asyncio.wait([waiting], timeout=0.3)
    assert not done
    async with worker(surroundings.config(match.address), surroundings.common):
        assert await waiting == 1


async def test_waiting_in_vain_is_told_in_time_to_call_again(ada: Person) -> None:
    await ada.create("Rain")
    with refused(grpc.StatusCode.UNAVAILABLE, "INDEX_PENDING"):
        await ada.await_index(1, seconds=1.5)
    assert await ada.await_index(0) == 0


@pytest.mark.usefixtures("work")
async def test_without_match_people_go_on_and_the_index_follows(ada: Person, match: MatchServer) -> None:
    await match.stop()
    answer = await ada.says(NADIA)
    await ada.create("Rain")
    assert (await ada.profile()).fact_counts["INTEREST"] == 1
    assert (await ada.profile()).indexed_version == 0
    await match.start()
    await settled(ada, answer.version + 1)
    assert match.newest[ada.id].version == 2


async def test_a_worker_killed_in_the_middle_of_indexing_is_replaced(
    ada: Person, surroundings: Surroundings, match: MatchServer
) -> None:
    match.open.clear()
    await ada.says(NADIA)
    async with worker_process(surroundings, match) as process:
        await until(lambda: (ada.id, 1) in match.calls)
        process.kill()
        await process.wait()
    match.open.set()
    async with await psycopg.AsyncConnection.connect(surroundings.dsn, autocommit=True) as connection:
        # Let the dead worker's heartbeat be old already, instead of waiting for it.
        await connection.execute(
            "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'"
        )
    async with worker_process(surroundings, match):
        await settled(ada, 1)
    assert match.newest[ada.id].version == 1


@pytest.mark.usefixtures("work")
async def test_a_lost_job_is_found_by_the_sweep(
    ada: Person, surroundings: Surroundings, match: MatchServer
) -> None:
    match.open.clear()
    await ada.create("Rain")
    await until(lambda: (ada.id, 1) in match.calls)
    async with await psycopg.AsyncConnection.connect(surroundings.dsn, autocommit=True) as connection:
        await connection.execute("DELETE FROM procrastinate_jobs WHERE args ->> 'user_id' = %s", (ada.id,))
        # As if the index had never been told and the job were lost.
        match.newest.pop(ada.id, None)
    await match.stop()
    match.open.set()
    await match.start()
    await settled(ada, 1)


@pytest.mark.usefixtures("work")
async def test_a_restarted_database_delays_the_index_and_loses_nothing(
    ada: Person, surroundings: Surroundings, match: MatchServer
) -> None:
    """What a restarted PostgreSQL looks like from here: every connection is gone, listening ones too."""
    await ada.create("Rain")
    await settled(ada, 1)
    async with await psycopg.AsyncConnection.connect(surroundings.dsn, autocommit=True) as killer:
        await killer.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND usename = current_user"
        )
    await ada.create("Snow")
    await settled(ada, 2)
    assert match.newest[ada.id].version == 2
