"""
Pushes the demo cast through the system by its public door, the way a web page would.
"""

from __future__ import annotations

import asyncio
import hashlib
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from local.accounts import Accounts, Session
from local.api import Api, ApiError, spoken
from local.people import Person

AUDIO = "audio/ogg"
PROMPT = "Who are you, what do you offer, what are you looking for?"
_CONCURRENCY = 4
_STUCK = 300  # seconds without any change, after which a recording counts as stuck
_NAMES = uuid.UUID("6f1d1a52-5f0e-4a5b-9a3c-3c1b5a4f6d20")


class DemoFailed(Exception):
    """The demo did not come to its end; the message says why."""


@dataclass(slots=True)
class Cast:
    """The people of the demo and their sessions."""

    people: Sequence[Person]
    accounts: Accounts
    password: str = field(repr=False)
    gateway: str
    client: httpx.AsyncClient
    consents: tuple[str, ...] = ()
    """Purposes that everybody agrees to first."""
    _sessions: dict[str, Session] = field(default_factory=dict[str, Session], repr=False)

    async def session(self, person: Person) -> Session:
        """A session good for another minute at least; the account is made when there is none."""
        session = self._sessions.get(person.id)
        if session is None or session.expires < datetime.now(UTC) + timedelta(minutes=1):
            session = await asyncio.to_thread(self.accounts.sign_in, person.email, self.password)
            self._sessions[person.id] = session
        return session

    async def api(self, person: Person) -> Api:
        return Api(self.client, self.gateway, await self.session(person))

    def welcome(self, email: str) -> str:
        """Make an account for somebody who is not of the cast, unless there is one; return its password, theirs."""
        self.accounts.sign_in(email, self.password)
        return self.password


async def push(cast: Cast, report: Callable[[Counter[str]], None]) -> None:
    """
    Bring everybody's introduction to READY; whatever is there already is not done again.

    Args:
        report: Called with how many people are at each stage, whenever that changes.

    Raises:
        DemoFailed: somebody's recording failed or a call was refused.
    """
    stages = {person.id: "waiting" for person in cast.people}
    gate = asyncio.Semaphore(_CONCURRENCY)

    async def bring(person: Person) -> None:
        def at(stage: str) -> None:
            stages[person.id] = stage
            report(Counter(stages.values()))

        async with gate:
            try:
                await _bring(cast, person, at)
            except (ApiError, httpx.HTTPError) as error:
                raise DemoFailed(f"{person.id}: {error}") from error

    report(Counter(stages.values()))
    tasks = [asyncio.create_task(bring(person)) for person in cast.people]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _bring(cast: Cast, person: Person, at: Callable[[str], None]) -> None:
    at("signing in")
    api = await cast.api(person)
    await _introduce(api, person)
    for purpose in cast.consents:
        await api.call("POST", "consents:set", {"purpose": purpose, "granted": True})
    recordings = (await api.call("GET", "recordings")).get("recordings", [])
    states = Counter(str(recording["state"]) for recording in recordings)
    if states["STATE_READY"]:
        at("ready")
        return
    at("uploading")
    recording = await _record(api, person, takes=states["STATE_FAILED"])
    try:
        async with asyncio.timeout(_STUCK) as patience:
            async for seen in api.watch(recording["name"]):
                patience.reschedule(asyncio.get_running_loop().time() + _STUCK)
                recording = seen
                at(_stage(recording))
    except TimeoutError:
        raise DemoFailed(f"{person.id}: {_stage(recording)} for {_STUCK} s without a change") from None
    if recording.get("state") != "STATE_READY":
        failure = recording.get("failure", {"reason": "DELETED", "message": "it was deleted"})
        raise DemoFailed(f"{person.id}: the recording failed: {failure['reason']}: {failure['message']}")


async def _introduce(api: Api, person: Person) -> None:
    wanted = {"displayName": person.name, "headline": person.headline, "languages": list(person.languages)}
    profile = await api.call("GET", "profile")
    if {name: profile.get(name) for name in wanted} != wanted:
        await api.call("PATCH", "profile", wanted, updateMask=",".join(wanted))


async def _record(api: Api, person: Person, *, takes: int) -> dict[str, Any]:
    """Create the recording and upload it. An earlier try that was interrupted is continued."""
    audio = person.recording.read_bytes()
    # The same audio of the same person is the same request; a failed take leaves room for another one.
    request = uuid.uuid5(_NAMES, f"{person.id} {hashlib.sha256(audio).hexdigest()} {takes}")
    body = {**spoken(audio, AUDIO), "prompt": PROMPT, "requestId": str(request)}
    created = await api.call("POST", "recordings", body)
    if "ticket" not in created:
        return created["recording"]
    await api.upload(created["ticket"], audio, AUDIO)
    return await api.call("POST", f"{created['recording']['name']}:complete", {})


def _stage(recording: dict[str, Any]) -> str:
    return str(recording.get("state", "deleted")).removeprefix("STATE_").lower()
