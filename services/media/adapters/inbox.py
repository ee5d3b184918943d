"""What has come out of the queue of events: each piece of news once."""

from __future__ import annotations

from uuid import UUID

from services.kit.postgres import Connection, Database, fetch_one, queries
from services.media.domain import State

_SQL = queries("services.media")


class Inbox:
    """The table `inbox`. Methods with a `connection` belong to the caller's transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ready(self) -> None:
        """Raise `psycopg.OperationalError` unless the database answers."""
        await self._database.one(_SQL["alive"])

    async def uploading(self, connection: Connection, key: str) -> tuple[UUID, bool] | None:
        """
        Which recording has its audio at the key, and whether it waits for its upload. It is neither deleted
        nor erased before the transaction ends.
        """
        row = await fetch_one(connection, _SQL["find_upload"], {"key": key})
        return (row["id"], row["state"] == State.UPLOADING) if row else None

    async def hearing(self, connection: Connection, job: str) -> UUID | None:
        """Which recording waits for the recogniser's job. It is neither deleted nor erased as above."""
        row = await fetch_one(connection, _SQL["find_hearing"], {"name": job})
        return row["id"] if row else None

    async def put(
        self, connection: Connection, event_id: str, recording_id: UUID | None, outcome: str
    ) -> bool:
        """Take the news; False when it was taken before, perhaps with another outcome."""
        params = {"event_id": event_id, "recording_id": recording_id, "outcome": outcome}
        return await fetch_one(connection, _SQL["insert_inbox"], params) is not None

    async def heard(self, connection: Connection, job: str) -> None:
        """Note that the recogniser's job has ended."""
        await connection.execute(_SQL["end_hearing"], {"name": job})

    async def purge(self) -> None:
        """Forget news that is too old to be delivered again."""
        await self._database.one(_SQL["purge_inbox"])
