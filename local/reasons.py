"""
Checks that the reasons of a match are true: both quotes were said, by whom and when the reason claims.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

_SLACK_MS = 50  # times are rounded to milliseconds on both sides


@dataclass(frozen=True, slots=True)
class Transcripts:
    """All that one person said, as it was written down."""

    name: str
    transcripts: Sequence[dict[str, Any]]

    def contains(self, statement: dict[str, Any]) -> bool:
        """Whether the quote of a statement was said word for word between its two times."""
        quote = _plain(statement.get("quote", ""))
        return bool(quote) and any(quote in heard for heard in self._heard(statement))

    def _heard(self, statement: dict[str, Any]) -> list[str]:
        start, end = statement.get("startMs", 0) - _SLACK_MS, statement.get("endMs", 0) + _SLACK_MS
        return [
            _plain(
                " ".join(
                    word["text"]
                    for segment in transcript.get("segments", [])
                    for word in segment.get("words", [])
                    if start <= word["startMs"] and word["endMs"] <= end
                )
            )
            for transcript in self.transcripts
        ]


def unproven(reasons: Sequence[dict[str, Any]], mine: Transcripts, theirs: Transcripts) -> list[str]:
    """Return the complaints about reasons whose quotes were not said as they claim; none is good."""
    return [
        f'{person.name} did not say "{statement.get("quote", "")}" at {seconds(statement)}'
        for reason in reasons
        for person, statement in ((mine, reason.get("mine", {})), (theirs, reason.get("theirs", {})))
        if not person.contains(statement)
    ]


def seconds(statement: dict[str, Any]) -> str:
    """When the quote was said, for people: `12.3-15.0 s`."""
    return f"{statement.get('startMs', 0) / 1000:.1f}-{statement.get('endMs', 0) / 1000:.1f} s"


def _plain(text: str) -> str:
    return " ".join(text.split())
