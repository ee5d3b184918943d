"""An analyzer outside Timbre sees the words of those who agreed, and what it found goes with the consent."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID, uuid4

import psycopg
import pytest
import pytest_asyncio

from services.kit.access import Caller
from services.kit.jobs import open_jobs
from services.kit.pages import PageTokens
from services.kit.postgres import acting_for, open_database
from services.profile.adapters.postgres import Store
from services.profile.consents import Purpose
from services.profile.domain import Analysis, Facet, Fact, Outcome, Proposal, Transcript
from services.profile.service.analysis import AnalysisService
from services.profile.service.analyzers import Analyzers
from services.profile.service.consents import ConsentService
from services.profile.service.facts import FactChange, FactService
from services.profile.service.versions import VersionService
from tests.integration.profile.conftest import Surroundings

pytestmark = pytest.mark.asyncio(loop_scope="module")

SAID = "I need a zeppelin."


async def nothing() -> None:
    """Happen while an analyzer works."""


@dataclass(slots=True)
class Sentences:
    """An analyzer that takes the whole text for one statement, and remembers what it was given."""

    id: str
    external: bool
    facet: Facet
    seen: list[str] = field(default_factory=list[str])
    meanwhile: Callable[[], Awaitable[object]] = nothing

    async def analyze(self, transcript: Transcript) -> Analysis:
        self.seen.append(transcript.text)
        await self.meanwhile()
        proposal = Proposal(self.facet, transcript.text, transcript.text, 0.9)
        return Analysis((proposal,), headline=transcript.text)


@dataclass(slots=True)
class House:
    """profile's use cases with an analyzer outside and one inside, for one user."""

    store: Store
    caller: Caller
    outside: Sentences
    inside: Sentences

    @property
    def consents(self) -> ConsentService:
        return ConsentService(self.store)

    @property
    def facts(self) -> FactService:
        return FactService(self.store, PageTokens(b"secret"), uuid4)

    @property
    def versions(self) -> VersionService:
        return VersionService(self.store, PageTokens(b"secret"))

    async def hears(self, recording: UUID, text: str = SAID, *, typed: bool = True) -> Outcome:
        analyzers = Analyzers(chosen=self.outside, inside=self.inside)
        service = AnalysisService(self.store, analyzers, uuid4)
        return await service.analyze_transcript(self.caller, recording, 1, Transcript(text, typed=typed))

    async def external(self, *, granted: bool) -> None:
        await self.consents.set_consent(
            self.caller, Purpose.EXTERNAL_ANALYSIS, granted=granted, terms="", etag=""
        )

    async def known(self) -> list[Fact]:
        facts, _ = await self.facts.list_facts(self.caller, facet=None, page_size=100, page_token="")
        return facts


@pytest_asyncio.fixture(loop_scope="module")
async def house(surroundings: Surroundings) -> AsyncIterator[House]:
    user = str(uuid4())
    async with AsyncExitStack() as stack:
        database = await open_database(surroundings.dsn, stack)
        store = Store(database, await open_jobs(surroundings.dsn, stack))
        stack.enter_context(acting_for(user))
        yield House(
            store,
            Caller(user_id=user, expires=datetime.now(UTC)),
            Sentences("outside-v1", external=True, facet=Facet.GOAL),
            Sentences("inside-v1", external=False, facet=Facet.SEEK),
        )


@pytest.fixture(autouse=True)
def acting(house: House) -> Iterator[None]:
    """Fixtures and tests are different tasks, and each says for whom it acts."""
    with acting_for(house.caller.user_id):
        yield


async def test_without_the_consent_nothing_is_handed_outside(house: House) -> None:
    await house.hears(uuid4())
    assert (house.outside.seen, house.inside.seen) == ([], [SAID])
    assert [(fact.analyzer, fact.external) for fact in await house.known()] == [("inside-v1", False)]


async def test_with_the_consent_the_same_transcript_is_analyzed_again_outside(house: House) -> None:
    recording = uuid4()
    await house.hears(recording)
    await house.external(granted=True)
    await house.hears(recording)
    assert [(fact.analyzer, fact.external) for fact in await house.known()] == [("outside-v1", True)]
    await house.hears(recording)
    assert len(house.outside.seen) == 1


async def test_a_withdrawal_takes_out_what_was_found_outside_and_nothing_else(
    house: House, surroundings: Surroundings
) -> None:
    await house.hears(uuid4(), "I love trains.")
    await house.external(granted=True)
    edited, deleted, plain = "I have a gramophone.", "I repair quartz clocks.", SAID
    for text in (edited, deleted, plain):
        await house.hears(uuid4(), text)
    facts = {fact.text: fact for fact in await house.known()}
    await house.facts.update_fact(house.caller, facts[edited].id, FactChange(text="Music"), etag="")
    await house.facts.delete_fact(house.caller, facts[deleted].id)
    await house.external(granted=False)
    assert {(fact.text, fact.evidence is None) for fact in await house.known()} == {
        ("I love trains.", False),
        ("Music", True),
    }
    profile = await house.store.profile(house.caller.user_id)
    assert profile.headline == "I love trains."
    async with await psycopg.AsyncConnection.connect(surroundings.everything) as connection:
        for table in ("profiles", "facts", "tombstones", "analyses", "versions"):
            cursor = await connection.execute(
                f"SELECT {table}::text FROM {table} WHERE user_id = %s", (house.caller.user_id,)
            )  # pyright: ignore[reportArgumentType] - a name from the list above
            rows = str(await cursor.fetchall())
            assert house.caller.user_id in rows
            for word in ("gramophone", "quartz", "zeppelin"):
                assert word not in rows, table


async def test_after_a_withdrawal_the_analyzer_inside_takes_over(house: House) -> None:
    recording = uuid4()
    await house.external(granted=True)
    await house.hears(recording)
    await house.external(granted=False)
    await house.hears(recording)
    assert [(fact.analyzer, fact.facet) for fact in await house.known()] == [("inside-v1", Facet.SEEK)]
    await house.versions.restore_version(house.caller, 2, etag="")
    assert await house.known() == []


async def test_what_was_found_outside_does_not_survive_a_withdrawal_meanwhile(house: House) -> None:
    await house.external(granted=True)
    house.outside.meanwhile = lambda: house.external(granted=False)
    outcome = await house.hears(uuid4())
    assert outcome.fact_count == 1
    assert [fact.analyzer for fact in await house.known()] == ["inside-v1"]


async def test_a_transcription_withdrawn_meanwhile_leaves_nothing(house: House) -> None:
    house.inside.meanwhile = lambda: house.consents.set_consent(
        house.caller, Purpose.TRANSCRIBE, granted=False, terms="", etag=""
    )
    outcome = await house.hears(uuid4(), typed=False)
    assert (outcome.fact_count, outcome.warnings) == (0, ("CONSENT_WITHDRAWN",))
    assert await house.known() == []


async def test_an_analyzer_outside_cannot_stand_in_for_the_one_inside() -> None:
    outside = Sentences("outside-v1", external=True, facet=Facet.GOAL)
    with pytest.raises(ValueError, match="outside-v1"):
        Analyzers(chosen=outside, inside=outside)
