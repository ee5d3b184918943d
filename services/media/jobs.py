"""
The durable steps of a recording, one kind of job each: check → transcribe → analyze → index, and the removal
of what a deletion leaves. A job only says "look at this recording"; what is to be done, and who may do it,
stands in its row. Each step ends in one transaction that stores its result, hands the row to the next stage
and puts the next job in the queue, so a step may be cut off anywhere and be started again.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from uuid import UUID

import psycopg

from services.kit.jobs import Attempt, Jobs
from services.kit.logs import describe, get_logger
from services.media.adapters.postgres import Recordings
from services.media.adapters.profile import Profile
from services.media.adapters.s3 import S3Audio
from services.media.adapters.silero import survey
from services.media.domain import BadAudio, Claim, Failure, Origin, Purpose, Stage, bounded, judge
from services.media.fetching import Sounds
from services.media.hearing import GaveUp, Hears, Waiting
from services.media.lease import LeaseLost, held
from services.media.queue import REMOVE, enqueue, enqueue_removal, job_name

MAX_ATTEMPTS = 8
"""Runs of one step before the recording fails: about a minute and a half of a neighbour's absence."""
MAX_WAIT_SECONDS = 30
REMOVAL_ATTEMPTS = 20
LIMIT_SECONDS = {Stage.CHECK: 60, Stage.TRANSCRIBE: 15 * 60, Stage.ANALYZE: 60, Stage.INDEX: 60}
"""A step that takes longer hangs: it is cut off and tried again like one that failed."""
DECODING_AT_ONCE = 2


