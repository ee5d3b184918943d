"""The model's weights are the reviewed ones or none, and its times never run backwards."""

from __future__ import annotations

from pathlib import Path

import pytest
from faster_whisper.transcribe import Segment, Word

from services.media.adapters.whisper import ModelUnusable, Whisper, check_digests, in_order


def test_a_changed_file_is_refused() -> None:
    digest = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
    check_digests({"model.bin": b"test"}, {"model.bin": digest})
    for files in ({"model.bin": b"tested"}, {}):
        with pytest.raises(ModelUnusable, match=r"model\.bin"):
            check_digests(files, {"model.bin": digest})


@pytest.mark.parametrize("source", ["bundled-huge", "dir=", "https://example.org/model"])
def test_an_unknown_model_is_refused(source: str) -> None:
    with pytest.raises(ModelUnusable):
        Whisper.open(source)


def test_a_directory_without_a_tokenizer_is_refused(tmp_path: Path) -> None:
    for name in ("model.bin", "config.json"):
        (tmp_path / name).touch()
    with pytest.raises(ModelUnusable, match=r"tokenizer\.json"):
        Whisper.open(f"dir={tmp_path}")


def segment(*words: tuple[float, float, str]) -> Segment:
    return Segment(
        id=0,
        seek=0,
        start=0,
        end=0,
        text="",
        tokens=[],
        avg_logprob=0,
        compression_ratio=0,
        no_speech_prob=0,
        temperature=0,
        words=[Word(start=start, end=end, word=text, probability=0.5) for start, end, text in words],
    )


def test_words_get_a_length_and_an_order() -> None:
    found = [segment((1.0, 1.0, " Hello"), (0.5, 0.9, " there."), (2, 3, " ")), segment()]
    (only,) = in_order(found)
    assert only.text == "Hello there."
    assert [(word.text, word.start_ms, word.end_ms) for word in only.words] == [
        ("Hello", 1000, 1001),
        ("there.", 1000, 1001),
    ]


def test_what_no_space_separates_is_one_word() -> None:
    found = [segment((1.0, 1.2, " ten"), (1.2, 1.2, "-"), (1.2, 1.5, "year"), (1.5, 1.9, " plan."))]
    (only,) = in_order(found)
    assert only.text == " ".join(word.text for word in only.words) == "ten-year plan."
    assert [(word.start_ms, word.end_ms) for word in only.words] == [(1000, 1500), (1500, 1900)]


def test_scripts_without_spaces_keep_a_time_for_each_word() -> None:
    (only,) = in_order([segment((1.0, 1.2, "你"), (1.2, 1.5, "好"))])
    assert [word.text for word in only.words] == ["你", "好"]
