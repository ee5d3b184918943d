"""What is taken out of a text before it leaves, and the way back to what was said."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kit.redaction import redact


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("Write to ada.b+x@mail.example.org please", "Write to [EMAIL] please"),
        ("it is ada dot byron at example dot org okay", "it is [EMAIL] okay"),
        ("see https://example.org/a?b=c. Or www.example.org", "see [URL]. Or [URL]"),
        ("my page is ada.dev/about and that is it", "my page is [URL] and that is it"),
        ("call +49 (0)151 234-567-89 now", "call [NUMBER] now"),
        ("call 020 7946 0958", "call [NUMBER]"),
        ("my number is oh two oh, seven nine four six", "my number is [NUMBER]"),
        ("account DE89 3704 0044 0532 0130 00 it is", "account [ACCOUNT] it is"),
        ("card 4111111111111111", "card [NUMBER]"),
        ("I live at 12b Baker Street in London", "I live at [ADDRESS] in London"),
        ("ich wohne Lindenstraße 7 in Bonn", "ich wohne [ADDRESS] in Bonn"),
        ("12 rue de Rivoli, Paris", "[ADDRESS], Paris"),
        ("I am @ada_b there", "I am [HANDLE] there"),
    ],
)
def test_what_reaches_a_person_is_taken_out(said: str, left: str) -> None:
    assert redact(said).text == left


@pytest.mark.parametrize(
    "said",
    [
        "I was born in 1984 and moved here in 2019.",
        "We are 12 people, 3 of them engineers; I earn 50000.",
        "I work at home. At night I play at clubs.",
        "I'm looking for a co-founder, e.g. an engineer.",
        "One two three, and off we go.",
        "My way or the highway. The court is in session.",
    ],
)
def test_ordinary_speech_stays(said: str) -> None:
    assert redact(said).text == said


SAID = "Hi, write to ada@example.org or call 020 7946 0958. I teach piano at 5 Mill Lane."


@pytest.mark.parametrize(
    ("seen", "meant"),
    [
        ("Hi", "Hi"),
        ("write to [EMAIL] or", "write to ada@example.org or"),
        ("MAIL] or call [NUM", "ada@example.org or call 020 7946 0958"),
        ("I teach piano", "I teach piano"),
        ("at [ADDRESS].", "at 5 Mill Lane."),
    ],
)
def test_a_span_leads_back_to_what_was_said(seen: str, meant: str) -> None:
    redacted = redact(SAID)
    start = redacted.text.index(seen)
    assert SAID[slice(*redacted.original(start, start + len(seen)))] == meant


_PARTS = st.sampled_from(
    ["ada@example.org", "020 7946 0958", "I teach.", "5 Mill Lane", " ", "ü", "www.x.org"]
)


@given(st.lists(_PARTS).map(" ".join), st.data())
def test_every_span_leads_back_to_one_that_leads_there(said: str, data: st.DataObject) -> None:
    redacted = redact(said)
    start = data.draw(st.integers(0, len(redacted.text)))
    end = data.draw(st.integers(start, len(redacted.text)))
    low, high = redacted.original(start, end)
    assert 0 <= low <= len(said)
    assert high <= len(said)
    if start < end:
        assert low < high
        seen = redacted.text[start:end]
        assert "[" in seen or "]" in seen or seen in said or seen in "[EMAIL][NUMBER][ADDRESS][URL]"


@pytest.mark.parametrize(
    "text", ["a" * 20_000, "a." * 10_000, "1 " * 10_000 + "a", "one " * 5_000, "a at " * 4_000]
)
def test_no_text_takes_long(text: str) -> None:
    before = time.process_time()
    redact(text)
    assert time.process_time() - before < 0.5
