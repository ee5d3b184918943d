"""
How mutual two people are, exactly: every fact of one against every fact of the other.

An *answer* is how well somebody's OFFER (or, weaker, BACKGROUND) meets somebody's SEEK (or, weaker, GOAL).
The score is the harmonic mean of the best answers in both directions, so a one-sided fit scores little;
closeness of the whole profiles and shared ground are context, and being rivals for the same thing counts
against. What either rules out removes the pair. The best pairs themselves are the reasons.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from services.match.domain import (
    MAX_ANSWERS,
    MAX_REASONS,
    MAX_SHARED_REASONS,
    NEUTRAL_FIT,
    Band,
    Direction,
    Facet,
    Fact,
    Reason,
)
from services.match.ports import Probe
from services.match.terms import terms

Vectors = NDArray[np.floating]
Stored = NDArray[np.float16]


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """
    Tuned on the development half of `tests/unit/match/scenarios.toml`, and `reason_floor` on the demo cast too,
    whose facts are as short as real ones. The plateau is broad: no single weight is worth two of the queries.
    """

    background: float = 0.7
    """What a BACKGROUND counts as an offer."""
    goal: float = 0.6
    """What a GOAL counts as a need."""
    lexical: float = 0.2
    """What identical words add to the cosine of two facts."""
    closeness: float = 0.3
    """What the cosine of the whole profiles adds."""
    rivalry: float = 0.15
    """What wanting the same costs: look-alikes are near in every space, yet no help to each other."""
    shared: float = 0.05
    """What the best common value, interest or goal adds."""
    ruled_out: float = 0.5
    """From here a fact is what an EXCLUSION means: cosine plus half the share of its words that occur."""
    reason_floor: float = 0.2
    """A weaker answer is no reason."""
    shared_floor: float = 0.5
    """Weaker common ground is not worth telling."""
    good: float = 0.32
    strong: float = 0.42
    found_floor: float = 0.35
    """A weaker answer to a sentence is none: unlike a profile, it has one side only, and nothing makes up for it."""
    found_good: float = 0.42
    found_strong: float = 0.55
    judged: float = 0.05
    """By how much of itself a judge may raise or lower a rank: little, since who is judged can speak to it."""

    def offering(self) -> Vectors:
        """Return what each facet counts as an answer."""
        return _by_facet({Facet.OFFER: 1, Facet.BACKGROUND: self.background})

    def needing(self) -> Vectors:
        """Return what each facet counts as a need."""
        return _by_facet({Facet.SEEK: 1, Facet.GOAL: self.goal})


WEIGHTS: Final = Weights()


def _by_facet(values: Mapping[Facet, float]) -> Vectors:
    """Return a table that an array of facets can be looked up in."""
    table = np.zeros(max(Facet) + 1, np.float32)
    for facet, value in values.items():
        table[facet] = value
    return table


_IS_SEEK: Final = _by_facet({Facet.SEEK: 1})
_IS_SHARED: Final = _by_facet({Facet.VALUE: 1, Facet.INTEREST: 1, Facet.GOAL: 1})
_IS_TOPIC: Final = _by_facet({Facet.OFFER: 1, Facet.SEEK: 1, Facet.BACKGROUND: 1, Facet.GOAL: 1})
_IS_EXCLUSION: Final = _by_facet({Facet.EXCLUSION: 1})


@dataclass(frozen=True, slots=True, eq=False)
class Portrait:
    """What scoring needs of a person: facts, one unit vector each, one of the whole, and their terms."""

    facts: tuple[Fact, ...]
    vectors: Stored
    whole: Stored
    terms: tuple[frozenset[str], ...]
    facets: NDArray[np.int8]

    @classmethod
    def of(cls, facts: tuple[Fact, ...], vectors: Stored, whole: Stored) -> Portrait:
        facets = np.array([fact.facet.value for fact in facts], np.int8)
        return cls(facts, vectors, whole, tuple(terms(fact.text) for fact in facts), facets)

    def probe(self, weights: Weights = WEIGHTS) -> Probe:
        """Reduce to what the index keeps: strongest facets first, vectors scaled by what the facet counts."""
        offering, needing = weights.offering()[self.facets], weights.needing()[self.facets]
        return Probe(
            offers=self._scaled(offering),
            seeks=self._scaled(needing),
            whole=self.whole.astype(np.float32),
            offer_terms=self._terms_of(offering),
            seek_terms=self._terms_of(needing),
        )

    def _scaled(self, counts: Vectors) -> Vectors:
        chosen = [row for row in np.argsort(-counts, kind="stable") if counts[row] > 0]
        return self.vectors[chosen].astype(np.float32) * counts[chosen, None]

    def _terms_of(self, counts: Vectors) -> frozenset[str]:
        return frozenset[str]().union(*(self.terms[row] for row in np.flatnonzero(counts)))


@dataclass(frozen=True, slots=True)
class Score:
    """One person seen from another; `rank` orders, `mutual` decides the band."""

    they_answer: float
    i_answer: float
    mutual: float
    total: float
    rank: float
    """The total, by the weights of whoever looks; equal to it when they are neutral."""
    ruled_out: bool
    ruled_out_by_me: bool

    def fits(self, weights: Weights = WEIGHTS) -> bool:
        """Say whether there is a reason in both directions and nobody ruled the other out."""
        return not self.ruled_out and min(self.they_answer, self.i_answer) >= weights.reason_floor

    def band(self, weights: Weights = WEIGHTS) -> Band:
        if self.mutual >= weights.strong:
            return Band.STRONG
        return Band.GOOD if self.mutual >= weights.good else Band.POSSIBLE

    def fits_me(self, weights: Weights = WEIGHTS) -> bool:
        """Say whether it fits as far as I can know: what they rule out plays no part."""
        return not self.ruled_out_by_me and min(self.they_answer, self.i_answer) >= weights.reason_floor


NO_SCORE: Final = Score(0.0, 0.0, 0.0, 0.0, 0.0, ruled_out=False, ruled_out_by_me=False)


def score(
    me: Portrait,
    others: Sequence[Portrait],
    weights: Weights = WEIGHTS,
    emphasis: Mapping[Facet, float] = MappingProxyType({}),
) -> list[Score]:
    """
    Score everybody against `me`, in the order given.

    Symmetric: both see the same total. Only the rank is one's own: there, `emphasis` multiplies what each facet
    of one's own facts counts.
    """
    told = [other for other in others if other.facts]
    if not me.facts or not told:
        return [NO_SCORE] * len(others)
    pairs = _Pairs.of(me, told, weights)
    starts = np.cumsum([0, *(len(other.facts) for other in told[:-1])])

    def best(values: Vectors) -> Vectors:
        return np.maximum.reduceat(values.max(axis=1), starts)

    close = np.stack([other.whole for other in told]).astype(np.float32) @ me.whole.astype(np.float32)
    closeness, rivalry = weights.closeness * np.maximum(close, 0), weights.rivalry * best(pairs.rivalry())

    def summed(mutual: Vectors, counts: Vectors | None) -> Vectors:
        return mutual + closeness - rivalry + weights.shared * best(pairs.shared(counts))

    they, i = best(pairs.they_answer()), best(pairs.i_answer())
    mutual = _harmonic(they, i)
    total = rank = summed(mutual, None)
    if counts := _emphasis(me, emphasis):
        rank = summed(_harmonic(best(pairs.they_answer(*counts)), best(pairs.i_answer(*counts))), *counts)
    by_me, by_them = (best(values) >= weights.ruled_out for values in pairs.ruled_out())
    scores = (
        Score(float(t), float(m), float(h), float(s), float(r), bool(x or y), bool(x))
        for t, m, h, s, r, x, y in zip(they, i, mutual, total, rank, by_me, by_them, strict=True)
    )
    return [next(scores) if other.facts else NO_SCORE for other in others]


def _harmonic(they: Vectors, i: Vectors) -> Vectors:
    both = they + i
    return np.divide(2 * they * i, both, out=np.zeros_like(both), where=both > 0)


def _emphasis(me: Portrait, emphasis: Mapping[Facet, float]) -> tuple[Vectors] | None:
    """Return a factor for each of my facts, or nothing when all are neutral."""
    if all(factor == 1 for factor in emphasis.values()):
        return None
    table = np.ones(max(Facet) + 1, np.float32)
    for facet, factor in emphasis.items():
        table[facet] = factor
    return (table[me.facets],)


def judged(found: Score, fit: int, weights: Weights = WEIGHTS) -> Score:
    """Return the score with the rank as a judge's fit (0 to 100) moves it; nothing else hangs on it."""
    share = weights.judged * (fit - NEUTRAL_FIT) / NEUTRAL_FIT
    return replace(found, rank=found.rank + share * abs(found.rank))


