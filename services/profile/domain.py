"""
What a profile is made of, and the rules that hold whoever proposes a fact. Standard library only.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

MAX_FACT_TEXT: Final = 300
"""Characters in the text of a fact."""
MAX_HEADLINE: Final = 160
"""Characters in a headline."""
MAX_FACTS: Final = 500
"""Facts of one user, as many as match takes; the analyzer's least certain ones give way."""


class Facet(StrEnum):
    """What a fact is about."""

    OFFER = "OFFER"
    SEEK = "SEEK"
    VALUE = "VALUE"
    INTEREST = "INTEREST"
    BACKGROUND = "BACKGROUND"
    GOAL = "GOAL"
    EXCLUSION = "EXCLUSION"


class Source(StrEnum):
    """Whose statement a fact is now."""

    ANALYZER = "ANALYZER"
    USER = "USER"


class Visibility(StrEnum):
    """Who can find a profile."""

    VISIBLE = "VISIBLE"
    HIDDEN = "HIDDEN"


class Cause(StrEnum):
    """What made a version."""

    ANALYSIS = "ANALYSIS"
    PROFILE_UPDATED = "PROFILE_UPDATED"
    FACT_CREATED = "FACT_CREATED"
    FACT_UPDATED = "FACT_UPDATED"
    FACT_DELETED = "FACT_DELETED"
    RECORDING_DELETED = "RECORDING_DELETED"


@dataclass(frozen=True, slots=True)
class Word:
    """A word as it stands in the transcript, and when it was said."""

    text: str
    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was said, or typed; typed words have no times."""

    text: str
    words: tuple[Word, ...] = ()
    language: str = "en"
    typed: bool = False

    def digest(self) -> str:
        """Identify everything that an analysis can depend on."""
        parts = [self.language, str(self.typed), self.text]
        parts += [f"{word.text}\x1f{word.start_ms}\x1f{word.end_ms}" for word in self.words]
        return hashlib.sha256("\x1e".join(parts).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Proposal:
    """A fact as an analyzer proposes it: nothing is believed before `verify_quotes` has seen it."""

    facet: Facet
    text: str
    quote: str
    confidence: float
    start_char: int | None = None
    """Where the analyzer saw the quote, when it knows: decides between equal quotes."""


@dataclass(frozen=True, slots=True)
class Analysis:
    """What an analyzer makes of one transcript."""

    proposals: tuple[Proposal, ...] = ()
    headline: str = ""
    """A sentence selected from the transcript, verbatim; empty when none fits."""
    warnings: tuple[str, ...] = ()
    """Names such as `ANALYSIS_LANGUAGE_UNSUPPORTED`."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """The place where something was said; offsets count code points of the transcript."""

    recording_id: UUID
    quote: str
    start_char: int
    end_char: int
    start_ms: int
    end_ms: int
    typed: bool


@dataclass(frozen=True, slots=True)
class Statement:
    """A proposal whose quote was found: what is said, and where."""

    facet: Facet
    text: str
    confidence: float
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Verified:
    """The proposals that hold, in the order they were made, and how many did not."""

    statements: tuple[Statement, ...]
    headline: str
    dropped: int


@dataclass(frozen=True, slots=True)
class Fact:
    """One short statement about a user."""

    id: UUID
    facet: Facet
    text: str
    source: Source
    confidence: float
    analyzer: str
    evidence: Evidence | None
    revision: int
    """Counts the changes, from 1."""
    create_time: datetime
    update_time: datetime
    said_key: str = ""
    """`statement_key` of what an analyzer proposed; survives the user's edits, empty when none did."""

    @property
    def etag(self) -> str:
        return f"r{self.revision}"


@dataclass(frozen=True, slots=True)
class Tombstone:
    """A statement that the user deleted: no analyzer may propose it again."""

    key: str
    evidence: Evidence | None


@dataclass(frozen=True, slots=True)
class Card:
    """How others see a user, and whether they may."""

    display_name: str = ""
    headline: str = ""
    languages: tuple[str, ...] = ()
    visibility: Visibility = Visibility.VISIBLE
    headline_recording: UUID | None = None
    """Where the headline was said; None for one that the user wrote."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What is known of a user, save the facts; version 0 was never changed."""

    user_id: str
    display_name: str = ""
    own_headline: str = ""
    selected_headline: str = ""
    headline_recording: UUID | None = None
    """Where the selected headline was said."""
    languages: tuple[str, ...] = ()
    visibility: Visibility = Visibility.VISIBLE
    version: int = 0
    indexed_version: int = 0
    update_time: datetime | None = None
    fact_counts: Mapping[str, int] = field(default_factory=dict[str, int])

    @property
    def headline(self) -> str:
        """The user's own line, or failing that the sentence that was selected."""
        return self.own_headline or self.selected_headline

    @property
    def headline_selected(self) -> bool:
        return bool(self.selected_headline) and not self.own_headline

    @property
    def card(self) -> Card:
        recording = self.headline_recording if self.headline_selected else None
        return Card(self.display_name, self.headline, self.languages, self.visibility, recording)

    @property
    def etag(self) -> str:
        return f"v{self.version}"


@dataclass(frozen=True, slots=True)
class Version:
    """The profile as it was in one version, and what made it."""

    version: int
    cause: Cause
    create_time: datetime
    card: Card
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of analyzing a transcript."""

    version: int
    fact_count: int = 0
    dropped_count: int = 0
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Analyzed:
    """What is remembered of the newest analysis of a recording, or that the recording was forgotten."""

    revision: int
    digest: str
    analyzer: str
    forgotten: bool
    outcome: Outcome
