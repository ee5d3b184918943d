"""
The database as RDS gives it: TLS that is checked, a token for each connection, limits in each session, and
servers that restart, move or become standbys while the service runs on.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest

from local import postgres
from local.child import Child
from local.ports import free_port
from local.serving import serving
from services.kit import database_url
from services.kit.jobs import Attempt, open_jobs
from services.kit.postgres import EVERYBODY, Database, acting_for, migrate, open_database
from tests.fixtures.certificates import Authority
from tests.fixtures.postgres_door import Door, opened
from tests.fixtures.stack import Databases, PostgresServer


@dataclass(frozen=True, slots=True)
class Trusting:
    """A server of this module's own that asks nobody for a password: who comes through a door was checked there."""

    data: Path
    port: int

    def child(self) -> Child:
        return postgres.server(self.data, self.port, "any", fsync=False)


@pytest.fixture(scope="module")
def trusting(tmp_path_factory: pytest.TempPathFactory) -> Trusting:
    folder = tmp_path_factory.mktemp("trusting")
    postgres.create(folder / "data", "any", fsync=False)
    (folder / "data/pg_hba.conf").write_text("host all all 127.0.0.1/32 trust\n")
    return Trusting(folder / "data", free_port())


@pytest.fixture
def server(trusting: Trusting, tmp_path: Path) -> Iterator[Trusting]:
    with serving(trusting.child(), tmp_path / "log"):
        postgres.provision(
            postgres.dsn("postgres", "any", trusting.port, "postgres"), dict.fromkeys(postgres.SERVICES, "x")
        )
        yield trusting


