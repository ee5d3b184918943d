"""
The words that carry meaning in a short English statement, for the lexical half of matching: embeddings
blur names and rare words ("tango", "Postgres"), and those are often what decides.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_WORD: Final = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_SUFFIXES: Final = (
    "ingly",
    "edly",
    "ations",
    "ation",
    "ers",
    "ings",
    "ing",
    "ies",
    "ied",
    "ed",
    "er",
    "es",
    "ly",
    "s",
)
_MIN_LENGTH: Final = 3
_STOP: Final = frozenset(
    """
    about above after again against all also always am and any anybody anyone anything are around aren't
    back been before being both bring but can can't cannot could did didn't does doesn't doing don't
    down during each either else enjoy even ever every everybody everyone few find finding for from
    further gave get gets getting give gives giving glad gladly go goes going good got great had happy
    has have haven't having he'd he'll he's help helping helps hence her here hers herself him himself
    his hope hoping how however i'd i'll i'm i've into isn't it'd it'll it's its itself just keep kind
    know knows let like liked likes little long look looking looks lot lots love loves made make makes
    making many may maybe might mine more most much must myself need needed needs neither never new nice
    nobody none nor not nothing now off offer offering often old once one only onto other others
    otherwise ought our ours ourselves out over own people perhaps person please put quite rather really
    right same searching see seek seeking seem seems shall she'd she'll she's should since some somebody
    someone something soon still such take takes than that that's the their theirs them themselves then
    there there's these they they'd they'll they're they've thing things think this those though through
    time times too two under until upon urgently use used using very want wanted wants was wasn't way
    we'd we'll we're we've well were weren't what what's when where whether which while who who'd who's
    whole whom whose why will with within without won't work working works would wouldn't year years yes
    yet you you'd you'll you're you've your yours yourself
    """.split()  # noqa: SIM905 - a word list reads better as prose
)


def terms(text: str) -> frozenset[str]:
    """Return the stems of the content words of `text`; empty when there are only small words."""
    words = (word.replace("’", "'").removesuffix("'s") for word in _WORD.findall(text.lower()))
    return frozenset(stem(word) for word in words if len(word) >= _MIN_LENGTH and word not in _STOP)


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """Cut inflections so that *bakery* and *bakeries*, *program* and *programming* meet; crude on purpose."""
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= _MIN_LENGTH:
            word = word[: -len(suffix)] + ("y" if suffix in {"ies", "ied"} else "")
            break
    if len(word) > _MIN_LENGTH and word[-1] == word[-2] and word[-1] not in "aeiouls":
        word = word[:-1]
    if len(word) > _MIN_LENGTH + 1 and word.endswith("e"):
        word = word[:-1]
    return word[:-1] + "i" if len(word) > _MIN_LENGTH and word.endswith("y") else word
