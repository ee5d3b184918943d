"""
Take everything home: asking for an archive, and fetching it.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID, uuid4

from services.auth.adapters.exports import ExportStore
from services.auth.adapters.s3 import S3Exports
from services.auth.domain import Export, ExportState, Link
from services.auth.errors import ExportNotFound
from services.kit.access import Caller
from services.kit.jobs import Jobs
from services.kit.postgres import Connection

EXPORT: Final = "export"


async def enqueue_export(jobs: Jobs, connection: Connection, export_id: UUID) -> None:
    """Have a worker pack the export once the transaction commits."""
    await jobs.defer(connection, EXPORT, once=f"{EXPORT}:{export_id}", export_id=str(export_id))


class ExportService:
    def __init__(self, exports: ExportStore, archives: S3Exports, jobs: Jobs) -> None:
        self._exports = exports
        self._archives = archives
        self._jobs = jobs

    async def export_account(self, caller: Caller, request_id: UUID | None) -> tuple[Export, Link | None]:
        """Start to pack everything about the caller, unless it is being packed or was just now."""
        async with self._exports.transaction() as connection:
            export = await self._exports.usable(connection, caller.user_id, request_id)
            if export is None:
                export = await self._exports.add(connection, uuid4(), caller.user_id, request_id)
                await enqueue_export(self._jobs, connection, export.id)
        return export, await self._link(export)

    async def get_export(self, caller: Caller, export_id: UUID) -> tuple[Export, Link | None]:
        """
        Return an export, and where to fetch it when it is READY.

        Raises:
            ExportNotFound: the caller has no such export, or its day is over.
        """
        export = await self._exports.get(caller.user_id, export_id)
        if export is None:
            raise ExportNotFound
        return export, await self._link(export)

    async def _link(self, export: Export) -> Link | None:
        return await self._archives.link(export) if export.state is ExportState.READY else None
