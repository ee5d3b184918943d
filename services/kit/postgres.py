"""
PostgreSQL: a pool, SQL kept in files, transactions, migrations.

Reads run on autocommit connections, which costs half of a transaction a query. A connection that died
with the server is noticed on first use; the pool is then checked and the statement tried once more,
so a restarted server needs no restarted service.

Row-level security is the second wall behind the owner in every query: PostgreSQL shows and takes only rows of
the user for whom the code acts (`acting_for`, set by the door from the verified token), all rows to work that
says it is for everybody, and none to code that says nothing.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import AsyncIterator, Coroutine, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from contextvars import ContextVar
from importlib.resources import files
from typing import Any, LiteralString, TypeVar, cast

import psycopg
from procrastinate.schema import SchemaManager
from psycopg import AsyncConnection
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool

from services.kit.logs import get_logger

Params = Mapping[str, Any] | None
T = TypeVar("T")

EVERYBODY = "*"
ERASED = "TB001"
"""SQLSTATE of a write for a user who is erased; see `migrations/0001_users.sql`."""

_acting_for: ContextVar[str] = ContextVar("acting_for", default="")


def act_for(user_id: str) -> None:
    """From here on this task acts for one user; other people's rows do not exist for it."""
    _acting_for.set(user_id)


@contextmanager
def acting_for(user_id: str) -> Iterator[None]:
    """Act for one user, or for `EVERYBODY`, while the block lasts."""
    before = _acting_for.set(user_id)
    try:
        yield
    finally:
        _acting_for.reset(before)


async def for_everybody(work: Coroutine[Any, Any, T]) -> T:
    """Do work that belongs to no user: sweeps, repairs, jobs."""
    with acting_for(EVERYBODY):
        return await work


class Connection(AsyncConnection[DictRow]):
    """A connection that remembers for whom its session acts."""

    _session = ""

    async def act(self) -> None:
        """Tell the server for whom the running task acts. Outside a transaction: a rollback would undo it."""
        user = _acting_for.get()
        if user != self._session:
            await self.execute("SELECT set_config('timbre.user', %s, false)", (user,))
            self._session = user


def queries(package: str) -> Mapping[str, LiteralString]:
    """Read `queries.sql` of a package: each query follows a line `-- its_name --`."""
    text = (files(package) / "queries.sql").read_text()
    parts = re.split(r"^-- (\w+) --\n", text, flags=re.MULTILINE)[1:]
    # The text is our own source file, as literal as a string in the code.
    return {name: cast("LiteralString", sql) for name, sql in zip(parts[::2], parts[1::2], strict=True)}


class Database:
    """A pool of connections to one database, as one service's role."""

    def __init__(self, dsn: str, pool: AsyncConnectionPool[Connection]) -> None:
        self._dsn = dsn
        self._pool = pool

    async def one(self, sql: LiteralString, params: Params = None) -> DictRow | None:
        """Return the first row, if any, outside a transaction."""
        rows = await self.all(sql, params)
        return rows[0] if rows else None

    async def all(self, sql: LiteralString, params: Params = None) -> Sequence[DictRow]:
        """Return every row, outside a transaction."""
        try:
            return await self._all(sql, params)
        except psycopg.OperationalError:
            await self._pool.check()
            return await self._all(sql, params)

    async def _all(self, sql: LiteralString, params: Params) -> Sequence[DictRow]:
        async with self._pool.connection() as connection:
            await connection.act()
            cursor = await connection.execute(sql, params)
            return await cursor.fetchall() if cursor.description else ()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """Open a transaction: committed when the block ends, rolled back when it raises."""
        async with AsyncExitStack() as stack:
            try:
                connection = await self._begin(stack)
            except psycopg.OperationalError:
                await self._pool.check()
                connection = await self._begin(stack)
            yield connection

    async def _begin(self, outer: AsyncExitStack) -> Connection:
        async with AsyncExitStack() as stack:
            connection = await stack.enter_async_context(self._pool.connection())
            await connection.act()
            await stack.enter_async_context(connection.transaction())
            outer.push_async_exit(stack.pop_all())
        return connection

    @asynccontextmanager
    async def listen(self, channel: LiteralString) -> AsyncIterator[Connection]:
        """Lend a connection of its own that listens on `channel`; read it with `connection.notifies()`."""
        async with await Connection.connect(self._dsn, autocommit=True, row_factory=dict_row) as connection:
            await connection.act()
            await connection.execute(f"LISTEN {channel}")
            yield connection


async def fetch_one(connection: Connection, sql: LiteralString, params: Params = None) -> DictRow | None:
    """Return the first row inside the transaction of `connection`."""
    cursor = await connection.execute(sql, params)
    return await cursor.fetchone() if cursor.description else None


async def open_database(
    dsn: str, stack: AsyncExitStack, *, max_size: int = 10, statement_timeout_ms: int = 10_000
) -> Database:
    """Open a pool that lives as long as `stack`; wait up to 15 s for the first connection."""
    pool = AsyncConnectionPool[Connection](
        dsn,
        min_size=1,
        max_size=max_size,
        timeout=5,
        open=False,
        connection_class=Connection,
        kwargs={
            "autocommit": True,
            "row_factory": dict_row,
            "options": f"-c statement_timeout={statement_timeout_ms}"
            " -c idle_in_transaction_session_timeout=30000",
        },
    )
    await pool.open(wait=True, timeout=15)
    stack.push_async_callback(pool.close)
    return Database(dsn, pool)


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
    async with await AsyncConnection.connect(dsn, autocommit=True) as connection:
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
