"""The neighbours of which more than one kind exists."""

from collections.abc import Awaitable, Callable
from enum import Enum, auto
from typing import Protocol, TypeAlias

from services.media.domain import Audio, Segment, Transcript

OnSegment: TypeAlias = Callable[[Segment], Awaitable[None]]


class Speech(Protocol):
    """Speech to text, here and now."""

    async def transcribe(self, audio: Audio, on_segment: OnSegment) -> Transcript:
        """
        Write down what is said.

        `on_segment` is awaited for each segment as soon as it is known, in order; the transcript has the
        same segments. Words are in order, each with `start_ms` < `end_ms`. Audio without speech gives a
        transcript without words, never invented ones. Cancelling stops the work soon, not at once.
        """
        ...


class SpeechBusy(Exception):
    """The recogniser cannot take or tell anything just now. Ask again later; nothing is lost."""


class SpeechJobFailed(Exception):
    """The recogniser has given up this job, and not because of the audio: another job may succeed."""


class SpeechRefused(Exception):
    """The recogniser refuses what it is asked: the settings or the permissions are wrong."""


class ResultUnreadable(Exception):
    """The job is done, but what it wrote is missing, or is not a transcript."""


class Left(Enum):
    """What a recogniser has left of a job after being told to forget it."""

    NOTHING = auto()
    """It was there, and is gone."""
    UNKNOWN = auto()
    """It was not there."""
    EVERYTHING = auto()
    """It is still at work, and cannot be stopped: ask again later."""


class SpeechJobs(Protocol):
    """
    Speech to text elsewhere, which fetches stored audio itself and takes its time. Its transcripts keep what
    `Speech` promises of them. Every method may raise `SpeechBusy` and `SpeechRefused`.
    """

    async def start(self, name: str, audio_key: str) -> None:
        """Have the audio written down by a job of this name. Starting the same name again changes nothing."""
        ...

    async def result(self, name: str, audio_key: str) -> Transcript | None:
        """
        What was heard; None while the job is at work.

        Raises:
            BadAudio: the recogniser says what is wrong with the audio.
            SpeechJobFailed: the job failed for another reason, or is unknown.
            ResultUnreadable: it has succeeded, but its result cannot be read.
        """
        ...

    async def forget(self, name: str, audio_key: str) -> Left:
        """Remove the job, once it has ended, and everything it wrote."""
        ...
