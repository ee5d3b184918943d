"""
What nobody came back for. Jobs and leases carry nearly every recording; the sweep finds the rest: work whose
worker died, uploads whose browser died, removals whose job is gone, uploads for users who are erased, jobs at a
recogniser elsewhere that nobody waits for.
"""

from __future__ import annotations

import asyncio
from uuid import UUID

import psycopg

from services.kit.jobs import Jobs
from services.kit.logs import describe, get_logger
from services.media.adapters.inbox import Inbox
from services.media.adapters.postgres import Recordings
from services.media.adapters.s3 import S3Audio
from services.media.domain import Failure, Stage
from services.media.errors import AudioStoreUnavailable
from services.media.forgetting import Forgetting
from services.media.queue import enqueue, enqueue_removal
from services.media.service.uploads import UploadService

SWEEP_SECONDS = 2.0


class Sweep:
    """
    Run by every worker, for everybody. Two at once do no harm: each finding is guarded where it is acted upon.
    """

    def __init__(
        self,
        recordings: Recordings,
        audio: S3Audio,
        uploads: UploadService,
        jobs: Jobs,
        *,
        forgetting: Forgetting,
        inbox: Inbox,
    ) -> None:
        self._forgetting = forgetting
        self._inbox = inbox
        self._recordings = recordings
        self._audio = audio
        self._uploads = uploads
        self._jobs = jobs

    async def run(self) -> None:
        """Sweep until cancelled, through failures of the stores."""
        while True:
            try:
                await self.once()
            except (psycopg.Error, AudioStoreUnavailable) as error:
                get_logger().warning("sweep failed", **describe(error))
            await asyncio.sleep(SWEEP_SECONDS)

    async def once(self) -> None:
        """Bring back everything that was left behind."""
        for recording_id, stage in await self._recordings.abandoned():
            await self._resume(recording_id, stage)
        for recording_id in await self._recordings.forgotten_removals():
            async with self._recordings.transaction() as connection:
                await enqueue_removal(self._jobs, connection, recording_id)
        for recording in await self._recordings.overdue_uploads():
            if not await self._uploads.settle(recording):
                await self._recordings.refuse_upload(recording, Failure.UPLOAD_NEVER_ARRIVED)
        for key_prefix, over in await self._recordings.late_uploads():
            await self._audio.remove(key_prefix)
            if over:
                await self._recordings.late_upload_over(key_prefix)
        await self._forgetting.sweep()
        await self._recordings.purge_requests()
        await self._inbox.purge()

    async def _resume(self, recording_id: UUID, stage: Stage) -> None:
        async with self._recordings.transaction() as connection:
            await enqueue(self._jobs, connection, stage, recording_id)
        get_logger().warning("took up an abandoned recording", recording=str(recording_id), stage=stage.value)
