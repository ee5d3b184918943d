"""Transcripts, and the user's corrections of them."""

from __future__ import annotations

import asyncio
from uuid import UUID

from services.kit.access import Caller
from services.kit.errors import InvalidArgument
from services.kit.jobs import Jobs
from services.media.adapters.postgres import Recordings
from services.media.corrections import corrected
from services.media.domain import Stage, Transcript
from services.media.errors import RecordingNotFound, TranscriptChanged, TranscriptNotFound
from services.media.queue import enqueue
from services.media.service.words import storable


class TranscriptService:
    """What a signed-in person can do with transcripts."""

    def __init__(self, recordings: Recordings, jobs: Jobs) -> None:
        self._recordings = recordings
        self._jobs = jobs

    async def get(self, caller: Caller, recording_id: UUID) -> Transcript:
        transcript = await self._recordings.transcript(caller.user_id, recording_id)
        if transcript is None:
            known = await self._recordings.get(caller.user_id, recording_id)
            raise TranscriptNotFound if known else RecordingNotFound
        return transcript

    async def correct(self, caller: Caller, recording_id: UUID, *, text: str, etag: str) -> Transcript:
        """Replace the text of a transcript, keep the times, analyze again. The same text changes nothing."""
        current = await self.get(caller, recording_id)
        if etag and etag != current.etag:
            raise TranscriptChanged
        if text.strip() == current.text:
            return current
        revised = await asyncio.to_thread(corrected, current, storable(text, "transcript.text"))
        if not revised.words:
            raise InvalidArgument("The text has no words.", field="transcript.text")
        async with self._recordings.transaction() as connection:
            saved = await self._recordings.revise_transcript(
                connection, caller.user_id, recording_id, revised
            )
            if saved is None:
                raise TranscriptChanged
            await enqueue(self._jobs, connection, Stage.ANALYZE, recording_id)
        return saved
