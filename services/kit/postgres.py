"""
PostgreSQL: a pool, SQL kept in files, transactions, migrations.

Reads run on autocommit connections, which costs half of a transaction a query. A connection that died
with the server, or whose server has become a standby, is noticed on first use; the pool is then renewed and the
statement tried once more, so a server that restarts or fails over needs no restarted service.

Row-level security is the second wall behind the owner in every query: PostgreSQL shows and takes only rows of
the user for whom the code acts (`acting_for`, set by the door from the verified token), all rows to work that
says it is for everybody, and none to code that says nothing (`sessions.py`).
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from importlib.resources import files
from typing import Any, LiteralString, cast

import psycopg
from procrastinate.schema import SchemaManager
from psycopg import AsyncConnection
from psycopg.rows import DictRow
from psycopg_pool import AsyncConnectionPool

from services.kit.database_url import DatabaseUrl, Source
from services.kit.logs import describe, get_logger
from services.kit.replica import CHANNEL, TELL, Replica, end_if_cancelled, may_write
from services.kit.sessions import EVERYBODY, Connection, act_for, acting_for, actor, for_everybody

Params = Mapping[str, Any] | None

ERASED = "TB001"
"""SQLSTATE of a write for a user who is erased; see `migrations/0001_users.sql`."""

__all__ = [
    "ERASED",
    "EVERYBODY",
    "Connection",
    "Database",
    "Source",
    "act_for",
    "acting_for",
    "fetch_one",
    "for_everybody",
    "migrate",
    "open_database",
    "queries",
]  # fmt: skip

_GONE = {"57P01", "57P02", "57P03", "25006"}
"""SQLSTATEs of a server that stops, starts, or has become a standby: another connection may do better."""


def queries(package: str) -> Mapping[str, LiteralString]:
    """Read `queries.sql` of a package: each query follows a line `-- its_name --`."""
    text = (files(package) / "queries.sql").read_text()
    parts = re.split(r"^-- (\w+) --\n", text, flags=re.MULTILINE)[1:]
    # The text is our own source file, as literal as a string in the code.
    return {name: cast("LiteralString", sql) for name, sql in zip(parts[::2], parts[1::2], strict=True)}


class Database:
    """A pool of connections to one database, as one service's role, and perhaps a replica beside it."""

    def __init__(
        self, source: Source, pool: AsyncConnectionPool[Connection], replica: Replica | None
    ) -> None:
        self._source = source
        self._pool = pool
        self._replica = replica

    async def one(self, sql: LiteralString, params: Params = None, *, stale: bool = False) -> DictRow | None:
        """Return the first row, if any, outside a transaction. For `stale` see `all`."""
        rows = await self.all(sql, params, stale=stale)
        return rows[0] if rows else None

    async def all(
        self, sql: LiteralString, params: Params = None, *, stale: bool = False
    ) -> Sequence[DictRow]:
        """
        Return every row, outside a transaction.

        Args:
            sql: The statement.
            params: What stands for its `%(name)s`.
            stale: It reads only, decides nothing, and may be answered as things were a few seconds ago,
                though never before the acting user's own last change; see `replica.py`.
        """
        if stale and self._replica:
            rows = await self._replica.answer(actor(), sql, params)
            if rows is not None:
                return rows
        try:
            rows = await self._all(sql, params)
        except psycopg.Error as error:
            if not _lost(error):
                raise
            await self._renew(error)
            rows = await self._all(sql, params)
        if self._replica and may_write(sql) and _somebody():
            self._replica.freshness.wrote(actor())
            await self._all(TELL, {"payload": actor()})
        return rows

    async def _all(self, sql: LiteralString, params: Params) -> Sequence[DictRow]:
        async with self._pool.connection() as connection:
            await connection.act()
            cursor = await connection.execute(sql, params)
            return await cursor.fetchall() if cursor.description else ()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """Open a transaction: committed when the block ends, rolled back when it raises."""
        user = actor()
        tell = self._replica if _somebody() else None
        try:
            async with AsyncExitStack() as stack:
                try:
                    connection = await self._begin(stack)
                except psycopg.Error as error:
                    if not _lost(error):
                        raise
                    await self._renew(error)
                    connection = await self._begin(stack)
                yield connection
                if tell:
                    await connection.execute(TELL, {"payload": user})
        except psycopg.errors.ReadOnlySqlTransaction as error:
            # The writer has become a standby, and every pooled connection with it.
            await self._renew(error)
            raise
        finally:
            if tell:
                tell.freshness.wrote(user)

    async def _begin(self, outer: AsyncExitStack) -> Connection:
        async with AsyncExitStack() as stack:
            connection = await stack.enter_async_context(self._pool.connection())
            await connection.act()
            await stack.enter_async_context(connection.transaction())
            outer.push_async_exit(stack.pop_all())
        return connection

    async def _renew(self, error: psycopg.Error) -> None:
        """Replace the connections that died, or all of them when the server is no writer any more."""
        if isinstance(error, psycopg.errors.ReadOnlySqlTransaction):
            await self._pool.drain()
        else:
            await self._pool.check()

    @asynccontextmanager
    async def listen(self, channel: LiteralString) -> AsyncIterator[Connection]:
        """Lend a connection of its own that listens on `channel`; read it with `connection.notifies()`."""
        arguments = await self._source.session()
        async with await Connection.connect(self._source.conninfo, **arguments) as connection:
            await connection.act()
            await connection.execute(f"LISTEN {channel}")
            yield connection

    async def hear_writes(self, replica: Replica) -> None:
        """Take in who writes, in every copy of the service; until cancelled."""
        while True:
            replica.freshness.deaf()
            try:
                async with self.listen(CHANNEL) as connection:
                    replica.freshness.deaf()
                    async for notice in connection.notifies():
                        replica.hear(notice.payload)
            except psycopg.Error as error:
                get_logger().warning("cannot hear who writes", **describe(error))
                end_if_cancelled()
            await asyncio.sleep(1)


