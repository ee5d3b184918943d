"""auth and its adapter to Cognito when Cognito fails, over a real socket."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import grpc
import pytest

from services.auth.adapters.cognito import Cognito
from services.auth.errors import IdentityUnavailable
from services.kit.revocations import hashed
from tests.fixtures.stack import Aws
from tests.integration.auth.harness import System, refused, until
from tests.integration.identity.faulty_cognito import PRIVATE, Fault, FaultyCognito

USER = "11111111-aaaa-4aaa-8aaa-111111111111"
ATTEMPTS = 2
METHODS: dict[str, Callable[[Cognito], Awaitable[Any]]] = {
    "sign_out": lambda cognito: cognito.sign_out(USER),
    "disable": lambda cognito: cognito.disable(USER),
    "enable": lambda cognito: cognito.enable(USER),
    "delete": lambda cognito: cognito.delete(USER),
    "account": lambda cognito: cognito.account(USER),
    "disabled": lambda cognito: cognito.disabled(),
}
READING = {"account", "disabled"}
"""The others are done when Cognito says 200, whatever the body."""
PASSING = {Fault.THROTTLED, Fault.BROKEN, Fault.DOWN, Fault.CUT, Fault.HANG}
"""Faults after which it is worth asking once more."""


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch, aws: Aws) -> None:
    for name, value in aws.emulator.credentials.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def server() -> Iterator[FaultyCognito]:
    with FaultyCognito(Fault.BROKEN) as server:
        yield server


async def told(cognito: Cognito, method: str) -> IdentityUnavailable:
    with pytest.raises(IdentityUnavailable) as refused:
        await METHODS[method](cognito)
    return refused.value


@pytest.mark.parametrize("fault", [fault for fault in Fault if fault is not Fault.HANG])
async def test_every_method_says_unavailable_and_nothing_of_whom(
    server: FaultyCognito, fault: Fault, caplog: pytest.LogCaptureFixture
) -> None:
    """Also when the answer is no answer: taken for "no such account" it would end a sign-out that never was."""
    server.fault = fault
    cognito = Cognito.open("eu-west-1_pool", server.url)
    methods = (
        READING
        if fault in {Fault.GARBAGE, Fault.OTHER_JSON, Fault.WRONG_TYPES, Fault.EMPTY}
        else set(METHODS)
    )
    with caplog.at_level(logging.INFO):
        errors = await asyncio.gather(*(told(cognito, method) for method in methods))
    for error in errors:
        assert error.reason == "UNAVAILABLE"
        assert error.__suppress_context__
        assert error.__cause__ is None
    for private in (PRIVATE, USER):
        assert private not in repr(errors)
        assert private not in caplog.text
    asked = Counter(server.calls)
    if fault is Fault.LOST:
        assert asked.pop("ListUsers") == len(METHODS)
    assert set(asked.values()) == {ATTEMPTS if fault in PASSING else 1}


async def test_a_cognito_that_hangs_is_given_up_within_the_time_of_a_call(server: FaultyCognito) -> None:
    """All methods at once, so that the test is no longer than one of them."""
    server.fault = Fault.HANG
    cognito = Cognito.open("eu-west-1_pool", server.url)
    begun = time.monotonic()
    await asyncio.gather(*(told(cognito, method) for method in METHODS))
    assert time.monotonic() - begun < 12
    assert len(server.calls) == ATTEMPTS * len(METHODS)


async def test_nobody_there_is_unavailable_too() -> None:
    with FaultyCognito(Fault.BROKEN) as gone:
        pass
    cognito = Cognito.open("eu-west-1_pool", gone.url)
    await asyncio.gather(*(told(cognito, method) for method in METHODS))


async def test_a_pool_that_does_not_exist_is_unavailable_and_not_an_absent_user(aws: Aws) -> None:
    cognito = Cognito.open("eu-west-1_nobodyhere", aws.emulator.endpoint)
    for method in METHODS:
        await told(cognito, method)


async def test_whoever_has_no_account_needs_nothing_done(aws: Aws) -> None:
    cognito = Cognito.open(aws.resources.user_pool, aws.emulator.endpoint)
    for method in ("sign_out", "disable", "enable"):
        await METHODS[method](cognito)
    assert await cognito.delete(USER) is False
    assert await cognito.account(USER) is None
    assert USER not in await cognito.disabled()


async def test_a_sign_out_that_cognito_did_not_hear_is_kept_for_as_long_as_it_takes(lonely: System) -> None:
    unsettled = "SELECT settle_time IS NULL FROM revocations WHERE user_sha256 = %s"
    async with lonely.person() as ada:
        with FaultyCognito(Fault.THROTTLED) as cognito, lonely.service(TIMBRE_AWS_ENDPOINT=cognito.url):
            with refused(grpc.StatusCode.UNAVAILABLE, "UNAVAILABLE"):
                await ada.sign_out()
            assert cognito.calls == ["AdminUserGlobalSignOut"] * ATTEMPTS
            await ada.refused_soon("TOKEN_REVOKED")
        assert lonely.value(unsettled, hashed(ada.user)) is True
        for private in (PRIVATE, ada.user, ada.email, ada.session.access_token[:40]):
            assert private not in lonely.logged()


async def test_a_worker_outlives_answers_that_are_none(lonely: System) -> None:
    with (
        FaultyCognito(Fault.WRONG_TYPES) as cognito,
        lonely.worker(TIMBRE_AWS_ENDPOINT=cognito.url) as worker,
    ):
        for fault in (Fault.WRONG_TYPES, Fault.GARBAGE):
            cognito.fault, seen = fault, len(cognito.calls)
            await until(lambda seen=seen: len(cognito.calls) > seen + 1)
        assert worker.poll() is None
    assert "disabled users could not be looked for" in lonely.logged()
    assert PRIVATE not in lonely.logged()
