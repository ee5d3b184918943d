"""
One person's life with Timbre, in which every method of the contract is called by somebody who may, through both
doors: people by gRPC and by JSON, services by gRPC. What the matrix refuses, this allows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
import pytest

from local.people import CAST
from local.stack import Running
from tests.e2e.calls import Calls, all_methods
from tests.e2e.conftest import SignUp, Someone
from tests.e2e.people import moderator, until

pytestmark = pytest.mark.asyncio(loop_scope="session")

METHODS = {str(method): method for method in all_methods()}
SPOKEN = "ingrid-h"
"""Of the cast; somebody must have words to hear."""


@dataclass
class Life:
    """Calls in somebody's name through one door; notes which methods were called."""

    calls: Calls
    door: str
    called: set[str] = field(default_factory=set[str])

    async def __call__(self, someone: Someone, method: str, /, **request: Any) -> Mapping[str, Any]:
        """Call, expect success, return the answer."""
        self.called.add(method)
        made = self.calls.grpc if self.door == "grpc" else self.calls.json
        answer = await made(METHODS[method], request, someone.session.access_token)
        assert answer.code == "OK", f"{method}: {answer}"
        assert answer.http in (None, 200)
        return answer.body or {}

    async def ready(self, someone: Someone, recording: str) -> None:
        async def ended() -> Mapping[str, Any] | None:
            now = await self(someone, "media.GetRecording", name=recording)
            return now if now["state"] in ("STATE_READY", "STATE_FAILED") else None

        assert (await until(ended))["state"] == "STATE_READY"


async def _records(do: Life, ada: Someone) -> str:
    audio = (CAST / f"{SPOKEN}.opus").read_bytes()
    spoken = {"contentType": "audio/ogg", "sizeBytes": str(len(audio))}
    created = await do(ada, "media.CreateRecording", spoken=spoken, requestId=str(uuid4()))
    await ada.api.upload(dict(created["ticket"]), audio, "audio/ogg")
    recording: str = created["recording"]["name"]
    await do(ada, "media.CompleteRecording", name=recording, requestId=str(uuid4()))
    await do(ada, "media.WatchRecording", name=recording)
    await do.ready(ada, recording)
    assert (await do(ada, "media.RetryRecording", name=recording))["state"] == "STATE_READY"
    transcript = await do(ada, "media.GetTranscript", name=f"{recording}/transcript")
    corrected = {"name": transcript["name"], "text": transcript["text"] + " I also love rain."}
    await do(ada, "media.UpdateTranscript", transcript=corrected, updateMask="text")
    await do.ready(ada, recording)
    return recording


async def _edits(do: Life, ada: Someone) -> None:
    fact = await do(ada, "profile.CreateFact", fact={"facet": "FACET_VALUE", "text": "patience"})
    changed = {"name": fact["name"], "text": "great patience", "etag": fact["etag"]}
    await do(ada, "profile.UpdateFact", fact=changed, updateMask="text")
    await do(ada, "profile.ListFacts", pageSize=5)
    version = int((await do(ada, "profile.GetProfile"))["version"])
    await do(ada, "profile.DeleteFact", name=fact["name"])
    await do(ada, "profile.UpdateProfile", profile={"headline": "Rain and wood"}, updateMask="headline")
    assert (await do(ada, "profile.ListVersions"))["versions"][0]["headline"] == "Rain and wood"
    diff = await do(ada, "profile.DiffVersions", fromVersion=str(version), toVersion=str(version + 1))
    assert [removed["text"] for removed in diff["removed"]] == ["great patience"]
    await do(ada, "profile.RestoreVersion", name=f"profile/versions/{version}")
    texts = [each["text"] for each in (await do(ada, "profile.ListFacts"))["facts"]]
    assert "great patience" in texts
    assert (await do(ada, "profile.GetProfileCard"))["visible"]
    assert (await do(ada, "profile.SuggestPrompt", language="es"))["language"] == "es"


async def _decides(do: Life, ada: Someone) -> None:
    preferences = {"weights": [{"facet": "FACET_SEEK", "weight": 1.2}]}
    await do(ada, "profile.UpdatePreferences", preferences=preferences, updateMask="weights")
    assert (await do(ada, "profile.GetPreferences"))["weights"]
    await do(ada, "profile.SetConsent", purpose="PURPOSE_SHARE_CLIPS", granted=True, terms="2026-11")
    consents = (await do(ada, "profile.ListConsents"))["consents"]
    assert [each.get("granted", False) for each in consents] == [True, False, True, True]


async def _meets(do: Life, ada: Someone, bob: Someone) -> Mapping[str, Any]:
    async def clipped() -> Mapping[str, Any] | None:
        """The match, once the index knows that its speaker shares clips."""
        matches = (await do(bob, "match.ListMatches")).get("matches", [])
        mine = (match for match in matches if match["card"]["displayName"] == ada.name)
        return next((m for m in mine if any(r["theirs"].get("clip") for r in m["reasons"])), None)

    match = await until(clipped)
    await do(bob, "match.GetMatch", name=match["name"])
    clip = next(r["theirs"]["clip"] for r in match["reasons"] if r["theirs"].get("clip"))
    heard = await do(bob, "media.GetClip", name=clip)
    audio = await bob.http.get(heard["url"])
    assert audio.headers["content-type"] == heard["contentType"] == "audio/mp4"
    found = await do(bob, "match.SearchPeople", query=match["reasons"][0]["theirs"]["text"])
    assert match["name"] in [each["name"] for each in found["matches"]]
    assert (await do(bob, "match.ExplainSearch"))["steps"]
    await do(bob, "match.GiveFeedback", facet="FACET_SEEK", helpful=True)
    assert (await do(bob, "match.GetFacetWeights"))["weights"][1]["learned"] == pytest.approx(1.1)
    await do(bob, "match.ResetFacetWeights")
    await do(bob, "match.ReactToMatch", name=match["name"], reaction="REACTION_LIKE")
    await do(bob, "match.ListConnections")
    return match


