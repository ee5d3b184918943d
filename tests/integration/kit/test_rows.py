"""
The second wall: PostgreSQL itself shows and takes only rows of the user for whom the code acts, whatever the
query says.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any, LiteralString
from uuid import uuid4

import psycopg
import pytest

from services.kit.postgres import EVERYBODY, Database, acting_for, for_everybody, open_database
from services.kit.status import as_timbre_error
from tests.fixtures.stack import Databases

WRITE: LiteralString = (
    "INSERT INTO request_ids (user_id, request_id, fingerprint, serve_until)"
    " VALUES (%(user)s, %(id)s, '', now()) RETURNING user_id"
)
OWNERS: LiteralString = "SELECT user_id FROM request_ids ORDER BY user_id"
"""A query that forgot whose rows it wants."""


@pytest.fixture
async def rows(database: Databases) -> AsyncIterator[Database]:
    async with AsyncExitStack() as stack:
        # One connection, so that each statement meets the session that the one before has left.
        yield await open_database(database("profile")["profile"], stack, max_size=1)


async def write(rows: Database, user: str) -> None:
    await rows.one(WRITE, {"user": user, "id": uuid4()})


async def owners(rows: Database) -> list[Any]:
    return [row["user_id"] for row in await rows.all(OWNERS)]


@pytest.fixture
async def two(rows: Database) -> Database:
    for user in ("ada", "bob"):
        with acting_for(user):
            await write(rows, user)
    return rows


async def test_a_query_without_an_owner_finds_the_users_own_rows_alone(two: Database) -> None:
    with acting_for("ada"):
        assert await owners(two) == ["ada"]
    with acting_for("bob"):
        assert await owners(two) == ["bob"]


async def test_code_that_says_nothing_sees_nothing(two: Database) -> None:
    assert await owners(two) == []
    with acting_for("ada"):
        await owners(two)
    assert await owners(two) == []


async def test_work_for_everybody_sees_everything(two: Database) -> None:
    assert await for_everybody(owners(two)) == ["ada", "bob"]


async def test_nobody_writes_rows_of_another(rows: Database) -> None:
    with acting_for("ada"), pytest.raises(psycopg.errors.InsufficientPrivilege):
        await write(rows, "bob")


async def test_transactions_are_walled_in_too(two: Database) -> None:
    with acting_for("bob"):
        async with two.transaction() as connection:
            await connection.execute("UPDATE request_ids SET done = true")
            await connection.execute("DELETE FROM request_ids WHERE user_id = 'ada'")
    with acting_for(EVERYBODY):
        done = await two.all("SELECT user_id, done FROM request_ids ORDER BY user_id")
    assert [(row["user_id"], row["done"]) for row in done] == [("ada", False), ("bob", True)]


async def test_a_rolled_back_transaction_leaves_no_scope_behind(two: Database) -> None:
    async def fails() -> None:
        async with two.transaction():
            raise ValueError

    with acting_for("ada"):
        with pytest.raises(ValueError):
            await fails()
        assert await owners(two) == ["ada"]
    assert await owners(two) == []


async def test_tasks_at_the_same_time_keep_apart(two: Database) -> None:
    async def sees(user: str) -> bool:
        with acting_for(user):
            await asyncio.sleep(0)
            return await owners(two) == [user]

    assert all(await asyncio.gather(*(sees(user) for user in ["ada", "bob"] * 10)))


async def test_nothing_is_written_for_an_erased_user(two: Database) -> None:
    with acting_for("ada"):
        async with two.transaction() as connection:
            await connection.execute("SELECT bury_user('ada')")
            await connection.execute("DELETE FROM request_ids WHERE user_id = 'ada'")
        with pytest.raises(psycopg.Error) as refused:
            await write(two, "ada")
    assert as_timbre_error(refused.value).reason == "ACCOUNT_ERASED"
    with acting_for("bob"):
        await write(two, "bob")


async def test_a_write_under_way_cannot_outlive_the_erasure(database: Databases) -> None:
    """The erasure waits for a transaction that it cannot see yet, and then removes what that wrote."""
    async with AsyncExitStack() as stack:
        rows = await open_database(database("profile")["profile"], stack, max_size=3)
        wrote, may_commit = asyncio.Event(), asyncio.Event()

        async def writer() -> None:
            with acting_for("ada"):
                async with rows.transaction() as connection:
                    await connection.execute(WRITE, {"user": "ada", "id": uuid4()})
                    wrote.set()
                    await may_commit.wait()

        async def eraser() -> None:
            with acting_for("ada"):
                async with rows.transaction() as connection:
                    await connection.execute("SELECT bury_user('ada')")
                    await connection.execute("DELETE FROM request_ids WHERE user_id = 'ada'")

        writing = asyncio.create_task(writer())
        await wrote.wait()
        erasing = asyncio.create_task(eraser())
        await asyncio.sleep(0.2)
        assert not erasing.done()
        may_commit.set()
        await asyncio.gather(writing, erasing)
        assert await for_everybody(owners(rows)) == []
