"""
Which words of a statement carry meaning.
"""

from __future__ import annotations

import pytest

from services.match.terms import terms


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("bakery", "bakeries"),
        ("program", "programming"),
        ("Translator", "translators"),
        ("choir", "choir's"),
        ("repair", "repairs"),
        ("swim", "swimming"),
    ],
)
def test_inflections_meet(one: str, other: str) -> None:
    assert terms(one) == terms(other)
    assert terms(one)


def test_small_words_and_the_phrases_of_asking_say_nothing() -> None:
    assert terms("I'm looking for someone who can help me with it, and I would love to") == frozenset()


def test_words_of_any_script_count() -> None:
    assert len(terms("Ich spreche Français und 日本語です")) == 5


@pytest.mark.parametrize("text", ["", "...", "a I 5", "don’t"])
def test_there_may_be_nothing(text: str) -> None:
    assert terms(text) == frozenset()
