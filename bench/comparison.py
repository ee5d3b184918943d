"""
Paths beside their floors, played in turn.
"""

from __future__ import annotations

import os
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

from bench.measure import CpuMeter, p50_p99_ms
from bench.report import Cell, Report, Table
from bench.system import System

ROUNDS = 7
CLIENTS = (1, 8)


@dataclass(frozen=True, slots=True)
class Route:
    """Something to call in a closed loop, and where its work is done."""

    name: str
    count: int
    """Requests of one block."""
    play: Callable[[int, int], Awaitable[Sequence[float]]]
    """`play(clients, count)` returns the seconds of each."""
    processes: Sequence[str]
    floors: Sequence[str] = ()
    """Names of the routes that it is compared with, together."""
    here: bool = False
    """Whether this process does a part of the work."""


@dataclass(slots=True)
class Samples:
    """All blocks of one path with one number of clients."""

    cpu: list[dict[str, float]] = field(default_factory=list[dict[str, float]])
    """Microseconds a request, of each process; one entry a round."""
    took: list[float] = field(default_factory=list[float])

    def total(self, number: int) -> float:
        return sum(self.cpu[number].values())


Found = Mapping[tuple[str, int], Samples]
"""By the name of the route and the number of clients."""


async def rounds(up: System, routes: Sequence[Route], report: Report) -> Found:
    """Play every route with every number of clients once a round, so that all meet the same weather."""
    samples: dict[tuple[str, int], Samples] = defaultdict(Samples)
    for number in range(ROUNDS):
        for route in routes:
            for clients in CLIENTS:
                meters = {name: CpuMeter(*up.pids(name)) for name in route.processes}
                before = time.process_time()
                took = await route.play(clients, route.count)
                cpu = {name: meter.seconds() for name, meter in meters.items()}
                if route.here:
                    cpu["client"] = time.process_time() - before
                found = samples[route.name, clients]
                found.cpu.append({name: used / route.count * 1e6 for name, used in cpu.items()})
                found.took += took
        report.say(f"  round {number + 1} of {ROUNDS}, load {os.getloadavg()[0]:.1f}")
    return samples


def table(routes: Sequence[Route], samples: Found, clients: int) -> Table:
    rows: list[Sequence[Cell]] = []
    for route in routes:
        found = samples[route.name, clients]
        cpu = [found.total(number) for number in range(ROUNDS)]
        p50, p99 = p50_p99_ms(found.took)
        row: list[Cell] = [route.name, median(cpu), f"{min(cpu):,.0f} to {max(cpu):,.0f}", p50, p99]
        floors = [samples[name, clients] for name in route.floors]
        if floors:
            row.append(median(cpu[n] / sum(floor.total(n) for floor in floors) for n in range(ROUNDS)))
            row.append(p50 / sum(p50_p99_ms(floor.took)[0] for floor in floors))
        else:
            row += [None, None]
        rows.append(row)
    return Table(
        f"{clients} client{'s' if clients > 1 else ''}, closed loop, {ROUNDS} interleaved rounds",
        ("path", "CPU µs/request", "range", "p50 ms", "p99 ms", "CPU ÷ floor", "p50 ÷ floor"),
        rows,
        notes=[f"Floor of {route.name}: {' + '.join(route.floors)}." for route in routes if route.floors],
    )


def split(routes: Sequence[Route], samples: Found) -> Table:
    """Where the CPU goes, with one client."""
    columns = ("gateway", "auth", "profile", "match", "postgres", "client")
    rows = [
        (
            route.name,
            *(
                median(cpu[name] for cpu in samples[route.name, 1].cpu)
                if name in samples[route.name, 1].cpu[0]
                else None
                for name in columns
            ),
        )
        for route in routes
    ]
    return Table("CPU µs a request by process, 1 client", ("path", *columns), rows)
