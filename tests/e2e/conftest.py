"""
The whole system, started once a run as `make run` starts it, on free ports and its own folder. Tests talk to
it by its public doors: JSON through Envoy, Cognito and S3 in the emulator.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import pytest_asyncio

from local.accounts import Accounts, Session
from local.api import Api, spoken
from local.people import CAST
from local.stack import PORTS, Running, running
from local.state import State

PASSWORD = "Correct-horse-battery-9"
READY_WITHIN_SECONDS = 120
ANY_PORTS = dict.fromkeys(PORTS, 0)
"""Somebody may have a stack of their own on the usual ones."""


@dataclass(frozen=True, slots=True)
class Someone:
    """A signed-in person."""

    name: str
    api: Api
    session: Session
    email: str
    http: httpx.AsyncClient

    async def speaks(self, cast_id: str) -> dict[str, Any]:
        """Record the audio of a member of the cast, and return the recording once it has ended."""
        created = await self.uploads((CAST / f"{cast_id}.opus").read_bytes(), "audio/ogg")
        await self.api.call("POST", f"{created['name']}:complete", {})
        return await self.awaits_end(created["name"])

    async def uploads(self, audio: bytes, content_type: str) -> dict[str, Any]:
        """Create a recording and upload its audio, without completing it."""
        created = await self.api.call("POST", "recordings", spoken(audio, content_type))
        await self.api.upload(created["ticket"], audio, content_type)
        return created["recording"]

    async def types(self, text: str) -> dict[str, Any]:
        """Record a typed introduction, and return the recording once it has ended."""
        created = await self.api.call("POST", "recordings", {"typed": {"text": text}})
        return await self.awaits_end(created["recording"]["name"])

    async def awaits_end(self, recording: str) -> dict[str, Any]:
        async with asyncio.timeout(READY_WITHIN_SECONDS):
            while True:
                now = await self.api.call("GET", recording)
                if now["state"] in {"STATE_READY", "STATE_FAILED"}:
                    return now
                await asyncio.sleep(0.1)

    async def facts(self) -> list[dict[str, Any]]:
        return (await self.api.call("GET", "facts", pageSize=200)).get("facts", [])

    async def matches(self) -> list[dict[str, Any]]:
        return (await self.api.call("GET", "matches", pageSize=50)).get("matches", [])


def in_silence(_name: str, _line: str) -> None:
    """Show nothing: the lines are in the folder's logs, too."""


SignUp = Callable[[str], Awaitable[Someone]]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def system(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    async with running(State(tmp_path_factory.mktemp("data")), in_silence, ports=ANY_PORTS) as up:
        yield up


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
        yield client


def signing_up(system: Running, http: httpx.AsyncClient) -> SignUp:
    """Return what makes new people of this system, each with a display name."""
    accounts = Accounts(system.stack.emulator, system.resources)

    async def sign_up(name: str) -> Someone:
        email = f"{name.lower().replace(' ', '.')}-{secrets.token_hex(4)}@example.org"
        session = await asyncio.to_thread(accounts.sign_in, email, PASSWORD)
        api = Api(http, system.stack.gateway, session)
        await api.call("PATCH", "profile", {"displayName": name}, updateMask="displayName")
        return Someone(name, api, session, email, http)

    return sign_up


@pytest.fixture
def sign_up(system: Running, http: httpx.AsyncClient) -> SignUp:
    """`await sign_up("Ada")` is a new person, signed in, with that display name."""
    return signing_up(system, http)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def new_person(system: Running, http: httpx.AsyncClient) -> SignUp:
    """The same, for fixtures that outlive a test."""
    return signing_up(system, http)
