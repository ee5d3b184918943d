"""
From a transcript to clauses: spoken English, with or without the punctuation of the recogniser.

A clause is a span of the text that makes one statement. Splitting is by punctuation and by words that
start a new statement; where the recogniser wrote no punctuation, a pronoun with its verb does too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Clause:
    """A span of the transcript, and the sentence that it stands in."""

    start: int
    end: int
    sentence_start: int
    sentence_end: int
    question: bool


# A full stop ends a sentence unless it belongs to an initial or an abbreviation.
_SENTENCE_END: Final = re.compile(
    r"(?<!\b[A-Z])(?<!\bDr)(?<!\bMr)(?<!\bMrs)(?<!\bMs)(?<!\bSt)(?<!\be\.g)(?<!\bi\.e)(?<!\betc)"
    r"[.!?…]+[\"')\]]*(?=\s|$)"
    # One line break may be a wrapped line; an empty line, or a list's next dash, ends what was said.
    r"|\n\s*\n|\n(?=\s*[-*•]\s)"
)

# Words that begin a statement of their own when a connective or a comma stands before them.
_SUBJECT: Final = (
    r"(?:(?:also|now|then|in return|in exchange|since then|right now|these days"
    r"|(?:for|over) the (?:last|past) [\w-]+(?: [\w-]+)?|(?:last|this|next) \w+|at \w+|on \w+days?),?\s+)?"
    r"(?:i|i'm|i've|i'd|i'll|we|we're|we've|we'd|we'll|he|she|they|my|our|it|it's|what|if|please"
    r"|no|not|nothing|never)\b"
)
# After "and", spoken English drops the subject: these verbs still start a new statement.
_ELIDED: Final = (
    r"(?:also\s+)?(?:would|want|need|can|could|am|have|love|enjoy|hope|offer|took|studied|worked"
    r"|founded|looking)\b"
)
_SPLITS: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # ", and I …", " but not …", " because …": the connective goes with what follows.
        rf",?\s+(?=(?:and|but|so|or)\s+(?:so\s+|then\s+|um+\s+|uh+\s+)*{_SUBJECT})",
        r",?\s+(?=(?:because|although|though)\s)",
        r",?\s+(?=but\s+(?:for|rather|an?|to)\s)",
        # ", I …", ", no …", "; …", " - …".
        rf",\s+(?={_SUBJECT})",
        r"[;:]\s+",
        # " what I can offer is …"
        r"(?<!\bof)(?<!\bknow)(?<!\babout)(?<!\bsee)(?<!\band)(?<!\bbut)(?<!\bso)\s+(?=what\s+(?:i|we)(?:'(?:m|re))?\s+(?:\w+\s+){1,4}?is\b)",
        r"\s+[-–—]+\s+",
    )
)
_ELIDED_SPLIT: Final = re.compile(rf",?\s+(?=(?:and|but)\s+{_ELIDED})", re.IGNORECASE)
# … but not inside "somebody who writes well and can draw".
_RELATIVE: Final = re.compile(r"\b(?:who|that|which|where)\b", re.IGNORECASE)
# "my kids and I" is one subject.
_JOINT_SUBJECT: Final = re.compile(
    r"\b(?:my|our)\s+(?:\w+\s+)?(?:wife|husband|partner|kids|children|son|daughter|sister|brother|friends?|family|team"
    r"|colleagues?|co-founder|mother|father|parents)\s*$",
    re.IGNORECASE,
)

# Without punctuation a subject with its verb starts a statement, unless the word before it subordinates
# it ("a van that I drive", "when I am", "I think I").
_BARE_SUBJECT: Final = re.compile(
    r"(?<!\bthat)(?<!\bwhat)(?<!\bwhich)(?<!\bwho)(?<!\bwhen)(?<!\bwhere)(?<!\bif)(?<!\bhow)(?<!\bthan)(?<!\bas)"
    r"(?<!\bthink)(?<!\bguess)(?<!\bsay)(?<!\bsaid)(?<!\bknow)(?<!\bsince)(?<!\bbefore)(?<!\bafter)(?<!\buntil)"
    r"(?<!\bwhile)(?<!\bhope)(?<!\bthing)(?<!\beverything)(?<!\bdo)(?<!\bcan)(?<!\bshould)(?<!\balso)(?<!\bso)"
    r"(?<!\band)(?<!\bbut)(?<!\bin return)(?<!\bin exchange)(?<!\bum)(?<!\bor)(?<!\bnow)"
    r"\s+(?=(?:(?:in return|in exchange|now|also)\s+)?(?:i|we)(?:'(?:m|re|ve|d|ll))?\s"
    r"|please\s)",
    re.IGNORECASE,
)
_FEW_STOPS_WORDS: Final = 25
"""A sentence with more words than this and hardly a comma was written by a recogniser without punctuation."""

_LONGEST_SENTENCE: Final = 1_000
"""Characters. Longer ones are cut at a space: nobody speaks so, and searching costs the square of the length."""
_LOOK_BACK: Final = 60
"""Characters before a cut that can say whether it belongs there."""

_QUESTION_START: Final = re.compile(
    r"(?:do|does|did|are|is|was|can|could|would|will|should|have|has)\s+"
    r"(?:you|anyone|anybody|someone|somebody|there|i|we|it|this)\b|(?:who|why|where|how)\s+\w+|what\s+(?:else|about|do)\b",
    re.IGNORECASE,
)


def clauses(text: str) -> Iterator[Clause]:
    """Yield the clauses of `text` in order; they do not overlap and none is only white space."""
    for start, end in _sentences(text):
        question = text[start:end].rstrip("\"')]").endswith("?")
        for begin, stop in _cut(text, start, end):
            asked = question or bool(_QUESTION_START.match(text, begin, stop))
            yield Clause(begin, stop, start, end, asked)


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for stop in (*(found.end() for found in _SENTENCE_END.finditer(text)), len(text)):
        while stop - start > _LONGEST_SENTENCE:
            space = text.rfind(" ", start + 1, start + _LONGEST_SENTENCE)
            end = space if space > 0 else start + _LONGEST_SENTENCE
            yield from _trimmed(text, start, end)
            start = end
        yield from _trimmed(text, start, stop)
        start = stop


def _cut(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    sentence = text[start:end]
    patterns = (*_SPLITS, _BARE_SUBJECT) if _lacks_punctuation(sentence) else _SPLITS
    cuts = sorted(
        {
            found.end()
            for pattern in patterns
            for found in pattern.finditer(sentence)
            if not _JOINT_SUBJECT.search(sentence, max(0, found.start() - _LOOK_BACK), found.start())
        }
    )
    for begin, stop in zip([0, *cuts], [*cuts, len(sentence)], strict=True):
        for inner, outer in _cut_elided(sentence, begin, stop):
            yield from _trimmed(text, start + inner, start + outer)


def _cut_elided(sentence: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    for found in _ELIDED_SPLIT.finditer(sentence, start, end):
        if not _RELATIVE.search(sentence, start, found.start()):
            yield start, found.end()
            start = found.end()
    yield start, end


def _lacks_punctuation(sentence: str) -> bool:
    words = len(sentence.split())
    stopped = sentence.rstrip("\"')]").endswith((".", "!", "?", "…"))
    limit = 2 * _FEW_STOPS_WORDS if stopped else _FEW_STOPS_WORDS
    return words > limit and sentence.count(",") * _FEW_STOPS_WORDS < words


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end and (text[start].isspace() or text[start] in "-*•"):
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        yield start, end