def _lost(error: psycopg.Error) -> bool:
    """Whether it was the connection that failed, rather than the statement."""
    if isinstance(error, psycopg.OperationalError) and error.sqlstate is None:
        return True
    state = error.sqlstate or ""
    return state in _GONE or state.startswith("08")


def _somebody() -> bool:
    return actor() not in {"", EVERYBODY}


async def fetch_one(connection: Connection, sql: LiteralString, params: Params = None) -> DictRow | None:
    """Return the first row inside the transaction of `connection`."""
    cursor = await connection.execute(sql, params)
    return await cursor.fetchone() if cursor.description else None


async def open_database(
    dsn: str,
    stack: AsyncExitStack,
    *,
    max_size: int = 10,
    statement_timeout_ms: int = 10_000,
    reader: str = "",
) -> Database:
    """
    Open a pool that lives as long as `stack`; wait up to 15 s for the first connection.

    Args:
        dsn: The writer; see `database_url.py`.
        stack: Closes everything.
        max_size: Connections at most, to each server.
        statement_timeout_ms: After which a statement is given up; waiting for a lock, somewhat earlier.
        reader: A replica, for reads that say `stale`; it may be away, now or later.

    Raises:
        ConfigError: an address is none.
    """
    source = Source.of(dsn, statement_timeout_ms=statement_timeout_ms, writes=True)
    pool = _pool(source, max_size, timeout=5)
    await pool.open(wait=True, timeout=15)
    stack.push_async_callback(pool.close)
    if not reader:
        return Database(source, pool, None)
    reading = Source.of(reader, statement_timeout_ms=statement_timeout_ms, writes=False)
    # Waited for shortly: the writer is there, too.
    reads = _pool(reading, max_size, timeout=0.5)
    await reads.open(wait=False)
    stack.push_async_callback(reads.close)
    replica = Replica(reads)
    database = Database(source, pool, replica)
    for work in (replica.beat(pool), database.hear_writes(replica)):
        stack.push_async_callback(_cancelled, asyncio.create_task(work))
    return database


def _pool(source: Source, max_size: int, *, timeout: float) -> AsyncConnectionPool[Connection]:
    return AsyncConnectionPool[Connection](
        source.conninfo,
        min_size=1,
        max_size=max_size,
        timeout=timeout,
        open=False,
        connection_class=Connection,
        kwargs=source.session,
        # A long failover is a reason to try on, not to give up.
        reconnect_timeout=24 * 3600,
    )


async def _cancelled(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def migrate(dsn: str, package: str, *, jobs: bool) -> list[str]:
    """
    Bring the schema of the connecting role up to date and return the names of what was applied.

    Files `migrations/NNNN_*.sql` of the package are applied in order, each in one transaction and once;
    copies that start together wait for each other. The kit's own files come first, which every service
    has, and before them, with `jobs`, procrastinate's tables.

    Raises:
        RuntimeError: a file that was applied has been edited since.
    """
    scripts = [(f"kit/{name}", script) for name, script in _scripts("services.kit")] + _scripts(package)
    if jobs:
        scripts.insert(0, ("0000_procrastinate.sql", SchemaManager.get_schema()))
    applied: list[str] = []
    url = DatabaseUrl.parse(dsn)
    connecting = AsyncConnection.connect(url.conninfo(), autocommit=True, **await url.credentials())
    async with await connecting as connection:
        await connection.execute("SELECT pg_advisory_lock(hashtext('migrate ' || current_schema()))")
        await connection.execute(
            "CREATE TABLE IF NOT EXISTS migrations"
            " (name text PRIMARY KEY, sha256 text NOT NULL, apply_time timestamptz NOT NULL DEFAULT now())"
        )
        cursor = await connection.execute("SELECT name, sha256 FROM migrations")
        known = dict(await cursor.fetchall())
        for name, script in scripts:
            digest = hashlib.sha256(script.encode()).hexdigest()
            if known.get(name, digest) != digest:
                raise RuntimeError(f"migration {name} was edited after it had been applied")
            if name not in known:
                async with connection.transaction():
                    await connection.execute(cast("LiteralString", script))
                    await connection.execute("INSERT INTO migrations VALUES (%s, %s)", (name, digest))
                applied.append(name)
                get_logger().info("migrated", migration=name)
    return applied


def _scripts(package: str) -> list[tuple[str, str]]:
    folder = files(package) / "migrations"
    return sorted(
        (entry.name, entry.read_text()) for entry in folder.iterdir() if entry.name.endswith(".sql")
    )
