"""Jobs are as durable as the rows they belong to, and outlive the workers that run them."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from services.kit import jobs as kit_jobs
from services.kit.jobs import Attempt, Jobs, open_jobs
from services.kit.postgres import Database, open_database
from tests.fixtures.stack import Databases

WORKER = Path(__file__).with_name("sleepy_worker.py")


@pytest.fixture
def dsn(database: Databases) -> str:
    """A database with procrastinate's tables in it, of a service whose own are not needed here."""
    return database("auth")["auth"]


@pytest.fixture
async def db(dsn: str) -> AsyncIterator[Database]:
    async with AsyncExitStack() as stack:
        database = await open_database(dsn, stack)
        await database.one("CREATE TABLE naps (bed text, attempt int, rested bool DEFAULT false)")
        yield database


@pytest.fixture
async def jobs(dsn: str) -> AsyncIterator[Jobs]:
    async with AsyncExitStack() as stack:
        jobs = await open_jobs(dsn, stack)

        async def nap(attempt: Attempt, bed: str) -> None:
            raise AssertionError(attempt, bed)

        jobs.define("nap", nap, attempts=3)
        yield jobs


async def until(db: Database, sql: LiteralString) -> None:
    async with asyncio.timeout(60):
        while not await db.one(sql):
            await asyncio.sleep(0.05)


async def waiting(db: Database) -> int:
    row = await db.one("SELECT count(*) AS n FROM procrastinate_jobs WHERE status = 'todo'")
    assert row
    return row["n"]


async def test_a_job_exists_exactly_when_its_transaction_commits(db: Database, jobs: Jobs) -> None:
    with pytest.raises(RuntimeError):
        async with db.transaction() as connection:
            await jobs.defer(connection, "nap", bed="top")
            raise RuntimeError
    assert await waiting(db) == 0
    async with db.transaction() as connection:
        await jobs.defer(connection, "nap", bed="top")
    assert await waiting(db) == 1


async def test_a_job_deferred_once_waits_once_and_breaks_no_transaction(db: Database, jobs: Jobs) -> None:
    async with db.transaction() as connection:
        await jobs.defer(connection, "nap", once="top bunk", bed="top")
        await jobs.defer(connection, "nap", once="top bunk", bed="top")
        await connection.execute("INSERT INTO naps VALUES ('after', 0)")
    assert await waiting(db) == 1
    assert await db.one("SELECT 1 FROM naps WHERE bed = 'after'")


async def test_a_killed_workers_job_is_taken_back_and_finished_by_another(
    dsn: str, db: Database, jobs: Jobs
) -> None:
    async with db.transaction() as connection:
        await jobs.defer(connection, "nap", bed="top")
    first = await asyncio.create_subprocess_exec(sys.executable, str(WORKER), dsn, "600")
    await until(db, "SELECT 1 FROM naps")
    first.kill()
    await first.wait()
    # Let the dead worker's heartbeat be old already, instead of waiting for it.
    await db.one("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'")
    second = await asyncio.create_subprocess_exec(sys.executable, str(WORKER), dsn, "0")
    try:
        await until(db, "SELECT 1 FROM naps WHERE rested")
    finally:
        second.terminate()
        await second.wait()
    runs = await db.all("SELECT attempt FROM naps ORDER BY attempt")
    assert [run["attempt"] for run in runs] == [0, 1]


async def test_a_failing_job_is_tried_as_often_as_promised(
    dsn: str, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kit_jobs, "SWEEP_SECONDS", 0.1)
    seen: list[Attempt] = []
    async with AsyncExitStack() as stack:
        jobs = await open_jobs(dsn, stack)

        async def fail(attempt: Attempt) -> None:
            seen.append(attempt)
            raise ValueError

        jobs.define("fail", fail, attempts=2, max_wait_seconds=0)
        async with db.transaction() as connection:
            await jobs.defer(connection, "fail")
        worker = asyncio.create_task(jobs.work(db, concurrency=1))
        await until(db, "SELECT 1 FROM procrastinate_jobs WHERE status = 'failed'")
        worker.cancel()
        await asyncio.wait([worker])
    assert seen == [Attempt(0, last=False), Attempt(1, last=True)]


async def test_a_job_that_comes_back_does_not_collide_with_one_that_waits(
    dsn: str, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A first run fails while the same job, deferred once more, waits: both are run, none is stuck."""
    monkeypatch.setattr(kit_jobs, "SWEEP_SECONDS", 0.1)
    async with AsyncExitStack() as stack:
        jobs = await open_jobs(dsn, stack)
        runs: list[int] = []

        async def again(attempt: Attempt) -> None:
            runs.append(attempt.number)
            if len(runs) == 1:
                async with db.transaction() as connection:
                    await jobs.defer(connection, "again", once="key")
                raise ValueError

        jobs.define("again", again, attempts=2, max_wait_seconds=0)
        async with db.transaction() as connection:
            await jobs.defer(connection, "again", once="key")
        worker = asyncio.create_task(jobs.work(db, concurrency=1))
        await until(db, "SELECT 1 WHERE NOT EXISTS (SELECT FROM procrastinate_jobs)")
        worker.cancel()
        await asyncio.wait([worker])
    assert sorted(runs) == [0, 0, 1]


async def test_a_worker_whose_database_is_gone_can_be_stopped(dsn: str) -> None:
    """Through a relay that is cut, as if the server had gone away for good."""
    target = conninfo_to_dict(dsn)
    pipes: list[asyncio.StreamWriter] = []

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there = await asyncio.open_connection(str(target["host"]), int(target["port"] or 0))
        pipes.extend((writer, there))
        await asyncio.gather(_copy(reader, there), _copy(there_reader, writer), return_exceptions=True)

    server = await asyncio.start_server(relay, "127.0.0.1", 0)
    relayed = make_conninfo(dsn, port=server.sockets[0].getsockname()[1])
    async with AsyncExitStack() as stack:
        database = await open_database(relayed, stack)
        jobs = await open_jobs(relayed, stack)
        worker = asyncio.create_task(jobs.work(database, concurrency=1))
        await until(database, "SELECT 1 FROM procrastinate_workers")
        server.close()
        for pipe in pipes:
            pipe.close()
        await asyncio.sleep(0.5)
        worker.cancel()
        done, _ = await asyncio.wait([worker], timeout=30)
        assert done


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
    writer.close()


async def test_connections_that_died_with_the_server_are_replaced(db: Database, dsn: str) -> None:
    """What a restarted PostgreSQL looks like from here: every pooled connection is gone."""
    await asyncio.gather(*(db.one("SELECT pg_sleep(0.05)") for _ in range(4)))
    async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as killer:
        await killer.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND usename = current_user"
        )
    assert await db.one("SELECT 1 AS one") == {"one": 1}
    async with db.transaction() as connection:
        await connection.execute("SELECT 1")
