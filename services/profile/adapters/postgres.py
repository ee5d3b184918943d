"""
Profiles in PostgreSQL. Every query names the user; every change is one transaction that holds the user's row,
writes the next version and defers its indexing.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from services.kit.jobs import Jobs
from services.kit.postgres import Connection, Database, fetch_one, queries
from services.profile.adapters import snapshots
from services.profile.domain import (
    Analyzed,
    Cause,
    Evidence,
    Facet,
    Fact,
    Outcome,
    Profile,
    Tombstone,
    Version,
)

INDEX_JOB = "index_profile"
INDEXED_CHANNEL = "profile_indexed"

_SQL = queries("services.profile")


class Store:
    """Reads profiles, and opens the changes of one user at a time."""

    def __init__(self, database: Database, jobs: Jobs) -> None:
        self._database = database
        self._jobs = jobs

    async def profile(self, user_id: str) -> Profile:
        """Return the user's profile; version 0 when nothing was ever changed."""
        row = await self._database.one(_SQL["get_profile"], {"user": user_id})
        return snapshots.profile_of(row) if row else Profile(user_id)

    async def facts(
        self, user_id: str, *, facet: Facet | None, before: int | None, limit: int
    ) -> list[tuple[int, Fact]]:
        """Return facts with their positions, newest first, from below the position `before`."""
        params = {"user": user_id, "facet": facet, "before": before, "limit": limit}
        rows = await self._database.all(_SQL["list_facts"], params)
        return [(row["position"], snapshots.fact_of(row)) for row in rows]

    async def fact(self, user_id: str, fact_id: UUID) -> Fact | None:
        row = await self._database.one(_SQL["get_fact"], {"user": user_id, "id": fact_id})
        return snapshots.fact_of(row) if row else None

    async def versions(self, user_id: str, *, before: int | None, limit: int) -> list[Version]:
        """Return versions, newest first, from below the version `before`."""
        params = {"user": user_id, "before": before, "limit": limit}
        return [snapshots.version_of(row) for row in await self._database.all(_SQL["list_versions"], params)]

    async def analysis(self, user_id: str, recording_id: UUID) -> Analyzed | None:
        params = {"user": user_id, "recording": recording_id}
        row = await self._database.one(_SQL["get_analysis"], params)
        return _analyzed(row) if row else None

    async def newest_version(self, user_id: str) -> tuple[Version, int] | None:
        """Return the newest version and the one that is indexed, or None before the first change."""
        row = await self._database.one(_SQL["newest_version"], {"user": user_id})
        return (snapshots.version_of(row), row["indexed_version"]) if row else None

    async def mark_indexed(self, user_id: str, version: int) -> None:
        """Record that match has at least this version, and tell whoever waits for it."""
        await self._database.one(_SQL["mark_indexed"], {"user": user_id, "version": version})

    async def index_stragglers(self, *, older_than_seconds: float) -> int:
        """Defer the indexing of users who are behind without a job; return how many there were."""
        async with self._database.transaction() as connection:
            cursor = await connection.execute(_SQL["users_behind"], {"older_than": older_than_seconds})
            users = [row["user_id"] for row in await cursor.fetchall()]
            for user_id in users:
                await self._jobs.defer(connection, INDEX_JOB, user_id=user_id)
        return len(users)

    @asynccontextmanager
    async def change(self, user_id: str) -> AsyncIterator[Change]:
        """Open the only change of this user's profile; it takes effect when the block ends without an error."""
        async with self._database.transaction() as connection:
            await connection.execute(_SQL["add_profile"], {"user": user_id})
            row = await fetch_one(connection, _SQL["lock_profile"], {"user": user_id})
            assert row
            yield Change(connection, self._jobs, snapshots.profile_of(row), row["now"])