async def _parts(do: Life, bob: Someone, mo: Someone, match: Mapping[str, Any]) -> None:
    report = await do(bob, "match.ReportUser", name=match["name"], category="CATEGORY_OTHER", comment="?")
    reports = (await do(mo, "match.ListReports", pageSize=100))["reports"]
    assert report["name"] in [each["name"] for each in reports]
    resolved = await do(
        mo, "match.ResolveReport", name=report["name"], resolution="RESOLUTION_DISMISSED", note="fine"
    )
    assert resolved["resolution"] == "RESOLUTION_DISMISSED"
    block = await do(bob, "match.BlockUser", name=match["name"])
    assert [each["name"] for each in (await do(bob, "match.ListBlocks"))["blocks"]] == [block["name"]]
    await do(bob, "match.UnblockUser", name=block["name"])


async def _leaves(do: Life, ada: Someone, recording: str) -> None:
    await do(ada, "auth.GetSession")
    export = await do(ada, "auth.ExportAccount")

    async def packed() -> Mapping[str, Any] | None:
        now = await do(ada, "auth.GetExport", name=export["name"])
        return now if now["state"] != "STATE_RUNNING" else None

    archive = await until(packed)
    assert (await ada.http.get(archive["url"])).content[:4] == b"PK\x03\x04"
    await do(ada, "media.DeleteRecording", name=recording)
    listed = (await do(ada, "media.ListRecordings")).get("recordings", [])
    assert recording not in [each["name"] for each in listed]
    erasure = await do(ada, "auth.DeleteAccount")

    async def done() -> Mapping[str, Any] | None:
        now = await do(ada, "auth.GetErasure", name=erasure["name"])
        return now if now["state"] == "STATE_DONE" else None

    assert (await until(done))["receipt"]["payload"]


@pytest.mark.parametrize("door", ["grpc", "json"])
async def test_people_may_call_all_that_is_for_people(
    system: Running, http: httpx.AsyncClient, new_person: SignUp, door: str
) -> None:
    do = Life(Calls(system, http), door)
    ada, bob = await new_person(f"Ada by {door}"), await new_person(f"Bob by {door}")
    mo = await moderator(system, new_person)
    recording = await _records(do, ada)
    await _edits(do, ada)
    await _decides(do, ada)
    await bob.types(await _answer(ada))
    match = await _meets(do, ada, bob)
    await _parts(do, bob, mo, match)
    await _leaves(do, ada, recording)
    await do(bob, "auth.SignOut")
    people = {name for name, method in METHODS.items() if not method.policy.is_for_services}
    assert do.called == people


async def _answer(ada: Someone) -> str:
    """What somebody says who seeks what Ada offers and offers what she seeks."""
    facts = await ada.facts()
    offers = [fact["text"] for fact in facts if fact["facet"] in ("FACET_OFFER", "FACET_BACKGROUND")]
    seeks = [fact["text"] for fact in facts if fact["facet"] in ("FACET_SEEK", "FACET_GOAL")]
    return f"I am looking for {offers[0]}. I can offer {seeks[0]}."


async def test_services_may_call_all_that_names_them(
    system: Running, http: httpx.AsyncClient, new_person: SignUp
) -> None:
    calls = Calls(system, http)
    eve = await new_person("Eve")
    recording = (await eve.types("I can teach you to bind books. I am looking for a bee keeper."))["name"]
    user = (await eve.api.call("GET", "session"))["userId"]
    fact = (await eve.facts())[0]["name"]
    requests: dict[str, dict[str, Any]] = {
        "VerifyToken": {"token": eve.session.access_token},
        "SetAccountState": {"state": "ACCOUNT_STATE_ACTIVE"},
        "CheckConsent": {"purpose": "PURPOSE_TRANSCRIBE"},
        "GetEvidence": {"name": fact},
        "AnalyzeTranscript": {"recording": recording, "revision": 1, "text": "I paint.", "typed": True},
        "ForgetRecording": {"recording": f"recordings/{uuid4()}"},
        "AwaitIndex": {"version": "1"},
        "IndexProfile": {"version": "1", "card": {}, "visible": True, "matching": True},
    }
    methods = [method for method in METHODS.values() if method.policy.is_for_services]
    # Erasing comes last: nothing can be asked for an erased user.
    for method in sorted(methods, key=lambda method: method.name == "EraseUser"):
        if method.name == "ResolveClip":
            continue  # needs a match with a voice; GetClip calls it above
        for caller in sorted(method.policy.callers):
            token = calls.service_token(caller, method.service, user)
            answer = await calls.grpc(method, requests.get(method.name, {}), token)
            # While profile's worker is at it; the run's time limit ends this.
            while answer.reason == "INDEX_PENDING":
                answer = await calls.grpc(method, requests.get(method.name, {}), token)
            assert answer.code == "OK", f"{method} by {caller}: {answer}"
