"""
Who may read a transcript.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from services.kit.errors import Unavailable
from services.kit.logs import get_logger
from services.profile.consents import Consents, Purpose
from services.profile.domain import Analysis, Transcript
from services.profile.errors import AnalysisUnavailable
from services.profile.ports import Analyzer

ANALYSIS_FALLBACK: Final = "ANALYSIS_FALLBACK"
"""Warning of an analysis by the analyzer inside, because the one outside gave none."""


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

    async def analyze(self, analyzer: Analyzer, transcript: Transcript) -> tuple[Analyzer, Analysis]:
        """
        Return what `analyzer` makes of the transcript, or else the one inside, and which of the two it was.

        Nobody waits for a neighbour that is down: the adapter has tried as often as is of use. Asked again
        for the same transcript, as a reanalysis does, the chosen one gets another chance.
        """
        try:
            return analyzer, await analyzer.analyze(transcript)
        except Unavailable as error:
            if not analyzer.external:
                raise
            why = error.why if isinstance(error, AnalysisUnavailable) else error.reason
            get_logger().warning("analysis fell back", adapter=analyzer.id, reason=why)
        analysis = await self.inside.analyze(transcript)
        return self.inside, replace(analysis, warnings=(*analysis.warnings, ANALYSIS_FALLBACK))
