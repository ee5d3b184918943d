"""Every screen, as it looks with something in it: it fits, axe finds nothing, and a picture of it is kept."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, Literal

import pytest
import pytest_asyncio

from local.stack import Running
from tests.browser import screens
from tests.browser.conftest import DESKTOP, PHONE, Arrive, NewAccount
from tests.browser.visitors import Account, Visitor

# The first one may have to install a browser and build the page.
pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(900)]

LANGUAGES = {"en-XA": "pseudo", "es": "es", "en": "en"}
SIZES = {"phone": PHONE, "desktop": DESKTOP}
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
MINE = "I can teach you to bake sourdough bread. I am looking for someone to repair my old bicycle."
THEIRS = (
    "I can repair your old bicycle, I have all the tools. I am looking for someone to teach me to bake bread."
)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def moderator(system: Running, new_account: NewAccount) -> Account:
    """Somebody with something on every screen: a match, a connection, a block and a report to decide about."""
    ada = await new_account("Ada")
    others = [await new_account(name) for name in ("Ben", "Cleo", "Dora")]
    cognito = system.stack.emulator.client("cognito-idp")
    await asyncio.to_thread(
        cognito.admin_add_user_to_group,
        UserPoolId=system.resources.user_pool,
        Username=ada.email,
        GroupName="moderators",
    )
    await asyncio.gather(_writes(ada, MINE), *(_writes(other, THEIRS) for other in others))
    matches = {match["card"]["displayName"]: match["name"] for match in await _matches(ada, len(others))}
    [back] = [match for match in await _matches(others[1], 1) if match["card"]["displayName"] == "Ada"]
    await ada.api.call("POST", f"{matches['Cleo']}:react", {"reaction": "REACTION_LIKE"})
    await others[1].api.call("POST", f"{back['name']}:react", {"reaction": "REACTION_LIKE"})
    report = {"category": "CATEGORY_SPAM", "comment": "Sells frames.", "block": True}
    await ada.api.call("POST", f"{matches['Dora']}:report", report)
    return ada


async def _writes(account: Account, text: str) -> None:
    created = await account.api.call("POST", "recordings", {"typed": {"text": text}})
    async for recording in account.api.watch(created["recording"]["name"]):
        assert recording["state"] != "STATE_FAILED", recording


async def _matches(account: Account, least: int) -> list[dict[str, Any]]:
    async with asyncio.timeout(60):
        while True:
            found = (await account.api.call("GET", "matches", pageSize=50)).get("matches", [])
            if len(found) >= least:
                return found
            await asyncio.sleep(0.2)


async def test_every_screen_fits_and_axe_finds_nothing(
    arrive: Arrive, moderator: Account, folder: Path
) -> None:
    recording = (await moderator.api.call("GET", "recordings"))["recordings"][0]["name"]
    match = (await moderator.api.call("GET", "matches"))["matches"][0]["name"]
    own = (
        "recordings",
        "profile",
        "matches",
        "search",
        "connections",
        "preferences",
        "account",
        "moderation",
    )
    paths = {name: f"/{name}" for name in own} | {"recording": f"/{recording}", "match": f"/{match}"}
    paths |= {"speak": "/", "missing": "/nowhere", "failed-sign-in": "/signed-in"}

    one = await arrive("/account")
    # Nobody is offered the pseudo-locale; who has chosen it keeps it.
    await one.page.evaluate("() => localStorage.setItem('timbre.language', 'en-XA')")
    await one.page.reload()
    complaints = await _looked_at(one, folder, "signed-out", "pseudo")
    await one.signs_in(moderator)
    for code, language in LANGUAGES.items():
        await one.page.get_by_role("contentinfo").get_by_role("combobox").last.select_option(code)
        for name, path in paths.items():
            await one.turns(path)
            complaints += await _looked_at(one, folder, name, language)
    assert complaints == []


async def _looked_at(one: Visitor, folder: Path, name: str, language: str) -> list[str]:
    """Take the pictures, and return what is wrong. English is looked at most closely: the rest differs in length."""
    complaints: list[str] = []
    for size, viewport in SIZES.items():
        await one.page.set_viewport_size({"width": viewport["width"], "height": viewport["height"]})
        for theme in THEMES:
            if language != "en" and (size, theme) in {("phone", "dark"), ("desktop", "light")}:
                continue
            await one.page.emulate_media(color_scheme=theme)
            await screens.settled(one.page)
            label = f"{name}-{size}-{theme}-{language}"
            await screens.picture(one.page, folder, label)
            wide = await screens.too_wide(one.page)
            complaints += [f"{label} is too wide: {wide}"] if wide else []
            if language == "en" and (size, theme) in {("phone", "dark"), ("desktop", "light")}:
                complaints += [f"{label}: {found}" for found in await screens.found_by_axe(one.page)]
    return complaints
