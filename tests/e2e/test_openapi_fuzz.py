"""
Every operation of the published document, asked by signed-in people with made-up requests through the real gateway:
no 5xx, and every answer is what the document says.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import httpx
import pytest

from local.stack import Running
from tests.e2e.conftest import SignUp, Someone
from tests.fixtures.document import DOCUMENT, OPERATIONS
from tests.fixtures.fuzz import Fuzz

pytestmark = pytest.mark.asyncio(loop_scope="session")

EXAMPLES = 12
LEAVE = ("signOut", "deleteAccount")
"""Who has called one of these is refused; each is called by somebody who does nothing else."""
UNDO = ("setConsent", "deleteRecording", "deleteFact", "blockUser", "reportUser")
"""After one of these there is less to find for the others."""
SHARED = [name for name in OPERATIONS if name not in {*LEAVE, *UNDO}]

KATE = "I restore stained glass windows. I am looking for someone to teach me how to row on a lake."
LIAM = "I teach people to row on a lake. I am looking for someone to restore a stained glass window."


async def introduced(sign_up: SignUp, name: str, text: str) -> Someone:
    someone = await sign_up(name)
    assert (await someone.types(text))["state"] == "STATE_READY"
    return someone


async def known(someone: Someone) -> dict[str, Sequence[str]]:
    """The ids of what there is for this person, by the variables of paths."""
    listed: dict[str, list[dict[str, Any]]] = {
        "recording": (await someone.api.call("GET", "recordings"))["recordings"],
        "fact": await someone.facts(),
        "match": await someone.matches(),
        "version": (await someone.api.call("GET", "profile/versions"))["versions"],
    }
    return {
        variable: [each["name"].rpartition("/")[2] for each in resources]
        for variable, resources in listed.items()
    }


async def fuzz(system: Running, someone: Someone, ids: dict[str, Sequence[str]], operation: str) -> None:
    run = Fuzz(system.stack.gateway, someone.session.access_token, ids)
    seen = await asyncio.to_thread(run, operation, EXAMPLES)
    entry = OPERATIONS[operation]
    # What needs an id, or a group, may be refused every time; all else must have been answered.
    assert seen[200] or "{" in entry["path"] or "x-required-group" in entry, seen


@pytest.fixture(scope="module")
def shared() -> list[tuple[Someone, dict[str, Sequence[str]]]]:
    """Who asks most of the questions, and what they know, once the first test has introduced them."""
    return []


@pytest.mark.parametrize("operation", SHARED)
async def test_an_answer_is_what_the_document_says(
    system: Running,
    sign_up: SignUp,
    shared: list[tuple[Someone, dict[str, Sequence[str]]]],
    operation: str,
) -> None:
    if not shared:
        await introduced(sign_up, "Liam", LIAM)
        kate = await introduced(sign_up, "Kate", KATE)
        async with asyncio.timeout(30):
            while not await kate.matches():
                await asyncio.sleep(0.1)
        shared.append((kate, await known(kate)))
    await fuzz(system, *shared[0], operation)


@pytest.mark.parametrize("operation", [*UNDO, *LEAVE])
async def test_what_cannot_be_undone_is_asked_by_somebody_else(
    system: Running, sign_up: SignUp, operation: str
) -> None:
    mona = await introduced(sign_up, "Mona", KATE)
    await fuzz(system, mona, await known(mona), operation)


async def test_the_gateway_publishes_this_document(system: Running, http: httpx.AsyncClient) -> None:
    assert (await http.get(f"{system.stack.gateway}/openapi.json")).json() == DOCUMENT
    assert (await http.get(f"{system.stack.gateway}/docs")).headers["content-type"].startswith("text/html")
