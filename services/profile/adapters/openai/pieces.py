"""
A long transcript, cut at the ends of sentences into pieces that overlap: no statement is lost at a cut.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

_SENTENCE_END: Final = re.compile(r"[.!?…]+[\"')\]]*\s+|[。！？]+|\n+")
OVERLAP: Final = 400
"""Characters of the piece before that a piece repeats at most: a sentence or two."""


def pieces(text: str, size: int) -> Iterator[tuple[int, int]]:
    """Yield spans of at most `size` characters, at least twice `OVERLAP`, which together cover the text."""
    ends = [found.end() for found in _SENTENCE_END.finditer(text)]
    start = 0
    while len(text) - start > size:
        end = _last(ends, start + OVERLAP, start + size) or _space(text, start + OVERLAP, start + size)
        yield start, end
        # Again from where a sentence starts, if one does so near the cut.
        start = _first(ends, end - OVERLAP, end - 1) or _space(text, end - OVERLAP, end - OVERLAP // 2)
    yield start, len(text)


def _last(ends: list[int], low: int, high: int) -> int:
    return max((end for end in ends if low < end <= high), default=0)


def _first(ends: list[int], low: int, high: int) -> int:
    return min((end for end in ends if low <= end <= high), default=0)


def _space(text: str, low: int, high: int) -> int:
    """Return where the last word between two offsets starts, or the higher one if nothing divides it."""
    space = text.rfind(" ", low, high)
    return space + 1 if space >= 0 else high
