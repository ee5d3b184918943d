"""How often a neighbour that fails is asked again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from services.kit.patience import (
    ATTEMPTS,
    BUDGET_SPENT,
    CIRCUIT_OPEN,
    FAILURES,
    OPEN_SECONDS,
    RESERVE,
    TIMEOUT,
    GaveUp,
    Lasting,
    Passing,
    Patience,
)
from tests.fixtures.tokens import Clock


class Neighbour:
    """Fails as it is told, then answers; counts how often it is asked."""

    def __init__(self, *problems: Exception | None) -> None:
        self.problems: list[Exception | None] = list(problems)
        self.always: Exception | None = None
        self.asked = 0

    async def __call__(self) -> str:
        self.asked += 1
        problem = self.problems.pop(0) if self.problems else self.always
        if problem:
            raise problem
        return "well"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def patience(clock: Clock) -> Patience:
    return Patience("neighbour", first_wait=0.001, clock=clock)


async def gives_up(
    patience: Patience, attempt: Callable[[], Awaitable[str]], *, seconds: float = 60
) -> GaveUp:
    with pytest.raises(GaveUp) as caught:
        await patience.call(attempt, seconds=seconds)
    return caught.value


async def test_what_passes_is_tried_again(patience: Patience) -> None:
    neighbour = Neighbour(Passing("STATUS_500"), Passing("CONNECTION"))
    assert await patience.call(neighbour, seconds=60) == ("well", 3)


async def test_three_attempts_are_the_most(patience: Patience) -> None:
    neighbour = Neighbour()
    neighbour.always = Passing("STATUS_500")
    error = await gives_up(patience, neighbour)
    assert (error.why, error.attempts, neighbour.asked) == ("STATUS_500", ATTEMPTS, ATTEMPTS)


async def test_what_lasts_is_not_tried_again(patience: Patience) -> None:
    neighbour = Neighbour(Passing("STATUS_500"), Lasting("STATUS_400"))
    error = await gives_up(patience, neighbour)
    assert (error.why, error.attempts) == ("STATUS_400", 2)


async def test_the_wait_that_is_asked_for_is_kept(patience: Patience) -> None:
    loop = asyncio.get_running_loop()
    before = loop.time()
    await patience.call(Neighbour(Passing("STATUS_429", 0.2)), seconds=60)
    assert 0.2 <= loop.time() - before < 0.6


async def test_a_wait_that_is_too_long_is_not_begun_and_nobody_else_asks_meanwhile(
    patience: Patience, clock: Clock
) -> None:
    neighbour = Neighbour(Passing("STATUS_429", 90))
    error = await gives_up(patience, neighbour)
    assert (error.why, error.attempts, error.after) == ("STATUS_429", 1, 90)
    clock.advance(89)
    refused = await gives_up(patience, neighbour)
    assert (refused.why, refused.attempts, neighbour.asked) == (CIRCUIT_OPEN, 0, 1)
    assert refused.after == pytest.approx(1)
    clock.advance(1)
    assert await patience.call(neighbour, seconds=60) == ("well", 1)


async def test_the_circuit_opens_after_failures_in_a_row_and_one_call_sees_whether_to_close_it(
    patience: Patience, clock: Clock
) -> None:
    neighbour = Neighbour()
    neighbour.always = Passing("STATUS_503")
    for _ in range(4):
        await gives_up(patience, neighbour)
    assert neighbour.asked == FAILURES
    clock.advance(OPEN_SECONDS)
    error = await gives_up(patience, neighbour)
    assert (error.why, neighbour.asked) == ("STATUS_503", FAILURES + 1)
    clock.advance(OPEN_SECONDS)
    neighbour.always = None
    assert await patience.call(neighbour, seconds=60) == ("well", 1)
    assert await patience.call(neighbour, seconds=60) == ("well", 1)


async def test_while_one_call_looks_the_others_are_turned_away(patience: Patience, clock: Clock) -> None:
    neighbour = Neighbour()
    neighbour.always = Passing("STATUS_503")
    for _ in range(2):
        await gives_up(patience, neighbour)
    clock.advance(OPEN_SECONDS)
    looking = asyncio.Event()

    async def hang() -> str:
        looking.set()
        return await asyncio.Future[str]()

    probe = asyncio.create_task(patience.call(hang, seconds=60))
    await looking.wait()
    assert (await gives_up(patience, neighbour)).why == CIRCUIT_OPEN
    probe.cancel()
    await asyncio.gather(probe, return_exceptions=True)
    neighbour.always = None
    assert await patience.call(neighbour, seconds=60) == ("well", 1)


async def test_a_call_ends_in_time(patience: Patience) -> None:
    error = await gives_up(patience, asyncio.Future[str], seconds=0.05)
    assert error.why == TIMEOUT


async def test_a_success_forgets_the_failures_before_it(patience: Patience) -> None:
    for _ in range(int(RESERVE) - 1):
        await patience.call(Neighbour(Passing("STATUS_500")), seconds=60)
    neighbour = Neighbour(Passing("STATUS_500"))
    assert await patience.call(neighbour, seconds=60) == ("well", 2)


async def test_all_calls_together_are_asked_again_for_one_in_ten_at_most(patience: Patience) -> None:
    calls = 300
    neighbour = Neighbour()
    spent = 0
    for number in range(calls):
        # Every other attempt fails: bad enough for retries, never bad enough for the breaker.
        neighbour.problems = [Passing("STATUS_500")] if number % 2 else []
        try:
            await patience.call(neighbour, seconds=60)
        except GaveUp as error:
            spent += error.why == BUDGET_SPENT
    assert spent > 0
    assert neighbour.asked <= calls * 1.1 + RESERVE
    assert neighbour.asked >= calls * 1.05


async def test_a_refused_key_opens_the_circuit_and_a_bad_request_does_not(patience: Patience) -> None:
    neighbour = Neighbour()
    neighbour.always = Lasting("STATUS_400")
    for _ in range(2 * FAILURES):
        assert (await gives_up(patience, neighbour)).why == "STATUS_400"
    neighbour.always = Lasting("STATUS_401", down=True)
    for _ in range(FAILURES):
        assert (await gives_up(patience, neighbour)).why == "STATUS_401"
    assert (await gives_up(patience, neighbour)).why == CIRCUIT_OPEN
