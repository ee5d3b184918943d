"""
The whole system, started as `make run` starts it, in a folder that goes when the benchmark ends.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg
from psycopg.rows import DictRow, dict_row

from bench.report import WrongAnswer
from local import postgres
from local.accounts import Accounts, Session
from local.api import Api
from local.setup import ROOT
from local.stack import Running, running
from local.state import State
from services.kit.postgres import EVERYBODY


@dataclass(frozen=True, slots=True)
class Someone:
    """A signed-in person."""

    api: Api
    session: Session


@dataclass(frozen=True, slots=True)
class Line:
    """What a process wrote, in the form of our console log."""

    process: str
    text: str

    def field(self, name: str) -> str:
        """The value of `name=…`, or nothing."""
        _, _, rest = self.text.partition(f" {name}=")
        return rest.split(" ", 1)[0]


@dataclass(frozen=True, slots=True)
class System:
    """A running stack, and what its processes have written."""

    up: Running
    http: httpx.AsyncClient
    lines: list[Line]

    def dsn(self, service: str) -> str:
        """The address of the database for the role of a service."""
        state, ports = self.up.stack.state, self.up.stack.ports
        return postgres.dsn(service, state.secret(f"postgres-{service}"), ports["postgres"])

    def admin(self) -> str:
        """The superuser's address."""
        state, ports = self.up.stack.state, self.up.stack.ports
        return postgres.dsn("postgres", state.secret("postgres"), ports["postgres"], "postgres")

    def pids(self, *names: str) -> list[int]:
        return [self.up.supervisor.pids[name] for name in names]

    async def sign_up(self, name: str) -> Someone:
        """Make an account with a profile of that name."""
        accounts = Accounts(self.up.stack.emulator, self.up.resources)
        email = f"{name.lower()}-{secrets.token_hex(4)}@example.org"
        session = await asyncio.to_thread(accounts.sign_in, email, "Correct-horse-battery-9")
        api = Api(self.http, self.up.stack.gateway, session)
        await api.call(
            "PATCH", "profile", {"displayName": name, "languages": ["en"]}, updateMask="displayName,languages"
        )
        return Someone(api, session)

    async def until_zero(self, service: str, count: str) -> None:
        """Wait, five minutes at most, until the query `count` gives 0 to the role of `service`."""
        async with await self.connect(service) as connection:
            for _ in range(3000):
                row = await (await connection.execute(count.encode())).fetchone()
                if row and row["count"] == 0:
                    return
                await asyncio.sleep(0.1)
        raise WrongAnswer(f"{service} is still behind after five minutes")

    async def connect(self, service: str) -> psycopg.AsyncConnection[DictRow]:
        """A connection of its own as the role of a service, in autocommit, acting for everybody."""
        return await psycopg.AsyncConnection[DictRow].connect(
            self.dsn(service), autocommit=True, row_factory=dict_row, options=f"-c timbre.user={EVERYBODY}"
        )


@asynccontextmanager
async def system(*, with_page: bool = False) -> AsyncIterator[System]:
    """Start everything in a new folder, `with_page` the page too, and stop it when the block ends."""
    lines: list[Line] = []
    with tempfile.TemporaryDirectory(prefix="timbre-bench-") as folder:

        def show(name: str, line: str) -> None:
            lines.append(Line(name, line))

        async with (
            running(State(Path(folder)), show, with_page=with_page) as up,
            httpx.AsyncClient(trust_env=False, timeout=30) as http,
        ):
            yield System(up, http, lines)


class Load:
    """The load generator's process; see `bench.client`."""

    def __init__(self, process: asyncio.subprocess.Process, port: int) -> None:
        self._process = process
        self._port = port

    async def play(
        self, path: str, tokens: Sequence[str], count: int, times: tuple[str, int] | None = None
    ) -> tuple[list[float], list[str]]:
        """
        Make `count` requests of `path`, one client for each token. The answers to a client must be equal or, with
        `times`, hold a text so often.

        Returns what each took, in seconds, and the body that each client got.

        Raises:
            WrongAnswer: a request failed, or an answer was not the right one.
        """
        assert self._process.stdin
        assert self._process.stdout
        block = {"port": self._port, "path": path, "tokens": tokens, "count": count, "times": times}
        self._process.stdin.write(json.dumps(block).encode() + b"\n")
        async with asyncio.timeout(120):
            answer: dict[str, Any] = json.loads(await self._process.stdout.readline())
        if "error" in answer:
            raise WrongAnswer(answer["error"])
        return answer["took"], answer["bodies"]


@asynccontextmanager
async def load_on(port: int) -> AsyncIterator[Load]:
    """Start the load generator against a port of this machine; it ends with the block."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bench.client",
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=1 << 24,
    )
    try:
        yield Load(process, port)
    finally:
        process.kill()
        await process.wait()
