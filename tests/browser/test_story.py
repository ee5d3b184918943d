"""The whole story in two browsers: spoken, understood, matched, mutual, taken along, erased."""

from __future__ import annotations

import asyncio
import io
import json
import zipfile
from pathlib import Path

import pytest
from playwright.async_api import Download, expect

from local.api import spoken
from local.people import CAST
from local.stack import Running
from services.auth.receipt import verify
from tests.browser import screens
from tests.browser.conftest import DESKTOP, Arrive, NewAccount
from tests.browser.visitors import Account, Visitor

# The first one may have to install a browser and build the page.
pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(900)]

TAKE_SECONDS = 19
"""Enough of what the microphone says to be understood both ways."""


async def test_from_the_first_word_to_the_last_trace(
    system: Running, arrive: Arrive, new_account: NewAccount, folder: Path
) -> None:
    nora, priya = await new_account("Nora"), await new_account("Priya")
    one = await arrive("/")
    async with asyncio.TaskGroup() as meanwhile:
        meanwhile.create_task(_speaks(priya, "priya-m"))
        await _records(one, folder)
        await one.button("Send it").click()
        await one.sees(one.heading("Sign in to send it"))
        await screens.picture(one.page, folder, "sign-in-first-phone-light-en")
        await one.signs_in(nora)
        await _reads_what_was_said(one, folder)
        await _reads_what_was_understood(one)

    await _likes(one, "Priya")
    other = await arrive("/matches", viewport=DESKTOP)
    await other.signs_in(priya)
    await _likes(other, "Nora")
    await other.sees(other.page.get_by_text("It is mutual"))
    await one.goes("Connections")
    await one.sees(one.page.get_by_text("Priya"))

    await _takes_along(one)
    await _erases(one, system)
    await screens.picture(one.page, folder, "erased-phone-light-en")
    await other.goes("Connections")
    await other.sees(other.heading("No connections yet"))
    await one.turns("/matches")
    await one.sees(one.heading("Sign in to go on"))


async def _speaks(account: Account, cast_id: str) -> None:
    audio = (CAST / f"{cast_id}.opus").read_bytes()
    created = await account.api.call("POST", "recordings", spoken(audio, "audio/ogg"))
    await account.api.upload(created["ticket"], audio, "audio/ogg")
    await account.api.call("POST", f"{created['recording']['name']}:complete", {})
    async for recording in account.api.watch(created["recording"]["name"]):
        assert recording["state"] != "STATE_FAILED", recording


async def _records(one: Visitor, folder: Path) -> None:
    await one.button("Start recording").click()
    timer = one.page.get_by_role("timer")
    await expect(timer).to_have_text(f"0:{TAKE_SECONDS}", timeout=60_000)
    await one.sees(one.page.get_by_text("You can be heard well."))
    await screens.picture(one.page, folder, "recording-now-phone-light-en")
    await one.button("Finish").click()
    await one.sees(one.heading("Your take"))
    await screens.picture(one.page, folder, "take-phone-light-en")


async def _reads_what_was_said(one: Visitor, folder: Path) -> None:
    """What arrives is followed until the words are there: the ones that were spoken."""
    await one.page.wait_for_url("**/recordings/*", timeout=60_000)
    await screens.picture(one.page, folder, "on-its-way-phone-light-en")
    said = one.page.get_by_role("region", name="What you said").or_(one.heading("What you said"))
    await one.sees(said, 90_000)
    await expect(one.page.get_by_role("main")).to_contain_text("restaurants", timeout=30_000)


async def _reads_what_was_understood(one: Visitor) -> None:
    await one.goes("You")
    await one.sees(one.heading("Profile").or_(one.heading("Nora")))
    await one.sees(one.page.get_by_role("blockquote").filter(has_text="paying customers"))


async def _likes(visitor: Visitor, name: str) -> None:
    """A match stands on both people's own words."""
    await visitor.goes("Matches")
    card = visitor.page.get_by_role("article").filter(has=visitor.heading(name))
    await visitor.sees(card, 60_000)
    for said in ("paying customers", "backend systems"):
        await visitor.sees(card.get_by_role("blockquote").filter(has_text=said))
    await visitor.sees(card.get_by_text("You said"))
    await visitor.sees(card.get_by_text(f"{name} said"))
    await card.get_by_role("button", name="Like").click()


async def _takes_along(one: Visitor) -> None:
    await one.goes("You")
    await one.goes("Account")
    await one.button("Pack my data").click()
    await one.sees(one.button("Download"), 60_000)
    async with one.page.expect_download() as saving:
        await one.button("Download").click()
    archive = zipfile.ZipFile(io.BytesIO((await _saved(await saving.value)).read_bytes()))
    assert archive.testzip() is None
    assert any(name.endswith((".webm", ".ogg", ".weba")) for name in archive.namelist()), archive.namelist()
    assert "restaurants" in "".join(
        archive.read(name).decode() for name in archive.namelist() if name.endswith(".json")
    )


async def _erases(one: Visitor, system: Running) -> None:
    await one.button("Erase everything…").click()
    await one.page.get_by_role("textbox", name="Type “erase” to go on").fill("erase")
    await one.button("Erase everything").click()
    await one.sees(one.heading("Everything is gone"), 90_000)
    await one.sees(one.page.get_by_text("The signature is genuine"))
    async with one.page.expect_download() as saving:
        await one.button("Download the receipt").click()
    receipt = (await _saved(await saving.value)).read_bytes()
    said = verify(receipt, system.stack.state.public_receipt_key.read_bytes())
    assert said["erasure"] == json.loads(receipt)["name"]
    assert said["counts"]["media"]["postgres.recordings"] == 1


async def _saved(download: Download) -> Path:
    return Path(await download.path())
