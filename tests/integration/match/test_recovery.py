"""
The index is a copy: whatever happens to it, or to the process between two writes, it comes back.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sys
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import grpc
import grpc.aio
import pytest

from services.kit.config import Common, ConfigError
from services.kit.postgres import for_everybody, open_database
from services.match.adapters.behind import Backlog
from services.match.adapters.edge import open_edge
from services.match.adapters.minilm import open_minilm
from services.match.app import app
from services.match.config import MatchConfig
from services.match.indexing import Indexing
from services.match.spaces import Space

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from uuid import UUID

    from tests.integration.match.conftest import Behind, Client, Start

pytestmark = pytest.mark.filterwarnings("ignore::services.kit.config.DevelopmentWarning")

FOUNDER = ("SEEK: I need an engineer who builds the backend", "OFFER: I have customers and know how to sell")
ENGINEER = ("OFFER: I build backend services", "SEEK: I look for a founder who has customers and sells")


@dataclass
class Held:
    """Spaces that are open, without a register."""

    open: list[Space]


def index_directory(config: MatchConfig) -> Path:
    return Path(config.index.removeprefix("edge:"))


async def soon(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(20):
        while not await condition():
            await asyncio.sleep(0.05)


async def is_settled(behind: Behind) -> bool:
    """Whether nobody waits to be indexed."""
    sql = "SELECT count(*) FROM vectors WHERE indexed_version < version"
    return await asyncio.to_thread(behind, sql) == [(0,)]


async def sees_priya(match: Client) -> bool:
    return await match.names("nora") == ["Priya"]


async def versions(config: MatchConfig) -> dict[UUID, int]:
    """What the index holds, read when no process has it open."""
    async with AsyncExitStack() as stack:
        return await (await open_edge(index_directory(config), await open_minilm(), stack)).versions()


@pytest.fixture
async def indexed(start: Start) -> None:
    async with start() as match:
        await match.index("nora", *FOUNDER)
        await match.index("priya", *ENGINEER)
        assert await sees_priya(match)


@pytest.mark.usefixtures("indexed")
async def test_matches_are_there_after_a_restart(start: Start) -> None:
    async with start() as match:
        assert await sees_priya(match)


@pytest.mark.usefixtures("indexed")
async def test_a_wiped_index_is_made_again(config: MatchConfig, behind: Behind, start: Start) -> None:
    before = await versions(config)
    shutil.rmtree(index_directory(config))
    async with start() as match:
        await soon(lambda: sees_priya(match))
        await soon(lambda: is_settled(behind))
    assert await versions(config) == before


@pytest.mark.usefixtures("indexed")
async def test_people_the_database_does_not_know_leave_the_index(config: MatchConfig, behind: Behind) -> None:
    behind("DELETE FROM people WHERE user_id = 'priya'")
    async with AsyncExitStack() as stack:
        embeddings = await open_minilm()
        index = await open_edge(index_directory(config), embeddings, stack)
        database = await open_database(config.database, stack)
        held: Any = Held([Space(embeddings, index)])
        await for_everybody(Indexing(Backlog(database), held).reconcile())
    (person,) = await versions(config)
    assert behind("SELECT person_id FROM people") == [(person,)]


async def test_nothing_of_a_hidden_person_stays_in_the_index(config: MatchConfig, start: Start) -> None:
    async with start() as match:
        await match.index("nora", *FOUNDER)
        await match.index("nora", *FOUNDER, version=2, visible=False)
    assert await versions(config) == {}


@pytest.mark.usefixtures("indexed")
async def test_vectors_of_another_model_are_made_anew(behind: Behind, start: Start) -> None:
    behind("INSERT INTO index_spaces SELECT 'older', 'minilm:', 1, NULL, 'RETIRED' FROM index_spaces")
    behind("UPDATE vectors SET space = 'older', vectors = decode(repeat('00', 96), 'hex')")
    behind("DELETE FROM index_spaces WHERE space <> 'older'")
    behind("UPDATE index_spaces SET state = 'SERVING'")
    async with start() as match:

        async def is_back() -> bool:
            with suppress(grpc.aio.AioRpcError):
                return await sees_priya(match)
            return False

        await soon(is_back)


@pytest.mark.usefixtures("indexed")
async def test_a_version_that_was_stored_but_not_indexed_is_found_after_the_next_start(
    config: MatchConfig, behind: Behind, start: Start
) -> None:
    # What a process leaves behind that dies between the commit and the index.
    behind(
        "INSERT INTO people (user_id, version, visible, card, facts)"
        " SELECT 'twin', 7, true, jsonb_set(card, '{display_name}', '\"Twin\"'), facts"
        " FROM people WHERE user_id = 'priya'",
    )
    behind(
        "INSERT INTO vectors (user_id, space, version, embedded_version, vectors)"
        " SELECT 'twin', space, 7, 7, vectors FROM vectors WHERE user_id = 'priya'",
    )
    async with start() as match:
        await soon(lambda: is_settled(behind))
        assert set(await match.names("nora")) == {"Priya", "Twin"}
    assert sorted((await versions(config)).values()) == [1, 1, 7]


async def test_a_second_process_on_the_same_index_does_not_start(
    start: Start, config: MatchConfig, common: Common
) -> None:
    async with start():
        with pytest.raises(ConfigError, match="another process has"):
            async with app(config, common):
                pass


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({}, "MATCH_EMBEDDINGS: minilm"),
        ({"embeddings": "cohere://x"}, "MATCH_EMBEDDINGS: no adapter for 'cohere'"),
        ({"embeddings": "openai://x"}, "MATCH_OPENAI_KEY: openai:// needs"),
        ({"index": "pinecone://x"}, "MATCH_EMBEDDINGS: minilm"),
    ],
)
async def test_local_parts_and_unknown_ones_do_not_open_in_production(
    config: MatchConfig, common: Common, changes: dict[str, str], complaint: str
) -> None:
    production = common.model_copy(update={"env": "production"})
    with pytest.raises(ConfigError, match=complaint):
        async with app(config.model_copy(update=changes), production):
            pass


async def test_an_unknown_index_stops_the_start(config: MatchConfig, common: Common) -> None:
    with pytest.raises(ConfigError, match="MATCH_INDEX: no adapter"):
        async with app(config.model_copy(update={"index": "pinecone://x"}), common):
            pass


@asynccontextmanager
async def process(
    config: MatchConfig, common: Common, port: int
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run match in a process of its own, to be killed."""
    environment = {
        **os.environ,
        "TIMBRE_TOKEN_ISSUER": common.token_issuer,
        "TIMBRE_TOKEN_JWKS": common.token_jwks,
        "TIMBRE_TOKEN_CLIENTS": ",".join(common.token_clients),
        "TIMBRE_SERVICE_KEYS": str(common.service_keys),
        "MATCH_DATABASE": config.database,
        "MATCH_INDEX": config.index,
        "MATCH_SERVICE_KEY": str(config.service_key),
        "MATCH_LISTEN": f"127.0.0.1:{port}",
    }
    command = (sys.executable, "-m", "services.match", "serve")
    child = await asyncio.create_subprocess_exec(*command, env=environment, stdout=asyncio.subprocess.DEVNULL)
    try:
        yield child
    finally:
        with suppress(ProcessLookupError):
            child.send_signal(signal.SIGKILL)
        await child.wait()


