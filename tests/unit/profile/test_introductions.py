"""
How well the extractive analyzer finds what people say of themselves, on hand-labelled introductions.

`python tests/unit/profile/test_introductions.py` prints precision and recall for each facet and half.
"""

from __future__ import annotations

import asyncio
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from services.kit.minilm import MiniLM
from services.profile.adapters.extractive.analyzer import ExtractiveAnalyzer
from services.profile.domain import Facet, Proposal, Transcript

INTRODUCTIONS = tomllib.loads(Path(__file__).with_name("introductions.toml").read_text())["introduction"]


@dataclass
class Score:
    """Counts of one facet."""

    proposed: int = 0
    right: int = 0
    labels: int = 0
    found: int = 0
    wrong: list[str] = field(default_factory=list[str])

    @property
    def precision(self) -> float:
        return self.right / self.proposed if self.proposed else 1.0

    @property
    def recall(self) -> float:
        return self.found / self.labels if self.labels else 1.0


async def measure(analyzer: ExtractiveAnalyzer, half: str) -> dict[Facet, Score]:
    scores = {facet: Score() for facet in Facet}
    for introduction in INTRODUCTIONS:
        if introduction["half"] != half:
            continue
        text: str = introduction["text"]
        analysis = await analyzer.analyze(Transcript(text, typed=True))
        for proposal in analysis.proposals:
            score = scores[proposal.facet]
            score.proposed += 1
            if any(covers(proposal, text, label) for label in introduction["labels"]):
                score.right += 1
            else:
                score.wrong.append(f"{introduction['id']}: {proposal.quote}")
        for label in introduction["labels"]:
            score = scores[Facet(label["facet"])]
            score.labels += 1
            score.found += any(covers(proposal, text, label) for proposal in analysis.proposals)
    return scores


def covers(proposal: Proposal, text: str, label: dict[str, Any]) -> bool:
    at = text.index(label["core"])
    start = proposal.start_char or 0
    inside = start <= at and at + len(label["core"]) <= start + len(proposal.quote)
    return proposal.facet == label["facet"] and inside


def total(scores: Sequence[Score]) -> Score:
    return Score(
        proposed=sum(score.proposed for score in scores),
        right=sum(score.right for score in scores),
        labels=sum(score.labels for score in scores),
        found=sum(score.found for score in scores),
    )


@pytest.fixture(scope="module")
def analyzer() -> ExtractiveAnalyzer:
    return ExtractiveAnalyzer(MiniLM())


async def test_the_tuning_half_stays_above_its_floor(analyzer: ExtractiveAnalyzer) -> None:
    scores = await measure(analyzer, "dev")
    everything = total(list(scores.values()))
    assert everything.precision >= 0.9, [line for score in scores.values() for line in score.wrong]
    assert everything.recall >= 0.9
    for facet, score in scores.items():
        assert score.precision >= 0.75, (facet, score.wrong)
        assert score.recall >= 0.75, facet


@pytest.mark.parametrize(
    "introduction",
    [introduction for introduction in INTRODUCTIONS if not introduction["labels"]],
    ids=lambda introduction: introduction["id"],
)
async def test_small_talk_health_and_character_yield_nothing(
    analyzer: ExtractiveAnalyzer, introduction: dict[str, Any]
) -> None:
    analysis = await analyzer.analyze(Transcript(introduction["text"], typed=True))
    assert (analysis.proposals, analysis.headline) == ((), "")


def test_labels_are_verbatim_and_both_halves_have_every_facet() -> None:
    for introduction in INTRODUCTIONS:
        for label in introduction["labels"]:
            assert label["core"] in introduction["text"], introduction["id"]
    for half in ("dev", "test"):
        facets = {label["facet"] for i in INTRODUCTIONS if i["half"] == half for label in i["labels"]}
        assert facets == set(Facet)


def main() -> None:
    analyzer = ExtractiveAnalyzer(MiniLM())
    for half in ("dev", "test"):
        scores = asyncio.run(measure(analyzer, half))
        rows = [(str(facet), score) for facet, score in scores.items()]
        for name, score in [*rows, ("all", total(list(scores.values())))]:
            print(  # noqa: T201 - this is a report
                f"{half:5}{name:11} precision {score.precision:.2f} ({score.right}/{score.proposed})"
                f"  recall {score.recall:.2f} ({score.found}/{score.labels})"
            )


if __name__ == "__main__":
    main()
