"""
Whether partners are found, and look-alikes stay behind them: the labelled scenarios of the unit tests, which are made
up, against the baselines that anybody would try first. Real model, real scoring, no index.
"""

from __future__ import annotations

import asyncio
import math
import tomllib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from bench.report import Report, Table
from local.setup import ROOT
from services.kit.minilm import MiniLM
from services.match.domain import Facet, Fact, whole_text
from services.match.ranking import Portrait, score

_SCENARIOS = ROOT / "tests/unit/match/scenarios.toml"
_NEAR = 5

Scorer = Callable[[int], NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class Query:
    """Somebody who looks for `partner`; `decoys` look like a partner and are none."""

    me: int
    partner: int
    decoys: tuple[int, ...]
    half: str


async def run(report: Report) -> None:
    """Measure."""
    people, queries = _read(tomllib.loads(_SCENARIOS.read_text()))
    portraits = await asyncio.to_thread(_portraits, people)
    scorers = {
        "ours: mutual, with context": _mutual(portraits),
        "one vector for the whole text": _one_vector(portraits),
        "TF-IDF": _tf_idf(portraits),
        "random (seeded)": _random(len(portraits)),
    }
    rows = [
        (name, *(value for half in ("dev", "test") for value in _figures(scorer, queries, half)))
        for name, scorer in scorers.items()
    ]
    columns = (
        "ranking",
        *(f"{half}: {what}" for half in ("dev", "test") for what in (f"recall@{_NEAR}", "decoys above")),
    )
    report.table(
        Table(
            f"{len(portraits)} made-up people, {len(queries)} who look for a known partner",
            columns,
            rows,
            notes=[
                "Decoys above: share of look-alikes that come before the true partner. Weights were tuned on dev."
            ],
        )
    )


def _read(scenarios: dict[str, Any]) -> tuple[list[list[str]], list[Query]]:
    people: list[list[str]] = []
    queries: list[Query] = []
    for group in scenarios["groups"]:
        a, b = len(people), len(people) + 1
        people += [group["a"], group["b"], *group.get("decoys", []), *group.get("ruled_out", [])]
        decoys = tuple(range(b + 1, len(people)))
        queries += [Query(a, b, decoys, group["half"]), Query(b, a, decoys, group["half"])]
    return people + scenarios["bystanders"]["people"], queries


def _portraits(people: list[list[str]]) -> list[Portrait]:
    model = MiniLM()
    portraits: list[Portrait] = []
    for number, statements in enumerate(people):
        pairs = [statement.split(": ", 1) for statement in statements]
        facts = tuple(
            Fact(UUID(int=number * 1000 + place), Facet[facet], text)
            for place, (facet, text) in enumerate(pairs)
        )
        vectors = model.embed([whole_text(facts), *(fact.text for fact in facts)]).astype(np.float16)
        portraits.append(Portrait.of(facts, vectors[1:], vectors[0]))
    return portraits


def _figures(scorer: Scorer, queries: list[Query], half: str) -> tuple[float, float]:
    """Recall among the first, and the share of decoys that come before the partner."""
    chosen = [query for query in queries if query.half == half]
    found = above = 0
    for query in chosen:
        values = scorer(query.me)
        values[query.me] = -math.inf
        found += int((values > values[query.partner]).sum() < _NEAR)
        above += sum(bool(values[decoy] >= values[query.partner]) for decoy in query.decoys)
    return found / len(chosen), above / sum(len(query.decoys) for query in chosen)


def _mutual(portraits: list[Portrait]) -> Scorer:
    def scorer(me: int) -> NDArray[np.float64]:
        return np.array([-1.0 if one.ruled_out else one.total for one in score(portraits[me], portraits)])

    return scorer


def _one_vector(portraits: list[Portrait]) -> Scorer:
    whole = np.stack([portrait.whole for portrait in portraits]).astype(np.float64)
    return lambda me: whole @ whole[me]


def _tf_idf(portraits: list[Portrait]) -> Scorer:
    counts = [Counter(word for words in portrait.terms for word in words) for portrait in portraits]
    spread = Counter(word for count in counts for word in count)
    column = {word: place for place, word in enumerate(spread)}
    matrix = np.zeros((len(counts), len(column)))
    for row, count in enumerate(counts):
        for word, times in count.items():
            matrix[row, column[word]] = times * math.log(len(counts) / spread[word])
    matrix /= np.maximum(np.linalg.norm(matrix, axis=1, keepdims=True), 1e-9)
    return lambda me: matrix @ matrix[me]


def _random(people: int) -> Scorer:
    generator = np.random.default_rng(1)
    return lambda _me: generator.random(people)
