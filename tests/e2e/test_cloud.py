"""The same path on the adapters of production: Transcribe's in the emulator, OpenAI's at the server of our own."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio

from local.cloud import CONSENTS
from local.doctor import examine
from local.stack import Running, running
from local.state import State
from tests.e2e.conftest import ANY_PORTS, SignUp, Someone, in_silence, signing_up
from tests.e2e.people import until

pytestmark = pytest.mark.asyncio(loop_scope="session")

OFFERS = "I repair violins and cellos. I am looking for a beekeeper who sells candle wax."
SEEKS = "I can offer candle wax from my own beehives. I am looking for somebody who can repair my cello."


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def cloud(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    state = State(tmp_path_factory.mktemp("cloud"))
    async with running(state, in_silence, ports=ANY_PORTS, emulates_cloud=True) as up:
        yield up


@pytest.fixture
def cloud_sign_up(cloud: Running, http: httpx.AsyncClient) -> SignUp:
    return signing_up(cloud, http)


async def consenting(sign_up: SignUp, name: str) -> Someone:
    someone = await sign_up(name)
    for purpose in CONSENTS:
        body = {"purpose": purpose, "granted": True, "terms": "test"}
        await someone.api.call("POST", "consents:set", body)
    return someone


async def test_somebody_who_speaks_is_written_down_and_read_elsewhere(cloud_sign_up: SignUp) -> None:
    someone = await consenting(cloud_sign_up, "Spoken")
    recording = await someone.speaks("elena-v")
    assert recording["state"] == "STATE_READY", recording.get("failure")
    transcript = await someone.api.call("GET", f"{recording['name']}/transcript")
    assert transcript["engine"] == "amazon-transcribe"
    facts = await someone.facts()
    assert facts
    for fact in facts:
        assert fact["analyzer"].startswith("openai:rules:")
        assert fact["evidence"]["quote"] in transcript["text"]


async def test_two_who_type_are_matched_by_vectors_from_elsewhere(cloud_sign_up: SignUp) -> None:
    luthier, beekeeper = [await consenting(cloud_sign_up, name) for name in ("Luthier", "Beekeeper")]
    for someone, text in ((luthier, OFFERS), (beekeeper, SEEKS)):
        assert (await someone.types(text))["state"] == "STATE_READY"
    assert "Beekeeper" in [match["card"]["displayName"] for match in await luthier.matches()]
    assert await until(lambda: _worded(beekeeper, "Luthier")) == {
        "They can help with what you look for, repair violins and cellos."
    }


async def _worded(someone: Someone, name: str) -> set[str] | None:
    """What the judge says of the reasons for a match, once it has said something."""
    found = [match for match in await someone.matches() if match["card"]["displayName"] == name]
    return {
        reason["sentence"] for match in found for reason in match["reasons"] if reason["sentence"]
    } or None


async def test_nothing_leaves_without_the_consent(cloud_sign_up: SignUp) -> None:
    someone = await cloud_sign_up("Silent")
    assert (await someone.types("I mend old clocks and I look for a bell founder."))["state"] == "STATE_READY"
    assert {fact["analyzer"].partition("-")[0] for fact in await someone.facts()} == {"extractive"}


async def test_the_doctor_finds_every_neighbour_well(cloud: Running) -> None:
    while True:
        found = await examine(cloud.stack.state, cloud.stack.published(cloud.resources))
        everything = [finding for findings in found.values() for finding in findings]
        wrong = [finding for finding in everything if not finding["ok"]]
        assert not any(finding["lasting"] for finding in wrong), wrong
        if not wrong:  # a machine that is busy may answer late; the run's time limit ends this
            break
    asked = {finding["neighbour"] for finding in everything}
    assert {"MEDIA_SPEECH", "MEDIA_EVENTS", "PROFILE_ANALYZER", "AUTH_USER_POOL"} <= asked
    assert {"MATCH_EMBEDDINGS", "MATCH_JUDGE"} <= asked
