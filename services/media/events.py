"""
News from AWS, by EventBridge and SQS: audio has arrived, a transcription has ended. News is never the only way
anything gets done, and never the truth: it makes a worker look. Each piece is noted in the inbox and its job
deferred in one transaction, and only then deleted from the queue, so it may be cut off, come again, come late
and come in any order.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

import psycopg

from services.kit.jobs import Attempt, Jobs
from services.kit.logs import describe, get_logger
from services.kit.postgres import Connection
from services.media.adapters.inbox import Inbox
from services.media.adapters.postgres import Recordings
from services.media.adapters.sqs import EventQueue, Message, QueueUnavailable
from services.media.domain import Stage, State
from services.media.queue import ARRIVED, enqueue, enqueue_arrival
from services.media.service.uploads import UploadService

ARRIVAL_ATTEMPTS = 8
_LONGEST_PAUSE_SECONDS = 30.0
_LONGEST_ID = 200
_ENDS: Final = frozenset({"COMPLETED", "FAILED"})


class Poison(Exception):
    """A message that nobody can make sense of, now or later."""


class Outcome(StrEnum):
    """What became of a piece of news."""

    TAKEN = "TAKEN"
    """A worker looks."""
    DUPLICATE = "DUPLICATE"
    """It had been delivered before."""
    LATE = "LATE"
    """Nobody waits for it any more."""
    UNKNOWN = "UNKNOWN"
    """It is about no recording, or about one that is deleted or erased."""
    FOREIGN = "FOREIGN"
    """It comes from somebody else's bucket."""
    OTHER = "OTHER"
    """It is of a kind that nobody asked for."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """An object was stored."""

    bucket: str
    key: str


@dataclass(frozen=True, slots=True)
class Heard:
    """A transcription has ended, well or not."""

    job: str


@dataclass(frozen=True, slots=True)
class Event:
    """One piece of news; `about` is None when it is of another kind."""

    id: str
    about: Arrived | Heard | None


def read(body: str) -> Event:
    """
    Read what EventBridge puts in the queue.

    Raises:
        Poison: it is no event.
    """
    try:
        found = json.loads(body)
        event_id, kind, detail = found["id"], (found["source"], found["detail-type"]), found["detail"]
        about = _about(kind, detail)
    except (ValueError, KeyError, TypeError, RecursionError):  # their texts quote the message
        raise Poison from None
    if not _is_text(event_id):
        raise Poison
    return Event(event_id, about)


def _about(kind: tuple[Any, Any], detail: Any) -> Arrived | Heard | None:
    match kind:
        case ("aws.s3", "Object Created"):
            bucket, key = detail["bucket"]["name"], detail["object"]["key"]
            if not (_is_text(bucket) and _is_text(key, 1024)):
                raise Poison
            return Arrived(bucket, key)
        case ("aws.transcribe", "Transcribe Job State Change"):
            job, status = detail["TranscriptionJobName"], detail["TranscriptionJobStatus"]
            if not _is_text(job):
                raise Poison
            return Heard(job) if status in _ENDS else None
        case _:
            return None


def _is_text(value: object, longest: int = _LONGEST_ID) -> bool:
    return isinstance(value, str) and 0 < len(value) <= longest and value.isprintable()


class Events:
    """Takes news out of the queue. As many workers as there are may do so at once."""

    def __init__(
        self, inbox: Inbox, recordings: Recordings, uploads: UploadService, jobs: Jobs, bucket: str
    ) -> None:
        """
        Args:
            inbox: What has come.
            recordings: The tables.
            uploads: Decides about what has arrived.
            jobs: The queue of our own work.
            bucket: The only one whose objects are ours.
        """
        self._inbox = inbox
        self._recordings = recordings
        self._uploads = uploads
        self._jobs = jobs
        self._bucket = bucket

    def define(self) -> None:
        """Register the kind of job that news of an upload makes."""
        self._jobs.define(ARRIVED, self._arrived, attempts=ARRIVAL_ATTEMPTS, max_wait_seconds=30)

    async def run(self, queue: EventQueue) -> None:
        """Take news until cancelled, through absences of the queue and of the database."""
        pause = 1.0
        while True:
            try:
                # News that cannot be noted is not received either: each delivery brings it closer to the dead
                # letters, where an hour without a database must not send it.
                await self._inbox.ready()
                await self.once(queue)
                pause = 1.0
            except (psycopg.OperationalError, QueueUnavailable) as error:
                get_logger().warning("events have to wait", **describe(error))
                await asyncio.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)

    async def once(self, queue: EventQueue) -> None:
        """Wait for messages, and deal with them. What cannot be dealt with stays in the queue."""
        done = [message for message in await queue.receive() if await self._deal_with(message)]
        await queue.delete(done)

    async def _deal_with(self, message: Message) -> bool:
        log = get_logger().bind(attempt=message.receives)
        try:
            event = read(message.body)
            outcome, recording_id = await self._take(event)
        except psycopg.OperationalError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the messages behind it must go on
            # An alarm may be set on this line. The queue gives the message five chances, for those that a
            # repaired worker can use, and then keeps it with the dead letters.
            log.error("event not understood", **describe(error))  # noqa: TRY400 - its text may quote the message
            return False
        log.info("event", reason=outcome.value, recording=str(recording_id) if recording_id else None)
        return True

    async def _take(self, event: Event) -> tuple[Outcome, UUID | None]:
        async with self._recordings.transaction() as connection:
            outcome, recording_id = await self._judge(connection, event.about)
            if not await self._inbox.put(connection, event.id, recording_id, outcome):
                return Outcome.DUPLICATE, recording_id
            if outcome is Outcome.TAKEN and recording_id:
                if isinstance(event.about, Heard):
                    await self._inbox.heard(connection, event.about.job)
                    await enqueue(self._jobs, connection, Stage.TRANSCRIBE, recording_id)
                else:
                    await enqueue_arrival(self._jobs, connection, recording_id)
        return outcome, recording_id

    async def _judge(
        self, connection: Connection, about: Arrived | Heard | None
    ) -> tuple[Outcome, UUID | None]:
        match about:
            case Arrived(bucket=bucket) if bucket != self._bucket:
                return Outcome.FOREIGN, None
            case Arrived(key=key):
                found = await self._inbox.uploading(connection, key)
                if found is None:
                    return Outcome.UNKNOWN, None
                recording_id, waits = found
                return (Outcome.TAKEN if waits else Outcome.LATE), recording_id
            case Heard(job=job):
                waiting = await self._inbox.hearing(connection, job)
                return (Outcome.TAKEN, waiting) if waiting else (Outcome.UNKNOWN, None)
            case None:
                return Outcome.OTHER, None

    async def _arrived(self, _attempt: Attempt, recording_id: str) -> None:
        """Do what the browser would have done, had it lived; whoever comes second finds it done."""
        recording = await self._recordings.find(UUID(recording_id))
        if recording and recording.state is State.UPLOADING:
            await self._uploads.settle(recording)
