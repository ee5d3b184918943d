"""The neighbours of which more than one kind exists."""

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeAlias

from services.media.domain import Audio, Segment, Transcript

OnSegment: TypeAlias = Callable[[Segment], Awaitable[None]]


class Speech(Protocol):
    """Speech to text."""

    async def transcribe(self, audio: Audio, on_segment: OnSegment) -> Transcript:
        """
        Write down what is said.

        `on_segment` is awaited for each segment as soon as it is known, in order; the transcript has the
        same segments. Words are in order, each with `start_ms` < `end_ms`. Audio without speech gives a
        transcript without words, never invented ones. Cancelling stops the work soon, not at once.
        """
        ...
