from __future__ import annotations

from typing import Any

import pytest

from local.reasons import Transcripts, unproven


def heard(text: str, *, name: str = "Ada", start: int = 0) -> Transcripts:
    """Somebody who says a word every half second."""
    times = range(start, start + 500 * len(text.split()), 500)
    words = [
        {"text": word, "startMs": at, "endMs": at + 400} for word, at in zip(text.split(), times, strict=True)
    ]
    return Transcripts(name, [{"text": text, "segments": [{"text": text, "words": words}]}])


def said(quote: str, start: int, end: int) -> dict[str, Any]:
    return {"quote": quote, "startMs": start, "endMs": end}


ADA = heard("I teach the violin to beginners")


def test_a_quote_at_its_time_is_proven() -> None:
    assert ADA.contains(said("teach the violin", 500, 1900))


@pytest.mark.parametrize(
    "statement",
    [
        said("teach the piano", 500, 1900),
        said("teach the violin", 1500, 2900),
        said("teach the violin", 500, 1000),
        said("", 0, 3000),
        {},
    ],
    ids=["never said", "said earlier", "said longer", "empty", "nothing"],
)
def test_a_quote_that_was_not_said_then_is_not(statement: dict[str, Any]) -> None:
    assert not ADA.contains(statement)


def test_a_complaint_names_the_person_the_quote_and_the_time() -> None:
    bob = heard("I want to learn the violin", name="Bob")
    reason = {"mine": said("I teach the violin", 0, 1900), "theirs": said("learn the drums", 1500, 2900)}
    assert unproven([reason], ADA, bob) == ['Bob did not say "learn the drums" at 1.5-2.9 s']
    reason["theirs"] = said("learn the violin", 1500, 2900)
    assert unproven([reason], ADA, bob) == []
