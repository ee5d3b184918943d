"""Which question is asked next."""

from __future__ import annotations

import pytest

from services.profile.domain import Facet
from services.profile.service.prompts import prompt_for

ENOUGH = {
    Facet.SEEK: 3,
    Facet.OFFER: 3,
    Facet.GOAL: 2,
    Facet.BACKGROUND: 2,
    Facet.INTEREST: 2,
    Facet.VALUE: 2,
}


def test_an_empty_profile_is_asked_for_every_facet_in_the_order_that_matching_needs_them() -> None:
    counts: dict[Facet, int] = {}
    asked: list[Facet] = []
    for _ in range(6):
        facet = prompt_for(counts, "en").facet
        asked.append(facet)
        counts[facet] = 1
    assert asked == [
        Facet.SEEK,
        Facet.OFFER,
        Facet.GOAL,
        Facet.BACKGROUND,
        Facet.INTEREST,
        Facet.VALUE,
    ]


def test_the_facet_that_is_furthest_from_enough_is_asked_for() -> None:
    assert prompt_for({**ENOUGH, Facet.BACKGROUND: 0}, "en").facet is Facet.BACKGROUND
    assert prompt_for(dict.fromkeys(ENOUGH, 1), "en").facet is Facet.SEEK


def test_what_is_ruled_out_is_never_asked_for() -> None:
    assert prompt_for({**ENOUGH, Facet.EXCLUSION: 0}, "en").facet is Facet.SEEK


def test_the_next_question_about_a_facet_is_another_one() -> None:
    full = dict.fromkeys(ENOUGH, 50)
    ids = [prompt_for({**full, Facet.OFFER: count}, "en").id for count in range(4)]
    assert len(set(ids[:3])) == 3
    assert ids[3] == ids[0]


def test_the_reason_tells_nothing_little_and_plenty_apart() -> None:
    full = dict.fromkeys(ENOUGH, 50)
    reasons = [prompt_for({**full, Facet.VALUE: count}, "en").reason for count in (0, 1, 2)]
    assert len(set(reasons)) == 3


@pytest.mark.parametrize(
    ("asked", "answered"), [("", "en"), ("en-GB", "en"), ("es", "es"), ("es-419", "es"), ("de", "en")]
)
def test_the_language_is_one_that_is_known(asked: str, answered: str) -> None:
    assert prompt_for({}, asked).language == answered


@pytest.mark.parametrize("facet", ENOUGH)
@pytest.mark.parametrize("count", range(4))
def test_every_question_and_reason_exists_in_both_languages(facet: Facet, count: int) -> None:
    counts = {**dict.fromkeys(ENOUGH, 50), facet: count}
    english, spanish = prompt_for(counts, "en"), prompt_for(counts, "es")
    assert english.id == spanish.id
    assert english.text.endswith(("?", "."))
    assert not {english.text, english.reason} & {spanish.text, spanish.reason}
