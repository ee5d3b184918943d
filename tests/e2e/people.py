"""People in special positions, and what is known of them behind the doors."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from uuid import UUID

import psycopg

from local import postgres
from local.accounts import Accounts
from local.api import Api
from local.stack import Running
from tests.e2e.conftest import PASSWORD, SignUp, Someone

T = TypeVar("T")
PATIENCE = 90


async def until(look: Callable[[], Awaitable[T | None]]) -> T:
    """Return what `look` finds as soon as it finds something."""
    async with asyncio.timeout(PATIENCE):
        while True:
            if (found := await look()) is not None:
                return found
            await asyncio.sleep(0.1)


def admin(system: Running) -> str:
    """The superuser's address of the system's database."""
    stack = system.stack
    return postgres.dsn("postgres", stack.state.secret("postgres"), stack.ports["postgres"])


def row(system: Running, query: str, *parameters: Any) -> Any:
    """One row past the wall, as the superuser sees it."""
    with psycopg.connect(admin(system), autocommit=True) as connection:
        return connection.execute(query, parameters).fetchone()  # pyright: ignore[reportArgumentType, reportCallIssue]


async def person_id(system: Running, someone: Someone) -> UUID:
    """By what others would know somebody, were they shown."""
    user = (await someone.api.call("GET", "session"))["userId"]
    return row(system, "SELECT person_id FROM match.people WHERE user_id = %s", user)[0]


async def moderator(system: Running, new_person: SignUp) -> Someone:
    """Sign up somebody who is in the group `moderators`."""
    someone = await new_person("Moderator")
    user = (await someone.api.call("GET", "session"))["userId"]
    cognito = system.stack.emulator.client("cognito-idp")
    pool = system.resources.user_pool
    await asyncio.to_thread(
        cognito.admin_add_user_to_group, UserPoolId=pool, Username=user, GroupName="moderators"
    )
    # The group is in tokens that are issued from now on.
    accounts = Accounts(system.stack.emulator, system.resources)
    session = await asyncio.to_thread(accounts.sign_in, someone.email, PASSWORD)
    return Someone(
        someone.name, Api(someone.http, system.stack.gateway, session), session, someone.email, someone.http
    )


async def erase(someone: Someone) -> dict[str, Any]:
    """Delete an account and return the erasure once it is done."""
    erasure = await someone.api.call("DELETE", "account")

    async def done() -> dict[str, Any] | None:
        now = await someone.api.call("GET", erasure["name"])
        return now if now["state"] == "STATE_DONE" else None

    return await until(done)
