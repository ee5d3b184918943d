"""
Who may do what, generated from the contract: every method × {no token, user, group, service} × {own, another's,
missing, erased} × {gRPC, JSON}. What a method is refused for is computed from its policy; nothing is listed by hand but
one valid request for each.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio

from local.stack import Running
from tests.e2e.calls import Answer, Calls, Method, all_methods
from tests.e2e.conftest import SignUp, Someone
from tests.e2e.people import erase, moderator, person_id, until

pytestmark = pytest.mark.asyncio(loop_scope="session")

METHODS = all_methods()
WITH_NAME = "{name}"
UUID = str(uuid4())
# Nobody else in these tests speaks of it: people of one test must not turn up among the matches of another.
FALCONER = "I can teach you falconry. I am looking for someone to restore a lighthouse lamp."
RESTORER = "I restore lighthouse lamps. I would love to learn falconry."
TEXT = {"text": "I can teach you to whittle spoons."}

REQUESTS: Mapping[str, dict[str, Any]] = {
    "VerifyToken": {"token": "a.b.c"},
    "SetAccountState": {"state": "ACCOUNT_STATE_ACTIVE"},
    "GetErasure": {"name": "erasures/" + "x" * 43},
    "GetExport": {"name": WITH_NAME},
    "CreateRecording": {"typed": TEXT},
    "CompleteRecording": {"name": WITH_NAME},
    "GetRecording": {"name": WITH_NAME},
    "RetryRecording": {"name": WITH_NAME},
    "DeleteRecording": {"name": WITH_NAME},
    "WatchRecording": {"name": WITH_NAME},
    "GetTranscript": {"name": WITH_NAME},
    "UpdateTranscript": {"transcript": {"name": WITH_NAME, **TEXT}},
    "GetClip": {"name": WITH_NAME},
    "UpdateProfile": {"profile": {"displayName": "Ada"}, "updateMask": "displayName"},
    "CreateFact": {"fact": {"facet": "FACET_INTEREST", "text": "whittling"}},
    "UpdateFact": {"fact": {"name": WITH_NAME, "text": "whittling"}, "updateMask": "text"},
    "DeleteFact": {"name": WITH_NAME},
    "DiffVersions": {"fromVersion": "1", "toVersion": "1"},
    "RestoreVersion": {"name": "profile/versions/1"},
    "UpdatePreferences": {"preferences": {"languages": ["en"]}, "updateMask": "languages"},
    "SetConsent": {"purpose": "PURPOSE_MATCHING", "granted": True},
    "CheckConsent": {"purpose": "PURPOSE_MATCHING"},
    "GetEvidence": {"name": WITH_NAME},
    "AnalyzeTranscript": {"recording": WITH_NAME, "revision": 1, **TEXT},
    "ForgetRecording": {"recording": WITH_NAME},
    "AwaitIndex": {"version": "0"},
    "GetMatch": {"name": WITH_NAME},
    "SearchPeople": {"query": "someone who repairs barns"},
    "ReactToMatch": {"name": WITH_NAME, "reaction": "REACTION_LIKE"},
    "BlockUser": {"name": WITH_NAME},
    "UnblockUser": {"name": WITH_NAME},
    "ReportUser": {"name": WITH_NAME, "category": "CATEGORY_SPAM"},
    "ResolveReport": {"name": WITH_NAME, "resolution": "RESOLUTION_DISMISSED"},
    "GiveFeedback": {"facet": "FACET_SEEK", "helpful": True},
    "ResolveClip": {"name": WITH_NAME},
    "IndexProfile": {"version": "1", "card": {}, "visible": True, "matching": True},
}
"""A valid request for each method that needs one; `WITH_NAME` stands for the name of a resource."""

KIND = {
    "GetExport": "export",
    "GetTranscript": "transcript",
    "UpdateTranscript": "transcript",
    "GetClip": "clip",
    "UpdateFact": "fact",
    "DeleteFact": "fact",
    "GetEvidence": "fact",
    "GetMatch": "match",
    "ReactToMatch": "match",
    "BlockUser": "match",
    "ReportUser": "match",
    "UnblockUser": "block",
    "ResolveReport": "report",
    "ResolveClip": "clip",
}
"""What the name in a request names, where it is not a recording."""
NAMED = [method for method in METHODS if WITH_NAME in repr(REQUESTS.get(method.name, {}))]
OWNED = [method for method in NAMED if not method.policy.is_for_services and not method.policy.group]


@dataclass(frozen=True, slots=True)
class World:
    """People and what they have."""

    calls: Calls
    ada: Someone
    moderator: Someone
    names: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])
    """By whose they are (`another's`, `missing`, `erased`): a name of each kind."""

    async def ask(
        self, door: str, method: Method, name: str, token: str | None, *, service: str | None = None
    ) -> Answer:
        """Make the method's call with this resource name, as the bearer of the token or as a service."""
        request = _filled(REQUESTS.get(method.name, {}), name)
        if service:
            token = self.calls.service_token(service, method.service, "ada")
        return await (self.calls.grpc if door == "grpc" else self.calls.json)(method, request, token)


