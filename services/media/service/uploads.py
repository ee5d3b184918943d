"""How recordings begin: a ticket and an upload, or a text."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from uuid import UUID, uuid4

from services.kit.access import Caller
from services.kit.errors import InvalidArgument
from services.kit.jobs import Jobs
from services.kit.request_ids import RequestIdReused
from services.media.adapters.postgres import NewRecording, Recordings
from services.media.adapters.profile import Profile
from services.media.adapters.s3 import S3Audio, Ticket, Upload
from services.media.domain import (
    MAX_BYTES,
    Announcement,
    Failure,
    Origin,
    Purpose,
    Recording,
    Stage,
    State,
    typed_transcript,
)
from services.media.errors import ConsentRequired, RecordingNotFound, TicketExpired, UploadMissing
from services.media.keys import AudioKeys
from services.media.queue import enqueue
from services.media.service.words import storable


class UploadService:
    """Lets a signed-in person say something."""

    def __init__(
        self, recordings: Recordings, audio: S3Audio, jobs: Jobs, profile: Profile, keys: AudioKeys
    ) -> None:
        """
        Args:
            recordings: The tables.
            audio: Where uploads go.
            jobs: The queue.
            profile: Knows whether people agree to being written down.
            keys: Where in the store.
        """
        self._recordings = recordings
        self._audio = audio
        self._jobs = jobs
        self._profile = profile
        self._keys = keys

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
        """
        Start a recording whose audio will be uploaded; the ticket is None when that is over already.

        Raises:
            ConsentRequired: the caller has withdrawn the consent TRANSCRIBE.
            RecordingNotFound, RequestIdReused: as in `create_typed`.
        """
        if not await self._profile.consents(caller.user_id, Purpose.TRANSCRIBE):
            raise ConsentRequired(purpose=Purpose.TRANSCRIBE)
        recording_id = uuid4()
        announced = Announcement(
            content_type=content_type,
            size_bytes=size_bytes,
            sha256=sha256,
            key=self._keys.new(caller.user_id, recording_id),
        )
        ticket = await self._ticket(announced)
        new = NewRecording(
            id=recording_id,
            owner_id=caller.user_id,
            origin=Origin.SPOKEN,
            prompt=storable(prompt, "prompt"),
            announced=announced,
            ticket_until=ticket.expire_time,
            request_id=request_id,
            fingerprint=_fingerprint(content_type, size_bytes, sha256, prompt),
        )
        async with self._recordings.transaction() as connection:
            recording = await self._recordings.add(connection, new)
        return (recording, ticket) if recording else await self._uploading_before(new)

    async def create_typed(
        self, caller: Caller, *, text: str, language: str, prompt: str, request_id: UUID | None
    ) -> Recording:
        """
        Start a recording from text: its transcript is there at once, and waits for its analysis.

        Raises:
            RecordingNotFound: the request id has made a recording that was deleted since.
            RequestIdReused: it has made another one.
        """
        new = NewRecording(
            id=uuid4(),
            owner_id=caller.user_id,
            origin=Origin.TYPED,
            prompt=storable(prompt, "prompt"),
            announced=None,
            ticket_until=None,
            request_id=request_id,
            fingerprint=_fingerprint(text, language, prompt),
        )
        transcript = typed_transcript(storable(text, "typed.text"), language)
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
        recording = await self._get(caller.user_id, recording_id)
        if recording.state is not State.UPLOADING:
            return recording
        if not await self.settle(recording):
            assert recording.ticket_until is not None
            raise TicketExpired if recording.ticket_until < datetime.now(UTC) else UploadMissing
        return await self._get(caller.user_id, recording_id)

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
            await self._recordings.refuse_upload(recording, failure)
            return True
        async with self._recordings.transaction() as connection:
            if await self._recordings.accept_upload(connection, recording, upload.etag):
                await enqueue(self._jobs, connection, Stage.CHECK, recording.id)
        return True

    async def _uploading_before(self, new: NewRecording) -> tuple[Recording, Ticket | None]:
        """What the request id has made, and a fresh ticket while nothing was uploaded."""
        recording = await self._made_before(new)
        if recording.state is not State.UPLOADING or recording.announced is None:
            return recording, None
        ticket = await self._ticket(recording.announced)
        extended = await self._recordings.extend_ticket(new.owner_id, recording.id, ticket.expire_time)
        return (extended, ticket) if extended else (await self._get(new.owner_id, recording.id), None)

    async def _made_before(self, new: NewRecording) -> Recording:
        """
        What the request id has made. The door remembers it too, but not if this process dies, or the answer
        fails, between the commit and the door's note.
        """
        assert new.request_id is not None
        known = await self._recordings.by_request(new.owner_id, new.request_id)
        if known is None:  # erased, or forgotten, this very moment
            raise RecordingNotFound
        recording_id, fingerprint = known
        if fingerprint != new.fingerprint:
            raise RequestIdReused(field="request_id")
        return await self._get(new.owner_id, recording_id)

    async def _get(self, owner_id: str, recording_id: UUID) -> Recording:
        recording = await self._recordings.get(owner_id, recording_id)
        if recording is None:
            raise RecordingNotFound
        return recording

    async def _ticket(self, announced: Announcement) -> Ticket:
        return await self._audio.ticket(
            announced.key, content_type=announced.content_type, size_bytes=announced.size_bytes
        )


def _flaw(announced: Announcement, upload: Upload) -> Failure | None:
    """What is wrong with an upload by its size alone. S3 refuses these already; we do not rely on it."""
    if upload.size_bytes == 0:
        return Failure.AUDIO_EMPTY
    if upload.size_bytes > MAX_BYTES:
        return Failure.AUDIO_TOO_BIG
    return None if upload.size_bytes == announced.size_bytes else Failure.AUDIO_CHECKSUM_MISMATCH


def _fingerprint(*parameters: str | int | None) -> bytes:
    return hashlib.sha256(json.dumps(parameters).encode()).digest()
