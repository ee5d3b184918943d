"""
The analyzer outside, through profile's real door: whose words leave, what leaves of them, and what is logged.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterator
from uuid import uuid4

import grpc.aio
import pytest
import pytest_asyncio
import structlog
from pydantic import SecretStr

from services.kit import logs
from services.profile.app import app
from tests.fixtures.openai_server import KEY, Fault, OpenAIServer
from tests.integration.profile.conftest import Surroundings
from tests.integration.profile.door import NADIA, Person, new_recording
from tests.integration.profile.match_server import MatchServer
from timbre.profile.v1 import profile_pb2 as pb
from timbre.profile.v1.profile_pb2_grpc import ProfileServiceStub

pytestmark = pytest.mark.asyncio(loop_scope="module")

OUTSIDE = "openai:gpt-4o-mini:analyze-v1"
INSIDE = "extractive-v1"


@pytest.fixture(scope="module")
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer() as server:
        yield server


@pytest.fixture
def openai(server: OpenAIServer) -> Iterator[OpenAIServer]:
    server.clear()
    yield server
    assert all(each.headers["authorization"] == f"Bearer {KEY}" for each in server.requests)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def new_person(
    surroundings: Surroundings, match: MatchServer, server: OpenAIServer
) -> AsyncIterator[Callable[[], Person]]:
    """Give people who have never been seen, at the door of a profile that may ask outside."""
    config = surroundings.config(match.address).model_copy(
        update={
            "analyzer": "openai://gpt-4o-mini",
            "openai_base_url": server.url,
            "openai_key": SecretStr(KEY),
            "openai_usd_per_million_in": 0.15,
            "openai_usd_per_million_out": 0.6,
        }
    )
    tokens = surroundings.tokens("media")
    async with (
        app(config, surroundings.common) as port,
        grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel,
    ):
        stub = ProfileServiceStub(channel)
        yield lambda: Person(str(uuid4()), stub, surroundings.issuer, tokens)


@pytest_asyncio.fixture(loop_scope="module")
async def eve(new_person: Callable[[], Person]) -> Person:
    """Somebody who agrees that their words leave Timbre."""
    person = new_person()
    await person.agree(pb.PURPOSE_EXTERNAL_ANALYSIS)
    return person


async def analyzers(person: Person) -> set[str]:
    return {fact.analyzer for fact in await person.facts()}


async def quotes(person: Person) -> set[tuple[str, str]]:
    return {(pb.Facet.Name(fact.facet)[6:], fact.evidence.quote) for fact in await person.facts()}


async def test_facts_are_verbatim_quotes_that_can_be_heard(eve: Person, openai: OpenAIServer) -> None:
    outcome = await eve.says(NADIA)
    assert (outcome.fact_count, outcome.dropped_count, list(outcome.warnings)) == (4, 0, [])
    assert await quotes(eve) == {
        ("BACKGROUND", "I'm a product manager in Rotterdam"),
        ("SEEK", "I'm looking for a technical co-founder"),
        ("OFFER", "I can teach you pricing"),
        ("EXCLUSION", "I'm not looking for an agency"),
    }
    assert await analyzers(eve) == {OUTSIDE}
    assert all(fact.evidence.end_ms > fact.evidence.start_ms for fact in await eve.facts())
    (request,) = openai.requests
    assert request.body["temperature"] == 0
    assert request.body["max_tokens"] == 4_000
    assert request.body["response_format"]["json_schema"]["strict"] is True


async def test_without_the_consent_nothing_leaves(
    new_person: Callable[[], Person], openai: OpenAIServer
) -> None:
    ada = new_person()
    await ada.says(NADIA)
    assert await analyzers(ada) == {INSIDE}
    await ada.agree(pb.PURPOSE_EXTERNAL_ANALYSIS)
    await ada.withdraw(pb.PURPOSE_EXTERNAL_ANALYSIS)
    await ada.says(NADIA)
    assert openai.requests == []


async def test_a_repeat_asks_nobody(eve: Person, openai: OpenAIServer) -> None:
    recording = new_recording()
    first = await eve.says(NADIA, recording=recording)
    assert await eve.says(NADIA, recording=recording) == first
    assert len(openai.requests) == 1


async def test_what_reaches_a_person_stays_and_quotes_are_still_their_own_words(
    eve: Person, openai: OpenAIServer
) -> None:
    await eve.says(
        "Hi. I can help you, write to nadia.k@mail.example.org or call 020 7946 0958 today."
        " I need a van at 12 Baker Street. See www.nadia.example.org for more."
    )
    for secret in ("nadia.k", "example", "7946", "Baker", "sk-test"):
        assert secret not in openai.sent
    assert "write to [EMAIL] or call [NUMBER] today" in openai.sent
    assert (
        "OFFER",
        "I can help you, write to nadia.k@mail.example.org or call 020 7946 0958 today",
    ) in await quotes(eve)
    assert ("SEEK", "I need a van at 12 Baker Street") in await quotes(eve)


async def test_the_log_has_tokens_and_costs_and_nothing_that_was_said_and_no_key(
    eve: Person, openai: OpenAIServer, capfd: pytest.CaptureFixture[str]
) -> None:
    logs.configure("profile")
    await eve.says(NADIA)
    # The server's error quotes the request.
    openai.always = Fault(status=400)
    await eve.says(NADIA)
    openai.always = Fault(content="I can teach you pricing, she said")
    await eve.says(NADIA)
    out, err = capfd.readouterr()
    lines = [json.loads(line) for line in out.splitlines()]
    answered = next(line for line in lines if line["event"] == "model answered")
    assert answered["model"] == "gpt-4o-mini"
    assert answered["attempts"] == 1
    assert answered["cost_usd"] == pytest.approx(
        (answered["tokens_in"] * 0.15 + answered["tokens_out"] * 0.6) / 1e6, abs=1e-8
    )
    fallbacks = [line["reason"] for line in lines if line["event"] == "analysis fell back"]
    assert fallbacks == ["STATUS_400", "INVALID_ANSWER"]
    for secret in ("pricing", "Rotterdam", "Nadia", KEY, "Failed"):
        assert secret not in out + err
    structlog.reset_defaults()
