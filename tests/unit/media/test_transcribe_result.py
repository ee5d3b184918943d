"""What Amazon Transcribe writes becomes a transcript like any other, and what it does not write is refused."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest

from services.media.adapters.transcribe_result import transcript_of
from services.media.ports import ResultUnreadable

JOB = "timbre-local-1-1"


def word(text: str, start: float, end: float, confidence: str = "0.97") -> dict[str, Any]:
    return {
        "id": 0,
        "type": "pronunciation",
        "alternatives": [{"confidence": confidence, "content": text}],
        "start_time": f"{start:.3f}",
        "end_time": f"{end:.3f}",
    }


def mark(text: str) -> dict[str, Any]:
    return {"type": "punctuation", "alternatives": [{"confidence": "0.0", "content": text}]}


def document(*items: dict[str, Any], **changes: Any) -> bytes:
    """A result in the form that AWS documents."""
    results = {"transcripts": [{"transcript": "…"}], "items": list(items), "audio_segments": []}
    whole = {"jobName": JOB, "accountId": "111122223333", "status": "COMPLETED", "results": results}
    return json.dumps(whole | changes).encode()


def test_words_have_their_times_and_their_punctuation() -> None:
    found = transcript_of(
        document(
            word("I", 0.009, 0.13),
            word("paint", 0.13, 0.62, "0.5"),
            word("walls", 0.62, 1.1),
            mark("."),
            word("You", 1.4, 1.52),
            mark("?"),
        ),
        JOB,
        "en-US",
    )
    assert found.text == "I paint walls. You?"
    assert [segment.text for segment in found.segments] == ["I paint walls.", "You?"]
    assert [(each.text, each.start_ms, each.end_ms) for each in found.words] == [
        ("I", 9, 130),
        ("paint", 130, 620),
        ("walls.", 620, 1100),
        ("You?", 1400, 1520),
    ]
    assert found.words[1].confidence == 0.5
    assert (found.language, found.engine) == ("en", "amazon-transcribe")


def test_times_never_run_backwards_and_every_word_has_some() -> None:
    found = transcript_of(document(word("one", 2, 2), word("two", 1, 1.5)), JOB, "en-US")
    assert all(each.start_ms < each.end_ms for each in found.words)
    assert all(one.start_ms <= other.start_ms for one, other in pairwise(found.words))


def test_a_term_of_several_words_is_several_words() -> None:
    found = transcript_of(document(word("Los Angeles", 1, 2), mark(".")), JOB, "en-US")
    assert [(each.text, each.start_ms, each.end_ms) for each in found.words] == [
        ("Los", 1000, 1500),
        ("Angeles.", 1500, 2000),
    ]


def test_what_is_redacted_stays_a_word() -> None:
    hidden = word("[PII]", 1, 2)
    hidden["alternatives"] = [
        {"content": "[PII]", "redactions": [{"confidence": "0.9999", "type": "NAME", "category": "PII"}]}
    ]
    found = transcript_of(document(word("I'm", 0, 1), hidden, isRedacted=True), JOB, "en-US")
    assert found.text == "I'm [PII]"


def test_a_mark_may_come_first_and_some_scripts_have_no_spaces() -> None:
    spanish = transcript_of(document(mark("¿"), word("Qué", 0, 1), mark("?")), JOB, "es-US")
    assert (spanish.text, spanish.language) == ("¿Qué?", "es")
    chinese = transcript_of(document(word("你", 0, 1), word("好", 1, 2), mark("。")), JOB, "zh-CN")
    assert (chinese.text, len(chinese.words)) == ("你好。", 2)


def test_a_pause_ends_a_segment_and_silence_has_none() -> None:
    found = transcript_of(document(word("well", 0, 1), word("yes", 5, 6)), JOB, "en-US")
    assert [segment.text for segment in found.segments] == ["well", "yes"]
    silent = transcript_of(document(), JOB, "en-US")
    assert (silent.words, silent.text, silent.language) == ((), "", "und")


@pytest.mark.parametrize(
    "written",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        document(jobName="somebody-elses"),
        document(results={}),
        document(word("purple", -1, 1)),
        document(word("purple", 1, 1e9)),
        document(word("purple", 1, 2, "1.5")),
        document(word("purple", 1, 2) | {"alternatives": []}),
        document(word("purple", 1, 2) | {"type": "song"}),
        document(word("purple", 1, 2) | {"start_time": "NaN"}),
    ],
)
def test_anything_else_is_refused_without_repeating_it(written: bytes) -> None:
    with pytest.raises(ResultUnreadable) as caught:
        transcript_of(written, JOB, "en-US")
    assert "purple" not in str(caught.value)
    assert caught.value.__cause__ is None