class Steps:
    """What a worker does. One instance a process."""

    def __init__(
        self,
        recordings: Recordings,
        audio: S3Audio,
        sounds: Sounds,
        hears: Hears,
        *,
        profile: Profile,
        jobs: Jobs,
    ) -> None:
        """
        Args:
            recordings: The tables.
            audio: The store, to remove from it.
            sounds: The store, to listen to it.
            hears: Writes down what is said.
            profile: Understands it, and knows whether people agree.
            jobs: The queue.
        """
        self._recordings = recordings
        self._audio = audio
        self._sounds = sounds
        self._hears = hears
        self._profile = profile
        self._jobs = jobs

    def define(self) -> None:
        """Register the kinds of jobs with the queue."""
        steps: dict[Stage, Callable[[Claim], Awaitable[None]]] = {
            Stage.CHECK: self._check,
            Stage.TRANSCRIBE: self._transcribe,
            Stage.ANALYZE: self._analyze,
            Stage.INDEX: self._index,
        }
        # Whoever waits for its turn has claimed nothing yet, so its lease does not run.
        turns = {Stage.CHECK: asyncio.Semaphore(DECODING_AT_ONCE)}
        if self._hears.at_once:
            turns[Stage.TRANSCRIBE] = asyncio.Semaphore(self._hears.at_once)
        for stage, work in steps.items():
            handler = partial(self._step, stage, work, turns.get(stage))
            self._jobs.define(
                job_name(stage), handler, attempts=MAX_ATTEMPTS, max_wait_seconds=MAX_WAIT_SECONDS
            )
        self._jobs.define(REMOVE, self._remove, attempts=REMOVAL_ATTEMPTS)

    async def _step(
        self,
        stage: Stage,
        work: Callable[[Claim], Awaitable[None]],
        turn: asyncio.Semaphore | None,
        _attempt: Attempt,
        recording_id: str,
    ) -> None:
        async with turn or asyncio.Semaphore():
            claim = await self._recordings.claim(UUID(recording_id), stage)
            if claim is None:
                return  # done, deleted, or in other hands; if those are dead, the sweep comes back to it
            if claim.attempts > MAX_ATTEMPTS:  # its workers died, without a word
                await self._recordings.fail(claim, Failure.STEP_FAILED)
                return
            await self._run(claim, work)

    async def _run(self, claim: Claim, work: Callable[[Claim], Awaitable[None]]) -> None:
        log = get_logger().bind(recording=str(claim.recording.id), stage=claim.stage.value)
        started = time.monotonic()
        try:
            async with asyncio.timeout(LIMIT_SECONDS[claim.stage]), held(self._recordings, claim):
                await work(claim)
        except (BadAudio, GaveUp) as error:
            await self._recordings.fail(claim, error.failure)
            log.info("recording failed", reason=error.failure.value)
        except Waiting:
            log.info("step waits")
        except LeaseLost:
            log.info("work was overtaken")
        except asyncio.CancelledError:
            with suppress(psycopg.Error):  # then the lease runs out by itself
                await asyncio.shield(self._recordings.release(claim, counted=False))
            raise
        except Exception as error:
            if claim.attempts < MAX_ATTEMPTS:
                if await self._recordings.release(claim, counted=True):
                    raise
            elif await self._recordings.fail(claim, Failure.STEP_FAILED):
                log.warning("recording failed", reason=Failure.STEP_FAILED.value, **describe(error))
                return
            # Deleted meanwhile, perhaps with its user: no wonder, and nothing is left to do.
            log.info("work was overtaken")
        else:
            log.info("step done", seconds=round(time.monotonic() - started, 3))

    async def _check(self, claim: Claim) -> None:
        """Is this what was announced, can it be played, and does anybody speak?"""
        await self._ask(claim)
        audio = await self._sounds.decode(claim.recording)
        judge(audio, await survey(audio))
        async with self._recordings.transaction() as connection:
            if not await self._recordings.advance(
                connection, claim, Stage.TRANSCRIBE, duration=audio.duration
            ):
                raise LeaseLost
            await enqueue(self._jobs, connection, Stage.TRANSCRIBE, claim.recording.id)

    async def _transcribe(self, claim: Claim) -> None:
        """Have it written down."""
        await self._ask(claim)
        transcript = bounded(await self._hears.hear(claim))
        if not transcript.words:
            raise BadAudio(Failure.AUDIO_SILENT)
        async with self._recordings.transaction() as connection:
            if not await self._recordings.advance(connection, claim, Stage.ANALYZE):
                raise LeaseLost
            await self._recordings.put_transcript(connection, claim.recording.id, transcript)
            await enqueue(self._jobs, connection, Stage.ANALYZE, claim.recording.id)

    async def _analyze(self, claim: Claim) -> None:
        """Have it understood. profile knows a transcript that it has seen, so asking twice is harmless."""
        recording = claim.recording
        transcript = await self._recordings.transcript(recording.owner_id, recording.id)
        if transcript is None:
            raise LeaseLost  # deleted a moment ago
        typed = recording.origin is Origin.TYPED
        version = await self._profile.analyze(recording.owner_id, recording.id, transcript, typed=typed)
        async with self._recordings.transaction() as connection:
            if not await self._recordings.advance(connection, claim, Stage.INDEX, profile_version=version):
                raise LeaseLost
            await enqueue(self._jobs, connection, Stage.INDEX, recording.id)

    async def _index(self, claim: Claim) -> None:
        """Wait until others can be matched with it."""
        version = claim.recording.profile_version
        assert version is not None
        await self._profile.await_index(claim.recording.owner_id, version)
        async with self._recordings.transaction() as connection:
            if not await self._recordings.advance(connection, claim, None):
                raise LeaseLost

    async def _remove(self, _attempt: Attempt, recording_id: str) -> None:
        """Remove a deleted recording from the stores behind, and again once no upload can arrive any more."""
        removal = await self._recordings.removal(UUID(recording_id))
        if removal is None:
            return
        if removal.audio_key:  # its clips lie below it
            await self._audio.remove(removal.audio_key)
        await self._profile.forget(removal.owner_id, removal.recording_id)
        if removal.wait_seconds:
            async with self._recordings.transaction() as connection:
                await enqueue_removal(
                    self._jobs, connection, removal.recording_id, after_seconds=removal.wait_seconds
                )
        else:
            await self._recordings.removed(removal.recording_id)

    async def _ask(self, claim: Claim) -> None:
        """The owner's last word counts, not the one from when the recording was made."""
        if not await self._profile.consents(claim.recording.owner_id, Purpose.TRANSCRIBE):
            raise GaveUp(Failure.CONSENT_WITHDRAWN)
