"""
Whether something was really said: every quote, whoever proposes it, is looked up in the transcript.
Standard library only.
"""

from __future__ import annotations

import hashlib
import math
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final
from uuid import UUID

from services.profile.domain import (
    MAX_FACT_TEXT,
    MAX_HEADLINE,
    Analysis,
    Evidence,
    Facet,
    Fact,
    Statement,
    Transcript,
    Verified,
    Word,
)


def statement_key(text: str) -> str:
    """
    Identify a statement across analyses: the same words, whatever their case, spacing and punctuation.
    A deleted fact's key keeps the statement from being proposed again, by another facet too.
    """
    folded, _ = _normalise(text)
    words = "".join(char if char.isalnum() else " " for char in folded.replace("'", "")).split()
    return hashlib.sha256(" ".join(words).encode()).hexdigest()


def keys_of(fact: Fact) -> set[str]:
    """Return the keys of everything that a fact says: what was proposed, and what it reads now."""
    return {fact.said_key, statement_key(fact.text)} - {""}


def verify_quotes(recording_id: UUID, transcript: Transcript, analysis: Analysis) -> Verified:
    """
    Keep a proposal only if its quote is verbatim in the transcript and, when spoken, can be heard.

    Verbatim means: equal after one fixed normalisation (compatibility forms, case, quotation marks, runs
    of white space), on whole words. The evidence carries the transcript's own characters. A proposal
    without a usable text or confidence is dropped too; a repetition is merged into the first, not counted.
    Nothing with a NUL character is kept: no database column or JSON document takes one.
    """
    index = Quotes(transcript)
    found: dict[tuple[Facet, str], Statement] = {}
    dropped = 0
    for proposal in analysis.proposals:
        evidence = index.find(recording_id, proposal.quote, near=proposal.start_char)
        text = " ".join(proposal.text.split())
        usable = 0 < len(text) <= MAX_FACT_TEXT and math.isfinite(proposal.confidence)
        if evidence is None or not usable or "\0" in text + evidence.quote:
            dropped += 1
            continue
        confidence = min(1.0, max(0.0, proposal.confidence))
        statement = Statement(proposal.facet, text, confidence, evidence)
        found.setdefault((proposal.facet, statement_key(text)), statement)
    headline = index.verbatim(analysis.headline)
    if len(headline) > MAX_HEADLINE or "\0" in headline:
        headline = ""
    return Verified(tuple(found.values()), headline, dropped)


class Quotes:
    """The quotes that one transcript bears out."""

    def __init__(self, transcript: Transcript) -> None:
        self._transcript = transcript
        self._folded, self._origin = _normalise(transcript.text)
        self._words = () if transcript.typed else tuple(_place(transcript))

    def verbatim(self, quote: str) -> str:
        """Return the transcript's own characters for `quote`, or nothing."""
        place = self.locate(quote)
        return self._transcript.text[slice(*place)] if place else ""

    def find(self, recording_id: UUID, quote: str, *, near: int | None) -> Evidence | None:
        """Return the place of the quote that is closest to the offset `near`, if it was said at all."""
        place = self.locate(quote, near=near)
        if place is None:
            return None
        start, end = place
        heard = [word for begin, stop, word in self._words if begin < end and stop > start]
        if not heard and not self._transcript.typed:
            return None
        return Evidence(
            recording_id=recording_id,
            quote=self._transcript.text[start:end],
            start_char=start,
            end_char=end,
            start_ms=min((word.start_ms for word in heard), default=0),
            end_ms=max((word.end_ms for word in heard), default=0),
            typed=self._transcript.typed,
        )

    def locate(self, quote: str, *, near: int | None = None) -> tuple[int, int] | None:
        """Return the offsets of the quote that is closest to `near`, or else of the first; None without any."""
        wanted, _ = _normalise(quote)
        if not wanted:
            return None
        places: list[tuple[int, int]] = []
        at = self._folded.find(wanted)
        while at >= 0:
            end = at + len(wanted)
            if _is_edge(self._folded, at) and _is_edge(self._folded, end):
                places.append((self._origin[at][0], self._origin[end - 1][1]))
            at = self._folded.find(wanted, at + 1)
        return min(places, key=lambda place: abs(place[0] - (near or 0)), default=None)


def _place(transcript: Transcript) -> Iterable[tuple[int, int, Word]]:
    """Find each word in the text, in order; a word that is not near where it should be has no place."""
    cursor = 0
    for word in transcript.words:
        at = transcript.text.find(word.text, cursor, cursor + len(word.text) + _DRIFT) if word.text else -1
        if at >= 0:
            cursor = at + len(word.text)
            yield at, cursor, word


_DRIFT: Final = 80
"""Characters of text without words that are skipped over when words are placed."""

_SAME: Final = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "“": '"', "”": '"', "–": "-", "—": "-"})


def _normalise(text: str) -> tuple[str, Sequence[tuple[int, int]]]:
    """Return the text as it is compared, and for each of its characters the offsets it came from."""
    folded: list[str] = []
    origin: list[tuple[int, int]] = []
    at = 0
    while at < len(text):
        end = at + 1
        while end < len(text) and unicodedata.combining(text[end]):
            end += 1
        cluster = unicodedata.normalize("NFKC", text[at:end].translate(_SAME)).casefold()
        if text[at].isspace():
            cluster = "" if not folded or folded[-1] == " " else " "
        folded.extend(cluster)
        origin.extend([(at, end)] * len(cluster))
        at = end
    while folded and folded[-1] == " ":
        folded.pop()
        origin.pop()
    return "".join(folded), origin


def _is_edge(text: str, at: int) -> bool:
    """Say whether a word may begin or end at this offset."""
    return at in (0, len(text)) or not (text[at - 1].isalnum() and text[at].isalnum())
