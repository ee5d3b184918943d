"""
The list of revocations in PostgreSQL. Every change of it is made in one transaction under one lock, so that
revisions become visible in their order, and is announced to every copy of auth.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from psycopg.rows import DictRow

from services.kit.postgres import Connection, Database, fetch_one, queries
from services.kit.revocations import State, hashed

CHANNEL: Final = "auth_revocations"
_ANNOUNCE: Final = f"NOTIFY {CHANNEL}"
_DOUBT_SECONDS: Final = 30
"""Cognito's list of disabled users may be as old as this, in its own caches and on its way to us."""

_SQL = queries("services.auth")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One user in the list."""

    user_sha256: bytes
    state: State
    revoke_time: datetime
    settle_time: datetime | None
    enable_time: datetime | None
    revision: int


class RevocationStore:
    """The table `revocations`. Methods with a `connection` belong to a transaction of `changing`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @asynccontextmanager
    async def changing(self) -> AsyncIterator[Connection]:
        """Open a transaction in which nobody else changes the list; once it commits, everybody is told."""
        async with self._database.transaction() as connection:
            await connection.execute(_SQL["lock_revocations"])
            yield connection
            await connection.execute(_ANNOUNCE)

    async def revoke(self, connection: Connection, user_id: str, state: State) -> Entry:
        """Enter a user into the list from now on, and return the entry; a stronger one stays as it is."""
        params = {"user_sha256": hashed(user_id), "state": state.name}
        row = await fetch_one(connection, _SQL["revoke"], params)
        return _entry(row or await fetch_one(connection, _SQL["get_revocation"], params))

    async def enable(self, connection: Connection, user_id: str) -> Entry | None:
        """Let a user in again who signs in after now; None when the user is erased."""
        row = await fetch_one(connection, _SQL["enable"], {"user_sha256": hashed(user_id)})
        return _entry(row) if row else None

    async def settle(self, entry: Entry) -> None:
        """Note that Cognito has done its part for this entry, unless the entry has changed since."""
        params = {"user_sha256": entry.user_sha256, "revision": entry.revision}
        await self._database.one(_SQL["settle"], params)

    async def disable_all(self, user_ids: Sequence[str]) -> int:
        """Enter those users whom Cognito calls disabled and the list lets in; return how many they were."""
        listed = {hashed(user_id): user_id for user_id in user_ids}
        params = {"user_sha256s": list(listed), "doubt_seconds": _DOUBT_SECONDS}
        if not listed or not await self._database.all(_SQL["disabled_elsewhere"], params):
            return 0
        async with self.changing() as connection:
            cursor = await connection.execute(_SQL["disabled_elsewhere"], params)
            found = [listed[row["user_sha256"]] for row in await cursor.fetchall()]
            entries = [await self.revoke(connection, user_id, State.DISABLED) for user_id in found]
        for entry in entries:
            await self.settle(entry)
        return len(entries)

    async def of(self, user_id: str) -> Entry | None:
        row = await self._database.one(_SQL["get_revocation"], {"user_sha256": hashed(user_id)})
        return _entry(row) if row else None


def _entry(row: DictRow | None) -> Entry:
    assert row is not None
    return Entry(
        user_sha256=row["user_sha256"],
        state=State[row["state"]],
        revoke_time=row["revoke_time"],
        settle_time=row["settle_time"],
        enable_time=row["enable_time"],
        revision=row["revision"],
    )
