"""
Reads through the gateway as JSON, among 10,000 people × 8 facts: what they cost each process, how long they take, and
both beside floors measured in the same rounds. People are put into match's table by match's own store and
indexed by the running service's own sweep; the eight who ask are real accounts whose facts came in by the API.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bench.crowd import Crowd
from bench.floors import Floors, open_floors
from bench.measure import CpuMeter, p50_p99_ms
from bench.report import Cell, Report, Table, WrongAnswer
from bench.system import Load, Someone, System, load_on, system
from services.kit.minilm import MiniLM
from services.kit.postgres import open_database
from services.match.adapters.minilm import MiniLMEmbeddings
from services.match.adapters.postgres import Store

PEOPLE = 10_000
ROUNDS = 7
CLIENTS = (1, 8)
PAGE = 20

_BEHIND = {
    "profile": "SELECT count(*) FROM profiles WHERE indexed_version < version",
    "match": "SELECT count(*) FROM people WHERE indexed_version < version",
}
_EMPTY, _PROFILE, _MATCHES = "GetSession (empty RPC)", "GetProfile", f"ListMatches ({PAGE} a page)"
_SELECT, _INDEX = "one-row SELECT, psycopg", "raw index query"
_FLOORS = {_PROFILE: (_EMPTY, _SELECT), _MATCHES: (_EMPTY, _INDEX)}


@dataclass(frozen=True, slots=True)
class Route:
    """Something to call in a closed loop."""

    name: str
    count: int
    """Requests of one block."""
    play: Callable[[int, int], Awaitable[Sequence[float]]]
    """`play(clients, count)` returns the seconds of each."""
    processes: Sequence[str]
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


async def run(report: Report) -> None:
    """Measure."""
    async with system() as up, AsyncExitStack() as stack:
        people = [await up.sign_up(f"Viewer{number}") for number in range(max(CLIENTS))]
        filled = await _fill(up, people, stack)
        report.say(f"{PEOPLE} people indexed by match's sweep in {filled:.1f} s; {len(people)} people ask")
        floors = await open_floors(up, Path(stack.enter_context(TemporaryDirectory())), stack)
        load = await stack.enter_async_context(load_on(up.up.stack.ports["gateway"]))
        await _check(load, people, floors)
        paths = _paths(load, people, floors)
        samples = await _rounds(up, paths, report)
        for clients in CLIENTS:
            report.table(_table(paths, samples, clients))
        report.table(_split(paths, samples))


async def _fill(up: System, people: Sequence[Someone], stack: AsyncExitStack) -> float:
    """Give the viewers facts by the API, everybody else by match's store; return the seconds until indexed."""
    model = await asyncio.to_thread(MiniLM)
    crowd = await asyncio.to_thread(Crowd, model)
    for person in people:
        for facet, text in crowd.statements():
            await person.api.call("POST", "facts", {"fact": {"facet": f"FACET_{facet.name}", "text": text}})
    await up.until_zero("profile", _BEHIND["profile"])
    store = Store(await open_database(up.dsn("match"), stack), MiniLMEmbeddings(model).id)
    for number in range(PEOPLE - len(people)):
        made = crowd.person(number)
        await store.save(made.user_id, made.profile, made.vectors)
    began = time.perf_counter()
    await up.until_zero("match", _BEHIND["match"])
    return time.perf_counter() - began


async def _check(load: Load, people: Sequence[Someone], floors: Floors) -> None:
    """Look at the answers once; from then on the generator only compares."""
    tokens = [person.session.access_token for person in people]
    _, bodies = await load.play("/v1/profile", tokens, len(tokens))
    names = [json.loads(body)["displayName"] for body in bodies]
    if names != [f"Viewer{number}" for number in range(len(people))]:
        raise WrongAnswer(f"GetProfile told each of the viewers somebody else's name: {names}")
    _, bodies = await load.play("/v1/session", tokens, len(tokens))
    users = [json.loads(body)["userId"] for body in bodies]
    _, bodies = await load.play(f"/v1/matches?pageSize={PAGE}", tokens, len(tokens))
    for user, body in zip(users, bodies, strict=True):
        matches = json.loads(body)["matches"]
        listed = {match["name"].partition("/")[2] for match in matches if match["reasons"]}
        if len(listed) != PAGE or not listed <= await floors.candidates(user):
            raise WrongAnswer("ListMatches: not a full page of people with reasons whom the index names")
    await floors.ask_for(users)


def _paths(load: Load, people: Sequence[Someone], floors: Floors) -> list[Route]:
    tokens = [person.session.access_token for person in people]

    def get(path: str) -> Callable[[int, int], Awaitable[Sequence[float]]]:
        async def play(clients: int, count: int) -> Sequence[float]:
            return (await load.play(path, tokens[:clients], count))[0]

        return play

    return [
        Route("Envoy alone (/healthz)", 1000, get("/healthz"), ("gateway",)),
        Route(_EMPTY, 300, get("/v1/session"), ("gateway", "auth")),
        Route(_SELECT, 600, floors.select, ("postgres",), here=True),
        Route(_INDEX, 40, floors.query, (), here=True),
        Route(_PROFILE, 300, get("/v1/profile"), ("gateway", "profile", "postgres")),
        Route(_MATCHES, 60, get(f"/v1/matches?pageSize={PAGE}"), ("gateway", "match", "postgres")),
    ]


async def _rounds(up: System, paths: Sequence[Route], report: Report) -> dict[tuple[str, int], Samples]:
    """Play every path with every number of clients once a round, so that all meet the same weather."""
    samples: dict[tuple[str, int], Samples] = defaultdict(Samples)
    for number in range(ROUNDS):
        for path in paths:
            for clients in CLIENTS:
                meters = {name: CpuMeter(*up.pids(name)) for name in path.processes}
                before = time.process_time()
                took = await path.play(clients, path.count)
                cpu = {name: meter.seconds() for name, meter in meters.items()}
                if path.here:
                    cpu["client"] = time.process_time() - before
                found = samples[path.name, clients]
                found.cpu.append({name: used / path.count * 1e6 for name, used in cpu.items()})
                found.took += took
        report.say(f"  round {number + 1} of {ROUNDS}, load {os.getloadavg()[0]:.1f}")
    return samples


def _table(paths: Sequence[Route], samples: dict[tuple[str, int], Samples], clients: int) -> Table:
    rows: list[Sequence[Cell]] = []
    for path in paths:
        found = samples[path.name, clients]
        cpu = [found.total(number) for number in range(ROUNDS)]
        p50, p99 = p50_p99_ms(found.took)
        row: list[Cell] = [path.name, median(cpu), f"{min(cpu):,.0f} to {max(cpu):,.0f}", p50, p99]
        floors = [samples[name, clients] for name in _FLOORS.get(path.name, ())]
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
        notes=[f"Floor of {name}: {' + '.join(floors)}." for name, floors in _FLOORS.items()],
    )


def _split(paths: Sequence[Route], samples: dict[tuple[str, int], Samples]) -> Table:
    """Where the CPU goes, with one client."""
    columns = ("gateway", "auth", "profile", "match", "postgres", "client")
    rows = [
        (
            path.name,
            *(
                median(cpu[name] for cpu in samples[path.name, 1].cpu)
                if name in samples[path.name, 1].cpu[0]
                else None
                for name in columns
            ),
        )
        for path in paths
    ]
    return Table("CPU µs a request by process, 1 client", ("path", *columns), rows)
