"""
Reads through the gateway as JSON, among 10,000 people × 8 facts: what they cost each process, how long they take, and
both beside floors measured in the same rounds. People are put into match's table by match's own store and
indexed by the running service's own sweep; the eight who ask are real accounts whose facts came in by the API.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.comparison import CLIENTS, Route, rounds, split, table
from bench.crowd import Crowd
from bench.floors import Floors, open_floors
from bench.report import Report, WrongAnswer
from bench.system import Load, Someone, System, load_on, system
from services.kit.minilm import MiniLM
from services.kit.postgres import open_database
from services.match.adapters.minilm import MiniLMEmbeddings
from services.match.adapters.postgres import Store

PEOPLE = 10_000
PAGE = 20

_BEHIND = {
    "profile": "SELECT count(*) FROM profiles WHERE indexed_version < version",
    "match": "SELECT count(*) FROM vectors WHERE indexed_version < version",
}
_EMPTY, _PROFILE, _MATCHES = "GetSession (empty RPC)", "GetProfile", f"ListMatches ({PAGE} a page)"
_SELECT, _INDEX = "one-row SELECT, psycopg", "raw index query"
_LIST = f"/v1/matches?pageSize={PAGE}"
_FULL = ('"band"', PAGE)
"""A full page; its last places may change hands, because the index names equals in any order."""
_SAME = 0.8
"""The raw index was filled in another order, and equal lexical scores come in the order of filling."""


async def run(report: Report) -> None:
    """Measure."""
    async with system() as up, AsyncExitStack() as stack:
        people = [await up.sign_up(f"Viewer{number}") for number in range(max(CLIENTS))]
        filled = await _fill(up, people, stack)
        report.say(
            f"{PEOPLE} people stored, and indexed by match's sweep, in {filled:.1f} s; {len(people)} people ask"
        )
        floors = await open_floors(up, Path(stack.enter_context(TemporaryDirectory())), stack)
        load = await stack.enter_async_context(load_on(up.up.stack.ports["gateway"]))
        await _check(load, people, floors)
        routes = _routes(load, people, floors)
        samples = await rounds(up, routes, report)
        for clients in CLIENTS:
            report.table(table(routes, samples, clients))
        report.table(split(routes, samples))


async def _fill(up: System, people: Sequence[Someone], stack: AsyncExitStack) -> float:
    """Give the viewers facts by the API, everybody else by match's store; return the seconds of that."""
    model = await asyncio.to_thread(MiniLM)
    crowd = await asyncio.to_thread(Crowd, model)
    for person in people:
        for facet, text in crowd.statements():
            await person.api.call("POST", "facts", {"fact": {"facet": f"FACET_{facet.name}", "text": text}})
    await up.until_zero("profile", _BEHIND["profile"])
    store = Store(await open_database(up.dsn("match"), stack), MiniLMEmbeddings(model).id)
    began = time.perf_counter()
    for number in range(PEOPLE - len(people)):
        made = crowd.person(number)
        await store.save(made.user_id, made.profile, made.vectors)
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
    _, bodies = await load.play(_LIST, tokens, len(tokens), _FULL)
    for user, body in zip(users, bodies, strict=True):
        matches = json.loads(body)["matches"]
        listed = {match["name"].partition("/")[2] for match in matches if match["reasons"]}
        known = listed & await floors.candidates(user)
        if len(listed) < PAGE or len(known) < _SAME * PAGE:
            raise WrongAnswer(
                f"ListMatches: {len(listed)} with reasons, {len(known)} of them named by the raw query"
            )
    await floors.ask_for(users)


def _routes(load: Load, people: Sequence[Someone], floors: Floors) -> list[Route]:
    tokens = [person.session.access_token for person in people]

    def get(
        path: str, times: tuple[str, int] | None = None
    ) -> Callable[[int, int], Awaitable[Sequence[float]]]:
        async def play(clients: int, count: int) -> Sequence[float]:
            return (await load.play(path, tokens[:clients], count, times))[0]

        return play

    return [
        Route("Envoy alone (/healthz)", 1000, get("/healthz"), ("gateway",)),
        Route(_EMPTY, 300, get("/v1/session"), ("gateway", "auth")),
        Route(_SELECT, 600, floors.select, ("postgres",), here=True),
        Route(_INDEX, 40, floors.query, (), here=True),
        Route(_PROFILE, 300, get("/v1/profile"), ("gateway", "profile", "postgres"), (_EMPTY, _SELECT)),
        Route(_MATCHES, 60, get(_LIST, _FULL), ("gateway", "match", "postgres"), (_EMPTY, _INDEX)),
    ]
