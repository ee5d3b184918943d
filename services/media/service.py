"""
The use cases of media's callers. What happens to a recording afterwards is in `jobs.py`; the two meet in the
recording's row and in the queue.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import secrets
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4

from services.kit.access import Caller
from services.kit.errors import Aborted, InvalidArgument
from services.kit.jobs import Jobs
from services.media.adapters.changes import Changes
from services.media.adapters.postgres import NewRecording, Recordings
from services.media.adapters.s3 import S3Audio, Ticket, Upload
from services.media.corrections import corrected
from services.media.domain import (
    MAX_BYTES,
    Announcement,
    Failure,
    Origin,
    Recording,
    Stage,
    State,
    Transcript,
    typed_transcript,
)
from services.media.errors import (
    RecordingNotFound,
    RequestIdReused,
    TicketExpired,
    TranscriptChanged,
    TranscriptNotFound,
    UploadMissing,
)
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


class MediaService:
    """What a signed-in person can do with recordings. Another person's recording does not exist."""

    def __init__(
        self, recordings: Recordings, audio: S3Audio, jobs: Jobs, changes: Changes, *, secret: bytes
    ) -> None:
        """
        Args:
            recordings: The tables.
            audio: Where uploads go.
            jobs: The queue.
            changes: News for watchers.
            secret: Hides user ids in audio keys.
        """
        self._recordings = recordings
        self._audio = audio
        self._jobs = jobs
        self._changes = changes
        self._secret = secret

    async def create_spoken(
        self,
        caller: Caller,
        *,
        content_type: str,
        size_bytes: int,
        sha256: str | None,
        prompt: str,
        request_id: UUID | None,
    ) -> tuple[Recording, Ticket | None]:
        """Start a recording whose audio will be uploaded; the ticket is None when that is over already."""
        recording_id = uuid4()
        announced = Announcement(
            content_type=content_type,
            size_bytes=size_bytes,
            sha256=sha256,
            key=f"u/{self._hidden(caller.user_id)}/{recording_id}/{secrets.token_hex(16)}",
        )
        ticket = await self._ticket(announced)
        new = NewRecording(
            id=recording_id,
            owner_id=caller.user_id,
            origin=Origin.SPOKEN,
            prompt=_storable(prompt, "prompt"),
            announced=announced,
            ticket_until=ticket.expire_time,
            request_id=request_id,
            fingerprint=_fingerprint(content_type, size_bytes, sha256, prompt),
        )
        async with self._recordings.transaction() as connection:
            recording = await self._recordings.add(connection, new)
        if recording:
            return recording, ticket
        recording = await self._made_before(new)
        if recording.state is not State.UPLOADING or recording.announced is None:
            return recording, None
        ticket = await self._ticket(recording.announced)
        extended = await self._recordings.extend_ticket(recording.id, ticket.expire_time)
        return (extended, ticket) if extended else (await self.get(caller, recording.id), None)

    async def create_typed(
        self, caller: Caller, *, text: str, language: str, prompt: str, request_id: UUID | None
    ) -> Recording:
        """Start a recording from text: its transcript is there at once, and waits for its analysis."""
        new = NewRecording(
            id=uuid4(),
            owner_id=caller.user_id,
            origin=Origin.TYPED,
            prompt=_storable(prompt, "prompt"),
            announced=None,
            ticket_until=None,
            request_id=request_id,
            fingerprint=_fingerprint(text, language, prompt),
        )
        transcript = typed_transcript(_storable(text, "typed.text"), language)
        if not transcript.words:
            raise InvalidArgument("The text has no words.", field="typed.text")
        async with self._recordings.transaction() as connection:
            recording = await self._recordings.add(connection, new)
            if recording:
                await self._recordings.put_transcript(connection, new.id, transcript)
                await enqueue(self._jobs, connection, Stage.ANALYZE, new.id)
        return recording or await self._made_before(new)

    async def complete(self, caller: Caller, recording_id: UUID) -> Recording:
        """Look at what was uploaded and queue it; repeating it changes nothing."""
        recording = await self.get(caller, recording_id)
        if recording.state is not State.UPLOADING:
            return recording
        if not await self.settle(recording):
            assert recording.ticket_until is not None
            raise TicketExpired if recording.ticket_until < datetime.now(UTC) else UploadMissing
        return await self.get(caller, recording_id)

    async def settle(self, recording: Recording) -> bool:
        """
        Decide about a recording that is uploading: queue it, or fail it for what arrived.

        Returns False, and changes nothing, when nothing has arrived.
        """
        assert recording.announced is not None
        upload = await self._audio.look(recording.announced.key)
        if upload is None:
            return False
        if failure := _flaw(recording.announced, upload):
            await self._recordings.refuse_upload(recording.id, failure)
            return True
        async with self._recordings.transaction() as connection:
            if await self._recordings.accept_upload(connection, recording.id, upload.etag):
                await enqueue(self._jobs, connection, Stage.CHECK, recording.id)
        return True

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

    async def transcript(self, caller: Caller, recording_id: UUID) -> Transcript:
        transcript = await self._recordings.transcript(caller.user_id, recording_id)
        if transcript is None:
            await self.get(caller, recording_id)
            raise TranscriptNotFound
        return transcript

    async def correct(self, caller: Caller, recording_id: UUID, *, text: str, etag: str) -> Transcript:
        """Replace the text of a transcript, keep the times, analyze again. The same text changes nothing."""
        current = await self.transcript(caller, recording_id)
        if etag and etag != current.etag:
            raise TranscriptChanged
        if text.strip() == current.text:
            return current
        revised = await asyncio.to_thread(corrected, current, _storable(text, "transcript.text"))
        if not revised.words:
            raise InvalidArgument("The text has no words.", field="transcript.text")
        async with self._recordings.transaction() as connection:
            saved = await self._recordings.revise_transcript(connection, recording_id, revised)
            if saved is None:
                raise TranscriptChanged
            await enqueue(self._jobs, connection, Stage.ANALYZE, recording_id)
        return saved

    async def _made_before(self, new: NewRecording) -> Recording:
        assert new.request_id is not None
        known = await self._recordings.by_request(new.owner_id, new.request_id)
        if known is None:
            raise Aborted("The recording of this request_id was deleted just now.")
        recording, fingerprint = known
        if fingerprint != new.fingerprint:
            raise RequestIdReused(field="request_id")
        return recording

    async def _ticket(self, announced: Announcement) -> Ticket:
        return await self._audio.ticket(
            announced.key, content_type=announced.content_type, size_bytes=announced.size_bytes
        )

    def _hidden(self, user_id: str) -> str:
        return hmac.digest(self._secret, user_id.encode(), "sha256").hex()[:32]


def _flaw(announced: Announcement, upload: Upload) -> Failure | None:
    """What is wrong with an upload by its size alone. S3 refuses these already; we do not rely on it."""
    if upload.size_bytes == 0:
        return Failure.AUDIO_EMPTY
    if upload.size_bytes > MAX_BYTES:
        return Failure.AUDIO_TOO_BIG
    return None if upload.size_bytes == announced.size_bytes else Failure.AUDIO_CHECKSUM_MISMATCH


def _fingerprint(*parameters: str | int | None) -> bytes:
    return hashlib.sha256(json.dumps(parameters).encode()).digest()


def _storable(text: str, field: str) -> str:
    if "\0" in text:
        raise InvalidArgument(f"{field} contains a NUL character.", field=field)
    return text
