"""
What this service asks of neighbours that have more than one adapter.
"""

from __future__ import annotations

from typing import Protocol

from services.profile.domain import Analysis, Transcript


class Analyzer(Protocol):
    """Turns a transcript into proposed facts. Deterministic or not, it is never trusted: quotes are verified."""

    @property
    def id(self) -> str:
        """Name and version, e.g. `extractive-v1`: another id means that results may differ."""
        ...

    @property
    def external(self) -> bool:
        """Whether transcripts leave Timbre: then only those of users with the consent EXTERNAL_ANALYSIS may."""
        ...

    async def analyze(self, transcript: Transcript) -> Analysis:
        """
        Propose facts and select a headline; cost grows with the length of the text.

        A language that the adapter cannot read is no error: the analysis is empty and its warnings
        hold `ANALYSIS_LANGUAGE_UNSUPPORTED`.

        Raises:
            services.kit.errors.Unavailable: trying again later may help.
        """
        ...
