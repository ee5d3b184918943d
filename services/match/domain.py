"""
The words of matching: facts as they arrive with a profile, and matches as they leave. Pure values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import Final, Generic, TypeVar
from uuid import UUID

from services.match.filters import Filters, Place

MAX_RANKED = 200
"""People ranked for one caller; a chain of pages ends there."""
MAX_FOUND = 100
"""People found by one sentence."""
MAX_REASONS = 6
MAX_SHARED_REASONS = 2
MAX_ANSWERS = 3
"""Facts that are told of somebody who was found by a sentence."""


class Facet(IntEnum):
    """What a fact is about; the numbers are the contract's."""

    OFFER = 1
    SEEK = 2
    VALUE = 3
    INTEREST = 4
    BACKGROUND = 5
    GOAL = 6
    EXCLUSION = 7


class Band(IntEnum):
    """How strong a match is; the numbers are the contract's. Exact scores stay inside."""

    POSSIBLE = 1
    GOOD = 2
    STRONG = 3


class Direction(IntEnum):
    """Who answers whom in a reason; the numbers are the contract's."""

    THEY_ANSWER = 1
    I_ANSWER = 2
    SHARED = 3


class Reaction(IntEnum):
    """What somebody said to a match; the numbers are the contract's."""

    NONE = 0
    LIKE = 1
    PASS = 2


@dataclass(frozen=True, slots=True)
class Fact:
    """A statement about a person; the quote and its span are empty for facts written by hand."""

    id: UUID
    facet: Facet
    text: str
    quote: str = ""
    start_ms: int = 0
    end_ms: int = 0
    recording: str = ""
    """`recordings/{uuid}`; empty also for facts that were indexed before recordings were kept."""
    start_char: int = 0
    end_char: int = 0
    typed: bool = False

    @property
    def audible(self) -> bool:
        """Whether there is something to hear: it was spoken, and it is known where."""
        return bool(self.recording) and self.end_ms > 0 and not self.typed


@dataclass(frozen=True, slots=True)
class Card:
    """How others see a person."""

    display_name: str
    headline: str
    languages: tuple[str, ...]


class Format(IntEnum):
    """A way to meet; the numbers are the contract's."""

    ONLINE = 1
    IN_PERSON = 2
    WRITING = 3


WEIGHTED: Final = (Facet.OFFER, Facet.SEEK, Facet.VALUE, Facet.INTEREST, Facet.BACKGROUND, Facet.GOAL)
"""The facets that a person can weigh, in the order in which they are told."""


@dataclass(frozen=True, slots=True)
class Preferences:
    """Whom somebody wants to be matched with."""

    languages: tuple[str, ...] = ()
    formats: tuple[int, ...] = ()
    place: Place | None = None
    max_distance_km: int = 0
    weights: Mapping[Facet, float] = field(default_factory=dict[Facet, float])

    def filters(self, card: Card) -> Filters:
        """Join what somebody asks of others with what others may ask of them."""
        return Filters(
            speaks=speaks(card.languages),
            asks=speaks(self.languages),
            formats=frozenset(self.formats),
            place=self.place,
            max_distance_km=self.max_distance_km,
        )


@dataclass(frozen=True, slots=True)
class Profile:
    """One version of somebody's profile, complete."""

    version: int
    card: Card
    visible: bool
    facts: tuple[Fact, ...]
    preferences: Preferences = Preferences()
    share_clips: bool = False
    matching: bool = True
    """False while the person does not agree to be matched at all."""
    external_analysis: bool = False
    """Whether the person agrees that their words are read by a model outside."""


@dataclass(frozen=True, slots=True)
class Reason:
    """A pair of facts that the score was computed from; `strength` orders reasons and stays inside."""

    direction: Direction
    mine: Fact
    theirs: Fact
    strength: float
    sentence: str = ""
    """The pair in words; empty unless a judge has found some."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a judge says to one pair of people."""

    fit: int
    """0 to 100, from the side of the one for whom it was judged."""
    sentences: Mapping[int, str]
    """By number of the reason, from 1; not every reason has one."""


