"""
A whole user in PostgreSQL, as they take their data home or leave.
"""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from services.kit.postgres import EVERYBODY, Connection, Database, acting_for, fetch_one, queries

_SQL: Final = queries("services.match")
_KINDS: Final = ("reactions", "connections", "blocks", "reports", "finds", "judgements", "feedback")
_EXPORTED: Final = (
    "reactions",
    "finds",
    "judgements",
    "connections",
    "blocks",
    "reports",
    "feedback",
    "feedback_calls",
)


class AccountRows:
    """All rows of one user."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def person(self, user_id: str) -> dict[str, Any] | None:
        """Return what is known of a user themselves, vectors aside."""
        return await self._database.one(_SQL["export_person"], {"user": user_id})

    async def lists(self, user_id: str) -> dict[str, list[dict[str, Any]]]:
        """Return what a user did, by kind."""
        return {
            kind: list(await self._database.all(_SQL[f"export_{kind}"], {"user": user_id}))
            for kind in _EXPORTED
        }

    async def erase(self, user_id: str) -> dict[str, int]:
        """
        Remove every row by and about a user, for good, and return how many of each kind there were.

        For everybody, because rows about the user are other people's. The point in the index is noted as a
        leftover in the same transaction.
        """
        with acting_for(EVERYBODY):
            async with self._database.transaction() as connection:
                names: dict[str, Any] = {"user": user_id, "person": None}
                await connection.execute(_SQL["bury"], names)
                person = await fetch_one(connection, _SQL["lock_person"], names)
                if person:
                    names["person"] = person["person_id"]
                    await connection.execute(_SQL["leave_point"], names)
                counts = {kind: await _count(connection, f"erase_{kind}", names) for kind in _KINDS}
                # A call that ended between a broken erasure and this one may have been remembered since.
                leftover = await fetch_one(connection, _SQL["leftover_point"], names)
                names["person"] = leftover["person_id"] if leftover else None
                counts["request_ids"] = await _count(connection, "erase_answers", names)
                counts["people"] = await _count(connection, "erase_person", names)
                return counts

    async def leftover(self, user_id: str) -> UUID | None:
        """Return the point that the index still has to let go of."""
        with acting_for(EVERYBODY):
            row = await self._database.one(_SQL["leftover_point"], {"user": user_id})
        return row["person_id"] if row else None

    async def point_removed(self, user_id: str) -> None:
        """Note that the index has let go."""
        with acting_for(EVERYBODY):
            await self._database.one(_SQL["point_removed"], {"user": user_id})


async def _count(connection: Connection, name: str, names: dict[str, Any]) -> int:
    row = await fetch_one(connection, _SQL[name], names)
    return int(row["rows"]) if row else 0