@pytest.fixture(autouse=True)
def aws_role(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIATESTS")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "made-up")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    database_url._rds.cache_clear()  # pyright: ignore[reportPrivateUsage]
    yield
    database_url._rds.cache_clear()  # pyright: ignore[reportPrivateUsage]


def is_token(password: str) -> bool:
    """Whether this is what RDS takes for a password: a signed request to connect as a role, good for 15 minutes."""
    query = {name: values[0] for name, values in parse_qs(urlsplit(f"https://{password}").query).items()}
    return (
        query.get("Action") == "connect"
        and query.get("DBUser") == "profile"
        and query.get("X-Amz-Expires") == "900"
        and query.get("X-Amz-Credential", "").startswith("AKIATESTS/")
        and "/eu-west-1/rds-db/" in query.get("X-Amz-Credential", "")
    )


async def test_each_connection_brings_a_token_of_its_own(server: Trusting) -> None:
    async with opened(Door(server.port, admits=is_token)) as door, AsyncExitStack() as stack:
        url = f"postgresql://profile@127.0.0.1:{door.port}/timbre?auth=iam"
        await migrate(url, "services.profile", jobs=True)
        database = await open_database(url, stack)
        jobs = await open_jobs(url, stack)
        done = asyncio.Event()

        async def handler(_: Attempt) -> None:
            done.set()

        jobs.define("greet", handler, attempts=1)
        with acting_for(EVERYBODY):
            async with database.transaction() as connection:
                await jobs.defer(connection, "greet")
        worker = asyncio.create_task(jobs.work(database, concurrency=1))
        await asyncio.wait_for(done.wait(), 20)
        worker.cancel()
        await asyncio.wait([worker])
        async with database.listen("anything"):
            pass
        # The migration's, the pools', both listeners': nobody came without one.
        assert len(door.passwords) >= 4
        assert all(map(is_token, door.passwords))


async def test_a_token_is_refused_where_another_is_asked_for(server: Trusting) -> None:
    async with opened(Door(server.port, admits=lambda _: False)) as door:
        url = f"postgresql://profile@127.0.0.1:{door.port}/timbre?auth=iam"
        with pytest.raises(psycopg.OperationalError, match="authentication failed"):
            await migrate(url, "services.profile", jobs=True)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority.make(tmp_path, "ours")


async def answer(door: Door, root: Path, server: PostgresServer) -> int:
    """What a service hears through the door when it checks who is there."""
    password = server.passwords["profile"]
    address = f"postgresql://profile:{password}@localhost:{door.port}/postgres"
    url = database_url.DatabaseUrl.parse(f"{address}?sslmode=verify-full&sslrootcert={root}")
    async with await psycopg.AsyncConnection.connect(url.conninfo()) as connection:
        row = await (await connection.execute("SELECT 1")).fetchone()
        assert connection.pgconn.ssl_in_use
        return row[0] if row else 0


async def test_the_right_server_is_known_by_its_certificate(
    authority: Authority, postgres_server: PostgresServer
) -> None:
    async with opened(Door(postgres_server.port, tls=authority.server("localhost"))) as door:
        assert await answer(door, authority.root, postgres_server) == 1


@pytest.mark.parametrize("wrong", ["another authority", "another name", "no TLS"])
async def test_another_server_is_not_talked_to(
    authority: Authority, postgres_server: PostgresServer, tmp_path: Path, wrong: str
) -> None:
    shown = {
        "another authority": Authority.make(tmp_path, "theirs").server("localhost"),
        "another name": authority.server("elsewhere.example"),
        "no TLS": None,
    }[wrong]
    async with opened(Door(postgres_server.port, tls=shown)) as door:
        with pytest.raises(psycopg.OperationalError):
            await answer(door, authority.root, postgres_server)


@pytest.fixture
async def rows(database: Databases) -> AsyncIterator[Database]:
    async with AsyncExitStack() as stack:
        yield await open_database(database("profile")["profile"], stack, statement_timeout_ms=4000)


async def test_every_session_has_its_limits(rows: Database) -> None:
    async def limit(name: str) -> str:
        row = await rows.one("SELECT current_setting(%(name)s) AS value", {"name": name})
        return row["value"] if row else ""

    assert await limit("statement_timeout") == "4s"
    assert await limit("lock_timeout") == "3200ms"
    assert await limit("idle_in_transaction_session_timeout") == "30s"


async def test_a_statement_that_takes_too_long_is_not_tried_again(database: Databases) -> None:
    async with AsyncExitStack() as stack:
        dsn = database("profile")["profile"]
        rows = await open_database(dsn, stack, statement_timeout_ms=300)
        before = asyncio.get_running_loop().time()
        with pytest.raises(psycopg.errors.QueryCanceled):
            await rows.one("SELECT pg_sleep(5)")
        assert asyncio.get_running_loop().time() - before < 0.6


async def test_a_restarted_server_needs_no_restarted_service(trusting: Trusting, tmp_path: Path) -> None:
    url = postgres.dsn("postgres", "any", trusting.port, "postgres")
    async with AsyncExitStack() as stack:
        with serving(trusting.child(), tmp_path / "log"):
            database = await open_database(url, stack)
            assert await database.one("SELECT 1 AS one") == {"one": 1}
        with serving(trusting.child(), tmp_path / "log"):
            assert await database.one("SELECT 2 AS two") == {"two": 2}
            async with database.transaction() as connection:
                await connection.execute("SELECT 3")


async def test_after_a_failover_the_address_leads_to_another_server(
    server: Trusting, database: Databases
) -> None:
    theirs = database("profile")["profile"]
    async with opened(Door(server.port)) as door, AsyncExitStack() as stack:
        url = postgres.dsn(
            "profile", database.server.passwords["profile"], door.port, urlsplit(theirs).path[1:]
        )
        # The first server knows no such database yet: one is made, as a replica would have it.
        with psycopg.connect(
            postgres.dsn("postgres", "any", server.port, "postgres"), autocommit=True
        ) as admin:
            postgres.create_database(admin, urlsplit(theirs).path[1:])
        pool = await open_database(url, stack)
        old = await pool.one("SELECT inet_server_port() AS port")
        door.target = database.server.port
        door.cut()
        new = await pool.one("SELECT inet_server_port() AS port")
        assert old != new == {"port": database.server.port}


async def test_a_writer_that_became_a_standby_is_left(database: Databases) -> None:
    dsn = database("profile")["profile"]
    name = urlsplit(dsn).path[1:]
    async with AsyncExitStack() as stack:
        rows = await open_database(dsn, stack)
        with acting_for(EVERYBODY):
            await rows.one("SELECT 1")
            # Sessions that exist go on as they are; those that come find a server that takes no writes.
            async with rows.transaction() as connection:
                await connection.execute("SET SESSION default_transaction_read_only = on")
            with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
                async with rows.transaction() as connection:
                    await connection.execute("DELETE FROM request_ids")
            async with rows.transaction() as connection:
                await connection.execute("DELETE FROM request_ids")
        database.server.execute("ALTER DATABASE {} SET default_transaction_read_only = on", name)
        with pytest.raises(psycopg.OperationalError, match="read-only"):
            await psycopg.AsyncConnection.connect(
                database_url.Source.of(dsn, statement_timeout_ms=1000, writes=True).conninfo
            )
