"""
Embeddings by a server behind the OpenAI protocol, on a real socket: through match's real door, and with every fault
that such a server may have.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack

import grpc
import grpc.aio
import numpy as np
import pytest
import structlog
from pydantic import SecretStr

from services.kit import logs
from services.kit.config import Common, ConfigError
from services.kit.errors import Unavailable
from services.kit.patience import Patience
from services.match.adapters import openai as adapter
from services.match.adapters.openai import OpenAIEmbeddings
from services.match.app import open_embeddings
from services.match.config import MatchConfig
from tests.fixtures.openai_server import KEY, Fault, OpenAIServer
from tests.integration.match.conftest import Client, Start
from tests.integration.match.people import ENGINEER, FOUNDER, GARDENER

pytestmark = pytest.mark.filterwarnings("ignore::services.kit.config.DevelopmentWarning")

SMALL = "openai://text-embedding-3-small?dimensions=512"


@pytest.fixture(scope="module")
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer() as server:
        yield server


@pytest.fixture
def openai(server: OpenAIServer) -> OpenAIServer:
    server.clear()
    return server


@pytest.fixture
def config(config: MatchConfig, openai: OpenAIServer) -> MatchConfig:
    return config.model_copy(
        update={
            "embeddings": SMALL,
            "openai_base_url": openai.url,
            "openai_key": SecretStr(KEY),
            "openai_in_terms": True,
            "openai_timeout_seconds": 10,
        }
    )


@pytest.fixture
async def embeddings(config: MatchConfig) -> AsyncIterator[OpenAIEmbeddings]:
    async with AsyncExitStack() as stack:
        yield adapter.open_embeddings(config, stack, patience=Patience("test", first_wait=0.001))


async def test_people_are_matched_and_found_by_vectors_from_elsewhere(
    start: Start, openai: OpenAIServer
) -> None:
    async with start() as match:
        for name, facts in (("nora", FOUNDER), ("priya", ENGINEER), ("ruth", GARDENER)):
            await match.index(name, *facts)
        assert (await match.names("nora"))[0] == "Priya"
        assert await match.found("ruth", "an engineer who writes the backend") == ["Priya"]
    assert {request.body["dimensions"] for request in openai.requests} == {512}


async def test_while_the_server_is_down_lists_are_answered_and_the_rest_may_come_again(
    start: Start, openai: OpenAIServer
) -> None:
    async with start() as match:
        await match.index("nora", *FOUNDER)
        await match.index("priya", *ENGINEER)
        openai.always = Fault(status=400)
        assert await match.names("nora") == ["Priya"]
        await _is_unavailable(match)
        openai.clear()
        assert await match.index("ruth", *GARDENER) == 1


async def _is_unavailable(match: Client) -> None:
    for call in (match.index("ruth", *GARDENER), match.search("nora", "an engineer")):
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await call
        assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
        assert "Failed" not in (caught.value.details() or "")


@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=429, headers={"retry-after": "0"}),
        Fault(status=429),
        Fault(status=500),
        Fault(hang=True),
        Fault(reset=True),
        Fault(cut=True),
        Fault(body="no JSON"),
        Fault(body='{"data": [{"index": 0}]}'),
    ],
    ids=str,
)
async def test_what_passes_is_not_noticed(config: MatchConfig, openai: OpenAIServer, fault: Fault) -> None:
    hasty = config.model_copy(update={"openai_timeout_seconds": 0.5}) if fault.hang else config
    openai.fail(fault)
    async with AsyncExitStack() as stack:
        embeddings = adapter.open_embeddings(hasty, stack)
        assert (await embeddings.embed(["I teach", "I learn"])).shape == (2, 512)
    assert len(openai.requests) == 2


@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=400),
        Fault(status=401),
        Fault(status=500),
        Fault(status=429, headers={"retry-after": "120"}),
        Fault(width=256),
        Fault(scale=0.0),
        Fault(scale=float("nan")),
        Fault(body='{"data": []}'),
        Fault(body='{"data": [{"index": 0, "embedding": "!"}, {"index": 1, "embedding": "!"}]}'),
        Fault(body='{"data": [{"index": 0, "embedding": [1.0]}, {"index": 0, "embedding": [1.0]}]}'),
    ],
    ids=str,
)
async def test_vectors_that_cannot_be_used_are_none_at_all(
    embeddings: OpenAIEmbeddings, openai: OpenAIServer, fault: Fault
) -> None:
    openai.always = fault
    with pytest.raises(Unavailable) as caught:
        await embeddings.embed(["I teach", "I learn"])
    asked = caught.value.retry_after
    assert (asked.total_seconds() if asked else None) == (120 if "120" in str(fault) else None)


async def test_somebody_who_searches_waits_seconds_not_longer(
    config: MatchConfig, openai: OpenAIServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adapter, "SENTENCE_SECONDS", 0.2)
    openai.always = Fault(hang=True)
    async with AsyncExitStack() as stack:
        slow = config.model_copy(update={"openai_timeout_seconds": 60})
        with pytest.raises(Unavailable):
            await adapter.open_embeddings(slow, stack).embed(["an engineer"])


async def test_texts_go_in_batches_that_the_server_takes(
    embeddings: OpenAIEmbeddings, openai: OpenAIServer
) -> None:
    many = await embeddings.embed(["I teach"] * 2_049)
    assert [len(request.body["input"]) for request in openai.requests] == [2_048, 1]
    assert np.allclose(many[0], many[-1], atol=1e-3)
    openai.clear()
    await embeddings.embed(["long " * 5_000] * 60)
    assert [len(request.body["input"]) for request in openai.requests] == [24, 24, 12]


async def test_what_reaches_a_person_does_not_leave(
    embeddings: OpenAIEmbeddings, openai: OpenAIServer
) -> None:
    await embeddings.embed(["I teach, write to ada@example.org", "call 020 7946 0958"])
    assert openai.requests[0].body["input"] == ["I teach, write to [EMAIL]", "call [NUMBER]"]


@pytest.mark.parametrize(
    ("url", "space", "sent"),
    [
        ("openai://text-embedding-3-small", "text-embedding-3-small-1536", None),
        ("openai://text-embedding-3-large?dimensions=256", "text-embedding-3-large-256", 256),
        ("openai://BAAI/bge-m3?dimensions=384", "baai-bge-m3-384", None),
    ],
)
async def test_the_space_is_named_for_model_and_width(
    config: MatchConfig, openai: OpenAIServer, url: str, space: str, sent: int | None
) -> None:
    openai.always = Fault(width=384) if "bge" in url else None
    async with AsyncExitStack() as stack:
        embeddings = adapter.open_embeddings(config.model_copy(update={"embeddings": url}), stack)
        assert embeddings.id == space
        assert (await embeddings.embed(["I teach"])).shape == (1, int(space.rpartition("-")[2]))
    assert openai.requests[0].body.get("dimensions") == sent


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"embeddings": "openai://"}, "MATCH_EMBEDDINGS: not like"),
        ({"embeddings": "openai://bge-m3"}, "MATCH_EMBEDDINGS: not like"),
        ({"embeddings": f"{SMALL}&x=1"}, "MATCH_EMBEDDINGS: not like"),
        ({"embeddings": "openai://m?dimensions=-1"}, "MATCH_EMBEDDINGS: not like"),
        ({"openai_in_terms": False}, "MATCH_OPENAI_IN_TERMS"),
        ({"openai_key": SecretStr("")}, "MATCH_OPENAI_KEY"),
        ({}, "MATCH_OPENAI_BASE_URL: words leave by https"),
    ],
    ids=str,
)
async def test_what_may_not_be_is_refused_at_the_start(
    config: MatchConfig, common: Common, changes: dict[str, object], complaint: str
) -> None:
    if not changes:
        common = common.model_copy(update={"env": "production"})
    async with AsyncExitStack() as stack:
        with pytest.raises(ConfigError, match=complaint):
            await open_embeddings(config.model_copy(update=changes), common, stack)


async def test_the_log_has_tokens_and_nothing_that_was_said_and_no_key(
    embeddings: OpenAIEmbeddings, openai: OpenAIServer, capfd: pytest.CaptureFixture[str]
) -> None:
    logs.configure("match")
    await embeddings.embed(["I teach lockpicking"])
    for fault in (Fault(status=400), Fault(scale=0.0)):
        openai.always = fault
        with pytest.raises(Unavailable):
            await embeddings.embed(["I teach lockpicking"])
    structlog.reset_defaults()
    out, err = capfd.readouterr()
    lines = [json.loads(line) for line in out.splitlines()]
    assert [line["event"] for line in lines] == [
        "model answered",
        "model did not answer",
        "model answered",
        "model gave no usable vectors",
    ]
    assert lines[0]["tokens_in"] > 0
    for secret in ("lockpicking", KEY, "Failed"):
        assert secret not in out + err
