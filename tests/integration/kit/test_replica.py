"""
Reads from a replica: a second database stands for it, and the test does the replicating. Which of the two has
answered, each answer says.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import LiteralString
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest

from services.kit import replica
from services.kit.postgres import EVERYBODY, Database, acting_for, open_database
from tests.fixtures.stack import Databases, PostgresServer

WHO: LiteralString = "SELECT current_database() AS name"
WRITE: LiteralString = (
    "INSERT INTO request_ids (user_id, request_id, fingerprint, serve_until)"
    " VALUES (%(user)s, %(id)s, '', now())"
)
WINDOW = 0.6


@dataclass(slots=True)
class Pair:
    """A writer, and a replica that gets what `replicating` lets through."""

    writer: str
    reader: str
    server: PostgresServer
    replicating: bool = True
    stack: AsyncExitStack = field(default_factory=AsyncExitStack)

    @property
    def replica(self) -> str:
        return urlsplit(self.reader).path[1:]

    async def copy(self) -> Database:
        """One more copy of the service."""
        return await open_database(self.writer, self.stack, reader=self.reader)

    async def replicate(self) -> None:
        source = await psycopg.AsyncConnection.connect(self.writer, autocommit=True)
        target = await psycopg.AsyncConnection.connect(self.reader, autocommit=True)
        async with source, target:
            while True:
                if self.replicating:
                    beats = await (await source.execute("SELECT copy_id, beat FROM heartbeats")).fetchall()
                    for beat in beats:
                        await target.execute(
                            "INSERT INTO heartbeats (copy_id, beat) VALUES (%s, %s)"
                            " ON CONFLICT (copy_id) DO UPDATE SET beat = excluded.beat",
                            beat,
                        )
                await asyncio.sleep(0.02)


@pytest.fixture
async def pair(database: Databases, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Pair]:
    monkeypatch.setattr(replica, "WINDOW", WINDOW)
    monkeypatch.setattr(replica, "_BEAT", 0.05)
    monkeypatch.setattr(replica, "_HEARING", 0.4)
    pair = Pair(database("profile")["profile"], database("profile")["profile"], database.server)
    replicating = asyncio.create_task(pair.replicate())
    async with pair.stack:
        yield pair
    replicating.cancel()
    await asyncio.wait([replicating])


async def asked_replica(rows: Database, pair: Pair, user: str = "ada") -> bool:
    with acting_for(user):
        row = await rows.one(WHO, stale=True)
    return row == {"name": pair.replica}


async def until_replica(rows: Database, pair: Pair, user: str = "ada") -> float:
    """Wait until the replica answers the user; return how long it took."""
    start = asyncio.get_running_loop().time()
    async with asyncio.timeout(10):
        while not await asked_replica(rows, pair, user):
            await asyncio.sleep(0.01)
    return asyncio.get_running_loop().time() - start


async def write(rows: Database, user: str) -> None:
    with acting_for(user):
        await rows.one(WRITE, {"user": user, "id": uuid4()})


async def test_only_a_read_that_may_be_stale_goes_to_the_replica(pair: Pair) -> None:
    rows = await pair.copy()
    await until_replica(rows, pair)
    with acting_for("ada"):
        assert await rows.one(WHO) == {"name": urlsplit(pair.writer).path[1:]}
        async with rows.transaction() as connection:
            row = await (await connection.execute(WHO)).fetchone()
            assert row == {"name": urlsplit(pair.writer).path[1:]}


@pytest.mark.parametrize("how", ["statement", "transaction"])
async def test_whoever_has_written_reads_from_the_writer_for_a_while(pair: Pair, how: str) -> None:
    rows = await pair.copy()
    await until_replica(rows, pair)
    if how == "statement":
        await write(rows, "ada")
    else:
        with acting_for("ada"):
            async with rows.transaction() as connection:
                await connection.execute(WRITE, {"user": "ada", "id": uuid4()})
    assert not await asked_replica(rows, pair, "ada")
    assert await asked_replica(rows, pair, "bob")
    assert await until_replica(rows, pair, "ada") > WINDOW * 0.8


async def test_a_write_in_another_copy_counts(pair: Pair) -> None:
    here, there = await pair.copy(), await pair.copy()
    await until_replica(here, pair)
    await until_replica(there, pair)
    await write(there, "ada")
    await asyncio.sleep(0.1)
    assert not await asked_replica(here, pair, "ada")
    assert await asked_replica(here, pair, "bob")


async def test_a_replica_that_falls_behind_is_not_asked(pair: Pair) -> None:
    rows = await pair.copy()
    await until_replica(rows, pair)
    pair.replicating = False
    await asyncio.sleep(WINDOW + 0.2)
    assert not await asked_replica(rows, pair)
    pair.replicating = True
    await until_replica(rows, pair)


async def test_a_copy_that_cannot_hear_asks_the_writer(pair: Pair) -> None:
    rows = await pair.copy()
    await until_replica(rows, pair)
    with psycopg.connect(pair.server.admin(), autocommit=True) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'LISTEN timbre_wrote'"
        )
    await asyncio.sleep(0.5)
    assert not await asked_replica(rows, pair)
    await until_replica(rows, pair)


async def test_reads_go_on_while_the_replica_is_away(pair: Pair) -> None:
    rows = await pair.copy()
    await until_replica(rows, pair)
    pair.server.execute("ALTER DATABASE {} ALLOW_CONNECTIONS false", pair.replica)
    with psycopg.connect(pair.server.admin(), autocommit=True) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND usename = 'profile'",
            (pair.replica,),
        )
    assert not await asked_replica(rows, pair)
    assert not await asked_replica(rows, pair)


async def test_a_service_starts_without_its_replica(database: Databases) -> None:
    async with AsyncExitStack() as stack:
        writer = database("profile")["profile"]
        rows = await open_database(writer, stack, reader="postgresql://profile:x@127.0.0.1:1/timbre")
        with acting_for(EVERYBODY):
            assert await rows.one(WHO, stale=True) == {"name": urlsplit(writer).path[1:]}


async def test_nothing_is_written_to_a_replica(pair: Pair) -> None:
    rows = await pair.copy()
    await until_replica(rows, pair)
    with acting_for("ada"):
        row = await rows.one("SELECT current_setting('transaction_read_only') AS only", stale=True)
    assert row == {"only": "on"}
