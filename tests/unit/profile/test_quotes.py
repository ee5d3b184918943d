"""A fact is kept only if its quote was really said, whoever proposes it."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.profile.domain import (
    Analysis,
    Facet,
    Proposal,
    Transcript,
    Verified,
    Word,
)
from services.profile.quotes import statement_key, verify_quotes

RECORDING = UUID(int=1)
TEXT = "Hello, I’m Zoë.  I'm looking for a\nbaker. I'm looking for a baker in Köln."


def spoken(text: str) -> Transcript:
    words = tuple(Word(word, 100 * i, 100 * i + 90) for i, word in enumerate(text.split()))
    return Transcript(text, words)


def verify(
    transcript: Transcript, *quotes: str, text: str = "a statement", near: int | None = None
) -> Verified:
    proposals = [Proposal(Facet.SEEK, f"{text} {i}", quote, 0.5, near) for i, quote in enumerate(quotes)]
    return verify_quotes(RECORDING, transcript, Analysis(tuple(proposals)))


@pytest.mark.parametrize(
    "quote", ["i'm zoë", "I’M ZOË", "looking  for a baker", "a baker", "I'm looking for a baker."]
)
def test_case_quotation_marks_and_white_space_do_not_matter(quote: str) -> None:
    verified = verify(spoken(TEXT), quote)
    assert verified.dropped == 0
    (statement,) = verified.statements
    evidence = statement.evidence
    assert evidence.quote == TEXT[evidence.start_char : evidence.end_char]


@pytest.mark.parametrize(
    "quote",
    [
        "I am looking for a baker",
        "a bake",
        "aker",
        "Hello, I'm looking",
        "",
        "   ",
        "I'm looking for a baker in Köln!!",
        "Zoe",
    ],
)
def test_what_was_not_said_is_dropped_and_counted(quote: str) -> None:
    verified = verify(spoken(TEXT), quote, "in Köln")
    assert (len(verified.statements), verified.dropped) == (1, 1)


def test_the_evidence_has_the_times_of_its_words() -> None:
    (statement,) = verify(spoken("I need a van"), "need a").statements
    assert (statement.evidence.start_ms, statement.evidence.end_ms) == (100, 290)


def test_of_equal_quotes_the_one_that_was_seen_counts() -> None:
    second = TEXT.rindex("a baker")
    (statement,) = verify(spoken(TEXT), "a baker", near=second).statements
    assert statement.evidence.start_char == second


def test_typed_text_has_no_times_and_spoken_words_without_times_are_not_heard() -> None:
    (statement,) = verify(Transcript("I need a van", typed=True), "a van").statements
    assert (statement.evidence.start_ms, statement.evidence.end_ms, statement.evidence.typed) == (0, 0, True)
    assert verify(Transcript("I need a van"), "a van").dropped == 1


def test_words_that_are_not_in_the_text_are_passed_over() -> None:
    words = (Word("I", 0, 90), Word("kneed", 100, 190), Word("a", 200, 290), Word("van", 300, 390))
    (statement,) = verify(Transcript("I need a van", words), "need a van").statements
    assert (statement.evidence.start_ms, statement.evidence.end_ms) == (200, 390)


@pytest.mark.parametrize("text", ["", " \n", "x" * 301])
def test_a_proposal_without_a_usable_text_is_dropped(text: str) -> None:
    analysis = Analysis((Proposal(Facet.GOAL, text, "a van", 0.5),))
    assert verify_quotes(RECORDING, spoken("I need a van"), analysis).dropped == 1


def test_what_no_database_can_store_is_dropped() -> None:
    transcript = Transcript("I need a v\0an. I love trains.", typed=True)
    proposals = (
        Proposal(Facet.SEEK, "a van", "I need a v\0an", 0.5),
        Proposal(Facet.GOAL, "a\0", "trains", 0.5),
    )
    verified = verify_quotes(RECORDING, transcript, Analysis(proposals, headline="I need a v\0an."))
    assert verified == Verified((), "", 2)


def test_confidence_is_brought_into_range_and_no_number_is_dropped() -> None:
    proposals = tuple(
        Proposal(Facet.GOAL, f"text {i}", "a van", confidence)
        for i, confidence in enumerate([7.0, -1.0, float("nan"), float("inf")])
    )
    verified = verify_quotes(RECORDING, spoken("I need a van"), Analysis(proposals))
    assert [statement.confidence for statement in verified.statements] == [1.0, 0.0]
    assert verified.dropped == 2


def test_the_same_statement_is_kept_once() -> None:
    proposals = (Proposal(Facet.GOAL, "A van!", "a van", 0.5), Proposal(Facet.GOAL, "a  van", "a van", 0.9))
    verified = verify_quotes(RECORDING, spoken("I need a van"), Analysis(proposals))
    assert (len(verified.statements), verified.dropped) == (1, 0)


def test_a_headline_that_was_not_said_is_none() -> None:
    transcript = spoken("I need a van. Soon.")
    assert (
        verify_quotes(RECORDING, transcript, Analysis(headline="I need a van.")).headline == "I need a van."
    )
    assert verify_quotes(RECORDING, transcript, Analysis(headline="Best driver in town")).headline == ""


def test_a_statement_is_recognised_by_its_words_alone() -> None:
    assert statement_key("I'm looking for a  van.") == statement_key("i’m looking, for a van")
    assert statement_key("I need a van") != statement_key("I need a fan")


@given(st.text(min_size=1, max_size=60), st.integers(0, 59), st.integers(0, 59))
def test_evidence_is_always_the_transcripts_own_characters(text: str, start: int, end: int) -> None:
    quote = text[start:end]
    verified = verify(Transcript(text, typed=True), quote)
    assert len(verified.statements) + verified.dropped == 1
    for statement in verified.statements:
        evidence = statement.evidence
        assert text[evidence.start_char : evidence.end_char] == evidence.quote
        assert evidence.quote
