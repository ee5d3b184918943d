"""A few seconds of a voice, for whoever may hear them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from services.kit.access import Caller
from services.kit.postgres import acting_for
from services.kit.revocations import AccountErased
from services.media.adapters.decode import cut
from services.media.adapters.match import Match
from services.media.adapters.postgres import Recordings
from services.media.adapters.profile import Profile
from services.media.adapters.s3 import S3Audio
from services.media.domain import BadAudio, Purpose, Recording, Span, Spoken, audible
from services.media.errors import ClipNotFound
from services.media.fetching import fetched
from services.media.keys import clip_key

CONTENT_TYPE: Final = "audio/mp4"
LIFETIME: Final = timedelta(minutes=5)
"""How long a link is good for."""
CUTTING_AT_ONCE: Final = 2


@dataclass(frozen=True, slots=True)
class Clip:
    """Where a clip can be fetched, by whoever has the link."""

    url: str = field(repr=False)
    duration: timedelta
    expire_time: datetime


@dataclass(frozen=True, slots=True)
class _Place:
    recording: Recording
    span: Span
    key: str


class ClipService:
    """Lets people hear what a fact rests on: their own, and those of matches who share clips."""

    def __init__(self, recordings: Recordings, audio: S3Audio, profile: Profile, match: Match) -> None:
        """
        Args:
            recordings: The tables.
            audio: Where recordings are, and their clips.
            profile: Knows the evidence of one's own facts, and who shares clips.
            match: Knows which facts of others one is shown.
        """
        self._recordings = recordings
        self._audio = audio
        self._profile = profile
        self._match = match
        self._turns = asyncio.Semaphore(CUTTING_AT_ONCE)

    async def get(self, caller: Caller, match_id: UUID | None, fact_id: UUID) -> Clip:
        """
        Make the clip of a fact, unless it is there already, and a link to it.

        Args:
            caller: Who wants to hear it.
            match_id: Whose fact it is; None for a fact of the caller's own.
            fact_id: The fact.

        Raises:
            ClipNotFound: there is nothing that the caller may hear, whyever.
            NeighbourUnavailable, AudioStoreUnavailable: nobody can tell just now.
        """
        place = await self._find(caller, match_id, fact_id)
        if not await self._audio.look(place.key):
            await self._make(place)
            # That took a while. What was withdrawn, hidden or deleted meanwhile is not heard any more.
            if (await self._find(caller, match_id, fact_id)).key != place.key:
                raise ClipNotFound
        link = await self._audio.link(
            place.key, content_type=CONTENT_TYPE, filename="clip.m4a", lifetime=LIFETIME
        )
        return Clip(link.url, place.span.duration, link.expire_time)

    async def _find(self, caller: Caller, match_id: UUID | None, fact_id: UUID) -> _Place:
        spoken = await self._resolve(caller, match_id, fact_id)
        if spoken is None:
            raise ClipNotFound
        with acting_for(spoken.speaker_id):
            recording = await self._recordings.get(spoken.speaker_id, spoken.recording_id)
        if recording is None or not recording.announced or not recording.etag or not recording.duration:
            raise ClipNotFound
        span = audible(spoken, recording.duration)
        if span is None:
            raise ClipNotFound
        return _Place(recording, span, clip_key(recording.announced.key, span))

    async def _resolve(self, caller: Caller, match_id: UUID | None, fact_id: UUID) -> Spoken | None:
        if match_id is None:
            return await self._profile.evidence(caller.user_id, fact_id)
        spoken = await self._match.resolve(caller.user_id, match_id, fact_id)
        try:
            # match knows this too, a moment later: what counts is what the speaker says now.
            shared = spoken and await self._profile.consents(spoken.speaker_id, Purpose.SHARE_CLIPS)
        except AccountErased:  # the speaker is, and match is about to learn it
            return None
        return spoken if shared else None

    async def _make(self, place: _Place) -> None:
        async with self._turns:
            if await self._audio.look(place.key):  # made while this call waited for its turn
                return
            try:
                async with fetched(self._audio, place.recording) as path:
                    content = await cut(path, place.span)
            except BadAudio:
                raise ClipNotFound from None
            await self._audio.put(place.key, content, CONTENT_TYPE)
