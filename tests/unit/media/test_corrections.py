"""A corrected transcript keeps the times of what stayed."""

from __future__ import annotations

import time

from hypothesis import given, settings
from hypothesis import strategies as st

from services.media.corrections import corrected
from services.media.domain import Segment, Transcript, Word, typed_transcript


def said(*sentences: str) -> Transcript:
    """A transcript in which each word takes 100 ms and a pause of 50 ms follows."""
    segments: list[Segment] = []
    clock = 0
    for sentence in sentences:
        words: list[Word] = []
        for text in sentence.split():
            words.append(Word(text, clock, clock + 100, 0.5))
            clock += 150
        segments.append(Segment(sentence, tuple(words)))
    return Transcript(" ".join(sentences), tuple(segments), "en", "whisper-base")


def times(transcript: Transcript) -> list[tuple[str, int, int]]:
    return [(word.text, word.start_ms, word.end_ms) for word in transcript.words]


def test_a_replaced_word_takes_the_time_of_the_old_one() -> None:
    revised = corrected(
        said("I am Abigail Crafren.", "Call me Abby."), "I am Abigail Claflin. Call me Abbie."
    )
    assert times(revised) == [
        ("I", 0, 100),
        ("am", 150, 250),
        ("Abigail", 300, 400),
        ("Claflin.", 450, 550),
        ("Call", 600, 700),
        ("me", 750, 850),
        ("Abbie.", 900, 1000),
    ]
    assert [segment.text for segment in revised.segments] == ["I am Abigail Claflin.", "Call me Abbie."]
    assert revised.revision == 2
    assert revised.text == "I am Abigail Claflin. Call me Abbie."


def test_punctuation_and_case_are_the_same_word() -> None:
    revised = corrected(said("i value honesty"), "I value honesty!")
    assert [(word.start_ms, word.confidence) for word in revised.words] == [(0, 0.5), (150, 0.5), (300, 0.5)]


def test_two_words_share_the_time_of_the_one_they_replace() -> None:
    assert times(corrected(said("a firefighter here"), "a fire fighter here"))[1:3] == [
        ("fire", 150, 186),
        ("fighter", 186, 250),
    ]


def test_an_added_word_falls_into_the_pause() -> None:
    assert times(corrected(said("I new honesty"), "I really new honesty"))[1] == ("really", 100, 150)


def test_words_may_be_removed_or_all_replaced() -> None:
    assert times(corrected(said("um so I paint"), "I paint")) == [("I", 300, 400), ("paint", 450, 550)]
    assert times(corrected(said("one two"), "completely different words"))[0][1] == 0


def test_typed_words_have_no_times_after_a_correction_either() -> None:
    revised = corrected(typed_transcript("I paint.\nI sing.", "en"), "I paint walls.\nI sing.")
    assert {(word.start_ms, word.end_ms) for word in revised.words} == {(0, 0)}
    assert [segment.text for segment in revised.segments] == ["I paint walls.", "I sing."]


words = st.lists(st.sampled_from(["a", "b", "see", "D.", "east", "f"]), min_size=1, max_size=40).map(" ".join)


@given(words, words)
@settings(max_examples=200, deadline=None)
def test_every_correction_says_the_new_text_in_order_of_time(before: str, after: str) -> None:
    old = said(before)
    revised = corrected(old, after)
    assert [word.text for word in revised.words] == after.split()
    starts = [word.start_ms for word in revised.words]
    assert starts == sorted(starts)
    assert all(0 <= word.start_ms <= word.end_ms <= old.words[-1].end_ms for word in revised.words)


def test_ten_thousand_equal_words_do_not_take_for_ever() -> None:
    old = said(" ".join(["ha"] * 10_000))
    began = time.process_time()
    revised = corrected(old, " ".join(["ho", *["ha"] * 9_000, "ho"]))
    assert len(revised.words) == 9_002
    assert time.process_time() - began < 30  # cubic time would take days
