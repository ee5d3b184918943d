"""
What a profile is made of, and the rules that hold whoever proposes a fact. Standard library only.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
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

_DATE_LINE: Final = 180.0


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
    PREFERENCES_UPDATED = "PREFERENCES_UPDATED"
    CONSENT_SET = "CONSENT_SET"
    RESTORED = "RESTORED"


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
class Origin:
    """How something that was said came to be known: what a deletion or a consent can be about."""

    recording_id: UUID
    typed: bool
    external: bool
    """Whether an analyzer outside Timbre found it."""


@dataclass(frozen=True, slots=True)
class Covered:
    """The origins that have all of these properties; None asks for nothing."""

    recording_id: UUID | None = None
    typed: bool | None = None
    external: bool | None = None

    def covers(self, origin: Origin | None) -> bool:
        return (
            origin is not None
            and self.recording_id in (None, origin.recording_id)
            and self.typed in (None, origin.typed)
            and self.external in (None, origin.external)
        )


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
    external: bool = False
    """Whether an analyzer outside Timbre found the evidence."""
    hidden: bool = False
    """Whether it is the user's alone: neither matched nor shown."""

    @property
    def etag(self) -> str:
        return f"r{self.revision}"

    def says_what(self, other: Fact) -> bool:
        """Say whether the other is the same but for when and how often it was changed."""
        return self == replace(other, revision=self.revision, update_time=self.update_time)

    @property
    def origin(self) -> Origin | None:
        """Where it was said; None for what nobody said."""
        said = self.evidence
        return said and Origin(said.recording_id, said.typed, self.external)


@dataclass(frozen=True, slots=True)
class Tombstone:
    """A statement that the user deleted: no analyzer may propose it again."""

    key: str
    evidence: Evidence | None
    external: bool = False
    """Whether an analyzer outside Timbre found the evidence."""


@dataclass(frozen=True, slots=True)
class Card:
    """How others see a user, and whether they may."""

    display_name: str = ""
    headline: str = ""
    languages: tuple[str, ...] = ()
    visibility: Visibility = Visibility.VISIBLE
    headline_origin: Origin | None = None
    """Where the headline was said; None for one that the user wrote."""


class Format(StrEnum):
    """A way to meet."""

    ONLINE = "ONLINE"
    IN_PERSON = "IN_PERSON"
    WRITING = "WRITING"


@dataclass(frozen=True, slots=True)
class Place:
    """A rough place on Earth, in degrees."""

    latitude: float
    longitude: float

    def rounded(self) -> Place:
        """Return the middle of the quarter degree around it, the same whichever way round the globe it was named."""
        latitude, longitude = (
            math.floor(4 * degrees + 0.5) / 4 for degrees in (self.latitude, self.longitude)
        )
        return Place(latitude, -longitude if longitude == _DATE_LINE else longitude)


@dataclass(frozen=True, slots=True)
class Preferences:
    """Whom the user wants to be matched with; what is empty filters nobody."""

    languages: tuple[str, ...] = ()
    formats: tuple[Format, ...] = ()
    place: Place | None = None
    max_distance_km: int = 0
    weights: Mapping[Facet, float] = field(default_factory=dict[Facet, float])
    revision: int = 0
    """Counts the changes, from 1."""
    update_time: datetime | None = None

    @property
    def etag(self) -> str:
        return f"p{self.revision}"


@dataclass(frozen=True, slots=True)
class Profile:
    """What is known of a user, save the facts; version 0 was never changed."""

    user_id: str
    display_name: str = ""
    own_headline: str = ""
    selected_headline: str = ""
    headline_origin: Origin | None = None
    """Where the selected headline was said."""
    languages: tuple[str, ...] = ()
    visibility: Visibility = Visibility.VISIBLE
    preferences: Preferences = field(default_factory=Preferences)
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
        origin = self.headline_origin if self.headline_selected else None
        return Card(self.display_name, self.headline, self.languages, self.visibility, origin)

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
    preferences: Preferences = field(default_factory=Preferences)
    matching: bool = True
    """Whether the user agreed to be matched."""
    share_clips: bool = False
    """Whether the user agreed that matches may hear the evidence."""
    external_analysis: bool = False
    """Whether the user agreed that their words leave Timbre to be read."""

    @property
    def visible(self) -> bool:
        """Whether anybody is shown this person."""
        return self.matching and self.card.visibility is Visibility.VISIBLE

    @property
    def open_facts(self) -> tuple[Fact, ...]:
        """The facts that are not the user's alone."""
        return tuple(fact for fact in self.facts if not fact.hidden)


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
    """Id of the analyzer; empty when a consent was missing and none was asked."""
    forgotten: bool
    outcome: Outcome
