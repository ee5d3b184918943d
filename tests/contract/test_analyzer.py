"""What every analyzer promises, whatever is behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from uuid import UUID

import pytest

from services.kit.minilm import MiniLM
from services.profile.adapters.extractive.analyzer import ExtractiveAnalyzer
from services.profile.adapters.openai.opening import open_analyzer
from services.profile.config import ProfileConfig
from services.profile.domain import Facet, Transcript, Word
from services.profile.ports import Analyzer
from services.profile.quotes import verify_quotes
from tests.fixtures.openai_server import KEY, OpenAIServer

TEXT = (
    "Hi, I'm Nadia. I'm a product manager in Rotterdam. I'm looking for a technical co-founder. I can teach you"
    " pricing. I'm not looking for an agency."
)


@pytest.fixture(scope="module")
def extractive() -> Analyzer:
    return ExtractiveAnalyzer(MiniLM())


@pytest.fixture(scope="module")
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer() as server:
        yield server


@pytest.fixture(params=["extractive", "openai", "openai that reasons"])
async def analyzer(
    request: pytest.FixtureRequest, extractive: Analyzer, server: OpenAIServer
) -> AsyncIterator[Analyzer]:
    if request.param == "extractive":
        yield extractive
        return
    config = ProfileConfig(
        database="postgresql://nowhere",
        match="nowhere:1",
        service_key=Path("nowhere"),
        analyzer="openai://gpt-4o-mini" if request.param == "openai" else "openai://gpt-5-mini?reasoning=low",
        openai_base_url=server.url,
        openai_key=KEY,  # pyright: ignore[reportArgumentType] - pydantic makes a secret of it
    )
    async with AsyncExitStack() as stack:
        yield open_analyzer(config, stack)


def spoken(text: str) -> Transcript:
    words = tuple(Word(word, 300 * i, 300 * i + 250) for i, word in enumerate(text.split()))
    return Transcript(text, words)


async def test_every_quote_is_verbatim_and_can_be_heard(analyzer: Analyzer) -> None:
    analysis = await analyzer.analyze(spoken(TEXT))
    verified = verify_quotes(UUID(int=1), spoken(TEXT), analysis)
    assert verified.dropped == 0
    assert len(verified.statements) == len(analysis.proposals) >= 4
    assert all(statement.evidence.end_ms > statement.evidence.start_ms for statement in verified.statements)


async def test_what_is_said_is_found_and_what_is_ruled_out_is_not_sought(analyzer: Analyzer) -> None:
    analysis = await analyzer.analyze(spoken(TEXT))
    quotes = {facet: " ".join(p.quote for p in analysis.proposals if p.facet is facet) for facet in Facet}
    assert "product manager" in quotes[Facet.BACKGROUND]
    assert "technical co-founder" in quotes[Facet.SEEK]
    assert "teach you pricing" in quotes[Facet.OFFER]
    assert "agency" in quotes[Facet.EXCLUSION]
    assert "agency" not in quotes[Facet.SEEK]


async def test_confidence_is_a_probability(analyzer: Analyzer) -> None:
    analysis = await analyzer.analyze(spoken(TEXT))
    assert all(0 <= proposal.confidence <= 1 for proposal in analysis.proposals)


async def test_the_headline_is_verbatim(analyzer: Analyzer) -> None:
    analysis = await analyzer.analyze(spoken(TEXT))
    assert analysis.headline
    assert analysis.headline in TEXT


@pytest.mark.parametrize("text", [" ", "...", "Hm.", "Good morning!"])
async def test_saying_nothing_yields_nothing(analyzer: Analyzer, text: str) -> None:
    analysis = await analyzer.analyze(spoken(text))
    assert (analysis.proposals, analysis.headline) == ((), "")


async def test_another_language_is_a_warning_not_an_error(analyzer: Analyzer) -> None:
    analysis = await analyzer.analyze(Transcript("Ich suche eine Band.", language="de", typed=True))
    assert not analysis.proposals or not analysis.warnings
    if not analysis.proposals:
        assert analysis.warnings == ("ANALYSIS_LANGUAGE_UNSUPPORTED",)


async def test_the_id_names_a_version(analyzer: Analyzer) -> None:
    assert analyzer.id.rpartition("-v")[2].isdigit()


async def test_ten_minutes_of_speech_are_no_trouble(analyzer: Analyzer) -> None:
    analysis = await analyzer.analyze(spoken(f"{TEXT} " * 70))
    assert analysis.proposals