def reasons(me: Portrait, other: Portrait, weights: Weights = WEIGHTS) -> tuple[Reason, ...]:
    """
    Return the pairs of facts behind the score, strongest first: at most `MAX_REASONS`, the best of each
    direction always among them. A fact of theirs is used once in a direction; a weak pair is no reason.
    """
    if not me.facts or not other.facts:
        return ()
    pairs = _Pairs.of(me, [other], weights)
    each_way = (MAX_REASONS - MAX_SHARED_REASONS) // 2
    found = [
        *_best_pairs(me, other, pairs.they_answer(), Direction.THEY_ANSWER, weights.reason_floor)[:each_way],
        *_best_pairs(me, other, pairs.i_answer(), Direction.I_ANSWER, weights.reason_floor)[:each_way],
        *_best_pairs(me, other, pairs.shared(), Direction.SHARED, weights.shared_floor)[:MAX_SHARED_REASONS],
    ]
    return tuple(sorted(found, key=lambda reason: -reason.strength))


def answers(sentence: Portrait, other: Portrait, weights: Weights = WEIGHTS) -> tuple[Reason, ...]:
    """Return up to three facts that answer a sentence, strongest first; more than one may answer it."""
    values = _Pairs.of(sentence, [other], weights).they_answer()[:, 0]
    best = np.argsort(-values, kind="stable")[:MAX_ANSWERS]
    (seek,) = sentence.facts
    return tuple(
        Reason(Direction.THEY_ANSWER, seek, other.facts[int(row)], float(values[row]))
        for row in best
        if values[row] >= weights.found_floor
    )


