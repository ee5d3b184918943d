"""A worker for `test_jobs.py`: notes each run of `nap` in a table, then sleeps as long as it is told."""

from __future__ import annotations

import asyncio
import sys
from contextlib import AsyncExitStack

from services.kit.jobs import Attempt, open_jobs
from services.kit.postgres import open_database


async def main(dsn: str, seconds: float) -> None:
    async with AsyncExitStack() as stack:
        database = await open_database(dsn, stack)
        jobs = await open_jobs(dsn, stack)

        async def nap(attempt: Attempt, bed: str) -> None:
            await database.one("INSERT INTO naps VALUES (%(bed)s, %(n)s)", {"bed": bed, "n": attempt.number})
            await asyncio.sleep(seconds)
            await database.one("UPDATE naps SET rested = true WHERE bed = %(bed)s", {"bed": bed})

        jobs.define("nap", nap, attempts=3)
        await jobs.work(database, concurrency=2)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], float(sys.argv[2])))
