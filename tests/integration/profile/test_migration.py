"""Rows from before there were consents know where they came from afterwards."""

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
INSERT INTO profiles (user_id, selected_headline, headline_recording, version)
VALUES ('typist', 'I type', '00000000-0000-0000-0000-000000000001', 1),
       ('speaker', 'I speak', '00000000-0000-0000-0000-000000000002', 1),
       ('silent', '', NULL, 1);
INSERT INTO facts (id, user_id, facet, text, source, confidence, recording_id, quote, start_char, end_char, start_ms,
                   end_ms, typed, create_time, update_time)
SELECT gen_random_uuid(), user_id, 'SEEK', 'A van', 'ANALYZER', 1, headline_recording, 'A van', 0, 5, 0, 0,
       user_id = 'typist', now(), now()
  FROM profiles WHERE headline_recording IS NOT NULL;
INSERT INTO analyses (user_id, recording_id)
SELECT user_id, headline_recording FROM profiles WHERE headline_recording IS NOT NULL;
INSERT INTO versions (user_id, version, cause, card, facts, create_time)
SELECT user_id, 1, 'ANALYSIS', jsonb_build_object('headline_recording', headline_recording), '[]', now()
  FROM profiles;
"""


@pytest.fixture
def empty(postgres_server: PostgresServer) -> Iterator[str]:
    name = f"t_{secrets.token_hex(6)}"
    with psycopg.connect(postgres_server.admin(), autocommit=True) as connection:
        postgres.create_database(connection, name)
    yield postgres_server.dsn("profile", name)
    postgres_server.execute("DROP DATABASE {} WITH (FORCE)", name)


def make_as_it_was(dsn: str) -> None:
    """Apply what there was before, and let people have said something then."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(
            "CREATE TABLE migrations (name text PRIMARY KEY, sha256 text, apply_time timestamptz)"
        )
        for name, path in (
            ("kit/0001_users.sql", "services/kit/migrations/0001_users.sql"),
            ("0001_profile.sql", "services/profile/migrations/0001_profile.sql"),
        ):
            script = Path(path).read_text()
            connection.execute(script)  # pyright: ignore[reportArgumentType, reportCallIssue] - our own file
            digest = hashlib.sha256(script.encode()).hexdigest()
            connection.execute("INSERT INTO migrations VALUES (%s, %s)", (name, digest))
        connection.execute(_BEFORE)


async def test_what_was_said_before_is_known_as_typed_or_spoken(empty: str) -> None:
    make_as_it_was(empty)
    assert "0002_contract.sql" in await migrate(empty, "services.profile", jobs=True)
    with psycopg.connect(empty, options="-c timbre.user=*") as connection:
        query = (
            "SELECT user_id, headline_typed, headline_external, card -> 'headline_typed', card -> 'headline_external'"
            " FROM profiles JOIN versions USING (user_id) ORDER BY user_id"
        )
        assert connection.execute(query).fetchall() == [
            ("silent", None, None, None, None),
            ("speaker", False, False, False, False),
            ("typist", True, False, True, False),
        ]
        typed = connection.execute("SELECT user_id FROM analyses WHERE typed").fetchall()
        assert typed == [("typist",)]
