"""Erasures and their steps in PostgreSQL: one method a query."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime

from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from services.auth.domain import Counts, Erasure, Receipt
from services.kit.postgres import Connection, Database, fetch_one, for_everybody, queries

_SQL = queries("services.auth")


class ErasureStore:
    """The tables `erasures` and `erasure_steps`. Methods with a `connection` belong to a transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def transaction(self) -> AbstractAsyncContextManager[Connection]:
        return self._database.transaction()

    async def of(self, connection: Connection, user_sha256: bytes) -> Erasure | None:
        """The one erasure of a user, running or done."""
        return _maybe(await fetch_one(connection, _SQL["erasure_of"], {"user_sha256": user_sha256}))

    async def add(self, connection: Connection, erasure_id: str, user_id: str, user_sha256: bytes) -> Erasure:
        """Begin to erase a user for whom, from now on, nothing can be written; nobody else may have begun."""
        params = {"id": erasure_id, "user_id": user_id, "user_sha256": user_sha256}
        await connection.execute(_SQL["bury_user"], params)
        row = await fetch_one(connection, _SQL["insert_erasure"], params)
        assert row is not None
        return _erasure(row)

    async def by_secret(self, erasure_id: str) -> Erasure | None:
        """The erasure with exactly this name. Who knows the name may see it, whoever that is."""
        return _maybe(await for_everybody(self._database.one(_SQL["get_erasure"], {"id": erasure_id})))

    async def running(self, user_sha256: bytes) -> Erasure | None:
        row = await self._database.one(_SQL["erasure_of"], {"user_sha256": user_sha256})
        return _erasure(row) if row and row["complete_time"] is None else None

    async def lock(self, connection: Connection, user_sha256: bytes) -> Erasure | None:
        """The erasure if it still runs, held by the transaction."""
        return _maybe(await fetch_one(connection, _SQL["lock_erasure"], {"user_sha256": user_sha256}))

    async def steps(self, erasure: Erasure) -> Sequence[tuple[str, Counts]]:
        """What was done so far, with what it removed."""
        rows = await self._database.all(_SQL["erasure_steps"], {"id": erasure.id})
        return [(row["step"], row["counts"]) for row in rows]

    async def note(self, erasure: Erasure, step: str, counts: Counts) -> None:
        """A step is done."""
        params = {"id": erasure.id, "step": step, "counts": Jsonb(counts)}
        await self._database.one(_SQL["insert_erasure_step"], params)

    async def forget_user(self, user_id: str) -> int:
        """Remove the user's remembered calls and let none be written; return how many there were."""
        async with self._database.transaction() as connection:
            await connection.execute(_SQL["bury_user"], {"user_id": user_id})
            cursor = await connection.execute(_SQL["delete_request_ids_of"], {"user_id": user_id})
            return cursor.rowcount

    async def now(self, connection: Connection) -> datetime:
        row = await fetch_one(connection, _SQL["now"])
        assert row is not None
        return row["now"]

    async def complete(
        self, connection: Connection, erasure: Erasure, complete_time: datetime, receipt: Receipt
    ) -> None:
        """Write the receipt and forget whose it is."""
        params = {
            "id": erasure.id,
            "user_sha256": erasure.user_sha256,
            "complete_time": complete_time,
            "payload": receipt.payload,
            "signature": receipt.signature,
            "public_key": receipt.public_key,
        }
        for query in ("complete_erasure", "delete_erasure_steps", "settle_erasure"):
            await connection.execute(_SQL[query], params)

    async def forgotten(self) -> Sequence[bytes]:
        """Users whose erasure runs and has no job."""
        return [row["user_sha256"] for row in await self._database.all(_SQL["forgotten_erasures"])]


def _maybe(row: DictRow | None) -> Erasure | None:
    return _erasure(row) if row else None


def _erasure(row: DictRow) -> Erasure:
    done = row["complete_time"] is not None
    return Erasure(
        id=row["id"],
        user_sha256=row["user_sha256"],
        user_id=row["user_id"],
        create_time=row["create_time"],
        receipt=Receipt(row["payload"], row["signature"], row["public_key"]) if done else None,
    )
