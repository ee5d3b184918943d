"""
Closed loops and the CPU that they cost others.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from pathlib import Path
from statistics import median
from typing import Final

import psutil

Call = Callable[[], Awaitable[None]]

PERCENT_99: Final = 0.99


async def closed_loop(calls: Sequence[Call], count: int) -> list[float]:
    """
    Make `count` calls in all, each of `calls` one after another, all of them at the same time.

    Returns the seconds each took. A closed loop waits for the slow ones, so its tail is kinder than that of
    arrivals at a fixed rate.
    """
    left = iter(range(count))
    took: list[float] = []

    async def client(call: Call) -> None:
        for _ in left:
            began = time.perf_counter()
            await call()
            took.append(time.perf_counter() - began)

    await asyncio.gather(*(client(call) for call in calls))
    return took


class CpuMeter:
    """
    CPU seconds of process trees, to the nanosecond that the scheduler counts, between two looks.

    A thread that ends between the looks is lost; servers at work keep theirs.
    """

    def __init__(self, *pids: int) -> None:
        self._roots = [psutil.Process(pid) for pid in pids]
        self._before = self._threads()

    def seconds(self) -> float:
        """Return what was used since the meter was made."""
        return sum(now - self._before.get(thread, 0) for thread, now in self._threads().items()) / 1e9

    def _threads(self) -> dict[tuple[int, str], int]:
        found: dict[tuple[int, str], int] = {}
        for root in self._roots:
            for process in (root, *root.children(recursive=True)):
                with suppress(OSError):  # it has just ended
                    for thread in Path(f"/proc/{process.pid}/task").iterdir():
                        found[process.pid, thread.name] = int((thread / "schedstat").read_text().split()[0])
        return found


def quantile(values: Sequence[float], part: float) -> float:
    """The value below which `part` of all lie; of few values, nearly the largest."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def p50_p99_ms(seconds: Sequence[float]) -> tuple[float, float]:
    return median(seconds) * 1000, quantile(seconds, PERCENT_99) * 1000
