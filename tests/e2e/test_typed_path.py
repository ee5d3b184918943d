"""Typed introductions take the same path, and people have the last word about themselves."""

from __future__ import annotations

import asyncio

import pytest

from tests.e2e.conftest import SignUp, Someone

pytestmark = pytest.mark.asyncio(loop_scope="session")

BEEKEEPER = (
    "I keep bees and I can teach anyone how to harvest honey. I am looking for someone to repair my old barn."
)
CARPENTER = "I repair barns and old wooden roofs. I would love to learn how to keep bees and harvest honey."


async def until_listed(someone: Someone, name: str, *, listed: bool) -> None:
    async with asyncio.timeout(30):
        while listed != any(match["card"]["displayName"] == name for match in await someone.matches()):
            await asyncio.sleep(0.1)


async def test_those_who_type_are_matched_too(sign_up: SignUp) -> None:
    bea, carl = await sign_up("Bea"), await sign_up("Carl")
    assert (await bea.types(BEEKEEPER))["state"] == "STATE_READY"
    assert (await carl.types(CARPENTER))["state"] == "STATE_READY"
    assert (await bea.matches())[0]["card"]["displayName"] == "Carl"
    assert (await carl.matches())[0]["card"]["displayName"] == "Bea"


async def test_a_correction_is_analyzed_again_and_the_users_word_stays(sign_up: SignUp) -> None:
    dora = await sign_up("Dora")
    recording = await dora.types("I can teach you to bake rye bread. I am looking for a running partner.")
    offer = next(fact for fact in await dora.facts() if fact["facet"] == "FACET_OFFER")
    mine = {"facet": "FACET_OFFER", "text": "Baking sourdough with beginners"}
    edited = await dora.api.call("PATCH", offer["name"], mine, updateMask="text,facet")
    assert edited["source"] == "SOURCE_USER"

    corrected = "I can teach you to bake rye bread. I am looking for a swimming partner."
    transcript = f"{recording['name']}/transcript"
    await dora.api.call("PATCH", transcript, {"text": corrected}, updateMask="text")
    assert (await dora.awaits_end(recording["name"]))["state"] == "STATE_READY"

    texts = {fact["facet"]: fact["text"] for fact in await dora.facts()}
    assert texts["FACET_OFFER"] == "Baking sourdough with beginners"
    assert "swimming" in texts["FACET_SEEK"]
    assert not any("running" in fact["text"] for fact in await dora.facts())


async def test_a_deleted_recording_leaves_nothing_behind(sign_up: SignUp) -> None:
    eve, finn = await sign_up("Eve"), await sign_up("Finn")
    recording = await eve.types(
        "I restore antique clocks. I am looking for someone to translate French letters."
    )
    await finn.types("I translate French letters. I am looking for someone to restore an antique clock.")
    await until_listed(finn, "Eve", listed=True)
    await eve.api.call("DELETE", recording["name"])
    assert (await eve.api.call("GET", "recordings")).get("recordings", []) == []
    await until_listed(finn, "Eve", listed=False)
    async with asyncio.timeout(30):
        while await eve.facts():
            await asyncio.sleep(0.1)


async def test_a_hidden_person_is_shown_to_nobody(sign_up: SignUp) -> None:
    gil, hope = await sign_up("Gil"), await sign_up("Hope")
    await gil.types("I build cedar canoes. I am looking for someone to sew canvas sails.")
    await hope.types("I sew canvas sails. I am looking for someone to build a cedar canoe.")
    await until_listed(hope, "Gil", listed=True)
    await gil.api.call("PATCH", "profile", {"visibility": "VISIBILITY_HIDDEN"}, updateMask="visibility")
    await until_listed(hope, "Gil", listed=False)


async def test_a_pass_is_final_until_it_is_changed(sign_up: SignUp) -> None:
    ida, jon = await sign_up("Ida"), await sign_up("Jon")
    await ida.types("I tune harpsichords. I am looking for someone to bind my old books.")
    await jon.types("I bind old books by hand. I am looking for someone to tune a harpsichord.")
    await until_listed(ida, "Jon", listed=True)
    match = next(match for match in await ida.matches() if match["card"]["displayName"] == "Jon")
    await ida.api.call("POST", f"{match['name']}:react", {"reaction": "REACTION_PASS"})
    await until_listed(ida, "Jon", listed=False)
    await ida.api.call("POST", f"{match['name']}:react", {"reaction": "REACTION_LIKE"})
    await until_listed(ida, "Jon", listed=True)
