"""
The page in a real browser, on the whole local system, both started once a run. Without a browser, or without the
Node that builds the page, these tests are skipped, and the end of the run says so.
"""

from __future__ import annotations

import asyncio
import secrets
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, async_playwright

from local.accounts import Accounts
from local.api import Api
from local.people import CAST
from local.setup import ROOT
from local.stack import PORTS, Running, running
from local.state import State
from tests.browser import chromium
from tests.browser.visitors import PATIENCE, Account, Visitor

PASSWORD = "Correct-horse-battery-9"
SPEAKER = "nora-k"
"""Whoever the microphone hears."""
SCREENS = ROOT / ".data/screens"
"""What every screen looked like in the last run; not committed."""
_missing: list[str] = []

PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 800}

NewAccount = Callable[[str], Awaitable[Account]]
Arrive = Callable[..., Awaitable[Visitor]]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for reason in dict.fromkeys(_missing):
        terminalreporter.write_line(f"NOT TESTED: the page in a browser: {reason}", red=True)


def _skip(reason: str) -> None:
    _missing.append(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def chromium_path() -> Path:
    try:
        return chromium.executable()
    except chromium.NoBrowserError as error:
        _skip(str(error))
        raise


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def system(
    chromium_path: Path,  # noqa: ARG001 - nothing is started for a browser that is not there
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Running]:
    told: list[str] = []

    def show(name: str, line: str) -> None:
        if name == "page":
            told.append(line)

    ports = dict.fromkeys(PORTS, 0)  # any: somebody may have a stack of their own on the usual ones
    async with running(State(tmp_path_factory.mktemp("data")), show, ports=ports, with_page=True) as up:
        if not up.has_page:
            _skip(" ".join(told))
        yield up


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
        yield client


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(chromium_path: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Browser]:
    wav = tmp_path_factory.mktemp("microphone") / "speech.wav"
    chromium.spoken(CAST / f"{SPEAKER}.opus", wav)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium_path, args=chromium.arguments(wav), timeout=60_000
        )
        yield browser
        await browser.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def new_account(system: Running, http: httpx.AsyncClient) -> NewAccount:
    """`await new_account("Ada")` can sign in, and has that display name."""
    accounts = Accounts(system.stack.emulator, system.resources)

    async def make(name: str) -> Account:
        email = f"{name.lower()}-{secrets.token_hex(4)}@example.org"
        session = await asyncio.to_thread(accounts.sign_in, email, PASSWORD)
        api = Api(http, system.stack.gateway, session)
        await api.call("PATCH", "profile", {"displayName": name}, updateMask="displayName")
        return Account(name, email, PASSWORD, session, api)

    return make


@pytest_asyncio.fixture(loop_scope="session")
async def arrive(system: Running, browser: Browser) -> AsyncIterator[Arrive]:
    """
    `await arrive("/matches", viewport=DESKTOP)` is somebody in a fresh browser; `context=…` makes it another tab.

    At the end no tab may have met an error of a script or of the content security policy.
    """
    visitors: list[Visitor] = []
    async with AsyncExitStack() as contexts:

        async def come(
            path: str = "/", *, viewport: dict[str, int] = PHONE, context: BrowserContext | None = None
        ) -> Visitor:
            if context is None:
                context = await browser.new_context(
                    base_url=system.stack.gateway,
                    viewport={"width": viewport["width"], "height": viewport["height"]},
                    locale="en-GB",
                    reduced_motion="reduce",
                    permissions=["microphone"],
                )
                context.set_default_timeout(PATIENCE)
                contexts.push_async_callback(context.close)
            visitors.append(await Visitor.arrive(context, path))
            return visitors[-1]

        yield come
    assert [problem for visitor in visitors for problem in visitor.problems] == []


@pytest.fixture(scope="session")
def folder() -> Path:
    """Where pictures of screens go."""
    shutil.rmtree(SCREENS, ignore_errors=True)
    SCREENS.mkdir(parents=True)
    return SCREENS
