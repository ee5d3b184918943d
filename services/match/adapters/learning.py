"""
Feedback in PostgreSQL. A call with a request id takes its step once, by a row in the same transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, LiteralString
from uuid import UUID

from services.kit.postgres import Database, fetch_one, queries
from services.match.adapters.rows import preferences_of
from services.match.domain import Facet

_SQL: Final = queries("services.match")


class Learning:
    """What feedback has made of weights."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def weights(self, user_id: str) -> tuple[Mapping[Facet, float], Mapping[Facet, int]] | None:
        """Return what a user prefers and the tenths that feedback added; nothing without a profile."""
        row = await self._database.one(_SQL["get_weights"], {"user": user_id})
        if not row:
            return None
        tenths = {Facet(int(facet)): number for facet, number in row["feedback"].items()}
        return preferences_of(row["preferences"]).weights, tenths

    async def step(self, user_id: str, facet: Facet, step: int, request_id: UUID | None) -> None:
        """Raise or lower a weight by `step` tenths, within its bounds."""
        await self._once(
            _SQL["give_feedback"], {"user": user_id, "facet": facet, "step": step, "request": request_id}
        )

    async def reset(self, user_id: str, request_id: UUID | None) -> None:
        """Forget what feedback has made of all weights."""
        await self._once(_SQL["reset_feedback"], {"user": user_id, "request": request_id})

    async def _once(self, sql: LiteralString, names: Mapping[str, object]) -> None:
        async with self._database.transaction() as connection:
            if names["request"] and not await fetch_one(connection, _SQL["begin_feedback"], names):
                return
            await connection.execute(sql, names)
