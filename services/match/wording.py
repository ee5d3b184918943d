"""
Whether a sentence about two facts says nothing beyond them, by its words alone.

Whoever wrote it may err, or obey what somebody said. So it is read word by word: each is in one of the two facts,
or one of the small words that join them. No meaning is understood here. A sentence that is refused wrongly is lost
and nothing else; so in doubt it is refused. Standard library only.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import Final

from services.match.domain import Direction
from services.match.terms import stem, terms

MAX_SENTENCE: Final = 200

GLUE: Final = frozenset(
    """
    you you're you've your yours they they're they've their theirs them both each other
    a an the and or of to in into on for with by at from as about that which who whom what when where while is are be
    this these those it its can help helps helping offer offers offering seek seeks seeking look looks looking want
    wants need needs know knows have has share shares sharing care cares like likes common value values interest
    interests interested goal goals someone somebody
    """.split()  # noqa: SIM905 - a word list reads better as prose
)
"""Joins facts without saying anything. No negation, number, promise or praise is among them."""

REFUSED: Final = frozenset(
    """
    no not none never neither nor nobody nothing nowhere without cannot cant dont doesnt wont isnt arent hardly barely
    nicht nichts nie niemals kein keine keinen keinem keiner ohne pas jamais aucun aucune sans nunca ningún sin niet
    geen nooit não sem senza mai
    i i'm i've i'd i'll me my mine myself we we're we've we'd we'll us our ours ourselves
    """.split()  # noqa: SIM905 - as above
)
"""
Turns a fact around, or speaks in somebody else's voice. Refused even where a fact has it: there it belonged to one
word, here it may belong to another.
"""

_OPENINGS: Final = {
    Direction.THEY_ANSWER: ({"they", "they're", "they've", "their"},),
    Direction.I_ANSWER: ({"you", "you're", "you've", "your"},),
    Direction.SHARED: ({"you", "both"}, {"both", "share", "of", "you"}),
}
"""What the first words may be, so that it is plain who answers whom."""

_NEEDING: Final = ("need", "seek", "want", "look", "are")
_GIVING: Final = ("offer", "can", "help", "know", "have")
_TURNED: Final = {
    Direction.THEY_ANSWER: {("they", verb) for verb in _NEEDING} | {("you", verb) for verb in _GIVING},
    Direction.I_ANSWER: {("you", verb) for verb in _NEEDING} | {("they", verb) for verb in _GIVING},
    Direction.SHARED: set[tuple[str, str]](),
}
"""What stands side by side in a sentence that has it the wrong way round."""


def is_faithful(sentence: str, direction: Direction, facts: Sequence[str]) -> bool:
    """Say whether `sentence` is one plain sentence, in the voice of `direction`, that says nothing beyond `facts`."""
    said = sentence.removesuffix(".")
    if len(sentence) > MAX_SENTENCE or not unicodedata.is_normalized("NFC", said) or not _is_plain(said):
        return False
    words = _words(said)
    known = {stem(word) for fact in facts for word in _words(fact)}
    return (
        _opens(words, direction)
        and not _TURNED[direction] & set(pairwise(words))
        and all(_may_be_said(word, known) for word in words)
        and any(terms(said) & terms(fact) for fact in facts)
    )


def _is_plain(text: str) -> bool:
    """Letters, spaces, commas, hyphens and apostrophes: no number, link, markup or second sentence has enough."""
    return all(char in " ,-'’" or unicodedata.category(char)[0] in "LM" for char in text)


def _words(text: str) -> Sequence[str]:
    text = unicodedata.normalize("NFC", text).replace("’", "'").lower()
    spaced = "".join(char if char == "'" or unicodedata.category(char)[0] in "LMN" else " " for char in text)
    bare = (word.strip("'").removesuffix("'s") for word in spaced.split())
    return [word for word in bare if word]


def _opens(words: Sequence[str], direction: Direction) -> bool:
    first = _OPENINGS[direction]
    return len(words) > len(first) and all(word in may for word, may in zip(words, first, strict=False))


def _may_be_said(word: str, known: Collection[str]) -> bool:
    if word in REFUSED or word.endswith("n't"):
        return False
    return word in GLUE or stem(word) in known
