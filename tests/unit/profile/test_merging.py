"""How a new analysis meets the facts that are there, without a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from uuid import UUID

from services.profile.domain import Evidence, Facet, Fact, Source, Statement, Tombstone
from services.profile.merging import Merge, merge
from services.profile.quotes import statement_key

RECORDING = UUID(int=1)
THEN, NOW = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 2, tzinfo=UTC)


def said(text: str, at_ms: int = 0, *, facet: Facet = Facet.SEEK, recording: UUID = RECORDING) -> Statement:
    evidence = Evidence(recording, text, at_ms, at_ms + len(text), at_ms, at_ms + 1_000, typed=False)
    return Statement(facet, text, 0.9, evidence)


def fact(statement: Statement, number: int, *, source: Source = Source.ANALYZER) -> Fact:
    return Fact(
        id=UUID(int=100 + number),
        facet=statement.facet,
        text=statement.text,
        source=source,
        confidence=statement.confidence,
        analyzer="a-v1",
        evidence=statement.evidence,
        revision=1,
        create_time=THEN,
        update_time=THEN,
        said_key=statement_key(statement.text),
    )


def merged(
    *statements: Statement,
    facts: list[Fact] | None = None,
    tombstones: list[Tombstone] | None = None,
    hidden: frozenset[str] = frozenset(),
) -> Merge:
    numbers = count(1)
    quotes = {statement.evidence.quote: statement.evidence for statement in statements}
    return merge(
        RECORDING,
        statements,
        facts=facts or [],
        tombstones=tombstones or [],
        hidden=hidden,
        analyzer="a-v1",
        external=False,
        find=lambda evidence: quotes.get(evidence.quote),
        new_id=lambda: UUID(int=next(numbers)),
        now=NOW,
    )


def test_the_first_analysis_adds_everything() -> None:
    result = merged(said("a van"), said("a ramp", 1_000))
    assert [(new.text, new.source, new.create_time) for new in result.written] == [
        ("a van", Source.ANALYZER, NOW),
        ("a ramp", Source.ANALYZER, NOW),
    ]
    assert result.deleted == ()


def test_the_same_analysis_again_writes_nothing() -> None:
    van = said("a van")
    assert merged(van, facts=[fact(van, 1)]) == Merge((), ())


def test_what_moved_keeps_its_id_and_what_is_no_longer_said_goes() -> None:
    van, ramp = fact(said("a van"), 1), fact(said("a ramp", 5_000), 2)
    moved = said("a van", 700)
    result = merged(moved, facts=[van, ramp])
    assert result.written == (replace(van, evidence=moved.evidence, revision=2, update_time=NOW),)
    assert result.deleted == (ramp.id,)


def test_other_recordings_are_left_alone() -> None:
    other = fact(said("a ramp", recording=UUID(int=2)), 1)
    result = merged(said("a van"), facts=[other])
    assert [new.text for new in result.written] == ["a van"]
    assert result.deleted == ()


def test_another_facet_of_a_quote_that_is_kept_survives_the_deletion_of_one() -> None:
    """Two facts may rest on one quote; deleting one must not take the other away at the next analysis."""
    offer = said("a van to share", facet=Facet.OFFER)
    background = said("a van to share", facet=Facet.BACKGROUND)
    tombstone = Tombstone(statement_key(offer.text), offer.evidence)
    kept = fact(background, 1)
    assert merged(offer, background, facts=[kept], tombstones=[tombstone]) == Merge((), ())


def test_neighbouring_statements_are_not_taken_for_each_other() -> None:
    van, ramp = said("a van", 0), said("a ramp", 1_000)
    tombstone = Tombstone(statement_key("a van"), van.evidence)
    assert [new.text for new in merged(van, ramp, tombstones=[tombstone]).written] == ["a ramp"]


def test_the_users_text_stays_and_its_evidence_follows_the_correction() -> None:
    own = replace(fact(said("a fan"), 1), source=Source.USER, text="A lorry")
    corrected = said("a van", 100)
    (written,) = merged(corrected, facts=[own]).written
    assert (written.text, written.evidence) == ("A lorry", corrected.evidence)


def test_in_a_full_profile_the_most_certain_statements_get_the_room() -> None:
    others = [fact(said(f"thing {i}", recording=UUID(int=2)), i) for i in range(499)]
    weak, strong = replace(said("a van"), confidence=0.5), said("a ramp", 1_000)
    assert [new.text for new in merged(weak, strong, facts=others).written] == ["a ramp"]


def test_a_statement_that_was_hidden_is_found_hidden_again() -> None:
    van, ramp = said("a van"), said("a ramp", 5_000)
    result = merged(van, ramp, hidden=frozenset({statement_key("A van!")}))
    assert [(new.text, new.hidden) for new in result.written] == [("a van", True), ("a ramp", False)]


def test_a_correction_of_a_hidden_statement_is_hidden() -> None:
    hidden = replace(fact(said("a fan"), 1), hidden=True)
    result = merged(said("a van", 100), facts=[hidden])
    assert [(new.text, new.hidden) for new in result.written] == [("a van", True)]
    assert result.deleted == (hidden.id,)


def test_a_fact_of_the_users_that_lost_its_evidence_has_it_again_when_it_is_said_again() -> None:
    van = said("a van")
    own = replace(fact(van, 1), source=Source.USER, text="A lorry", evidence=None)
    (written,) = merged(van, said("a ramp", 5_000), facts=[own]).written[1:]
    assert (written.id, written.text, written.evidence) == (own.id, "A lorry", van.evidence)


def test_a_fact_that_nobody_said_gets_no_evidence() -> None:
    own = replace(fact(said("a van"), 1), source=Source.USER, evidence=None, said_key="")
    assert merged(said("a van"), facts=[own]) == Merge((), ())
