"""
Reports in PostgreSQL, from the moderators' side: the only statements about reports that are for everybody.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from psycopg.rows import DictRow

from services.kit.postgres import EVERYBODY, Database, acting_for, fetch_one, queries
from services.match.adapters.rows import card_of, fact_of
from services.match.adapters.safety import report_of
from services.match.domain import MAX_CASE_FACTS, Case, Facet, Resolution

_SQL: Final = queries("services.match")


@dataclass(frozen=True, slots=True)
class Filed:
    """A report, and whom it is about."""

    case: Case
    user_id: str
    suspended: bool


class Reports:
    """All reports."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(
        self, moderator: str, limit: int, after: tuple[datetime, UUID] | None, *, resolved_too: bool
    ) -> list[Case]:
        """Return reports, oldest first, from behind `after`; none that is about the moderator."""
        after_time, after_id = after or (None, None)
        names = {
            "moderator": moderator,
            "limit": limit,
            "resolved_too": resolved_too,
            "after_time": after_time,
            "after_id": after_id,
        }
        with acting_for(EVERYBODY):
            return [_case(row) for row in await self._database.all(_SQL["list_reports"], names)]

    async def get(self, report_id: UUID) -> Filed | None:
        with acting_for(EVERYBODY):
            row = await self._database.one(_SQL["get_report"], {"report": report_id})
        return Filed(_case(row), row["reported_id"], row["suspended"]) if row else None

    async def suspend(self, user_id: str) -> None:
        """Show a person to nobody any more; again changes nothing."""
        with acting_for(EVERYBODY):
            await self._database.one(_SQL["suspend"], {"user": user_id})

    async def resolve(self, report_id: UUID, resolution: Resolution, note: str) -> None:
        """
        End a report, and with a suspension the other open ones about the person.

        A report that has ended stays as it is, save that a suspension that has happened is noted.
        """
        names = {"report": report_id, "resolution": resolution, "note": note}
        with acting_for(EVERYBODY):
            async with self._database.transaction() as connection:
                report = await fetch_one(connection, _SQL["lock_report"], names)
                if report and (report["open"] or resolution is Resolution.SUSPENDED):
                    await connection.execute(_SQL["resolve"], names)
                    if resolution is Resolution.SUSPENDED:
                        await connection.execute(_SQL["resolve_others"], names)
                    await connection.execute(_SQL["close_resolved"], names)


def _case(row: DictRow) -> Case:
    facts = (fact_of(value) for value in row["facts"])
    told = [fact for fact in facts if fact.facet is not Facet.EXCLUSION]
    return Case(
        report=report_of(row),
        resolution=Resolution(row["resolution"] or 0),
        resolve_time=row["resolve_time"],
        note=row["note"] or "",
        card=card_of(row["card"]),
        facts=tuple(told[:MAX_CASE_FACTS]),
        report_count=row["report_count"],
    )
