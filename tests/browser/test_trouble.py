"""What goes wrong for people: tabs die, networks break, sign-ins end, servers are away. Nothing said is lost."""

from __future__ import annotations

import asyncio
import os
import re
import signal
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import cast

import httpx
import pytest
from playwright.async_api import Request, Route, expect

from local.stack import Running
from tests.browser.conftest import Arrive, NewAccount
from tests.browser.visitors import Visitor

# The first one may have to install a browser and build the page.
pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(900)]

TOKEN_OF_NOBODY = "Bearer eyJhbGciOiJSUzI1NiIsImtpZCI6Im5vbmUifQ.eyJzdWIiOiJub2JvZHkifQ.c2lnbmF0dXJl"


async def _starts(visitor: Visitor, until: str) -> None:
    await visitor.button("Start recording").click()
    await expect(visitor.page.get_by_role("timer")).to_have_text(until, timeout=30_000)


async def test_a_tab_that_is_killed_while_recording_loses_a_second_at_most(arrive: Arrive) -> None:
    one = await arrive("/")
    await _starts(one, "0:06")
    devtools = await one.context.new_cdp_session(one.page)
    send = cast("Callable[[str], Awaitable[object]]", devtools.send)  # pyright: ignore[reportUnknownMemberType]
    killing = asyncio.ensure_future(send("Page.crash"))  # never answered: there is nobody left who could
    await one.page.wait_for_event("crash")
    killing.cancel()

    again = await arrive("/", context=one.context)
    await again.sees(again.heading("Your take is still here"))
    length = again.page.get_by_text(re.compile(r"^0:00 of 0:0\d$"))
    await again.sees(length)
    seconds = int((await length.inner_text())[-2:])
    assert seconds >= 5, f"of 6 seconds {seconds} are there"
    await again.button("Play your take").click()
    await again.sees(again.button("Pause playing"))


async def test_an_upload_goes_on_when_the_network_is_back(
    system: Running, arrive: Arrive, new_account: NewAccount
) -> None:
    ada = await new_account("Ada")
    one = await arrive("/recordings")
    await one.signs_in(ada)
    await one.goes("Speak")
    await _starts(one, "0:03")
    await one.button("Finish").click()
    cut = asyncio.Event()

    async def cuts(route: Route, request: Request) -> None:
        if request.method != "POST" or cut.is_set():
            await route.continue_()
            return
        cut.set()
        await one.context.set_offline(True)
        await route.abort("internetdisconnected")

    await one.context.route(f"{system.stack.emulator.endpoint}/**", cuts)
    await one.button("Send it").click()
    await one.sees(one.page.get_by_text("You are offline", exact=True))
    await one.sees(one.page.get_by_text("Your take is safe here."))
    assert cut.is_set()
    assert (await ada.api.call("GET", "recordings"))["recordings"][0]["state"] == "STATE_UPLOADING"

    await one.context.set_offline(False)
    await one.page.wait_for_url("**/recordings/*", timeout=60_000)
    [recording] = (await ada.api.call("GET", "recordings"))["recordings"]
    assert recording["state"] != "STATE_UPLOADING"


async def test_a_token_that_is_no_longer_taken_is_renewed_unseen(
    arrive: Arrive, new_account: NewAccount
) -> None:
    """The gateway itself refuses the token; the page gets another one, asks again, and shows the answer."""
    one = await arrive("/account")
    await one.signs_in(await new_account("Ada"))
    refused: list[int] = []
    renewed: list[str | None] = []

    async def spoils_once(route: Route, request: Request) -> None:
        spoilt = {"authorization": TOKEN_OF_NOBODY} if not refused else {}
        answer = await route.fetch(headers={**request.headers, **spoilt})
        refused.append(answer.status)
        await route.fulfill(response=answer)

    one.page.on("request", lambda sent: renewed.append(sent.post_data) if "oauth2" in sent.url else None)
    await one.context.route("**/v1/connections*", spoils_once)
    await one.goes("Connections")
    await one.sees(one.heading("No connections yet"))
    assert refused == [401, 200]
    assert [("grant_type=refresh_token" in (form or "")) for form in renewed] == [True]


async def test_who_signs_out_everywhere_is_asked_to_sign_in_in_every_tab(
    arrive: Arrive, new_account: NewAccount
) -> None:
    ada = await new_account("Ada")
    one = await arrive("/account")
    await one.signs_in(ada)
    two = await arrive("/matches", context=one.context)
    await two.signs_in(ada)
    elsewhere = await arrive("/recordings")
    await elsewhere.signs_in(ada)

    await one.button("Sign out everywhere").click()
    await one.sees(one.heading("Speak for a minute. Meet who it is mutual with."))
    await two.sees(two.heading("Sign in to go on"))
    await two.sees(two.page.get_by_text("Your sign-in has ended."))

    await asyncio.sleep(2)  # what sign-outs may take to be known everywhere
    await elsewhere.goes("Matches")
    await elsewhere.sees(elsewhere.page.get_by_text("Your sign-in has ended."))


async def test_two_tabs_show_one_take(arrive: Arrive) -> None:
    one = await arrive("/")
    two = await arrive("/", context=one.context)
    await _starts(one, "0:02")
    await one.button("Finish").click()
    await one.sees(one.heading("Your take"))
    await two.sees(two.heading("Your take is still here"))
    await two.button("Remove").click()
    await two.button("Remove for good").click()
    await two.sees(two.button("Start recording"))
    await one.sees(one.button("Start recording"))


async def test_a_gateway_that_is_away_is_said_and_waited_for(
    system: Running, arrive: Arrive, new_account: NewAccount, http: httpx.AsyncClient
) -> None:
    one = await arrive("/account")
    await one.signs_in(await new_account("Ada"))
    await one.sees(one.button("Pack my data"))
    async with asyncio.TaskGroup() as meanwhile:
        outage = meanwhile.create_task(_killed_again_and_again(system, "gateway"))
        await asyncio.sleep(0.2)
        await one.button("Pack my data").click()
        await one.sees(one.page.get_by_role("alert"))
        outage.cancel()

    async with asyncio.timeout(60):
        while not await _answers(http, f"{system.stack.gateway}/config.json"):
            await asyncio.sleep(0.1)
    await one.button("Try again").last.click()  # what else the screen asked for may have failed, too
    await one.sees(one.button("Download"), 60_000)


async def _killed_again_and_again(system: Running, name: str) -> None:
    """The supervisor is quick, and the page asks again for a while: only a longer outage is noticed."""
    while True:
        if pid := system.supervisor.pids.get(name):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        await asyncio.sleep(0.02)


async def _answers(http: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await http.get(url)).is_success
    except httpx.TransportError:
        return False