NEUTRAL_FIT: Final = 50
NO_VERDICT: Final = Verdict(NEUTRAL_FIT, {})
"""What is kept when a judge had nothing of use to say."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict that is kept, for two people as they are in these versions."""

    other_version: int
    fit: int
    sentences: Mapping[tuple[Direction, UUID, UUID], str]
    """By direction, my fact and theirs."""


@dataclass(frozen=True, slots=True)
class Match:
    """Another person, as the caller may see them."""

    person_id: UUID
    card: Card
    band: Band
    reasons: tuple[Reason, ...]
    reaction: Reaction
    connected: bool
    clips: bool
    """Whether the person lets others hear what they said."""


@dataclass(frozen=True, slots=True)
class Connection:
    """Two people who like each other, seen from one side."""

    id: UUID
    person_id: UUID
    card: Card
    create_time: datetime


@dataclass(frozen=True, slots=True)
class Weight:
    """How much one facet counts in somebody's own ranking."""

    facet: Facet
    preferred: float
    learned: float

    @property
    def effective(self) -> float:
        return self.preferred * self.learned


@dataclass(frozen=True, slots=True)
class Block:
    """That somebody does not want to meet somebody; the name is the one they had then."""

    id: UUID
    person_id: UUID
    display_name: str
    create_time: datetime


class Category(IntEnum):
    """What is reported; the numbers are the contract's."""

    SPAM = 1
    HARASSMENT = 2
    HATE = 3
    IMPERSONATION = 4
    DANGER = 5
    UNDERAGE = 6
    OTHER = 7


class Resolution(IntEnum):
    """How a report ended; the numbers are the contract's."""

    NONE = 0
    DISMISSED = 1
    SUSPENDED = 2


@dataclass(frozen=True, slots=True)
class Report:
    """What somebody told the moderators about a person."""

    id: UUID
    person_id: UUID
    category: Category
    comment: str
    create_time: datetime


@dataclass(frozen=True, slots=True)
class Case:
    """A report as moderators see it."""

    report: Report
    resolution: Resolution
    resolve_time: datetime | None
    note: str
    card: Card
    facts: tuple[Fact, ...]
    """What others may see, at most `MAX_CASE_FACTS`."""
    report_count: int
    """How many people have reported this person."""


MAX_CASE_FACTS = 50


class Filter(IntEnum):
    """One of somebody's own filters; the numbers, and the order, are the contract's."""

    EVERYBODY = 1
    LANGUAGES = 2
    FORMATS = 3
    DISTANCE = 4
    REACTIONS = 5
    FIT = 6


EXACT_FROM: Final = 5
"""Fewer people than this are not counted out."""


@dataclass(frozen=True, slots=True)
class Count:
    """How many people, as exactly as may be told."""

    value: int
    few: bool

    @classmethod
    def of(cls, number: int) -> Count:
        return cls(0, few=True) if number < EXACT_FROM else cls(number, few=False)


@dataclass(frozen=True, slots=True)
class Step:
    """What one filter leaves of what the ones before it left."""

    filter: Filter
    remaining: Count


@dataclass(frozen=True, slots=True)
class Relaxation:
    """A change of one filter that lets more people through."""

    filter: Filter
    filters: Filters
    added: Count


@dataclass(frozen=True, slots=True)
class Explanation:
    """Where people get lost, and what would help, most helpful first."""

    steps: tuple[Step, ...]
    relaxations: tuple[Relaxation, ...]


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some of a list; the token is empty on the last page."""

    items: tuple[T, ...]
    next_token: str


def speaks(languages: tuple[str, ...]) -> frozenset[str]:
    """Reduce BCP 47 codes to what decides whether two people can talk: `en-GB` and `en` are one."""
    return frozenset(code.partition("-")[0].lower() for code in languages)


def whole_text(facts: Sequence[Fact]) -> str:
    """Return what a person is about, in one text: everything but what they rule out."""
    return " ".join(fact.text for fact in facts if fact.facet is not Facet.EXCLUSION)
