"""
The extractive adapter of the `Analyzer` port.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

import numpy as np

from services.kit.minilm import MiniLM
from services.profile.adapters.extractive.clauses import Clause, clauses
from services.profile.adapters.extractive.cues import Cues, Reading, plain, trim
from services.profile.domain import MAX_FACT_TEXT, MAX_HEADLINE, Analysis, Facet, Proposal, Transcript

LANGUAGE_UNSUPPORTED: Final = "ANALYSIS_LANGUAGE_UNSUPPORTED"
MAX_PROPOSALS: Final = 60
"""Facts of one recording; of a longer list the least certain go."""

_MIN_WORDS: Final = 2
_MAX_CLAUSES: Final = 600
"""Three times what ten minutes of speech hold; bounds the work on a text that is no speech."""
_READ_CHARS: Final = 400
"""A cue stands in the first words of a statement; the rest of a very long one is not searched."""
_SURE: Final = 0.75
"""Cues of this weight need no second opinion."""
_ROLE_MARGIN: Final = -0.02
"""How much closer to a trait than to a role a noun may be and still count as a role."""

_CONSEQUENCE: Final = re.compile(r"(?:and )?so\b", re.IGNORECASE)
_RESTRICTABLE: Final = frozenset({Facet.SEEK, Facet.EXCLUSION})
_HEADLINE_ORDER: Final = (Facet.BACKGROUND, Facet.GOAL, Facet.OFFER, Facet.SEEK, Facet.INTEREST, Facet.VALUE)


@dataclass(frozen=True, slots=True)
class _Candidate:
    clause: Clause
    start: int
    end: int
    plain: str
    reading: Reading


class ExtractiveAnalyzer:
    """Selects verbatim clauses as facts; 10 to 40 ms for a minute of speech, the same result every time."""

    def __init__(self, embedder: MiniLM) -> None:
        self.id = "extractive-v1"
        self.external = False
        self._embedder = embedder
        self._cues = Cues()
        names = [(facet, text) for facet, texts in self._cues.prototypes.items() for text in texts]
        self._facets = [facet for facet, _ in names]
        self._prototypes = embedder.embed([text.lower() for _, text in names])
        self._roles = embedder.embed(self._cues.roles["role"])
        self._traits = embedder.embed(self._cues.roles["trait"])

    async def analyze(self, transcript: Transcript) -> Analysis:
        """See `Analyzer.analyze`. Reads English only; runs in a thread."""
        if transcript.language.split("-")[0].lower() != "en":
            return Analysis(warnings=(LANGUAGE_UNSUPPORTED,))
        return await asyncio.to_thread(self._analyze, transcript.text)

    def _analyze(self, text: str) -> Analysis:
        judged = [
            (candidate, proposal)
            for candidate in self._candidates(text)
            if (proposal := self._judge(text, candidate)) is not None
        ]
        best = sorted(judged, key=lambda pair: -pair[1].confidence)[:MAX_PROPOSALS]
        kept = sorted((proposal for _, proposal in best), key=lambda proposal: proposal.start_char or 0)
        return Analysis(proposals=tuple(kept), headline=_headline(text, judged))

    def _candidates(self, text: str) -> Iterable[_Candidate]:
        """Yield the clauses that may state something, each read in the light of the one before it."""
        before = Reading()
        for clause in islice(clauses(text), _MAX_CLAUSES):
            start, end = trim(text, clause.start, clause.end)
            spoken = plain(text[start:end])[:_READ_CHARS]
            if clause.question or not spoken:
                before = Reading()
                continue
            reading = self._in_context(spoken, before, self._cues.read(spoken))
            before = reading
            if not reading.closed and len(spoken.split()) >= _MIN_WORDS:
                yield _Candidate(clause, start, end, spoken, reading)

    def _in_context(self, spoken: str, before: Reading, reading: Reading) -> Reading:
        if before.facet in _RESTRICTABLE and self._cues.restricts(spoken):
            return Reading(Facet.EXCLUSION, _SURE)
        if reading.closed or reading.facet is not None:
            return reading
        if before.facet is Facet.SEEK and self._cues.continues_seek(spoken):
            return Reading(Facet.SEEK, _SURE)
        if before.seeking and self._cues.contrasts(spoken):
            return Reading(Facet.SEEK, _SURE)
        return reading

    def _judge(self, text: str, candidate: _Candidate) -> Proposal | None:
        reading = candidate.reading
        if reading.facet is None or (reading.role and not self._is_role(reading.role)):
            return None
        confidence = reading.weight
        if reading.weight < _SURE:
            nearest, cosine = self._nearest(candidate.plain)
            if nearest != reading.facet:
                return None
            confidence = 0.4 + 0.35 * cosine
        start, end = candidate.start, candidate.end
        if reading.facet is Facet.SEEK:
            start = _with_cause(text, candidate)
        quote = text[start:end]
        return Proposal(
            reading.facet,
            _short(quote, MAX_FACT_TEXT),
            _short(quote, MAX_FACT_TEXT),
            round(confidence, 2),
            start,
        )

    def _is_role(self, phrase: str) -> bool:
        noun = " ".join(phrase.split()[:6])
        row = self._embedder.embed([noun])[0]
        return float(np.max(self._roles @ row) - np.max(self._traits @ row)) >= _ROLE_MARGIN

    def _nearest(self, spoken: str) -> tuple[str, float]:
        cosines = self._prototypes @ self._embedder.embed([spoken])[0]
        best = int(np.argmax(cosines))
        return self._facets[best], float(max(0.0, cosines[best]))


def _with_cause(text: str, candidate: _Candidate) -> int:
    """
    Where a need begins that was said with its cause: "our pianist has moved away, so we need somebody to
    accompany us". Without the cause nobody would know what is needed.
    """
    clause = candidate.clause
    if not _CONSEQUENCE.match(text, clause.start) or candidate.end - clause.sentence_start > MAX_FACT_TEXT:
        return candidate.start
    start, _ = trim(text, clause.sentence_start, clause.sentence_end)
    return start


def _headline(text: str, judged: Sequence[tuple[_Candidate, Proposal]]) -> str:
    """Select the sentence, or failing that the clause, that says best who this is."""
    for facet in _HEADLINE_ORDER:
        of_facet = [pair for pair in judged if pair[1].facet is facet]
        for candidate, proposal in sorted(of_facet, key=lambda pair: -pair[1].confidence):
            sentence = text[
                slice(*trim(text, candidate.clause.sentence_start, candidate.clause.sentence_end))
            ]
            for choice in (sentence, proposal.quote):
                if len(choice) <= MAX_HEADLINE:
                    return choice
    return ""


def _short(quote: str, limit: int) -> str:
    """Cut a quote at the last word that fits: still verbatim."""
    if len(quote) <= limit:
        return quote
    return quote[: limit + 1].rsplit(None, 1)[0][:limit]
