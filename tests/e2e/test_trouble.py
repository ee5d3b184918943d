"""Parts die in the middle of the work; what was acknowledged is still there, and ends."""

from __future__ import annotations

import asyncio
import os
import signal
from typing import Any

import httpx
import pytest
import pytest_asyncio

from local.api import ApiError
from local.people import CAST
from local.stack import Running
from tests.e2e.conftest import SignUp, Someone

pytestmark = pytest.mark.asyncio(loop_scope="session")

TYPED = "I can explain tax forms. I am looking for someone who repairs bicycles."


async def until_healed(someone: Someone) -> None:
    """Wait until the gateway answers from every service again."""
    async with asyncio.timeout(60):
        while True:
            try:
                for path in ("session", "recordings", "profile", "connections"):
                    await someone.api.call("GET", path)
            except (ApiError, httpx.HTTPError):
                await asyncio.sleep(0.2)
            else:
                return


async def killed(system: Running, name: str) -> None:
    """Kill one process as a crash would, and wait until the supervisor has started another."""
    old = system.supervisor.pids[name]
    os.kill(old, signal.SIGKILL)
    async with asyncio.timeout(60):
        while system.supervisor.pids.get(name, old) == old:
            await asyncio.sleep(0.05)


@pytest_asyncio.fixture(loop_scope="session")
async def someone(sign_up: SignUp) -> Someone:
    """A person whose calls are answered again, whatever the test before has broken."""
    async with asyncio.timeout(60):
        while True:
            try:
                someone = await sign_up("Survivor")
            except (ApiError, httpx.HTTPError):
                await asyncio.sleep(0.2)
            else:
                break
    await until_healed(someone)
    return someone


@pytest.mark.parametrize("victim", ["media-worker", "profile", "profile-worker", "match", "media"])
async def test_a_recording_outlives_any_process(system: Running, someone: Someone, victim: str) -> None:
    recording = await someone.uploads((CAST / "amara-o.opus").read_bytes(), "audio/ogg")
    await someone.api.call("POST", f"{recording['name']}:complete", {})
    await killed(system, victim)
    await until_healed(someone)
    ended = await someone.awaits_end(recording["name"])
    assert ended["state"] == "STATE_READY", ended.get("failure")
    versions = (await someone.api.call("GET", "profile/versions"))["versions"]
    assert [version["cause"] for version in versions].count("ANALYSIS") == 1, "one visible effect"


async def test_the_gateway_comes_back(system: Running, someone: Someone) -> None:
    await killed(system, "gateway")
    await until_healed(someone)


async def test_a_database_that_was_killed_has_lost_nothing(system: Running, someone: Someone) -> None:
    before = await someone.types(TYPED)
    facts = await someone.facts()
    recording = await someone.uploads((CAST / "frank-b.opus").read_bytes(), "audio/ogg")
    await someone.api.call("POST", f"{recording['name']}:complete", {})
    await killed(system, "postgres")
    await until_healed(someone)
    assert (await someone.api.call("GET", before["name"]))["state"] == "STATE_READY"
    assert [fact for fact in await someone.facts() if fact in facts] == facts
    ended = await someone.awaits_end(recording["name"])
    assert ended["state"] == "STATE_READY", ended.get("failure")


async def test_a_watch_that_is_cut_goes_on(system: Running, someone: Someone) -> None:
    recording = await someone.uploads((CAST / "julia-e.opus").read_bytes(), "audio/ogg")

    async def watch() -> list[dict[str, Any]]:
        return [event async for event in someone.api.watch(recording["name"])]

    watching = asyncio.create_task(watch())
    await someone.api.call("POST", f"{recording['name']}:complete", {})
    await killed(system, "media")
    async with asyncio.timeout(120):
        events = await watching
    assert events[-1]["state"] == "STATE_READY"


async def test_the_logs_hold_nothing_that_was_said(
    system: Running, someone: Someone, http: httpx.AsyncClient
) -> None:
    """Unique words, a token, an e-mail and a presigned form go through; none of them is in any log."""
    word = "xylophonographical"
    await someone.types(f"I can teach {word} carving. I am looking for a {word} workshop.")
    created = await someone.api.call(
        "POST", "recordings", {"spoken": {"contentType": "audio/ogg", "sizeBytes": 1000}}
    )
    for bad in ("recordings/not-an-id", "recordings?pageToken=xylophonographical"):
        await http.get(
            f"{system.stack.gateway}/v1/{bad}",
            headers={"authorization": f"Bearer {someone.session.access_token}"},
        )
    secrets = [word, someone.session.access_token, "@example.org", created["ticket"]["fields"]["key"]]
    secrets += [value for name, value in created["ticket"]["fields"].items() if "signature" in name.lower()]
    for log in system.stack.state.logs.glob("*.log"):
        text = log.read_text(errors="replace")
        assert [secret for secret in secrets if secret in text] == [], log.name
