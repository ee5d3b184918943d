"""
Blocks and reports in PostgreSQL, from the side of the users who make them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from psycopg.rows import DictRow

from services.kit.postgres import Connection, Database, fetch_one, queries
from services.match.domain import Block, Category, Report

_SQL: Final = queries("services.match")


class Safety:
    """Who blocks whom, and what users report. What two people do to each other happens under the pair's lock."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get_block(self, user_id: str, person_id: UUID) -> Block | None:
        row = await self._database.one(_SQL["get_block"], {"user": user_id, "person": person_id})
        return _block(row) if row else None

    async def block(self, user_id: str, person_id: UUID) -> Block | None:
        """Block somebody, and end what was between the two; nothing when there is no such person."""
        async with self._database.transaction() as connection:
            pair = await fetch_one(connection, _SQL["lock_pair"], {"user": user_id, "person": person_id})
            if not pair:
                return None
            await _block_pair(connection, {"user": user_id, "other": pair["other"]})
            row = await fetch_one(connection, _SQL["get_block"], {"user": user_id, "person": person_id})
            return _block(row) if row else None

    async def unblock(self, user_id: str, block_id: UUID) -> bool:
        return await self._database.one(_SQL["unblock"], {"user": user_id, "block": block_id}) is not None

    async def blocks(self, user_id: str, limit: int, before: tuple[datetime, UUID] | None) -> list[Block]:
        """Return a user's blocks, newest first, from behind `before`."""
        before_time, before_id = before or (None, None)
        rows = await self._database.all(
            _SQL["list_blocks"],
            {"user": user_id, "limit": limit, "before_time": before_time, "before_id": before_id},
        )
        return [_block(row) for row in rows]

    async def report(
        self, user_id: str, person_id: UUID, category: Category, comment: str, *, block: bool
    ) -> Report | None:
        """Return the open report about somebody, made now if there was none; nothing for nobody."""
        async with self._database.transaction() as connection:
            pair = await fetch_one(connection, _SQL["lock_pair"], {"user": user_id, "person": person_id})
            if not pair:
                return None
            names = {"user": user_id, "other": pair["other"], "category": category, "comment": comment}
            await connection.execute(_SQL["report"], names)
            if block:
                await _block_pair(connection, names)
            row = await fetch_one(connection, _SQL["open_report"], names)
            return report_of(row) if row else None


async def _block_pair(connection: Connection, names: Mapping[str, object]) -> None:
    for name in ("block", "end_reactions", "end_connection"):
        await connection.execute(_SQL[name], names)


def _block(row: DictRow) -> Block:
    return Block(row["id"], row["person_id"], row["display_name"], row["create_time"])


def report_of(row: DictRow) -> Report:
    return Report(row["id"], row["person_id"], Category(row["category"]), row["comment"], row["create_time"])
