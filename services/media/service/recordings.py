"""What becomes of recordings: read, watched, tried again, deleted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.kit.access import Caller
from services.kit.jobs import Jobs
from services.media.adapters.changes import Changes
from services.media.adapters.postgres import Recordings
from services.media.adapters.profile import Profile
from services.media.domain import Failure, Purpose, Recording, Stage, State
from services.media.errors import ConsentRequired, RecordingNotFound, RecordingNotRetryable
from services.media.queue import enqueue, enqueue_removal

HEARTBEAT_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Changed:
    """The recording as it is now."""

    recording: Recording


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """Nothing has changed, and the stream is alive."""


@dataclass(frozen=True, slots=True)
class Ended:
    """Nothing will change any more; no recording when it was deleted."""

    recording: Recording | None


@dataclass(frozen=True, slots=True)
class Stopping:
    """This process is going away; another one answers."""


WatchEvent = Changed | Heartbeat | Ended | Stopping


class RecordingService:
    """What a signed-in person can do with recordings. Another person's recording does not exist."""

    def __init__(self, recordings: Recordings, jobs: Jobs, changes: Changes, profile: Profile) -> None:
        """
        Args:
            recordings: The tables.
            jobs: The queue.
            changes: News for watchers.
            profile: Knows whether people agree to being written down.
        """
        self._recordings = recordings
        self._jobs = jobs
        self._changes = changes
        self._profile = profile

    async def get(self, caller: Caller, recording_id: UUID) -> Recording:
        recording = await self._recordings.get(caller.user_id, recording_id)
        if recording is None:
            raise RecordingNotFound
        return recording

    async def list(
        self, caller: Caller, limit: int, before: tuple[datetime, UUID] | None
    ) -> Sequence[Recording]:
        """Up to `limit` recordings, newest first, beginning after `before` (create_time, id)."""
        return await self._recordings.page(caller.user_id, limit, before)

    async def retry(self, caller: Caller, recording_id: UUID) -> Recording:
        """
        Go on from the step that failed; what is on its way, or READY, stays as it is.

        Raises:
            RecordingNotRetryable: nothing has failed yet, or what failed cannot succeed.
            ConsentRequired: a consent that it failed for is still missing.
        """
        recording = await self.get(caller, recording_id)
        if recording.state is State.UPLOADING:
            raise RecordingNotRetryable("This recording waits for its upload.")
        if recording.failure is None:
            return recording
        if not recording.failure.retryable:
            raise RecordingNotRetryable
        if recording.failure is Failure.CONSENT_WITHDRAWN and not await self._profile.consents(
            caller.user_id, Purpose.TRANSCRIBE
        ):
            raise ConsentRequired(purpose=Purpose.TRANSCRIBE)
        async with self._recordings.transaction() as connection:
            again = await self._recordings.retry(connection, recording)
            if again and again.stage:
                await enqueue(self._jobs, connection, again.stage, recording_id)
        return again or await self.get(caller, recording_id)

    async def reanalyze(self, caller: Caller) -> int:
        """Have every transcript at rest analyzed again; return how many. What is on its way is left alone."""
        async with self._recordings.transaction() as connection:
            restarted = await self._recordings.reanalyze(connection, caller.user_id)
            for recording_id in restarted:
                await enqueue(self._jobs, connection, Stage.ANALYZE, recording_id)
        return len(restarted)

    async def delete(self, caller: Caller, recording_id: UUID) -> None:
        """Delete a recording; its audio and its facts follow by a job that does not give up."""
        async with self._recordings.transaction() as connection:
            if not await self._recordings.delete(connection, caller.user_id, recording_id):
                raise RecordingNotFound
            await enqueue_removal(self._jobs, connection, recording_id)

    async def watch(self, caller: Caller, recording_id: UUID) -> AsyncIterator[WatchEvent]:
        """Tell what happens to a recording until it has ended."""
        await self.get(caller, recording_id)
        seen: Recording | None = None
        with self._changes.following(recording_id) as news:
            while True:
                news.clear()
                recording = await self._recordings.get(caller.user_id, recording_id)
                if recording is None or recording.state.terminal:
                    yield Ended(recording)
                    return
                if recording != seen:
                    yield Changed(recording)
                    seen = recording
                if self._changes.closing:
                    yield Stopping()
                    return
                try:
                    async with asyncio.timeout(HEARTBEAT_SECONDS):
                        await news.wait()
                except TimeoutError:
                    yield Heartbeat()
