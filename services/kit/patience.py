"""
How often a neighbour that fails is asked again: seldom, later, and not at all while it is down.

One `Patience` stands before one neighbour in one process. It allows a call three attempts, all calls together
one retry for every ten of them, and none for a while after several failures in a row.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from services.kit.logs import get_logger

T = TypeVar("T")

ATTEMPTS: Final = 3
FAILURES: Final = 5
"""Failed attempts in a row that open the circuit."""
OPEN_SECONDS: Final = 30.0
"""How long an open circuit stays open, before one call may try."""
FIRST_WAIT_SECONDS: Final = 0.5
LONGEST_OPEN_SECONDS: Final = 600.0
"""A neighbour that asks for a longer wait is tried again after this."""
RETRIES_PER_CALL: Final = 0.1
RESERVE: Final = 5.0
"""Retries that may be spent without calls to earn them; never more are saved up."""

CIRCUIT_OPEN: Final = "CIRCUIT_OPEN"
BUDGET_SPENT: Final = "RETRY_BUDGET_SPENT"
TIMEOUT: Final = "TIMEOUT"


class Passing(Exception):
    """An attempt failed and another may not; `after` is the wait in seconds that the neighbour asked for."""

    def __init__(self, why: str, after: float | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.after = after


class Lasting(Exception):
    """An attempt failed as each other would; `down` when so would every call, whatever it asks."""

    def __init__(self, why: str, *, down: bool = False) -> None:
        super().__init__(why)
        self.why = why
        self.down = down


class GaveUp(Exception):
    """A call failed for good. `why` is a name, never the neighbour's words; `after` says when to come back."""

    def __init__(self, why: str, attempts: int, after: float | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.attempts = attempts
        self.after = after


class Budget:
    """Retries that calls have earned: each a tenth of one."""

    def __init__(self) -> None:
        self._saved = RESERVE

    def earn(self) -> None:
        self._saved = min(RESERVE, self._saved + RETRIES_PER_CALL)

    def spend(self) -> bool:
        """Take one retry, if there is one."""
        if self._saved < 1:
            return False
        self._saved -= 1
        return True


class Breaker:
    """Closed, open, or half-open with one call under way to see whether the neighbour is back."""

    def __init__(self, name: str, clock: Callable[[], float]) -> None:
        self._name = name
        self._clock = clock
        self._failures = 0
        self._open_until: float | None = None
        self._probing = False

    @property
    def remaining(self) -> float:
        """Seconds for which nobody is let through."""
        return max(0.0, (self._open_until or 0.0) - self._clock())

    def admit(self) -> bool:
        """Say whether an attempt may be made. Each one that may must end in one of the three calls below."""
        if self._open_until is None:
            return True
        if self._probing or self.remaining:
            return False
        self._probing = True
        return True

    def succeeded(self) -> None:
        if self._open_until is not None:
            get_logger().info("circuit closed", adapter=self._name)
        self._failures, self._open_until, self._probing = 0, None, False

    def failed(self, *, open_seconds: float = 0.0) -> None:
        """Count a failure; open when it is one too many, or for the time that the neighbour asked for."""
        self._failures += 1
        if self._probing or self._failures >= FAILURES:
            open_seconds = max(OPEN_SECONDS, open_seconds)
        self._probing = False
        if open_seconds:
            if self._open_until is None:
                get_logger().warning("circuit opened", adapter=self._name, seconds=round(open_seconds))
            self._open_until = self._clock() + min(open_seconds, LONGEST_OPEN_SECONDS)

    def unknown(self) -> None:
        """An attempt was cut off, which says nothing about the neighbour."""
        self._probing = False


class Patience:
    """Attempts, waits, budget and breaker of all calls to one neighbour."""

    def __init__(
        self,
        name: str,
        *,
        first_wait: float = FIRST_WAIT_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """
        Args:
            name: What the neighbour is called in logs.
            first_wait: Seconds before the first retry, more or less; the next waits twice as long.
            clock: Seconds that pass.
        """
        self._first_wait = first_wait
        self._clock = clock
        self._budget = Budget()
        self._breaker = Breaker(name, clock)

    def may_ask_again(self) -> bool:
        """Take one retry from the budget, for a call that got an answer which is of no use."""
        return self._budget.spend()

    async def call(self, attempt: Callable[[], Awaitable[T]], *, seconds: float) -> tuple[T, int]:
        """
        Return what an attempt returned, and how many it took, within `seconds` in all.

        Raises:
            GaveUp: none succeeded, another would come too late, or none may be made.
        """
        give_up = self._clock() + seconds
        self._budget.earn()
        problem = Passing(CIRCUIT_OPEN)
        for number in range(1, ATTEMPTS + 1):
            if not self._breaker.admit():
                raise GaveUp(problem.why, number - 1, self._breaker.remaining)
            try:
                result = await self._attempt(attempt, give_up - self._clock())
            except Passing as error:
                problem = error
            except Lasting as error:
                raise GaveUp(error.why, number) from None
            else:
                return result, number
            wait = self._wait(number, problem.after)
            if number == ATTEMPTS or self._clock() + wait >= give_up:
                raise GaveUp(problem.why, number, problem.after)
            if not self._budget.spend():
                raise GaveUp(BUDGET_SPENT, number, problem.after)
            await asyncio.sleep(wait)
        raise AssertionError("unreachable: the last attempt returns or raises")

    async def _attempt(self, attempt: Callable[[], Awaitable[T]], seconds: float) -> T:
        try:
            async with asyncio.timeout(seconds):
                result = await attempt()
        except TimeoutError:
            self._breaker.failed()
            raise Passing(TIMEOUT) from None
        except Passing as error:
            asked = error.after or 0.0
            # A wait that a call can sit out is no reason to turn the others away.
            self._breaker.failed(open_seconds=asked if asked > seconds else 0.0)
            raise
        except Lasting as error:
            if error.down:
                self._breaker.failed()
            else:
                self._breaker.succeeded()
            raise
        except BaseException:
            self._breaker.unknown()
            raise
        self._breaker.succeeded()
        return result

    def _wait(self, number: int, asked: float | None) -> float:
        """Never less than what was asked for, and never the same for everybody who waits."""
        jitter = random.random()  # noqa: S311 - nobody is kept from guessing
        if asked is not None:
            return asked + jitter * min(asked * 0.1, 1.0)
        return self._first_wait * 2 ** (number - 1) * (0.5 + jitter)
