"""The key cache against an issuer that fails in every way, over a real socket."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress

import pytest
from structlog.testing import capture_logs

from services.kit.jwks import Jwks, KeysUnavailable
from tests.fixtures.tokens import Clock, Fault, Issuer, rsa_key

FAULTS = [fault for fault in Fault if fault is not Fault.NONE]
TIMEOUT = 1.0


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with Issuer() as issuer:
        yield issuer


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def keys(issuer: Issuer, clock: Clock) -> AsyncIterator[Jwks]:
    async with Jwks(issuer.jwks_url, clock=clock, timeout=TIMEOUT, max_stale=7200.0) as keys:
        yield keys


async def settled(keys: Jwks) -> None:
    """Wait for the fetch under way in the background: an unknown key id joins it, and starts none so soon."""
    with suppress(KeysUnavailable):
        assert await keys.find("nobody") is None


class TestHydration:
    async def test_keys_are_there_before_the_first_token(self, keys: Jwks, issuer: Issuer) -> None:
        key = keys.known("key-0")
        assert key is not None
        assert key.public_numbers() == rsa_key(0).public_key().public_numbers()
        assert issuer.fetches == 1

    @pytest.mark.parametrize("fault", FAULTS)
    async def test_an_issuer_that_fails_at_boot_delays_callers_and_not_the_start(
        self, issuer: Issuer, clock: Clock, fault: Fault
    ) -> None:
        issuer.fault = fault
        async with Jwks(issuer.jwks_url, clock=clock, timeout=TIMEOUT) as keys:
            clock.advance(4)
            with pytest.raises(KeysUnavailable) as error:
                await keys.find("key-0")
            assert error.value.reason == "TOKEN_KEYS_UNAVAILABLE"
            assert error.value.retry_after is not None
            assert error.value.retry_after.total_seconds() == 6
            issuer.fault = Fault.NONE
            clock.advance(6)
            assert await keys.find("key-0")

    async def test_an_issuer_that_cannot_be_reached_is_an_outage(self, clock: Clock) -> None:
        with Issuer() as gone:
            pass
        async with Jwks(gone.jwks_url, clock=clock, timeout=TIMEOUT) as keys:
            with pytest.raises(KeysUnavailable):
                await keys.find("key-0")

    @pytest.mark.parametrize(
        "url",
        [
            "http://issuer.example/jwks.json",
            "http://10.0.0.1/k",
            "http://127.0.0.1.evil.example/k",
            "ftp://127.0.0.1/k",
            "file:///k",
            "",
        ],
    )
    def test_keys_come_by_https_or_from_this_machine(self, url: str) -> None:
        with pytest.raises(ValueError, match="https"):
            Jwks(url)

    async def test_an_emulator_elsewhere_is_allowed_by_name_only(self) -> None:
        for url in ("https://issuer.example/k", "http://localhost:1/k", "http://[::1]:1/k"):
            await Jwks(url).__aexit__()
        await Jwks("http://emulator:4566/k", plain_http=True).__aexit__()

    @pytest.mark.parametrize(
        "times",
        [{"timeout": 3.1}, {"timeout": 0.0}, {"cooldown": 1.0}, {"max_age": 5.0}, {"max_stale": 299.0}],
    )
    def test_times_that_do_not_fit_together_are_refused(self, times: dict[str, float]) -> None:
        with pytest.raises(ValueError, match="times"):
            Jwks("https://issuer.example/k", **times)  # pyright: ignore[reportArgumentType]


class TestFetching:
    async def test_a_known_key_costs_no_fetch(self, keys: Jwks, issuer: Issuer, clock: Clock) -> None:
        clock.advance(300)
        for _ in range(100):
            assert await keys.find("key-0")
        assert issuer.fetches == 1

    async def test_a_hundred_callers_share_one_fetch(self, keys: Jwks, issuer: Issuer, clock: Clock) -> None:
        clock.advance(10)
        kid = issuer.rotate()
        found = await asyncio.gather(*(keys.find(kid) for _ in range(100)))
        assert all(found)
        assert issuer.fetches == 2

    async def test_a_caller_who_leaves_does_not_end_the_fetch_for_others(
        self, keys: Jwks, issuer: Issuer, clock: Clock
    ) -> None:
        clock.advance(10)
        kid = issuer.rotate()
        impatient, patient = (asyncio.create_task(keys.find(kid)) for _ in range(2))
        await asyncio.sleep(0)
        impatient.cancel()
        assert await patient
        assert impatient.cancelled()

    async def test_a_new_key_is_found_ten_seconds_after_any_fetch(
        self, keys: Jwks, issuer: Issuer, clock: Clock
    ) -> None:
        kid = issuer.rotate()
        clock.advance(9.9)
        assert await keys.find(kid) is None
        clock.advance(0.1)
        assert await keys.find(kid)
        assert await keys.find("key-0")

    async def test_a_kid_that_was_refused_is_found_once_it_is_published(
        self, keys: Jwks, issuer: Issuer, clock: Clock
    ) -> None:
        clock.advance(10)
        assert await keys.find("key-1") is None
        assert issuer.rotate() == "key-1"
        clock.advance(10)
        assert await keys.find("key-1")

    async def test_forged_kids_cause_six_fetches_a_minute(
        self, keys: Jwks, issuer: Issuer, clock: Clock
    ) -> None:
        for second in range(60):
            for forged in range(20):
                assert await keys.find(f"forged-{second}-{forged}") is None
            clock.advance(1)
        assert issuer.fetches <= 6

    @pytest.mark.parametrize("fault", [Fault.DOWN, Fault.CUT, Fault.GARBAGE])
    async def test_forged_kids_cause_no_more_fetches_in_an_outage(
        self, keys: Jwks, issuer: Issuer, clock: Clock, fault: Fault
    ) -> None:
        clock.advance(10)
        issuer.fault, issuer.fetches = fault, 0
        for second in range(60):
            for forged in range(20):
                with pytest.raises(KeysUnavailable):
                    await keys.find(f"forged-{second}-{forged}")
            clock.advance(1)
        assert issuer.fetches == 6

    async def test_the_pause_counts_from_the_attempt_and_not_from_its_end(
        self, keys: Jwks, issuer: Issuer, clock: Clock
    ) -> None:
        clock.advance(10)
        issuer.fault = Fault.HANG
        waiting = asyncio.create_task(keys.find("key-1"))
        await asyncio.sleep(0.01)
        clock.advance(10)
        with pytest.raises(KeysUnavailable):
            await waiting
        issuer.fault = Fault.NONE
        assert await keys.find(issuer.rotate())

    async def test_forged_kids_leave_nothing_behind(self, keys: Jwks) -> None:
        await keys.find("warm-up")
        gc.collect()
        before = len(gc.get_objects())
        for number in range(2000):
            assert await keys.find(f"forged-{number}") is None
        gc.collect()
        assert len(gc.get_objects()) - before < 500


class TestOutage:
    @pytest.mark.parametrize("fault", FAULTS)
    async def test_known_keys_verify_through_an_hour_of_trouble(
        self, keys: Jwks, issuer: Issuer, clock: Clock, fault: Fault
    ) -> None:
        issuer.fault = fault
        good = keys.known("key-0")
        with capture_logs() as logs:
            for _ in range(2):
                clock.advance(1800)
                assert keys.known("key-0") is good
                await settled(keys)
                assert await keys.find("key-0") is good
        assert [line["event"] for line in logs] == ["token keys were not fetched"] * 2
        assert {*logs[0]} <= {"event", "log_level", "address", "error_type", "where"}

        issuer.fault = Fault.NONE
        clock.advance(10)
        assert await keys.find(issuer.rotate())

    async def test_nobody_with_a_known_key_waits_for_a_hanging_issuer(
        self, keys: Jwks, issuer: Issuer, clock: Clock
    ) -> None:
        clock.advance(301)
        issuer.fault = Fault.HANG
        waiting = asyncio.create_task(keys.find("unknown"))
        for _ in range(100):
            # One step of the coroutine is enough: it never suspends.
            with pytest.raises(StopIteration):
                keys.find("key-0").send(None)
        assert not waiting.done()
        with pytest.raises(KeysUnavailable):
            await waiting

    async def test_known_keys_end_with_the_longest_staleness(
        self, keys: Jwks, issuer: Issuer, clock: Clock
    ) -> None:
        issuer.fault = Fault.DOWN
        clock.advance(7200)
        assert await keys.find("key-0")
        await settled(keys)
        clock.advance(1)
        with pytest.raises(KeysUnavailable):
            await keys.find("key-0")
        issuer.fault = Fault.NONE
        clock.advance(10)
        assert await keys.find("key-0")

    @pytest.mark.parametrize("fault", [Fault.REDIRECT, Fault.BIG, Fault.DRIP, Fault.PARTLY_BAD])
    async def test_a_new_key_in_a_document_that_is_refused_stays_unknown(
        self, keys: Jwks, issuer: Issuer, clock: Clock, fault: Fault
    ) -> None:
        clock.advance(10)
        kid = "key-99" if fault is Fault.PARTLY_BAD else issuer.rotate()
        issuer.fault, issuer.fetches = fault, 0
        with pytest.raises(KeysUnavailable):
            await keys.find(kid)
        assert await keys.find("key-0")
        assert issuer.fetches == 1


class TestRevalidation:
    async def test_an_old_key_is_good_while_the_set_is_fetched_again(
        self, keys: Jwks, issuer: Issuer, clock: Clock
    ) -> None:
        kid = issuer.rotate(keep=False)
        clock.advance(301)
        assert keys.known("key-0")
        assert keys.known(kid) is None
        await settled(keys)
        assert keys.known("key-0") is None
        assert keys.known(kid)

    async def test_a_key_that_did_not_change_stays_the_same_object(
        self, keys: Jwks, issuer: Issuer, clock: Clock
    ) -> None:
        before = keys.known("key-0")
        issuer.rotate()
        clock.advance(10)
        assert await keys.find("key-1")
        assert keys.known("key-0") is before

    async def test_a_key_that_changed_under_its_name_is_replaced(
        self, keys: Jwks, issuer: Issuer, clock: Clock
    ) -> None:
        issuer.keys["key-0"] = rsa_key(5)
        clock.advance(301)
        keys.known("key-0")
        await settled(keys)
        key = keys.known("key-0")
        assert key is not None
        assert key.public_numbers() == rsa_key(5).public_key().public_numbers()

    async def test_closing_ends_a_fetch_under_way(self, issuer: Issuer, clock: Clock) -> None:
        with capture_logs() as logs:
            async with Jwks(issuer.jwks_url, clock=clock, timeout=3.0) as keys:
                issuer.fault = Fault.HANG
                clock.advance(301)
                assert keys.known("key-0")
                while issuer.fetches < 2:
                    await asyncio.sleep(0.005)
        assert len(asyncio.all_tasks()) == 1
        assert logs == []  # not even a timeout was waited for
