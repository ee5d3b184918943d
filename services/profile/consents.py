"""
What a user can agree to, and what holds as long as nothing was decided. Standard library only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from services.profile.domain import Covered


class Purpose(StrEnum):
    """What a user can agree to, in the order of the contract."""

    TRANSCRIBE = "TRANSCRIBE"
    EXTERNAL_ANALYSIS = "EXTERNAL_ANALYSIS"
    MATCHING = "MATCHING"
    SHARE_CLIPS = "SHARE_CLIPS"


HOLDS_UNDECIDED: Final = frozenset({Purpose.TRANSCRIBE, Purpose.MATCHING})
"""What Timbre cannot be used without, and is asked for by using it; see docs/decisions/0009-consents.md."""

DERIVED_UNDER: Final[Mapping[Purpose, Covered]] = {
    Purpose.TRANSCRIBE: Covered(typed=False),
    Purpose.EXTERNAL_ANALYSIS: Covered(external=True),
}
"""What is known only because of a consent, and goes with it."""


@dataclass(frozen=True, slots=True)
class Consent:
    """One decision about one purpose; version 0 while none was made."""

    purpose: Purpose
    granted: bool
    version: int = 0
    terms: str = ""
    """Name of the text that was agreed to."""
    decide_time: datetime | None = None

    @property
    def etag(self) -> str:
        return f"c{self.version}"

    @property
    def etag_before(self) -> str:
        """The etag that was current when this decision was made."""
        return f"c{self.version - 1}"

    def repeats(self, *, granted: bool, terms: str) -> bool:
        """Say whether this decision was made already."""
        return self.version > 0 and (self.granted, self.terms) == (granted, terms)


class Consents:
    """The decision that holds for every purpose."""

    def __init__(self, decided: Iterable[Consent] = ()) -> None:
        undecided = {purpose: Consent(purpose, purpose in HOLDS_UNDECIDED) for purpose in Purpose}
        self._consents = undecided | {consent.purpose: consent for consent in decided}

    def __getitem__(self, purpose: Purpose) -> Consent:
        return self._consents[purpose]

    def __iter__(self) -> Iterator[Consent]:
        return iter(self._consents.values())

    def hold(self, purpose: Purpose) -> bool:
        return self._consents[purpose].granted
