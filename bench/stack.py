"""
The local stack as a whole: its second start, what it holds in memory when nothing happens, how fast it stops. In a
folder of its own, filled by a first run of the demo that goes before.
"""

from __future__ import annotations

import asyncio
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from bench.command import command
from bench.measure import CpuMeter
from bench.report import Report, Table
from local.setup import ROOT

SETTLE_SECONDS = 10
IDLE_SECONDS = 20
_MB = 1 << 20


async def run(report: Report) -> None:
    """Measure."""
    with tempfile.TemporaryDirectory(prefix="timbre-bench-") as folder:
        argv = [sys.executable, "-u", "-m", "local", "--data", folder]
        async with command([*argv, "demo"], cwd=ROOT) as first:
            up = await first.until(" ready", seconds=300)
            shown = await first.until("Matches of", seconds=900)
            first_end = await first.ended(seconds=30)
        report.say(
            f"  first run, everything new: first person {up:.1f} s, matches {shown:.1f} s, end {first_end:.1f} s"
        )
        async with command([*argv, "demo"], cwd=ROOT) as second:
            matched = await second.until("Matches of", seconds=300)
            second_end = await second.ended(seconds=30)
        async with command([*argv, "run"], cwd=ROOT) as third:
            ready = await third.until("Running. Ctrl-C", seconds=300)
            idle = await _idle(third.process.pid)
            stopping = time.perf_counter()
            third.process.send_signal(signal.SIGINT)
            await third.ended(seconds=30)
            stopped = time.perf_counter() - stopping
    rows = [
        ("first demo on a new folder: matches shown", shown),
        ("second `python -m local demo`: matches shown", matched),
        ("second demo: ended", second_end),
        ("`python -m local run` again: says that it runs", ready),
        ("Ctrl-C until everything has stopped", stopped),
    ]
    report.table(Table("Start and stop", ("", "seconds"), rows))
    report.table(idle)


@dataclass(frozen=True, slots=True, order=True)
class _Held:
    """What a process and its children hold, and what they do all the same."""

    processes: int
    rss: float
    pss: float
    cpu: float
    """Percent of one core."""

    @classmethod
    def of(cls, family: Sequence[psutil.Process], cpu: float) -> _Held:
        each = [one.memory_full_info() for one in family]
        return cls(len(each), sum(one.rss for one in each) / _MB, sum(one.pss for one in each) / _MB, cpu)


async def _idle(pid: int) -> Table:
    """By process of the stack, with its children. RSS counts a shared page in every process, PSS once in all."""
    supervisor = psutil.Process(pid)
    children = {_name(child): child for child in supervisor.children()}
    await asyncio.sleep(SETTLE_SECONDS)
    meters = {name: CpuMeter(child.pid) for name, child in children.items()}
    everything = CpuMeter(pid)
    await asyncio.sleep(IDLE_SECONDS)
    used = {name: 100 * meter.seconds() / IDLE_SECONDS for name, meter in meters.items()}
    rest = max(0.0, 100 * everything.seconds() / IDLE_SECONDS - sum(used.values()))
    found = [("supervisor", _Held.of([supervisor], rest))]
    found += sorted(
        (name, _Held.of([child, *child.children(recursive=True)], used[name]))
        for name, child in children.items()
    )
    each = [held for _, held in found]
    total = [sum(one.rss for one in each), sum(one.pss for one in each), sum(one.cpu for one in each)]
    rows = [(name, one.processes, one.rss, one.pss, one.cpu) for name, one in found]
    rows.append(("total", sum(one.processes for one in each), total[0], total[1], total[2]))
    columns = ("process", "processes", "RSS MB", "PSS MB", "CPU % of a core")
    return Table(f"Idle, over {IDLE_SECONDS} s", columns, rows)


def _name(process: psutil.Process) -> str:
    """What the process is, by its command: `media worker`, `postgres`, `envoy`, `warden.py`."""
    argv = process.cmdline()
    if "-m" in argv:
        return " ".join(argv[argv.index("-m") + 1 :][:2]).removeprefix("services.")
    words = [Path(word).name for word in argv if not word.startswith("-")]
    return next((word for word in words if word.endswith(".py")), words[0])