async def test_kills_at_any_moment_leave_nothing_lost_and_nothing_half_indexed(
    config: MatchConfig,
    common: Common,
    behind: Behind,
    client_at: Callable[[grpc.aio.Channel], Client],
    unused_tcp_port: int,
) -> None:
    acknowledged: dict[str, int] = {}

    async def write(match: Client, worker: int) -> None:
        for number in range(10_000):
            user = f"user-{worker}-{number % 5}"
            version = acknowledged.get(user, 0) + 1
            acknowledged[user] = await match.index(user, *ENGINEER[:1], version=version)

    address = f"127.0.0.1:{unused_tcp_port}"
    for delay in (0.15, 0.4):
        async with (
            process(config, common, unused_tcp_port) as child,
            grpc.aio.insecure_channel(address) as channel,
        ):
            async with asyncio.timeout(30):
                await channel.channel_ready()
            match = client_at(channel)
            writers = [asyncio.create_task(write(match, worker)) for worker in range(3)]
            await asyncio.sleep(delay)
            child.send_signal(signal.SIGKILL)
            await asyncio.wait(writers)
            assert all(isinstance(writer.exception(), grpc.aio.AioRpcError) for writer in writers)
    async with app(config, common):
        await soon(lambda: is_settled(behind))
    rows = behind("SELECT user_id, person_id, version FROM people")
    assert acknowledged
    assert {user: version for user, _, version in rows if version < acknowledged.get(user, 0)} == {}
    assert await versions(config) == {person: version for _, person, version in rows}