def _filled(request: Any, name: str) -> Any:
    if isinstance(request, dict):
        return {key: _filled(value, name) for key, value in deepcopy(request).items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    return name if request == WITH_NAME else request


def _missing(kind: str) -> str:
    return {
        "transcript": f"recordings/{UUID}/transcript",
        "clip": f"matches/{UUID}/facts/{UUID}/clip",
        "match": f"matches/{UUID}",
    }.get(kind, f"{kind}s/{UUID}")


async def _belongings(system: Running, someone: Someone, partner: str) -> dict[str, str]:
    """Give somebody one of everything, and return the names."""
    recording = (await someone.types(FALCONER))["name"]
    match = await until(lambda: _match(someone, partner))
    block = (await someone.api.call("POST", f"{match['name']}:block", {}))["name"]
    fact = (await someone.facts())[0]["name"]
    me = await person_id(system, someone)
    return {
        "recording": recording,
        "transcript": f"{recording}/transcript",
        "fact": fact,
        "match": f"matches/{me}",
        "clip": f"matches/{me}/{fact}/clip",
        "block": block,
        "export": (await someone.api.call("POST", "exports", {}))["name"],
        "report": f"reports/{UUID}",
    }


async def _match(someone: Someone, name: str) -> dict[str, Any] | None:
    return next((each for each in await someone.matches() if each["card"]["displayName"] == name), None)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def world(system: Running, http: httpx.AsyncClient, new_person: SignUp) -> AsyncIterator[World]:
    calls = Calls(system, http)
    carl = await new_person("Carl the other")
    await carl.types(RESTORER)
    cleo, gone, ada = [await new_person(name) for name in ("Cleo", "Gone", "Ada")]
    others = await _belongings(system, cleo, "Carl the other")
    await cleo.api.call("PATCH", "profile", {"visibility": "VISIBILITY_HIDDEN"}, updateMask="visibility")
    erased = await _belongings(system, gone, "Carl the other")
    await erase(gone)
    await ada.types(FALCONER)
    world = World(calls, ada, await moderator(system, new_person))
    world.names["another's"] = others
    world.names["erased"] = erased
    world.names["missing"] = {kind: _missing(kind) for kind in others}
    yield world


def _named(method: Method, whose: str, world: World) -> str:
    return world.names[whose][KIND.get(method.name, "recording")]


DOORS = ("grpc", "json")


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("method", METHODS, ids=str)
async def test_without_a_token_only_public_methods_answer(world: World, method: Method, door: str) -> None:
    answer = await world.ask(door, method, _named(method, "missing", world), None)
    if method.policy.is_public:
        assert answer.refusal == ("NOT_FOUND", "ERASURE_NOT_FOUND")
    else:
        assert answer.refusal == ("UNAUTHENTICATED", "TOKEN_MISSING")


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("method", [method for method in METHODS if method.policy.is_for_services], ids=str)
@pytest.mark.parametrize("who", ["user", "group"])
async def test_no_person_calls_what_is_for_services(
    world: World, method: Method, door: str, who: str
) -> None:
    person = world.ada if who == "user" else world.moderator
    answer = await world.ask(door, method, _named(method, "missing", world), person.session.access_token)
    if door == "grpc":
        assert answer.refusal == ("PERMISSION_DENIED", "PERMISSION_DENIED")
    else:  # there is no such method outside
        assert (answer.http, answer.refusal) == (404, ("NOT_FOUND", "NOT_FOUND"))


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("method", [method for method in METHODS if method.policy.group], ids=str)
async def test_what_is_for_a_group_is_for_its_members_alone(world: World, method: Method, door: str) -> None:
    name = _named(method, "missing", world)
    user = await world.ask(door, method, name, world.ada.session.access_token)
    assert user.refusal == ("PERMISSION_DENIED", "PERMISSION_DENIED")
    assert user.http in (None, 403)
    member = await world.ask(door, method, name, world.moderator.session.access_token)
    assert member.code in ("OK", "NOT_FOUND")


@pytest.mark.parametrize("method", METHODS, ids=str)
@pytest.mark.parametrize("service", ["auth", "media", "profile", "match", "operator"])
async def test_a_service_calls_what_names_it_and_nothing_else(
    world: World, method: Method, service: str
) -> None:
    if service in method.policy.callers:
        # Who may call is told what is wrong with the request: a token for another audience says it safely.
        token = world.calls.service_token(service, "nobody", "ada")
        request = _filled(REQUESTS.get(method.name, {}), _named(method, "missing", world))
        answer = await world.calls.grpc(method, request, token)
        assert answer.refusal == ("UNAUTHENTICATED", "TOKEN_INVALID")
        return
    answer = await world.ask("grpc", method, _named(method, "missing", world), None, service=service)
    if method.policy.is_public:
        assert answer.refusal == ("NOT_FOUND", "ERASURE_NOT_FOUND")
    else:
        assert answer.refusal == ("PERMISSION_DENIED", "PERMISSION_DENIED")


@pytest.mark.parametrize("method", METHODS, ids=str)
async def test_a_service_token_opens_nothing_at_the_gateway(world: World, method: Method) -> None:
    answer = await world.ask("json", method, _named(method, "missing", world), None, service="operator")
    if method.policy.is_public:
        assert answer.refusal == ("NOT_FOUND", "ERASURE_NOT_FOUND")
    else:
        assert (answer.http, answer.code) == (401, "UNAUTHENTICATED")


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("method", OWNED, ids=str)
async def test_anothers_missing_and_erased_resources_are_alike(
    world: World, method: Method, door: str
) -> None:
    token = world.ada.session.access_token
    answers = {
        whose: await world.ask(door, method, _named(method, whose, world), token)
        for whose in ("missing", "another's", "erased")
    }
    missing = answers["missing"]
    assert missing.code == "NOT_FOUND"
    assert missing.http in (None, 404)
    assert {(each.refusal, each.message) for each in answers.values()} == {(missing.refusal, missing.message)}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("method", METHODS, ids=str)
async def test_an_erased_user_is_nobody(world: World, method: Method, door: str, new_person: SignUp) -> None:
    """Save for DeleteAccount, which finds its erasure again; a token that is good by itself opens nothing."""
    gone = await _gone(new_person)
    answer = await world.ask(door, method, _named(method, "missing", world), gone.session.access_token)
    if method.policy.is_public:
        assert answer.refusal == ("NOT_FOUND", "ERASURE_NOT_FOUND")
    elif method.policy.open_to_erased and not method.policy.is_for_services:
        assert answer.code == "OK"
    elif method.policy.is_for_services and door == "json":
        assert answer.code == "NOT_FOUND"
    elif method.policy.is_for_services and method.policy.open_to_erased:
        assert answer.code == "PERMISSION_DENIED"
    else:
        assert answer.refusal == ("UNAUTHENTICATED", "ACCOUNT_ERASED")


_erased: list[Someone] = []


async def _gone(new_person: SignUp) -> Someone:
    """Somebody erased whose access token has not expired; one for all tests."""
    if not _erased:
        someone = await new_person("Nobody")
        await erase(someone)
        _erased.append(someone)
        await asyncio.sleep(2.0)  # by then every service has heard of it
    return _erased[0]
