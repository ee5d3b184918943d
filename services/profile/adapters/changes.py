"""
One change of one user's profile in PostgreSQL: a transaction that holds the user's row, writes the next version
and defers its indexing. Every query names the user.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import DictRow

from services.kit.jobs import Jobs
from services.kit.postgres import Connection, fetch_one, queries
from services.profile.adapters import snapshots
from services.profile.consents import Consent, Consents, Purpose
from services.profile.domain import (
    Analyzed,
    Cause,
    Covered,
    Facet,
    Fact,
    Origin,
    Outcome,
    Profile,
    Tombstone,
    Version,
)
from services.profile.quotes import keys_of

INDEX_JOB = "index_profile"
REANALYZE_JOB = "reanalyze_recordings"

SQL = queries("services.profile")


class Change:
    """What can be done while one user's profile is held."""

    def __init__(
        self, connection: Connection, jobs: Jobs, profile: Profile, consents: Consents, now: datetime
    ) -> None:
        self._connection = connection
        self._jobs = jobs
        self._user = profile.user_id
        self._consents = consents
        self.profile = profile
        """The profile as it is before this change; its `fact_counts` are not read."""
        self.now = now
        """The database's time, the same throughout."""

    @property
    def consents(self) -> Consents:
        """What the user agrees to, this change's decisions included."""
        return self._consents

    async def facts(self) -> list[Fact]:
        """Return every fact, newest first."""
        return [snapshots.fact_of(row) for row in await self._all("all_facts")]

    async def fact(self, fact_id: UUID) -> Fact | None:
        row = await self._one("get_fact", id=fact_id)
        return snapshots.fact_of(row) if row else None

    async def save_facts(self, facts: Iterable[Fact]) -> None:
        """Insert or replace facts; the last of them becomes the newest. What is hidden is hidden by its words."""
        hidden: set[str] = set()
        shown: set[str] = set()
        for fact in facts:
            await self._run("save_fact", **snapshots.fact_params(self._user, fact))
            (hidden if fact.hidden else shown).update(keys_of(fact))
        if shown - hidden:
            await self._run("show_statements", keys=list(shown - hidden))
        if hidden:
            await self._run("hide_statements", keys=list(hidden))

    async def delete_facts(self, ids: Sequence[UUID]) -> None:
        await self._run("delete_facts", ids=list(ids))

    async def hidden_keys(self) -> set[str]:
        """Return the keys of the statements that the user hid."""
        return {row["key"] for row in await self._all("hidden_keys")}

    async def tombstones(self) -> list[Tombstone]:
        return [snapshots.tombstone_of(row) for row in await self._all("all_tombstones")]

    async def bury(self, fact: Fact) -> None:
        """Keep a statement from being proposed again."""
        evidence = snapshots.evidence_params(fact.evidence)
        for key in keys_of(fact):
            await self._run("add_tombstone", key=key, external=fact.external, **evidence)

    async def unbury(self, facts: Iterable[Fact]) -> None:
        """Let statements be made again."""
        await self._run("lift_tombstones", keys=list({key for fact in facts for key in keys_of(fact)}))

    async def analysis(self, recording_id: UUID) -> Analyzed | None:
        row = await self._one("get_analysis", recording=recording_id)
        return analysis_of(row) if row else None

    async def save_analysis(self, origin: Origin, analyzed: Analyzed, *, headline: str) -> None:
        outcome = analyzed.outcome
        await self._run(
            "save_analysis",
            recording_id=origin.recording_id,
            typed=origin.typed,
            external=origin.external,
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

    async def forget_recording(self, recording_id: UUID) -> None:
        """Let no analysis of the recording come in any more."""
        await self._run("forget_analysis", recording=recording_id)

    async def clear(self, covered: Covered) -> None:
        """Keep nothing that was said there beside the facts: no analysis, tombstone or history."""
        params = snapshots.covered_params(covered)
        for query in ("clear_analyses", "clear_tombstones", "clear_versions"):
            await self._run(query, **params)

    async def headline(self, *, without: UUID | None = None) -> tuple[str, Origin | None]:
        """Return the newest selected sentence and where it was said."""
        row = await self._one("newest_headline", **{"except": without})
        return (row["headline"], snapshots.origin_of(row)) if row else ("", None)

    async def request(self, request_id: UUID) -> UUID | None:
        """Return the fact that a request id made within a day."""
        row = await self._one("get_request", request=request_id)
        return row["fact_id"] if row else None

    async def save_request(self, request_id: UUID, fact_id: UUID) -> None:
        await self._run("remove_old_requests")
        await self._run("add_request", request=request_id, fact=fact_id)

    async def decide(self, consent: Consent) -> None:
        """Make a decision the one that holds."""
        await self._run(
            "add_consent",
            purpose=consent.purpose,
            version=consent.version,
            granted=consent.granted,
            terms=consent.terms,
            now=self.now,
        )
        self._consents = Consents([*self._consents, consent])

    async def reanalyze(self) -> None:
        """Have the user's recordings analyzed again."""
        await self._jobs.defer(
            self._connection, REANALYZE_JOB, once=f"{REANALYZE_JOB} {self._user}", user_id=self._user
        )

    async def version(self, number: int) -> Version | None:
        row = await self._one("get_versions", numbers=[number])
        return snapshots.version_of(row) if row else None

    async def commit(self, cause: Cause, profile: Profile | None = None) -> Profile:
        """Write the next version of the profile with its facts as they are now, and have it indexed."""
        profile = profile or self.profile
        row = await self._one("save_profile", now=self.now, **snapshots.profile_params(profile))
        assert row
        facts = tuple(await self.facts())
        version = Version(
            row["version"],
            cause,
            self.now,
            profile.card,
            facts,
            profile.preferences,
            matching=self._consents.hold(Purpose.MATCHING),
            share_clips=self._consents.hold(Purpose.SHARE_CLIPS),
            external_analysis=self._consents.hold(Purpose.EXTERNAL_ANALYSIS),
        )
        await self._run("add_version", **snapshots.version_params(version))
        await self._jobs.defer(self._connection, INDEX_JOB, user_id=self._user)
        counts = {facet.value: sum(fact.facet is facet for fact in facts) for facet in Facet}
        return replace(
            profile,
            version=version.version,
            update_time=self.now,
            fact_counts={facet: count for facet, count in counts.items() if count},
        )

    async def _run(self, query: str, /, **params: Any) -> None:
        await self._connection.execute(SQL[query], {"user": self._user, **params})

    async def _one(self, query: str, /, **params: Any) -> DictRow | None:
        return await fetch_one(self._connection, SQL[query], {"user": self._user, **params})

    async def _all(self, query: str, /, **params: Any) -> Collection[DictRow]:
        cursor = await self._connection.execute(SQL[query], {"user": self._user, **params})
        return await cursor.fetchall()


def consent_of(row: DictRow) -> Consent:
    return Consent(Purpose(row["purpose"]), row["granted"], row["version"], row["terms"], row["decide_time"])


def analysis_of(row: DictRow) -> Analyzed:
    outcome = Outcome(row["version"], row["fact_count"], row["dropped_count"], tuple(row["warnings"]))
    return Analyzed(row["revision"], row["digest"], row["analyzer"], row["forgotten"], outcome)
