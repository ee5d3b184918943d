"""The second wall: whoever acts for one user sees and writes nobody else's rows, whatever the query says."""

from __future__ import annotations

import uuid

import grpc
import psycopg
import pytest
from psycopg import sql

from tests.integration.media.harness import Person, System, refused
from timbre.media.v1 import media_pb2 as pb

TABLES = ("recordings", "transcripts", "removals", "recording_requests")


@pytest.fixture
async def told(ada: Person, system: System) -> Person:
    """Somebody with a row in every table."""
    kept = await ada.type("I paint walls.", request_id=str(uuid.uuid4()))
    await ada.ended(kept)
    system.execute("INSERT INTO removals (recording_id, owner_id) VALUES (%s, %s)", uuid.uuid4(), ada.user)
    return ada


def seen(system: System, table: str, acting_for: str) -> int:
    options = f"-c timbre.user={acting_for}" if acting_for else ""
    with psycopg.connect(system.dsn, options=options) as connection:
        query = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))
        row = connection.execute(query).fetchone()
    assert row
    return int(row[0])


@pytest.mark.parametrize("table", TABLES)
async def test_rows_exist_for_their_owner_alone(
    told: Person, bob: Person, system: System, table: str
) -> None:
    assert seen(system, table, told.user) == 1
    assert seen(system, table, bob.user) == 0
    assert seen(system, table, "") == 0
    assert seen(system, table, "*") >= 1


async def test_nobody_writes_for_somebody_else(ada: Person, bob: Person, system: System) -> None:
    insert = "INSERT INTO removals (recording_id, owner_id) VALUES (%s, %s)"
    with (
        psycopg.connect(system.dsn, options=f"-c timbre.user={bob.user}") as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(insert, [uuid.uuid4(), ada.user])


async def test_where_erased_users_left_audio_only_the_sweep_sees(ada: Person, system: System) -> None:
    prefix = f"u/{uuid.uuid4().hex}/"
    insert = "INSERT INTO late_uploads VALUES (%s, now() + interval '1 hour', now() + interval '1 hour')"
    with psycopg.connect(system.dsn, options=f"-c timbre.user={ada.user}") as connection:
        connection.execute(insert, [prefix])
    assert seen(system, "late_uploads", ada.user) == 0
    assert system.count("SELECT count(*) FROM late_uploads WHERE key_prefix = %s", prefix) == 1
    system.execute("DELETE FROM late_uploads WHERE key_prefix = %s", prefix)


async def test_every_table_of_medias_has_its_wall(system: System) -> None:
    rows = system.rows(
        "SELECT relname, relrowsecurity AND relforcerowsecurity AS walled FROM pg_class"
        " WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'"
        " AND relname NOT LIKE 'procrastinate%%'"
    )
    walled = {row["relname"] for row in rows if row["walled"]}
    bare = {row["relname"] for row in rows} - walled
    assert walled >= {*TABLES, "late_uploads", "request_ids"}
    assert bare == {"migrations", "erased_users", "heartbeats"}


async def test_media_itself_serves_from_behind_the_wall(told: Person, bob: Person) -> None:
    listed = await told.stub.ListRecordings(pb.ListRecordingsRequest(), metadata=told.metadata)
    (recording,) = listed.recordings
    with refused(grpc.StatusCode.NOT_FOUND, "RECORDING_NOT_FOUND"):
        await bob.get(recording.name)
