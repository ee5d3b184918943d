"""The issuer's keys as they fail and change, seen from the outside: at the real door of a service, over gRPC."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import grpc
import grpc.aio
import pytest

from gateway.contract import SERVICES
from services.kit.access import AccessTokens, Gatekeeper
from services.kit.jwks import Jwks
from services.kit.server import running
from tests.fixtures.tokens import CLIENT, Clock, Fault, Issuer
from tests.integration.auth.harness import reason_of
from tests.integration.gateway.upstream import GOLDEN, Upstream, UpstreamConfig
from timbre.auth.v1 import auth_pb2 as pb
from timbre.auth.v1.auth_pb2_grpc import AuthServiceStub

FAULTS = [fault for fault in Fault if fault is not Fault.NONE]
FETCH_SECONDS = 0.5
PROMPT_SECONDS = 0.25
"""Less than any wait for the issuer: a busy machine's answer to a call that waits for nobody."""


@dataclass(slots=True)
class Entrance:
    """A service whose clock for keys is ours, and its callers."""

    issuer: Issuer
    clock: Clock
    stub: AuthServiceStub

    _number = itertools.count()

    async def ask(self, **token: object) -> str:
        """Call with a new token; the reason of the refusal, or nothing. Nobody's verdict is remembered."""
        minted = self.issuer.mint(jti=f"token-{next(self._number)}", **token)  # pyright: ignore[reportArgumentType]
        metadata = (("authorization", f"Bearer {minted}"),)
        try:
            await self.stub.GetSession(pb.GetSessionRequest(), metadata=metadata)
        except grpc.aio.AioRpcError as error:
            return reason_of(error)
        return ""

    async def forge(self, number: int) -> str:
        return await self.ask(header={"kid": f"forged-{number}"})


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with Issuer() as issuer:
        yield issuer


@pytest.fixture
async def entrance(issuer: Issuer, request: pytest.FixtureRequest) -> AsyncIterator[Entrance]:
    """`@pytest.mark.parametrize("entrance", [fault], indirect=True)` starts it while the issuer has that fault."""
    issuer.fault = getattr(request, "param", Fault.NONE)
    clock = Clock()
    async with AsyncExitStack() as stack:
        keys = await stack.enter_async_context(Jwks(issuer.jwks_url, clock=clock, timeout=FETCH_SECONDS))
        gatekeeper = Gatekeeper(AccessTokens(issuer.url, frozenset({CLIENT}), keys))
        upstream = Upstream(SERVICES["auth"], json.loads((GOLDEN / "auth.json").read_text()))
        config = UpstreamConfig(service_key=Path("none"), drain_seconds=0)
        port = await stack.enter_async_context(
            running(config, SERVICES["auth"], upstream.register, gatekeeper)
        )
        channel = await stack.enter_async_context(grpc.aio.insecure_channel(f"127.0.0.1:{port}"))
        yield Entrance(issuer, clock, AuthServiceStub(channel))


@pytest.mark.parametrize("fault", FAULTS)
async def test_known_users_are_served_through_an_hour_of_trouble(entrance: Entrance, fault: Fault) -> None:
    """Each minute, promptly, by tokens that were never seen before."""
    assert await entrance.ask() == ""
    entrance.issuer.fault, entrance.issuer.fetches = fault, 0
    slowest = 0.0
    for _ in range(60):
        entrance.clock.advance(60)
        begun = time.monotonic()
        assert await entrance.ask() == ""
        slowest = max(slowest, time.monotonic() - begun)
    assert slowest < PROMPT_SECONDS
    assert 1 <= entrance.issuer.fetches <= 60


@pytest.mark.parametrize("fault", [Fault.DOWN, Fault.HANG])
async def test_nobody_known_waits_for_those_who_are_not(entrance: Entrance, fault: Fault) -> None:
    entrance.clock.advance(10)
    entrance.issuer.fault = fault
    forged = [asyncio.create_task(entrance.forge(number)) for number in range(20)]
    for _ in range(10):
        begun = time.monotonic()
        assert await entrance.ask() == ""
        assert time.monotonic() - begun < PROMPT_SECONDS
    assert set(await asyncio.gather(*forged)) == {"TOKEN_KEYS_UNAVAILABLE"}


@pytest.mark.parametrize("fault", [Fault.NONE, Fault.DOWN, Fault.GARBAGE, Fault.REDIRECT, Fault.BIG])
async def test_forged_keys_cause_six_fetches_a_minute(entrance: Entrance, fault: Fault) -> None:
    entrance.clock.advance(10)
    entrance.issuer.fault, entrance.issuer.fetches = fault, 0
    for second in range(60):
        answers = await asyncio.gather(*(entrance.forge(second * 5 + number) for number in range(5)))
        assert set(answers) == {"TOKEN_INVALID" if fault is Fault.NONE else "TOKEN_KEYS_UNAVAILABLE"}
        entrance.clock.advance(1)
    assert entrance.issuer.fetches == 6


async def test_a_new_key_is_accepted_ten_seconds_after_it_is_published_and_the_old_one_meanwhile(
    entrance: Entrance,
) -> None:
    """At the worst moment: forged keys have just used up the fetch."""
    entrance.clock.advance(10)
    assert await entrance.forge(0) == "TOKEN_INVALID"
    entrance.issuer.rotate()
    waited = 0
    while await entrance.ask():
        assert await entrance.forge(waited + 1) == "TOKEN_INVALID"
        entrance.clock.advance(1)
        waited += 1
    assert 0 < waited <= 10


async def test_a_withdrawn_key_is_refused_once_the_set_was_fetched_again(entrance: Entrance) -> None:
    stolen = entrance.issuer.mint()
    entrance.issuer.rotate(keep=False)
    entrance.clock.advance(301)
    assert await entrance.ask() == ""
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        metadata = (("authorization", f"Bearer {stolen}"),)
        await entrance.stub.GetSession(pb.GetSessionRequest(), metadata=metadata)
    assert reason_of(refused.value) == "TOKEN_INVALID"


@pytest.mark.parametrize("entrance", FAULTS, indirect=True)
async def test_a_service_that_starts_in_an_outage_says_so_and_recovers_alone(entrance: Entrance) -> None:
    assert await entrance.ask() == "TOKEN_KEYS_UNAVAILABLE"
    entrance.issuer.fault = Fault.NONE
    entrance.clock.advance(10)
    assert await entrance.ask() == ""


async def test_a_token_of_another_issuer_costs_this_one_no_fetch(entrance: Entrance) -> None:
    entrance.clock.advance(10)
    entrance.issuer.fetches = 0
    foreign = {"iss": "https://elsewhere.example", "header": {"kid": "of-elsewhere"}}
    assert await entrance.ask(**foreign) == "TOKEN_INVALID"
    assert entrance.issuer.fetches == 0
