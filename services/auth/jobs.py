"""
The durable jobs of auth: pack an export, carry out an erasure; and the loops beside them, which bring back
what got lost, remove what has run out, and notice who was disabled at Cognito itself.
"""

from __future__ import annotations

import asyncio
from typing import Final
from uuid import UUID

import psycopg
from psycopg_pool import PoolTimeout

from services.auth.adapters.cognito import Cognito
from services.auth.adapters.erasures import ErasureStore
from services.auth.adapters.exports import ExportStore
from services.auth.adapters.revocations import RevocationStore
from services.auth.adapters.s3 import S3Exports
from services.auth.errors import ExportStoreUnavailable, IdentityUnavailable
from services.auth.packer import Packer
from services.auth.saga import Saga
from services.auth.service.erasures import ERASE, enqueue_erasure
from services.auth.service.exports import EXPORT, enqueue_export
from services.kit.jobs import Attempt, Jobs
from services.kit.logs import describe, get_logger

EXPORT_ATTEMPTS: Final = 6
"""About a minute of a neighbour's absence, then the export is FAILED."""
EXPORT_MAX_WAIT_SECONDS: Final = 30
ERASE_ATTEMPTS: Final = 10**9
"""An erasure is never given up."""
ERASE_MAX_WAIT_SECONDS: Final = 15
SWEEP_SECONDS: Final = 2.0
DISABLED_POLL_SECONDS: Final = 0.75
"""Together with Cognito's answer and the way through the list, users are refused within 2 seconds."""


def define(jobs: Jobs, exports: ExportStore, packer: Packer, saga: Saga) -> None:
    """Tell the worker what each job does."""

    async def export(attempt: Attempt, export_id: str) -> None:
        try:
            await packer.pack(UUID(export_id))
        except Exception:
            if attempt.last:
                await exports.fail(UUID(export_id))
            raise

    async def erase(_attempt: Attempt, user_sha256: str) -> None:
        await saga.run(bytes.fromhex(user_sha256))

    jobs.define(EXPORT, export, attempts=EXPORT_ATTEMPTS, max_wait_seconds=EXPORT_MAX_WAIT_SECONDS)
    jobs.define(ERASE, erase, attempts=ERASE_ATTEMPTS, max_wait_seconds=ERASE_MAX_WAIT_SECONDS)


class Sweep:
    """Run by every worker. Two at once do no harm: each finding is guarded where it is acted upon."""

    def __init__(self, exports: ExportStore, erasures: ErasureStore, archives: S3Exports, jobs: Jobs) -> None:
        self._exports = exports
        self._erasures = erasures
        self._archives = archives
        self._jobs = jobs

    async def run(self) -> None:
        """Sweep until cancelled, through failures of the stores."""
        while True:
            try:
                await self.once()
            except (psycopg.Error, PoolTimeout, ExportStoreUnavailable) as error:
                get_logger().warning("sweep failed", **describe(error))
            await asyncio.sleep(SWEEP_SECONDS)

    async def once(self) -> None:
        """Bring back what was left behind, remove what has run out."""
        for user_sha256 in await self._erasures.forgotten():
            async with self._erasures.transaction() as connection:
                await enqueue_erasure(self._jobs, connection, user_sha256)
            get_logger().warning("took up a lost erasure")
        for export in await self._exports.forgotten():
            async with self._exports.transaction() as connection:
                await enqueue_export(self._jobs, connection, export.id)
            get_logger().warning("took up a lost export")
        for export in await self._exports.expired():
            await self._archives.remove(export)
            await self._exports.delete(export.id)
        await self._exports.purge_jobs()


async def watch_cognito(cognito: Cognito, revocations: RevocationStore) -> None:
    """Until cancelled, refuse users who were disabled at Cognito by other hands than ours."""
    while True:
        try:
            if count := await revocations.disable_all(await cognito.disabled()):
                get_logger().info("found users disabled at Cognito", count=count)
        except (psycopg.Error, PoolTimeout, IdentityUnavailable) as error:
            get_logger().warning("disabled users could not be looked for", **describe(error))
        await asyncio.sleep(DISABLED_POLL_SECONDS)
