"""
Profiles in PostgreSQL: reading them, and opening the changes of one user at a time. Every query names the user.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from uuid import UUID

from services.kit.jobs import Jobs
from services.kit.postgres import Database, fetch_one
from services.profile.adapters import snapshots
from services.profile.adapters.changes import INDEX_JOB, SQL, Change, analysis_of, consent_of
from services.profile.consents import Consents
from services.profile.domain import Analyzed, Facet, Fact, Profile, Version

INDEXED_CHANNEL = "profile_indexed"


class Store:
    """Reads profiles, and opens the changes of one user at a time."""

    def __init__(self, database: Database, jobs: Jobs) -> None:
        self._database = database
        self._jobs = jobs

    async def profile(self, user_id: str) -> Profile:
        """Return the user's profile; version 0 when nothing was ever changed."""
        row = await self._database.one(SQL["get_profile"], {"user": user_id})
        return snapshots.profile_of(row) if row else Profile(user_id)

    async def facts(
        self, user_id: str, *, facet: Facet | None, before: int | None, limit: int
    ) -> list[tuple[int, Fact]]:
        """Return facts with their positions, newest first, from below the position `before`."""
        params = {"user": user_id, "facet": facet, "before": before, "limit": limit}
        rows = await self._database.all(SQL["list_facts"], params, stale=True)
        return [(row["position"], snapshots.fact_of(row)) for row in rows]

    async def fact(self, user_id: str, fact_id: UUID) -> Fact | None:
        row = await self._database.one(SQL["get_fact"], {"user": user_id, "id": fact_id})
        return snapshots.fact_of(row) if row else None

    async def versions(self, user_id: str, *, before: int | None, limit: int) -> list[Version]:
        """Return versions, newest first, from below the version `before`."""
        params = {"user": user_id, "before": before, "limit": limit}
        rows = await self._database.all(SQL["list_versions"], params, stale=True)
        return [snapshots.version_of(row) for row in rows]

    async def versions_numbered(self, user_id: str, numbers: Iterable[int]) -> dict[int, Version]:
        """Return those of the versions that exist, by number."""
        params = {"user": user_id, "numbers": list(numbers)}
        rows = await self._database.all(SQL["get_versions"], params)
        return {row["version"]: snapshots.version_of(row) for row in rows}

    async def consents(self, user_id: str) -> Consents:
        """Return what the user agrees to."""
        return Consents(map(consent_of, await self._database.all(SQL["held_consents"], {"user": user_id})))

    async def open_fact_counts(self, user_id: str) -> dict[Facet, int]:
        """Return how many facts there are of each facet, without those the user hides."""
        rows = await self._database.all(SQL["open_fact_counts"], {"user": user_id})
        return {Facet(row["facet"]): row["n"] for row in rows}

    async def analysis(self, user_id: str, recording_id: UUID) -> Analyzed | None:
        params = {"user": user_id, "recording": recording_id}
        row = await self._database.one(SQL["get_analysis"], params)
        return analysis_of(row) if row else None

    async def newest_version(self, user_id: str) -> tuple[Version, int] | None:
        """Return the newest version and the one that is indexed, or None before the first change."""
        row = await self._database.one(SQL["newest_version"], {"user": user_id})
        return (snapshots.version_of(row), row["indexed_version"]) if row else None

    async def mark_indexed(self, user_id: str, version: int) -> None:
        """Record that match has at least this version, and tell whoever waits for it."""
        await self._database.one(SQL["mark_indexed"], {"user": user_id, "version": version})

    async def index_stragglers(self, *, older_than_seconds: float) -> int:
        """Defer the indexing of users who are behind without a job; return how many there were."""
        async with self._database.transaction() as connection:
            cursor = await connection.execute(SQL["users_behind"], {"older_than": older_than_seconds})
            users = [row["user_id"] for row in await cursor.fetchall()]
            for user_id in users:
                await self._jobs.defer(connection, INDEX_JOB, user_id=user_id)
        return len(users)

    @asynccontextmanager
    async def change(self, user_id: str) -> AsyncIterator[Change]:
        """
        Open the only change of this user's profile; it takes effect when the block ends without an error.

        Raises:
            psycopg.Error: with the state `ERASED`, when the user is erased.
        """
        async with self._database.transaction() as connection:
            user = {"user": user_id}
            row = await fetch_one(connection, SQL["lock_profile"], user)
            if row is None:
                # Nobody erased gets past this; they have no row, so only the first change pays for the check.
                await connection.execute(SQL["add_profile"], user)
                row = await fetch_one(connection, SQL["lock_profile"], user)
            assert row
            # A statement of its own: it must see what was decided while this one waited for the row.
            cursor = await connection.execute(SQL["held_consents"], user)
            consents = Consents(map(consent_of, await cursor.fetchall()))
            yield Change(connection, self._jobs, snapshots.profile_of(row), consents, row["now"])
