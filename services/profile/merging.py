"""
How a new analysis of a recording meets what is already there: the user's own word wins, what the user
deleted stays away, what is still said keeps its name. Standard library only.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import SequenceMatcher
from typing import Final
from uuid import UUID

from services.profile.domain import MAX_FACTS, Evidence, Fact, Source, Statement, Tombstone
from services.profile.quotes import statement_key

_SAME_SHARE: Final = 0.5
"""Share of the shorter of two stretches of audio that both have in common when they hold one statement."""
_SAME_WORDS: Final = 0.75
"""Likeness of two typed quotes that are one statement, before and after a correction."""

_Place = tuple[str, Evidence | None]
"""Key of a statement, and where it was said."""


@dataclass(frozen=True, slots=True)
class Merge:
    """What to write: facts that are new or changed, in the order they were said, and facts that go."""

    written: tuple[Fact, ...]
    deleted: tuple[UUID, ...]


def merge(
    recording_id: UUID,
    statements: Sequence[Statement],
    *,
    facts: Sequence[Fact],
    tombstones: Iterable[Tombstone],
    hidden: Collection[str],
    analyzer: str,
    external: bool,
    find: Callable[[Evidence], Evidence | None],
    new_id: Callable[[], UUID],
    now: datetime,
) -> Merge:
    """
    Replace the analyzer's facts of one recording.

    Args:
        recording_id: The recording that was analyzed.
        statements: What the analyzer found in it, verified.
        facts: Every fact of the user.
        tombstones: Every statement that the user deleted.
        hidden: Key of every statement that the user hid.
        analyzer: Id of the analyzer.
        external: Whether it is outside Timbre.
        find: Looks the quote of older evidence up in the transcript as it is now.
        new_id: Makes the id of a new fact.
        now: Time of new and changed facts.
    """
    own = [fact for fact in facts if fact.source is Source.USER]
    before = {
        (fact.facet, fact.said_key): fact
        for fact in facts
        if fact.source is Source.ANALYZER and fact.evidence and fact.evidence.recording_id == recording_id
    }
    settled = [*_settled_by(own), *((tombstone.key, tombstone.evidence) for tombstone in tombstones)]
    concealed = [*((key, None) for key in hidden), *_said(fact for fact in before.values() if fact.hidden)]
    kept: dict[UUID, Fact] = {}
    for statement in _surest(statements, MAX_FACTS - (len(facts) - len(before))):
        key = statement_key(statement.text)
        known = before.get((statement.facet, key))
        if known is None and _among(key, statement.evidence, settled):
            continue
        hide = known.hidden if known else _among(key, statement.evidence, concealed)
        fact_id = known.id if known else new_id()
        found = _found(
            fact_id, statement, key, known, analyzer=analyzer, external=external, hide=hide, now=now
        )
        kept[found.id] = known if known and found.says_what(known) else found
    said = {statement_key(statement.text): statement.evidence for statement in statements}
    anchored = [_anchored(fact, recording_id, said, find, external=external, now=now) for fact in own]
    known_facts = {fact.id: fact for fact in facts}
    written = [fact for fact in (*kept.values(), *anchored) if known_facts.get(fact.id) != fact]
    return Merge(tuple(written), tuple(fact.id for fact in before.values() if fact.id not in kept))


def _said(facts: Iterable[Fact]) -> Iterable[_Place]:
    return ((fact.said_key, fact.evidence) for fact in facts)


def _settled_by(own: Sequence[Fact]) -> Iterable[_Place]:
    """Yield what the user's own facts say already: what was proposed, and what they read now."""
    yield from _said(own)
    yield from ((statement_key(fact.text), None) for fact in own)


def _surest(statements: Sequence[Statement], room: int) -> list[Statement]:
    """Return the most certain statements that there is room for, in the order they were made."""
    best = sorted(range(len(statements)), key=lambda i: -statements[i].confidence)[: max(0, room)]
    return [statements[i] for i in sorted(best)]


def _found(
    fact_id: UUID,
    statement: Statement,
    key: str,
    known: Fact | None,
    *,
    analyzer: str,
    external: bool,
    hide: bool,
    now: datetime,
) -> Fact:
    return Fact(
        id=fact_id,
        facet=statement.facet,
        text=statement.text,
        source=Source.ANALYZER,
        confidence=statement.confidence,
        analyzer=analyzer,
        evidence=statement.evidence,
        revision=known.revision + 1 if known else 1,
        create_time=known.create_time if known else now,
        update_time=now,
        said_key=key,
        external=external,
        hidden=hide,
    )


def _anchored(
    fact: Fact,
    recording_id: UUID,
    said: Mapping[str, Evidence],
    find: Callable[[Evidence], Evidence | None],
    *,
    external: bool,
    now: datetime,
) -> Fact:
    """
    Return a user's fact with evidence that the transcript, perhaps corrected, still bears out: the same
    quote, or what stands in its place now, or none. A fact that had lost its evidence has it again when the
    statement it was made from is.
    """
    known = fact.evidence
    if known is None:
        evidence = None
        again = said.get(fact.said_key)
    elif known.recording_id != recording_id:
        return fact
    else:
        evidence = find(known)
        instead = (other for other in said.values() if _overlap(known, other))
        again = None if evidence else next(instead, None)
    if evidence is None and again is not None:
        evidence, fact = again, replace(fact, external=external)
    if evidence == known:
        return fact
    return replace(fact, evidence=evidence, revision=fact.revision + 1, update_time=now)


def _among(key: str, evidence: Evidence, places: Iterable[_Place]) -> bool:
    """Say whether a statement is one of those, by its words or by where it was said."""
    return any(key == other or (at is not None and _overlap(evidence, at)) for other, at in places)


def _overlap(one: Evidence, other: Evidence) -> bool:
    """Say whether two quotes of one recording are the same statement, before and after a correction."""
    if one.recording_id != other.recording_id:
        return False
    if one.typed or other.typed:
        words = SequenceMatcher(None, one.quote.lower(), other.quote.lower(), autojunk=False)
        # The first two are upper bounds of the third, and much cheaper.
        bounds = (words.real_quick_ratio, words.quick_ratio, words.ratio)
        return all(likeness() >= _SAME_WORDS for likeness in bounds)
    shared = min(one.end_ms, other.end_ms) - max(one.start_ms, other.start_ms)
    shorter = min(one.end_ms - one.start_ms, other.end_ms - other.start_ms)
    return shared > 0 and shared >= _SAME_SHARE * shorter
