"""
Reads `cues.toml` and says what a clause states by the way it is put: a facet with a weight, an exclusion,
or nothing, because it is denied, imagined or about somebody else.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final

from services.profile.domain import Facet

_FILLER: Final = re.compile(r"(?:^|(?<=\s)),?\b(?:um+|uh+|erm?|hmm+|you know|i mean)\b,?(?:\s+|$)")
_LEAD: Final = re.compile(
    r"(?:(?:and|but|so|because|although|though|or|plus|well|okay|ok|yeah|yes|right(?! now)|anyway|also|then|oh"
    r"|um+|uh+|erm?|hmm+|you know|i mean|honestly|actually|basically|to be honest|of course"
    r"|(?:hi|hey|hello)(?: there)?|good (?:morning|afternoon|evening))\b[\s,.!]*)+",
    re.IGNORECASE,
)
_TRAIL: Final = re.compile(
    r"(?:[\s,]+(?:you know|please|okay|ok|right|to be honest|honestly|i guess|i think|i suppose|and so on|though"
    r"|um+|uh+)(?=\W*$)|[\s,.;:!?…–—-]+$)+$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a clause states by its cues; `facet` None means nothing that is a cue was said."""

    facet: Facet | None = None
    weight: float = 0.0
    role: str = ""
    """The noun phrase of "I am a …", when it is still to be judged whether it is a role."""
    closed: bool = False
    """The clause can state nothing about the speaker: denied, imagined, somebody else's."""
    seeking: bool = False
    """An exclusion that denies a seeking, so that a contrast may follow."""


@dataclass(frozen=True, slots=True)
class _Cue:
    facet: Facet
    weight: float
    pattern: re.Pattern[str]


def trim(text: str, start: int, end: int) -> tuple[int, int]:
    """Narrow a span: fillers, greetings, connectives and punctuation at its edges say nothing."""
    lead = _LEAD.match(text, start, end)
    start = lead.end() if lead else start
    trail = _TRAIL.search(text[start:end])
    return start, start + trail.start() if trail else end


def plain(text: str) -> str:
    """Return the text as patterns see it: lower case, plain apostrophes, single spaces, no fillers."""
    lowered = " ".join(text.replace("’", "'").lower().split())
    return " ".join(_FILLER.sub(" ", lowered).split())


class Cues:
    """The tables of `cues.toml`, compiled."""

    def __init__(self) -> None:
        tables: Mapping[str, Any] = tomllib.loads(
            (files("services.profile.adapters.extractive") / "cues.toml").read_text()
        )
        macros: Mapping[str, str] = tables["macros"]
        self._cues = tuple(
            _Cue(Facet(table["facet"]), float(table["weight"]), _compile(pattern, macros))
            for table in tables["cue"]
            for pattern in table["patterns"]
        )
        self._exclusions = tuple(_compile(pattern, macros) for pattern in tables["exclusion"]["patterns"])
        self._elided = {name: _compile(pattern, macros) for name, pattern in tables["elided"].items()}
        self._gates = {name: _compile(pattern, macros) for name, pattern in tables["gates"].items()}
        self.prototypes: Mapping[str, Sequence[str]] = tables["prototypes"]
        self.roles: Mapping[str, Sequence[str]] = tables["roles"]

    def read(self, clause: str) -> Reading:
        """Read one clause, as `plain` returns it."""
        clause = self._with_subject(clause)
        if self._gates["conditional_offer"].search(clause):
            return Reading(Facet.OFFER, 0.75)
        cue, found = self._first_cue(clause)
        if self._excludes(clause, before=found.start() if found else len(clause)):
            return self._exclusion(clause)
        if self._says_nothing_of_the_speaker(clause) or self._denies(
            clause, found.end() if found else len(clause)
        ):
            return Reading(closed=True)
        if cue is None or found is None:
            return Reading()
        if cue.facet in _ABOUT_SELF and self._gates["private"].search(clause):
            return Reading(closed=True)
        return Reading(cue.facet, cue.weight, role=found.groupdict().get("role") or "")

    def continues_seek(self, clause: str) -> bool:
        return bool(self._gates["continues_seek"].search(clause))

    def restricts(self, clause: str) -> bool:
        return bool(self._gates["restricts"].search(clause))

    def contrasts(self, clause: str) -> bool:
        return bool(self._gates["contrasts"].search(clause))

    def _with_subject(self, clause: str) -> str:
        subjects = (subject for subject, pattern in self._elided.items() if pattern.search(clause))
        subject = next(subjects, None)
        return f"{subject} {clause}" if subject else clause

    def _says_nothing_of_the_speaker(self, clause: str) -> bool:
        return any(self._gates[gate].search(clause) for gate in ("hypothetical", "others"))

    def _excludes(self, clause: str, *, before: int) -> bool:
        """Say whether the speaker rules something out before any cue: the first of them is the statement."""
        if self._gates["hypothetical"].search(clause):
            return False
        hits = (pattern.search(clause) for pattern in self._exclusions)
        return any(hit.start() <= before for hit in hits if hit)

    def _first_cue(self, clause: str) -> tuple[_Cue | None, re.Match[str] | None]:
        hits = [(cue, hit) for cue in self._cues if (hit := cue.pattern.search(clause))]
        return min(hits, key=lambda pair: (pair[1].start(), -pair[0].weight), default=(None, None))

    def _exclusion(self, clause: str) -> Reading:
        if self._gates["half"].search(clause) or self._gates["empty_exclusion"].search(clause):
            return Reading(closed=True)
        return Reading(
            Facet.EXCLUSION, 0.9, seeking="looking" in clause or "want" in clause or "search" in clause
        )

    def _denies(self, clause: str, end: int) -> bool:
        """Say whether a negation stands before the end of the cue and is not one in form only."""
        affirming = [found.span() for found in self._gates["affirming"].finditer(clause)]
        return any(
            not any(start <= found.start() < stop for start, stop in affirming)
            for found in self._gates["negation"].finditer(clause, 0, end)
        ) or bool(
            self._gates["half"].search(clause, 0, end) or self._gates["denial_behind"].match(clause, end)
        )


_ABOUT_SELF: Final = frozenset({Facet.BACKGROUND, Facet.INTEREST, Facet.VALUE, Facet.GOAL})


def _compile(pattern: str, macros: Mapping[str, str]) -> re.Pattern[str]:
    # Macros may use macros; two rounds are enough, and a third would show a mistake in the table.
    for _ in range(2):
        pattern = re.sub(r"\{([A-Z]+)\}", lambda found: macros[found[1]], pattern)
    return re.compile(pattern)
