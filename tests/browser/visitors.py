"""
People in front of a browser: what they do is said by what they read, as roles and names.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from playwright.async_api import BrowserContext, ConsoleMessage, Locator, Page, expect

from local.accounts import Session
from local.api import Api

PATIENCE = 30_000.0
"""Milliseconds. Machines that run the whole system beside a browser are busy."""
SIGN_IN = re.compile(r"^\[?S[ií]gñ?n? [ií][nñ]|^Iniciar sesión")


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who can sign in, and the API as them, to prepare what a test is not about."""

    name: str
    email: str
    password: str
    session: Session
    api: Api


@dataclass(slots=True)
class Visitor:
    """One browser window of one person."""

    context: BrowserContext
    page: Page
    problems: list[str] = field(default_factory=list[str])
    """What the browser complained about; a test that ends well has none."""

    @classmethod
    async def arrive(cls, context: BrowserContext, path: str = "/") -> Visitor:
        page = await context.new_page()
        visitor = cls(context, page)
        page.on("pageerror", lambda error: visitor.problems.append(str(error)))

        def hear(message: ConsoleMessage) -> None:
            if "Content Security Policy" in message.text:
                visitor.problems.append(message.text)

        page.on("console", hear)
        await page.goto(path)
        return visitor

    def button(self, name: str | re.Pattern[str]) -> Locator:
        return self.page.get_by_role("button", name=name, exact=isinstance(name, str))

    def heading(self, name: str | re.Pattern[str]) -> Locator:
        return self.page.get_by_role("heading", name=name)

    async def sees(self, what: Locator, patience: float = PATIENCE) -> None:
        await expect(what.first).to_be_visible(timeout=patience)

    async def goes(self, way: str) -> None:
        """Follow a link of the navigation, as people do: a page that is loaded again has forgotten who they are."""
        await self.page.get_by_role("link", name=way, exact=True).first.click()

    async def turns(self, path: str) -> None:
        """Be at another address of the page without loading it again."""
        await self.page.evaluate("path => history.pushState(null, '', path)", path)

    async def signs_in(self, account: Account) -> None:
        """Press “Sign in”, and be back from the hosted pages."""
        await self.page.get_by_role("main").get_by_role("button", name=SIGN_IN).first.click()
        await self.page.get_by_label("Username").fill(account.email)
        await self.page.get_by_label("Password").fill(account.password)
        await self.page.get_by_role("button", name="Sign in").click()
        await self.page.wait_for_url(lambda url: "/signed-in" not in url and "/login" not in url)
        await expect(self.page.get_by_role("heading", level=1)).to_be_visible(timeout=PATIENCE)

    async def presses_until(self, target: Locator, key: str = "Tab", most: int = 80) -> None:
        """Press `key` until `target` has the focus."""
        for _ in range(most):
            if await target.evaluate("element => element === document.activeElement"):
                return
            await self.page.keyboard.press(key)
        raise AssertionError(f"{most} times {key} did not lead to {target}")