class Change:
    """What can be done while one user's profile is held."""

    def __init__(self, connection: Connection, jobs: Jobs, profile: Profile, now: datetime) -> None:
        self._connection = connection
        self._jobs = jobs
        self._user = profile.user_id
        self.profile = profile
        """The profile as it is before this change; its `fact_counts` are not read."""
        self.now = now
        """The database's time, the same throughout."""

    async def facts(self) -> list[Fact]:
        """Return every fact, newest first."""
        return [snapshots.fact_of(row) for row in await self._all("all_facts")]

    async def fact(self, fact_id: UUID) -> Fact | None:
        row = await self._one("get_fact", id=fact_id)
        return snapshots.fact_of(row) if row else None

    async def save_facts(self, facts: Iterable[Fact]) -> None:
        """Insert or replace facts; the last of them becomes the newest."""
        for fact in facts:
            await self._run("save_fact", **snapshots.fact_params(self._user, fact))

    async def delete_facts(self, ids: Sequence[UUID]) -> None:
        await self._run("delete_facts", ids=list(ids))

    async def tombstones(self) -> list[Tombstone]:
        return [snapshots.tombstone_of(row) for row in await self._all("all_tombstones")]

    async def bury(self, key: str, evidence: Evidence | None) -> None:
        """Keep a statement from being proposed again."""
        await self._run("add_tombstone", key=key, **snapshots.evidence_params(evidence))

    async def analysis(self, recording_id: UUID) -> Analyzed | None:
        row = await self._one("get_analysis", recording=recording_id)
        return _analyzed(row) if row else None

    async def save_analysis(self, recording_id: UUID, analyzed: Analyzed, *, headline: str) -> None:
        outcome = analyzed.outcome
        await self._run(
            "save_analysis",
            recording=recording_id,
            revision=analyzed.revision,
            digest=analyzed.digest,
            analyzer=analyzed.analyzer,
            version=outcome.version,
            fact_count=outcome.fact_count,
            dropped_count=outcome.dropped_count,
            warnings=list(outcome.warnings),
            headline=headline,
            now=self.now,
        )

    async def forget(self, recording_id: UUID) -> None:
        """Keep nothing that was said in a recording beside the facts: no analysis, tombstone or history."""
        await self._run("forget_analysis", recording=recording_id)
        await self._run("clear_tombstones", recording=recording_id)
        for row in await self._all("versions_about", recording=recording_id):
            past = {**row, "cause": Cause.ANALYSIS, "create_time": self.now}
            version = snapshots.without_recording(snapshots.version_of(past), recording_id)
            await self._run("rewrite_version", version=version.version, **_stored(version))

    async def headline(self, *, without: UUID | None = None) -> tuple[str, UUID | None]:
        """Return the newest selected sentence and where it was said."""
        row = await self._one("newest_headline", **{"except": without})
        return (row["headline"], row["recording_id"]) if row else ("", None)

    async def request(self, request_id: UUID) -> tuple[str, UUID] | None:
        """Return the digest and the fact that a request id was used for."""
        row = await self._one("get_request", request=request_id)
        return (row["digest"], row["fact_id"]) if row else None

    async def save_request(self, request_id: UUID, digest: str, fact_id: UUID) -> None:
        await self._run("add_request", request=request_id, digest=digest, fact=fact_id)

    async def commit(self, cause: Cause, profile: Profile | None = None) -> Profile:
        """Write the next version of the profile with its facts as they are now, and have it indexed."""
        profile = profile or self.profile
        row = await self._one(
            "save_profile",
            display_name=profile.display_name,
            own_headline=profile.own_headline,
            selected_headline=profile.selected_headline,
            headline_recording=profile.headline_recording,
            languages=list(profile.languages),
            visibility=profile.visibility,
            now=self.now,
        )
        assert row
        facts = tuple(await self.facts())
        version = Version(row["version"], cause, self.now, profile.card, facts)
        params = {"version": version.version, "cause": cause, "now": self.now, **_stored(version)}
        await self._run("add_version", **params)
        await self._jobs.defer(self._connection, INDEX_JOB, user_id=self._user)
        counts = {facet.value: sum(fact.facet is facet for fact in facts) for facet in Facet}
        return replace(
            profile,
            version=version.version,
            update_time=self.now,
            fact_counts={facet: count for facet, count in counts.items() if count},
        )

    async def _run(self, query: str, /, **params: Any) -> None:
        await self._connection.execute(_SQL[query], {"user": self._user, **params})

    async def _one(self, query: str, /, **params: Any) -> DictRow | None:
        return await fetch_one(self._connection, _SQL[query], {"user": self._user, **params})

    async def _all(self, query: str, /, **params: Any) -> list[DictRow]:
        cursor = await self._connection.execute(_SQL[query], {"user": self._user, **params})
        return await cursor.fetchall()


def _stored(version: Version) -> dict[str, Jsonb]:
    return {
        "card": Jsonb(snapshots.card_json(version.card)),
        "facts": Jsonb([snapshots.fact_json(fact) for fact in version.facts]),
    }


def _analyzed(row: DictRow) -> Analyzed:
    outcome = Outcome(row["version"], row["fact_count"], row["dropped_count"], tuple(row["warnings"]))
    return Analyzed(row["revision"], row["digest"], row["analyzer"], row["forgotten"], outcome)
