"""
How a recording gets its words. Two kinds of recogniser exist, and the step TRANSCRIBE is the same for both: one
hears decoded audio here and now, the other is given a job and asked later.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol

from services.kit.jobs import Jobs
from services.kit.logs import get_logger
from services.media.adapters.hearings import Hearing, Hearings
from services.media.adapters.postgres import Recordings
from services.media.domain import Claim, Failure, Segment, Transcript, joined
from services.media.fetching import Sounds
from services.media.lease import LeaseLost
from services.media.ports import Speech, SpeechBusy, SpeechJobFailed, SpeechJobs
from services.media.queue import enqueue_look

HEARING_AT_ONCE = 2
LONGEST_POLL_SECONDS = 60
_USUAL_SECONDS = 30.0


class GaveUp(Exception):
    """The step cannot go on, though nothing is wrong with the audio; `failure` says why."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


class Waiting(Exception):
    """The recording was given back. A job will look at it again, on news or after a while."""


class Hears(Protocol):
    """A way to get the words."""

    @property
    def at_once(self) -> int | None:
        """How many recordings a worker may have heard at a time; None when others do the work."""
        ...

    async def hear(self, claim: Claim) -> Transcript:
        """
        The transcript of the claimed recording.

        Raises:
            Waiting: not yet; the claim has ended.
            BadAudio, GaveUp: never, or not this time.
            LeaseLost: somebody else has the recording by now.
        """
        ...


class HearsHere:
    """By a recogniser in this process; watchers read along."""

    at_once = HEARING_AT_ONCE

    def __init__(self, recordings: Recordings, sounds: Sounds, speech: Speech) -> None:
        self._recordings = recordings
        self._sounds = sounds
        self._speech = speech

    async def hear(self, claim: Claim) -> Transcript:
        audio = await self._sounds.recall(claim.recording)
        segments: list[Segment] = []

        async def note(segment: Segment) -> None:
            segments.append(segment)
            heard = timedelta(milliseconds=segment.words[-1].end_ms) / audio.duration
            if not await self._recordings.note_progress(claim, min(heard, 1.0), joined(segments)):
                raise LeaseLost

        return await self._speech.transcribe(audio, note)


class HearsElsewhere:
    """
    By jobs of a recogniser elsewhere. Neither a worker nor a lease waits for it: the recording is given back,
    and looked at again when an event says that the job has ended, and now and then in case that event is lost.
    """

    at_once = None

    def __init__(
        self,
        recordings: Recordings,
        hearings: Hearings,
        speech: SpeechJobs,
        jobs: Jobs,
        *,
        prefix: str,
        poll_seconds: int,
        deadline_seconds: int,
    ) -> None:
        """
        Args:
            recordings: The tables.
            hearings: What we know of the recogniser's jobs.
            speech: The recogniser.
            jobs: The queue.
            prefix: How the names of its jobs begin.
            poll_seconds: When to look again without news, at first.
            deadline_seconds: When to give a job up.
        """
        self._recordings = recordings
        self._hearings = hearings
        self._speech = speech
        self._jobs = jobs
        self._prefix = prefix
        self._poll_seconds = poll_seconds
        self._deadline_seconds = deadline_seconds

    async def hear(self, claim: Claim) -> Transcript:
        hearing = await self._hearings.of(claim, self._prefix)
        if hearing is None:
            raise LeaseLost
        started = hearing.started
        try:
            if not started:
                await self._start(claim, hearing)
                started = True
            elif (transcript := await self._result(claim, hearing)) is not None:
                return transcript
        except SpeechBusy:
            get_logger().warning("the recogniser is busy", recording=str(claim.recording.id))
        if hearing.age_seconds > self._deadline_seconds:
            raise GaveUp(Failure.STEP_FAILED)
        await self._wait(claim, hearing, started=started)
        raise Waiting

    async def _start(self, claim: Claim, hearing: Hearing) -> None:
        announced = claim.recording.announced
        assert announced is not None
        if not await self._hearings.trying(hearing):
            raise LeaseLost
        await self._speech.start(hearing.name, announced.key)

    async def _result(self, claim: Claim, hearing: Hearing) -> Transcript | None:
        announced = claim.recording.announced
        assert announced is not None
        try:
            return await self._speech.result(hearing.name, announced.key)
        except SpeechJobFailed:
            await self._hearings.give_up(claim)  # the next attempt is another job's
            raise

    async def _wait(self, claim: Claim, hearing: Hearing, *, started: bool) -> None:
        # Nobody tells how far the work is. Time does, towards an end it never reaches.
        progress = hearing.age_seconds / (hearing.age_seconds + _USUAL_SECONDS)
        async with self._recordings.transaction() as connection:
            news = await self._hearings.wait(connection, claim, hearing, started=started, progress=progress)
            if news is None:
                raise LeaseLost
            doubled = self._poll_seconds * 2 ** min(hearing.asked, 10)
            # News that came while we asked was for this look, and perhaps for a moment too early.
            seconds = 1 if news and not hearing.ended else min(doubled, LONGEST_POLL_SECONDS)
            await enqueue_look(self._jobs, connection, claim.recording.id, after_seconds=seconds)
