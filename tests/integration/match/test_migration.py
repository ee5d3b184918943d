"""
What was stored before there were spaces is kept: the vectors, and how far the index was.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from local import postgres
from services.kit.postgres import migrate
from tests.fixtures.stack import PostgresServer

_BEFORE = """
INSERT INTO people (user_id, version, indexed_version, visible, card, facts, vectors, space)
VALUES ('ada', 3, 3, true, '{}', '[]', 'aa', 'minilm'),
       ('bob', 2, 1, true, '{}', '[]', 'bb', 'minilm'),
       ('old', 1, 1, true, '{}', '[]', 'cc', 'tfidf');
"""


@pytest.fixture
def empty(postgres_server: PostgresServer) -> Iterator[str]:
    name = f"t_{secrets.token_hex(6)}"
    with psycopg.connect(postgres_server.admin(), autocommit=True) as connection:
        postgres.create_database(connection, name)
    yield postgres_server.dsn("match", name)
    postgres_server.execute("DROP DATABASE {} WITH (FORCE)", name)


def make_as_it_was(dsn: str) -> None:
    with psycopg.connect(dsn, autocommit=True, options="-c timbre.user=*") as connection:
        connection.execute(
            "CREATE TABLE migrations (name text PRIMARY KEY, sha256 text, apply_time timestamptz)"
        )
        kit = sorted(Path("services/kit/migrations").glob("*.sql"))
        own = [Path("services/match/migrations") / name for name in ("0001_people.sql", "0002_contract.sql")]
        for path in (*kit, *own):
            script = path.read_text()
            connection.execute(script)  # pyright: ignore[reportArgumentType, reportCallIssue] - our own file
            name = f"kit/{path.name}" if path in kit else path.name
            digest = hashlib.sha256(script.encode()).hexdigest()
            connection.execute("INSERT INTO migrations VALUES (%s, %s)", (name, digest))
        connection.execute(_BEFORE)


async def test_vectors_of_the_space_that_most_people_had_are_kept(empty: str) -> None:
    make_as_it_was(empty)
    assert "0003_spaces.sql" in await migrate(empty, "services.match", jobs=False)
    with psycopg.connect(empty, options="-c timbre.user=*") as connection:
        spaces = connection.execute(
            "SELECT space, embeddings, generation, state FROM index_spaces"
        ).fetchall()
        assert spaces == [("minilm", "", 1, "SERVING")]
        kept = connection.execute(
            "SELECT user_id, space, version, embedded_version, indexed_version, convert_from(vectors, 'UTF8')"
            " FROM vectors ORDER BY user_id"
        ).fetchall()
        assert kept == [("ada", "minilm", 3, 3, 3, "aa"), ("bob", "minilm", 2, 2, 1, "bb")]
        assert connection.execute("SELECT count(*) FROM people").fetchall() == [(3,)]
