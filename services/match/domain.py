"""
The words of matching: facts as they arrive with a profile, and matches as they leave. Pure values.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Generic, TypeVar
from uuid import UUID

MAX_RANKED = 200
"""People ranked for one caller; a chain of pages ends there."""
MAX_REASONS = 6
MAX_SHARED_REASONS = 2


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


@dataclass(frozen=True, slots=True)
class Card:
    """How others see a person."""

    display_name: str
    headline: str
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Profile:
    """One version of somebody's profile, complete."""

    version: int
    card: Card
    visible: bool
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Reason:
    """A pair of facts that the score was computed from; `strength` orders reasons and stays inside."""

    direction: Direction
    mine: Fact
    theirs: Fact
    strength: float


@dataclass(frozen=True, slots=True)
class Match:
    """Another person, as the caller may see them."""

    person_id: UUID
    card: Card
    band: Band
    reasons: tuple[Reason, ...]
    reaction: Reaction
    connected: bool


@dataclass(frozen=True, slots=True)
class Connection:
    """Two people who like each other, seen from one side."""

    id: UUID
    person_id: UUID
    card: Card
    create_time: datetime


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
