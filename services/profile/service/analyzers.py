"""
Who may read a transcript.
"""

from __future__ import annotations

from dataclasses import dataclass

from services.profile.consents import Consents, Purpose
from services.profile.domain import Transcript
from services.profile.ports import Analyzer


@dataclass(frozen=True, slots=True)
class Analyzers:
    """The analyzer that was chosen, and the one for users who do not let their words leave Timbre."""

    chosen: Analyzer
    inside: Analyzer

    def __post_init__(self) -> None:
        if self.inside.external:
            raise ValueError(f"{self.inside.id} is outside Timbre")

    def allowed(self, transcript: Transcript, consents: Consents) -> Analyzer | None:
        """Return who may read it under these consents; None when nobody may."""
        if not transcript.typed and not consents.hold(Purpose.TRANSCRIBE):
            return None
        if self.chosen.external and not consents.hold(Purpose.EXTERNAL_ANALYSIS):
            return self.inside
        return self.chosen
