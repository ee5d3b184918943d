"""
The durable steps of profile: index a user's newest version, find those whose indexing got lost, and have a
user's transcripts read again.
"""

from __future__ import annotations

import asyncio
from typing import Final

import psycopg
from psycopg_pool import PoolTimeout

from services.kit.jobs import Attempt, Jobs
from services.kit.logs import describe, get_logger
from services.kit.postgres import for_everybody
from services.profile.adapters.changes import INDEX_JOB, REANALYZE_JOB
from services.profile.adapters.media import Media
from services.profile.adapters.postgres import Store
from services.profile.service.index import IndexService

_ATTEMPTS: Final = 40
_MAX_WAIT_SECONDS: Final = 15
"""With the attempts above a job tries for about ten minutes; after that the sweep starts another."""

_REANALYZE_ATTEMPTS: Final = 3_000
_REANALYZE_MAX_WAIT_SECONDS: Final = 60
"""Two days: nothing else looks for a reanalysis that was lost."""


def define(jobs: Jobs, index: IndexService, media: Media) -> None:
    """Tell the worker what each job does."""

    async def index_profile(attempt: Attempt, user_id: str) -> None:
        # Whatever version the job was deferred for, the newest is indexed: a burst of changes is one call.
        try:
            await index.index_profile(user_id)
        except Exception:
            if attempt.last:
                get_logger().error("index does not converge", job=INDEX_JOB, attempt=attempt.number)
            raise

    async def reanalyze_recordings(attempt: Attempt, user_id: str) -> None:
        try:
            count = await media.reanalyze(user_id)
        except Exception:
            if attempt.last:
                get_logger().error("reanalysis was given up", job=REANALYZE_JOB, attempt=attempt.number)
            raise
        get_logger().info("transcripts are read again", count=count)

    jobs.define(
        REANALYZE_JOB,
        reanalyze_recordings,
        attempts=_REANALYZE_ATTEMPTS,
        max_wait_seconds=_REANALYZE_MAX_WAIT_SECONDS,
    )
    jobs.define(INDEX_JOB, index_profile, attempts=_ATTEMPTS, max_wait_seconds=_MAX_WAIT_SECONDS)


async def sweep(store: Store, *, every_seconds: float) -> None:
    """Until cancelled, start jobs for profiles that are behind and have none."""
    while True:
        try:
            behind = store.index_stragglers(older_than_seconds=every_seconds)
            if count := await for_everybody(behind):
                get_logger().warning("found profiles left behind by the index", count=count)
        except (psycopg.Error, PoolTimeout) as error:
            get_logger().warning("sweep failed", **describe(error))
        await asyncio.sleep(every_seconds)
