"""What was recorded before there were retries and walls is still there, and still made once by its request id."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
from procrastinate.schema import SchemaManager

from local import postgres
from services.kit.postgres import acting_for, migrate, open_database
from services.media.adapters.postgres import NewRecording, Recordings
from services.media.domain import Origin, Stage, State
from tests.fixtures.stack import PostgresServer

HEARD, UNHEARD = UUID(int=1), UUID(int=2)
REQUEST = UUID(int=3)
_BEFORE = f"""
INSERT INTO recordings (id, owner_id, origin, prompt, audio_key, request_id, request_sha256, state, failure)
VALUES ('{HEARD}', 'ada', 'SPOKEN', '', 'u/1/1/1', '{REQUEST}', '\\x01', 'FAILED', 'STEP_FAILED'),
       ('{UNHEARD}', 'ada', 'SPOKEN', '', 'u/1/2/2', NULL, NULL, 'FAILED', 'STEP_FAILED');
INSERT INTO transcripts (recording_id, revision, text, segments, language, engine)
VALUES ('{HEARD}', 1, 'I paint', '[]', 'en', 'whisper-base');
INSERT INTO procrastinate_jobs (queue_name, task_name, status, args)
VALUES ('default', 'analyze', 'failed', jsonb_build_object('recording_id', '{HEARD}')),
       ('default', 'remove', 'failed', jsonb_build_object('recording_id', gen_random_uuid()));
"""


@pytest.fixture
def dsn(postgres_server: PostgresServer) -> Iterator[str]:
    """A database as it was."""
    name = f"t_{secrets.token_hex(6)}"
    with psycopg.connect(postgres_server.admin(), autocommit=True) as connection:
        postgres.create_database(connection, name)
    dsn = postgres_server.dsn("media", name)
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(
            "CREATE TABLE migrations (name text PRIMARY KEY, sha256 text, apply_time timestamptz)"
        )
        for known, script in (
            ("0000_procrastinate.sql", SchemaManager.get_schema()),
            ("0001_recordings.sql", Path("services/media/migrations/0001_recordings.sql").read_text()),
        ):
            connection.execute(script.encode())
            digest = hashlib.sha256(script.encode()).hexdigest()
            connection.execute("INSERT INTO migrations VALUES (%s, %s)", (known, digest))
        connection.execute(_BEFORE.encode())
    yield dsn
    postgres_server.execute("DROP DATABASE {} WITH (FORCE)", name)


async def test_what_was_there_before_can_be_retried_and_is_made_once(dsn: str) -> None:
    await migrate(dsn, "services.media", jobs=True)
    async with AsyncExitStack() as stack:
        recordings = Recordings(await open_database(dsn, stack))
        with acting_for("ada"):
            assert await recordings.by_request("ada", REQUEST) == (HEARD, b"\x01")
            async with recordings.transaction() as connection:
                assert await recordings.add(connection, again()) is None
            for recording_id, stage in ((HEARD, Stage.ANALYZE), (UNHEARD, Stage.CHECK)):
                failed = await recordings.get("ada", recording_id)
                assert failed
                async with recordings.transaction() as connection:
                    retried = await recordings.retry(connection, failed)
                assert retried
                assert retried.stage is stage
            assert retried.state is State.QUEUED


async def test_failed_jobs_no_longer_name_what_is_gone(dsn: str) -> None:
    await migrate(dsn, "services.media", jobs=True)
    with psycopg.connect(dsn) as connection:
        left = connection.execute("SELECT args ->> 'recording_id' FROM procrastinate_jobs").fetchall()
    assert left == [(str(HEARD),)]


def again() -> NewRecording:
    """The call that made the first recording, once more."""
    return NewRecording(
        id=uuid4(),
        owner_id="ada",
        origin=Origin.SPOKEN,
        prompt="",
        announced=None,
        ticket_until=datetime.now(UTC),
        request_id=REQUEST,
        fingerprint=b"\x01",
    )
