"""
A corrected text on the words of the old one: what stays keeps its time, what changes takes the time of what
it replaces. Pure functions.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from itertools import groupby

from services.media.domain import Segment, Transcript, Word

# difflib needs cubic time at worst: between two anchors it sees no more than this many pairs of words.
_MOST_PAIRS = 40_000


def corrected(transcript: Transcript, text: str) -> Transcript:
    """The next revision of a transcript, saying `text`."""
    old = [(number, word) for number, segment in enumerate(transcript.segments) for word in segment.words]
    placed = list(_place(old, text.split()))
    segments: list[Segment] = []
    for _, group in groupby(placed, key=lambda pair: pair[0]):
        words = tuple(word for _, word in group)
        segments.append(Segment(" ".join(word.text for word in words), words))
    return replace(transcript, text=text.strip(), segments=tuple(segments), revision=transcript.revision + 1)


def _place(old: Sequence[tuple[int, Word]], new: Sequence[str]) -> Iterator[tuple[int, Word]]:
    """Give each new word a segment and a time."""
    before = [_essence(word.text) for _, word in old]
    after = [_essence(text) for text in new]
    at_old = at_new = 0
    for same_old, same_new in [*_pairs(before, after), (len(old), len(new))]:
        yield from _spread(old, at_old, same_old, new[at_new:same_new])
        if same_old < len(old):
            number, word = old[same_old]
            unchanged = word if word.text == new[same_new] else replace(word, text=new[same_new])
            yield number, unchanged
        at_old, at_new = same_old + 1, same_new + 1


def _spread(
    old: Sequence[tuple[int, Word]], start: int, end: int, new: Sequence[str]
) -> Iterator[tuple[int, Word]]:
    """Share the time of the old words from `start` to `end` among the new ones by their length."""
    if not new:
        return
    number = old[min(start, len(old) - 1)][0] if end > start else old[max(0, start - 1)][0] if old else 0
    # Without old words in between, what is new was said in the pause between the neighbours.
    begin = old[start][1].start_ms if end > start else old[start - 1][1].end_ms if start else 0
    until = old[end - 1][1].end_ms if end > start else old[end][1].start_ms if end < len(old) else begin
    span, letters = max(0, until - begin), sum(map(len, new))
    done = 0
    for text in new:
        from_ms = begin + span * done // letters
        done += len(text)
        yield number, Word(text, from_ms, begin + span * done // letters)


def _essence(word: str) -> str:
    """A word without case and punctuation: a comma more or less is the same word, said at the same time."""
    return "".join(filter(str.isalnum, word)).casefold() or word


def _pairs(before: Sequence[str], after: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Positions of words that stayed, rising on both sides."""
    at_old = at_new = 0
    for anchor_old, anchor_new in [*_anchors(before, after), (len(before), len(after))]:
        gap_old, gap_new = before[at_old:anchor_old], after[at_new:anchor_new]
        if len(gap_old) * len(gap_new) <= _MOST_PAIRS:
            for block in SequenceMatcher(None, gap_old, gap_new, autojunk=False).get_matching_blocks():
                yield from ((at_old + block.a + i, at_new + block.b + i) for i in range(block.size))
        if anchor_old < len(before):
            yield anchor_old, anchor_new
        at_old, at_new = anchor_old + 1, anchor_new + 1


def _anchors(before: Sequence[str], after: Sequence[str]) -> list[tuple[int, int]]:
    """Words that occur once on either side, the longest run of them in the same order (patience diff)."""
    seldom = Counter(before), Counter(after)
    where = {word: position for position, word in enumerate(after)}
    both = [
        (position, where[word])
        for position, word in enumerate(before)
        if seldom[0][word] == 1 and seldom[1][word] == 1
    ]
    # Of the rising runs of each length, the one with the smallest end: its end, and the index of that pair.
    ends: list[int] = []
    tips: list[int] = []
    previous: list[int | None] = []
    for index, (_, position) in enumerate(both):
        length = bisect_left(ends, position)
        previous.append(tips[length - 1] if length else None)
        ends[length : length + 1] = [position]
        tips[length : length + 1] = [index]
    run: list[tuple[int, int]] = []
    at = tips[-1] if tips else None
    while at is not None:
        run.append(both[at])
        at = previous[at]
    return run[::-1]
