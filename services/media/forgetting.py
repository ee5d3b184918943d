"""Removing what a recogniser elsewhere keeps of recordings, once it is of no more use to anybody."""

from __future__ import annotations

from services.kit.logs import describe, get_logger
from services.media.adapters.hearings import Hearings, Remnant
from services.media.errors import AudioStoreUnavailable
from services.media.ports import Left, SpeechBusy, SpeechJobs, SpeechRefused


class Forgetting:
    """
    Sweeps behind the recogniser's jobs. Without a recogniser, because settings have changed, what it keeps
    stays noted until it is back.
    """

    def __init__(self, hearings: Hearings, speech: SpeechJobs | None) -> None:
        self._hearings = hearings
        self._speech = speech

    async def sweep(self) -> None:
        """Remove the jobs that are due. One that is still at work is due again later, like one that resists."""
        if self._speech is not None:
            for remnant in await self._hearings.due():
                await self.forget(remnant)

    async def forget(self, remnant: Remnant) -> Left:
        """Remove one job and what it wrote. Its row goes when nothing can be left; else a sweep comes back."""
        if self._speech is None:
            return Left.EVERYTHING
        try:
            left = await self._speech.forget(remnant.name, remnant.audio_key)
        except (SpeechBusy, SpeechRefused, AudioStoreUnavailable) as error:
            get_logger().warning("a recogniser's job resists", **describe(error))
            return Left.EVERYTHING
        if left is Left.UNKNOWN and remnant.young:
            return Left.EVERYTHING  # it may be on its way to being started
        if left is not Left.EVERYTHING:
            await self._hearings.forgotten(remnant.name)
        return left
