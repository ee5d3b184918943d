"""Exports in PostgreSQL, and the queue's rows about them: one method a query."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from uuid import UUID

from psycopg.rows import DictRow

from services.auth.domain import EXPORT_FRESH, EXPORT_LIFETIME, Export, ExportState
from services.kit.postgres import Connection, Database, fetch_one, queries

_SQL = queries("services.auth")
_KEPT = {"kept_seconds": EXPORT_LIFETIME.total_seconds()}


class ExportStore:
    """The table `exports`. Methods with a `connection` belong to the caller's transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def transaction(self) -> AbstractAsyncContextManager[Connection]:
        return self._database.transaction()

    async def usable(self, connection: Connection, user_id: str, request_id: UUID | None) -> Export | None:
        """
        The export that this call is to be answered with, if there is one: what the same call was answered
        with before, or one that is being packed or fresh. Until the transaction ends, the user's other
        calls wait.
        """
        params = {
            "user_id": user_id,
            "request_id": request_id,
            "fresh_seconds": EXPORT_FRESH.total_seconds(),
        }
        await connection.execute(_SQL["lock_exports_of"], params)
        if request_id and (row := await fetch_one(connection, _SQL["repeat_export"], params)):
            return _export(row)
        row = await fetch_one(connection, _SQL["reuse_export"], params)
        return _export(row) if row else None

    async def add(
        self, connection: Connection, export_id: UUID, user_id: str, request_id: UUID | None
    ) -> Export:
        params = {"id": export_id, "user_id": user_id, "request_id": request_id}
        row = await fetch_one(connection, _SQL["insert_export"], params)
        assert row is not None
        return _export(row)

    async def get(self, user_id: str, export_id: UUID) -> Export | None:
        params = {"id": export_id, "user_id": user_id, **_KEPT}
        row = await self._database.one(_SQL["get_export"], params)
        return _export(row) if row else None

    async def all_of(self, user_id: str) -> Sequence[Export]:
        rows = await self._database.all(_SQL["list_exports"], {"user_id": user_id})
        return [_export(row) for row in rows]

    async def running(self, export_id: UUID) -> Export | None:
        """An export that is to be packed; None when nobody wants it (any more)."""
        row = await self._database.one(_SQL["running_export"], {"id": export_id})
        return _export(row) if row else None

    async def finish(self, export_id: UUID, size_bytes: int) -> bool:
        """RUNNING → READY; False when nobody wants it any more."""
        params = {"id": export_id, "size_bytes": size_bytes}
        return await self._database.one(_SQL["finish_export"], params) is not None

    async def fail(self, export_id: UUID) -> None:
        """RUNNING → FAILED."""
        await self._database.one(_SQL["fail_export"], {"id": export_id})

    async def expired(self) -> Sequence[Export]:
        return [_export(row) for row in await self._database.all(_SQL["expired_exports"], _KEPT)]

    async def forgotten(self) -> Sequence[Export]:
        return [_export(row) for row in await self._database.all(_SQL["forgotten_exports"])]

    async def delete(self, export_id: UUID) -> None:
        await self._database.one(_SQL["delete_export"], {"id": export_id})

    async def stop_all(self, user_id: str) -> int:
        """Have nothing packed for this user any more; return how many rows of the queue that removed."""
        params = {"user_id": user_id}
        async with self._database.transaction() as connection:
            await connection.execute(_SQL["stop_exports"], params)
            cursor = await connection.execute(_SQL["delete_export_jobs"], params)
            return cursor.rowcount

    async def is_busy(self, user_id: str) -> bool:
        """Whether a worker packs for the user at this moment."""
        return await self._database.one(_SQL["busy_exports"], {"user_id": user_id}) is not None

    async def delete_all(self, user_id: str) -> int:
        """Remove the user's rows; return how many there were."""
        return len(await self._database.all(_SQL["delete_exports_of"], {"user_id": user_id}))

    async def purge_jobs(self) -> None:
        """Remove jobs from the queue that were given up."""
        await self._database.one(_SQL["delete_finished_jobs"])


def _export(row: DictRow) -> Export:
    return Export(
        id=row["id"],
        user_id=row["user_id"],
        state=ExportState(row["state"]),
        size_bytes=row["size_bytes"],
        request_ids=tuple(row["request_ids"]),
        create_time=row["create_time"],
    )
