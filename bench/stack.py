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
from dataclasses import dataclass
from pathlib import Path

import psutil

from bench.command import command
from bench.report import Report, Table
from local.setup import ROOT

IDLE_SECONDS = 15
_MB = 1 << 20


async def run(report: Report) -> None:
    """Measure."""
    with tempfile.TemporaryDirectory(prefix="timbre-bench-") as folder:
        argv = [sys.executable, "-u", "-m", "local", "--data", folder]
        async with command([*argv, "demo"], cwd=ROOT) as first:
            up = await first.until("of 28 ready", seconds=300)
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
            await asyncio.sleep(IDLE_SECONDS)
            memory = _memory(third.process.pid)
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
    report.table(memory)


@dataclass(frozen=True, slots=True, order=True)
class _Memory:
    """What a process and its children hold."""

    processes: int
    rss: float
    pss: float

    @classmethod
    def of(cls, process: psutil.Process, *, children: bool = True) -> _Memory:
        family = [process, *(process.children(recursive=True) if children else ())]
        each = [one.memory_full_info() for one in family]
        return cls(len(each), sum(one.rss for one in each) / _MB, sum(one.pss for one in each) / _MB)


def _memory(pid: int) -> Table:
    """By process of the stack, with its children. RSS counts a shared page in every process, PSS once in all."""
    supervisor = psutil.Process(pid)
    found = [("supervisor", _Memory.of(supervisor, children=False))]
    found += sorted((_name(child), _Memory.of(child)) for child in supervisor.children())
    each = [memory for _, memory in found]
    total = _Memory(
        sum(one.processes for one in each), sum(one.rss for one in each), sum(one.pss for one in each)
    )
    rows = [(name, one.processes, one.rss, one.pss) for name, one in [*found, ("total", total)]]
    return Table(
        f"Memory after {IDLE_SECONDS} idle seconds, MB", ("process", "processes", "RSS", "PSS"), rows
    )


def _name(process: psutil.Process) -> str:
    """What the process is, by its command: `media worker`, `postgres`, `envoy`."""
    argv = process.cmdline()
    if "-m" in argv:
        return " ".join(argv[argv.index("-m") + 1 :][:2]).removeprefix("services.")
    return " ".join(Path(word).name for word in argv[:2] if not word.startswith("-"))
