"""A whole user in media's tables: read out, and erased."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.rows import DictRow

from services.kit.postgres import Connection, Database, queries
from services.media.adapters.hearings import Remnant, remnant_from
from services.media.keys import prefix_of

_SQL = queries("services.media")


@dataclass(frozen=True, slots=True)
class Erased:
    """What was there, by table, and below which prefixes of the store there may be more."""

    counts: Mapping[str, int]
    prefixes: frozenset[str]
    remnants: Sequence[Remnant]
    """What a recogniser elsewhere may still keep."""
    repeated: bool
    """The user had been erased before."""


class AccountRows:
    """The rows of one user. None of other users' is ever seen."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def recordings(self, owner_id: str) -> Sequence[DictRow]:
        return await self._database.all(_SQL["export_recordings"], {"owner_id": owner_id})

    async def requests(self, owner_id: str) -> Sequence[DictRow]:
        return await self._database.all(_SQL["export_requests"], {"owner_id": owner_id})

    async def removals(self, owner_id: str) -> Sequence[DictRow]:
        return await self._database.all(_SQL["export_removals"], {"owner_id": owner_id})

    async def transcript(self, owner_id: str, recording_id: object) -> DictRow | None:
        params = {"owner_id": owner_id, "id": recording_id}
        return await self._database.one(_SQL["get_transcript"], params)

    async def erase(self, owner_id: str) -> Erased:
        """Let nothing be written for the user any more, and delete every row, in one transaction."""
        params: dict[str, Any] = {"owner_id": owner_id}
        async with self._database.transaction() as connection:
            buried = await _rows(connection, "was_buried", params)
            for name in ("bury", "lock_recordings"):
                await connection.execute(_SQL[name], params)
            news = await _rows(connection, "erase_inbox", params)
            hearings = await _rows(connection, "erase_hearings", params)
            transcripts = await _rows(connection, "erase_transcripts", params)
            recordings = await _rows(connection, "erase_recordings", params)
            removals = await _rows(connection, "erase_removals", params)
            requests = await _rows(connection, "erase_recording_requests", params)
            answers = await _rows(connection, "erase_answers", params)
            ids = {str(row["id"]) for row in (*recordings, *removals, *requests)}
            jobs = await _rows(connection, "erase_names_in_jobs", {"recording_ids": list(ids)})
            await connection.execute(_SQL["erase_jobs"], {"job_ids": [row["id"] for row in jobs]})
            latest = _latest([*recordings, *removals])
            for prefix, until in latest.items():
                late = {"key_prefix": prefix, "ticket_until": until}
                await connection.execute(_SQL["insert_late_upload"], late)
        counts = {
            "postgres.recordings": len(recordings),
            "postgres.transcripts": len(transcripts),
            "postgres.removals": len(removals),
            "postgres.recording_requests": len(requests),
            "postgres.request_ids": len(answers),
            "postgres.jobs": len(jobs),
            "postgres.inbox": len(news),
        }
        remnants = [remnant_from(row) for row in hearings]
        return Erased(counts, frozenset(latest), remnants, repeated=buried[0]["buried"])


def _latest(rows: Sequence[DictRow]) -> dict[str, datetime]:
    """Each prefix with audio of these recordings, and when the last ticket for it ends."""
    latest: dict[str, datetime] = {}
    for row in rows:
        if row["audio_key"]:
            prefix, until = prefix_of(row["audio_key"]), row["ticket_until"]
            latest[prefix] = max(until, latest.get(prefix, until))
    return latest


async def _rows(connection: Connection, name: str, params: Mapping[str, Any]) -> Sequence[DictRow]:
    cursor = await connection.execute(_SQL[name], params)
    return await cursor.fetchall()
