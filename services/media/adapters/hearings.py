"""Jobs of a recogniser elsewhere, as we know of them: one row each, from before the job until it is gone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from psycopg.rows import DictRow

from services.kit.postgres import Connection, Database, fetch_one, queries
from services.media.domain import Claim

_SQL = queries("services.media")


@dataclass(frozen=True, slots=True)
class Hearing:
    """The job a recording waits for: whether it was started, and how often and since when we have asked."""

    name: str
    started: bool = False
    ended: bool = False
    asked: int = 0
    age_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Remnant:
    """A job nobody waits for any more. While it is `young`, a call that starts it may still be on its way."""

    name: str
    audio_key: str
    young: bool


class Hearings:
    """The table `hearings`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, claim: Claim, prefix: str) -> Hearing | None:
        """
        The job that the recording of the claim waits for: the one there is, or a new one, to be started under
        a name that was never used. None when the claim is lost.
        """
        row = await self._database.one(_SQL["current_hearing"], {"id": claim.recording.id})
        return Hearing(**row) if row else await self._begin(claim, prefix)

    async def _begin(self, claim: Claim, prefix: str) -> Hearing | None:
        recording = claim.recording
        assert recording.announced is not None
        async with self._database.transaction() as connection:
            row = await fetch_one(connection, _SQL["number_hearing"], _held(claim))
            if row is None:
                return None
            name = f"{prefix}-{recording.id}-{row['hearing_epoch']}"
            params = {
                "name": name,
                "id": recording.id,
                "owner_id": recording.owner_id,
                "audio_key": recording.announced.key,
            }
            await connection.execute(_SQL["insert_hearing"], params)
        return Hearing(name)

    async def trying(self, hearing: Hearing) -> bool:
        """Note that the job is about to be started; False when nobody waits for it any more."""
        return await self._database.one(_SQL["try_hearing"], {"name": hearing.name}) is not None

    async def wait(
        self, connection: Connection, claim: Claim, hearing: Hearing, *, started: bool, progress: float
    ) -> bool | None:
        """
        Give the recording back until there is news of its job, without counting this as an attempt.

        Returns:
            Whether there was news meanwhile that the job has ended; None when the claim is lost.
        """
        if not await fetch_one(connection, _SQL["await_recording"], _held(claim) | {"progress": progress}):
            return None
        row = await fetch_one(connection, _SQL["await_hearing"], {"name": hearing.name, "started": started})
        return bool(row and row["ended"])

    async def give_up(self, claim: Claim) -> None:
        """The job is of no use: the next look at the recording begins another one."""
        await self._database.one(_SQL["end_current_hearing"], _held(claim))

    async def due(self) -> Sequence[Remnant]:
        """Jobs to be removed now; nobody else is told of them for a while."""
        return [remnant_from(row) for row in await self._database.all(_SQL["due_hearings"])]

    async def forgotten(self, name: str) -> None:
        """The job is gone."""
        await self._database.one(_SQL["delete_hearing"], {"name": name})


def remnant_from(row: DictRow) -> Remnant:
    return Remnant(row["name"], row["audio_key"], row["young"])


def _held(claim: Claim) -> dict[str, Any]:
    return {"id": claim.recording.id, "token": claim.token}
