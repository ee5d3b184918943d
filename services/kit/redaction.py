"""
What identifies or reaches a person is taken out of a text before it leaves Timbre, and put back by offset.

Found by form alone, so names stay, and what is spelt out in an unusual way may too. Standard library only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_DIGIT_WORD: Final = r"(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|double|triple)"
_CAPITALS: Final = r"(?:[A-ZÄÖÜÉ][\w'’-]*\s+){1,3}"
_STREET: Final = (
    r"(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Boulevard|Blvd|Way|Court|Square|Terrace|Place|Close"
    r"|Crescent)"
)
_TLD: Final = r"(?:com|org|net|io|dev|app|me|info|co|uk|eu|de|nl|fr|es|it|pt|ch|at)"

# Repetitions are bounded, so that no text can make the search cost the square of its length.
_KINDS: Final = (
    ("EMAIL", r"(?<![\w.+%-])[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}"),
    # As it is spoken: "ada dot byron at example dot org".
    (
        "EMAIL",
        r"\b\w{1,64}(?:\s+(?:dot|underscore|dash)\s+\w{1,64}){0,4}\s+at\s+[\w-]{1,63}(?:\s+dot\s+\w{1,63}){1,4}\b",
    ),
    ("URL", r"\b(?:https?://|www\.)[^\s<>\"]*[^\s<>\".,;:!?)]"),
    ("URL", rf"(?<![\w-])[\w-]{{1,63}}(?:\.[\w-]{{1,63}}){{0,4}}\.{_TLD}\b(?:/[^\s<>\"]*)?"),
    ("HANDLE", r"(?<!\w)@\w[\w.]{2,}"),
    ("ADDRESS", rf"\b\d{{1,5}}[A-Za-z]?\s+{_CAPITALS}{_STREET}\b"),
    (
        "ADDRESS",
        r"\b[A-ZÄÖÜ][\w'’-]*(?:straße|strasse|straat|gasse|weg|platz|laan|plein|gracht|gatan)\s+\d{1,5}(?:\s?[A-Za-z])?\b",
    ),
    (
        "ADDRESS",
        r"\b(?:\d{1,5}(?:\s?bis)?,?\s+)?(?:[Rr]ue|[Cc]alle|[Vv]ia|[Rr]ua|[Aa]venue)\s+(?:\w+\s+){0,3}?[A-ZÉ][\w'’-]*,?\s+\d{1,5}\b",
    ),
    ("ADDRESS", r"\b\d{1,5}(?:\s?bis)?,?\s+[Rr]ue\s+(?:de\s+la\s+|de\s+|du\s+|des\s+)?[A-ZÉ][\w'’-]*"),
    ("ACCOUNT", r"\b[A-Z]{2}\d{2}(?:\s?[A-Z0-9]{4}){2,7}(?:\s?[A-Z0-9]{1,3})?\b"),
    ("NUMBER", r"(?<![\w.])\+?\(?\d(?:[\s().,/-]{0,2}\d){6,}(?!\w)"),
    ("NUMBER", r"\d{6,}"),
    ("NUMBER", rf"\b{_DIGIT_WORD}(?:[\s,-]+{_DIGIT_WORD}){{5,}}\b"),
)
_PATTERN: Final = re.compile("|".join(f"(?P<k{number}>{form})" for number, (_, form) in enumerate(_KINDS)))


@dataclass(frozen=True, slots=True)
class _Hole:
    """A placeholder, where it stands and what it stands for."""

    start: int
    end: int
    original_start: int
    original_end: int


@dataclass(frozen=True, slots=True)
class Redacted:
    """A text with placeholders such as `[EMAIL]`, and the way back."""

    text: str
    holes: tuple[_Hole, ...]

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Return the offsets in the original of a span of this text; part of a placeholder is all of it."""
        return self._back(start, at_start=True), self._back(end, at_start=False)

    def _back(self, at: int, *, at_start: bool) -> int:
        shift = 0
        for hole in self.holes:
            inside = hole.start <= at < hole.end if at_start else hole.start < at <= hole.end
            if inside:
                return hole.original_start if at_start else hole.original_end
            if at < hole.end:
                break
            shift = hole.original_end - hole.end
        return at + shift


def redact(text: str) -> Redacted:
    """Replace e-mail and web addresses, handles, streets with numbers, accounts and long numbers."""
    pieces: list[str] = []
    holes: list[_Hole] = []
    done = length = 0
    for found in _PATTERN.finditer(text):
        kind = _KINDS[int((found.lastgroup or "k0")[1:])][0]
        placeholder = f"[{kind}]"
        pieces += [text[done : found.start()], placeholder]
        start = length + found.start() - done
        length = start + len(placeholder)
        holes.append(_Hole(start, length, found.start(), found.end()))
        done = found.end()
    pieces.append(text[done:])
    return Redacted("".join(pieces), tuple(holes))
