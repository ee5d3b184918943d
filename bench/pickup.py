"""
How soon a job that was just committed is begun: the product's own queue, alone in a database of its own.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress

import psycopg
from psycopg.conninfo import make_conninfo

from bench.system import System
from local import postgres
from services.kit.jobs import Attempt, open_jobs
from services.kit.postgres import migrate, open_database

_DATABASE = "bench"
_COUNT = 50


async def pickups(up: System) -> Sequence[float]:
    """Defer jobs one by one; return for each the seconds from its commit to the first line of its handler."""
    with psycopg.connect(up.admin(), autocommit=True) as connection:
        postgres.create_database(connection, _DATABASE)
    address = make_conninfo(up.dsn("media"), dbname=_DATABASE)
    await migrate(address, "services.media", jobs=True)
    async with AsyncExitStack() as stack:
        database = await open_database(address, stack)
        jobs = await open_jobs(address, stack)
        begun: asyncio.Queue[float] = asyncio.Queue()

        async def note(_attempt: Attempt) -> None:
            begun.put_nowait(time.perf_counter())

        jobs.define("note", note, attempts=1)
        await stack.enter_async_context(_beside(jobs.work(database, concurrency=4)))
        waits: list[float] = []
        for number in range(_COUNT + 1):
            async with database.transaction() as connection:
                await jobs.defer(connection, "note")
            committed = time.perf_counter()
            async with asyncio.timeout(10):
                waited = await begun.get() - committed
            if number:  # the first one waits for the worker to start
                waits.append(waited)
            await asyncio.sleep(0.02)
        return waits


@asynccontextmanager
async def _beside(work: Coroutine[None, None, None]) -> AsyncIterator[None]:
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
