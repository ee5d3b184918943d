"""
Packs an export: everything the services hold about a user, and what auth holds itself.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict
from typing import IO
from uuid import UUID

from services.auth.adapters.account_data import DataHolder
from services.auth.adapters.cognito import Cognito
from services.auth.adapters.exports import ExportStore
from services.auth.adapters.revocations import RevocationStore
from services.auth.adapters.s3 import S3Exports
from services.auth.archive import Archive
from services.kit.account_data import document


class NobodyWantsIt(Exception):
    """The export was given up while it was being packed."""


class Packer:
    """What the worker does about exports."""

    def __init__(
        self,
        exports: ExportStore,
        archives: S3Exports,
        cognito: Cognito,
        revocations: RevocationStore,
        holders: Sequence[DataHolder],
    ) -> None:
        self._exports = exports
        self._archives = archives
        self._cognito = cognito
        self._revocations = revocations
        self._holders = holders

    async def pack(self, export_id: UUID) -> None:
        """
        Pack an export and make it READY; one that is done, or gone, is left alone. May be cut off anywhere.

        Raises:
            Exception: a service or store did not answer; nothing is to be seen of the attempt.
        """
        export = await self._exports.running(export_id)
        if export is None:
            return
        # A file without a name: whatever kills this process, nothing of the user is left on the disk.
        with tempfile.TemporaryFile() as file:
            try:
                await self._fill(file, export_id, export.user_id)
            except NobodyWantsIt:
                return
            size = file.seek(0, os.SEEK_END)
            await self._archives.put(export, file)
        if not await self._exports.finish(export_id, size):
            await self._archives.remove(export)

    async def _fill(self, file: IO[bytes], export_id: UUID, user_id: str) -> None:
        archive = Archive(file)
        try:
            await self._write(archive, export_id, user_id)
        except BaseException:
            archive.abandon()
            raise

    async def _write(self, archive: Archive, export_id: UUID, user_id: str) -> None:
        last = ""
        async for path, content in self._everything(user_id):
            if path != last and await self._exports.running(export_id) is None:
                raise NobodyWantsIt
            last = path
            await asyncio.to_thread(archive.write, path, content)
        await asyncio.to_thread(archive.close)

    async def _everything(self, user_id: str) -> AsyncIterator[tuple[str, bytes]]:
        yield "account.json", document(await self._own(user_id))
        for holder in self._holders:
            async for path, content in holder.export(user_id):
                yield f"{holder.name}/{path}", content

    async def _own(self, user_id: str) -> dict[str, object]:
        account = await self._cognito.account(user_id)
        entry = await self._revocations.of(user_id)
        return {
            "user_id": user_id,
            "sign_in_account": asdict(account) if account else None,
            "sessions": {
                "state": entry.state.name,
                "refused_until": entry.revoke_time,
                "refused_at_sign_in_since": entry.settle_time,
                "let_in_again": entry.enable_time,
            }
            if entry
            else None,
            "exports": [asdict(export) for export in await self._exports.all_of(user_id)],
        }
