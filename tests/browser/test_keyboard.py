"""The main path without a mouse: what is written, sent, understood, matched and liked by keys alone."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.conftest import DESKTOP, Arrive, NewAccount
from tests.browser.visitors import Visitor

# The first one may have to install a browser and build the page.
pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(900)]

MINE = "I can teach you to play the accordion. I am looking for someone to translate old Polish letters."
THEIRS = "I can translate your old Polish letters. I am looking for someone to teach me the accordion."


async def test_everything_on_the_way_to_a_match_is_done_by_keys(
    arrive: Arrive, new_account: NewAccount
) -> None:
    ada, kamil = await new_account("Ada"), await new_account("Kamil")
    await kamil.api.call("POST", "recordings", {"typed": {"text": THEIRS}})
    one = await arrive("/", viewport=DESKTOP)

    await _presses(one, "button", "Write instead")
    await one.presses_until(one.page.get_by_role("textbox", name="Your introduction"))
    await one.page.keyboard.type(MINE)
    await _presses(one, "button", "Send it")
    await one.sees(one.heading("Sign in to send it"))
    await _presses(one, "button", "Sign in")

    await one.presses_until(one.page.get_by_label("Username"))
    await one.page.keyboard.type(ada.email)
    await one.presses_until(one.page.get_by_label("Password"))
    await one.page.keyboard.type(ada.password)
    await one.page.keyboard.press("Enter")

    await one.page.wait_for_url("**/recordings/*")
    await one.sees(one.heading("What was understood"), 60_000)
    await _presses(one, "link", "Matches")
    card = one.page.get_by_role("article").filter(has=one.heading("Kamil"))
    await one.sees(card, 60_000)
    like = card.get_by_role("button", name="Like")
    await one.presses_until(like)
    await one.page.keyboard.press("Enter")
    await one.sees(one.page.get_by_text("You like Kamil."))

    await _presses(one, "link", "You")
    await _presses(one, "link", "Account")
    await _presses(one, "button", "Erase everything…")
    await one.sees(one.page.get_by_role("alertdialog"))
    await _presses(one, "button", "Keep my account")
    # The focus is where it was before the question.
    await expect(one.button("Erase everything…")).to_be_focused()


async def _presses(one: Visitor, role: str, name: str) -> None:
    target = one.page.get_by_role(role, name=name, exact=True).first  # type: ignore[arg-type]
    await one.sees(target)
    await one.presses_until(target)
    await one.page.keyboard.press("Enter")