def band_of_answer(strength: float, weights: Weights = WEIGHTS) -> Band:
    """How well a sentence is answered, as others may know it."""
    if strength >= weights.found_strong:
        return Band.STRONG
    return Band.GOOD if strength >= weights.found_good else Band.POSSIBLE


def _best_pairs(
    me: Portrait, other: Portrait, values: Vectors, direction: Direction, floor: float
) -> list[Reason]:
    """Pair facts greedily, the strongest first, each of both sides once."""
    found: list[Reason] = []
    values = values.copy()
    while values.size:
        i, j = np.unravel_index(int(values.argmax()), values.shape)
        strength = float(values[i, j])
        if strength < floor:
            break
        found.append(Reason(direction, me.facts[j], other.facts[i], strength))
        values[i, :] = values[:, j] = 0.0
    return found


@dataclass(frozen=True, slots=True, eq=False)
class _Pairs:
    """All fact pairs at once. Rows are facts of the others, one person after another; columns are mine."""

    mine: NDArray[np.int8]
    theirs: NDArray[np.int8]
    cosine: Vectors
    strength: Vectors
    mine_covered: Vectors
    """Share of the words of my fact that occur in theirs."""
    theirs_covered: Vectors
    weights: Weights

    @classmethod
    def of(cls, me: Portrait, others: Sequence[Portrait], weights: Weights) -> _Pairs:
        theirs = np.concatenate([other.vectors for other in others]).astype(np.float32)
        cosine = np.maximum(theirs @ me.vectors.astype(np.float32).T, 0)
        their_terms = [found for other in others for found in other.terms]
        common = _common(their_terms, me.terms)
        columns = np.array([max(len(found), 1) for found in me.terms], np.float32)
        rows = np.array([max(len(found), 1) for found in their_terms], np.float32)[:, None]
        return cls(
            mine=me.facets,
            theirs=np.concatenate([other.facets for other in others]),
            cosine=cosine,
            strength=cosine + np.float32(weights.lexical) * common / np.sqrt(rows * columns),
            mine_covered=common / columns,
            theirs_covered=common / rows,
            weights=weights,
        )

    def they_answer(self, counts: Vectors | None = None) -> Vectors:
        """Each strength as an answer to me; `counts` is a factor for each fact of mine, here as below."""
        needing = _times(self.weights.needing()[self.mine], counts)
        return self.strength * np.outer(self.weights.offering()[self.theirs], needing)

    def i_answer(self, counts: Vectors | None = None) -> Vectors:
        offering = _times(self.weights.offering()[self.mine], counts)
        return self.strength * np.outer(self.weights.needing()[self.theirs], offering)

    def rivalry(self) -> Vectors:
        return self.strength * np.outer(_IS_SEEK[self.theirs], _IS_SEEK[self.mine])

    def shared(self, counts: Vectors | None = None) -> Vectors:
        return self.strength * np.outer(_IS_SHARED[self.theirs], _times(_IS_SHARED[self.mine], counts))

    def ruled_out(self) -> tuple[Vectors, Vectors]:
        """
        How much a fact is what an EXCLUSION of mine means, and one of theirs. Models do not see negation, so
        the topic of an exclusion is near the excluded; its words, when they occur, are the stronger sign.
        """
        by_me = np.outer(_IS_TOPIC[self.theirs], _IS_EXCLUSION[self.mine])
        by_them = np.outer(_IS_EXCLUSION[self.theirs], _IS_TOPIC[self.mine])
        return (
            by_me * (self.cosine + self.mine_covered / 2),
            by_them * (self.cosine + self.theirs_covered / 2),
        )


def _times(values: Vectors, counts: Vectors | None) -> Vectors:
    return values if counts is None else values * counts


def _common(theirs: Sequence[frozenset[str]], mine: Sequence[frozenset[str]]) -> Vectors:
    """Count the terms each pair of facts has in common."""
    column = {term: j for j, term in enumerate(dict.fromkeys(term for found in mine for term in found))}
    return _occurrences(theirs, column) @ _occurrences(mine, column).T


def _occurrences(facts: Sequence[frozenset[str]], column: Mapping[str, int]) -> Vectors:
    """Mark which of the terms occur in which fact."""
    known = column.keys()
    hits = [(i, column[term]) for i, found in enumerate(facts) for term in found & known]
    marks = np.zeros((len(facts), len(column)), np.float32)
    if hits:
        marks[tuple(zip(*hits, strict=True))] = 1
    return marks
