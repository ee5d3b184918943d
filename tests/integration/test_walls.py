"""Every table of every service is walled off by row-level security, or is listed here with the reason why not."""

from __future__ import annotations

import psycopg
import pytest

from local.postgres import SERVICES
from tests.fixtures.stack import Databases, PostgresServer

OPEN = {
    "migrations": "the schema's own history",
    "heartbeats": "numbers by which a replica is measured",
    "erased_users": "digests of ids, by which every transaction must find out that it is too late",
    "procrastinate_jobs": "the queue; ids only",
    "procrastinate_events": "the queue",
    "procrastinate_workers": "the queue",
    "procrastinate_periodic_defers": "the queue",
    "revocations": "digests of ids; read by everybody's watcher",
    "late_uploads": "hidden key prefixes that name nobody; read by the sweep alone",
}
_TABLES = """
SELECT class.relname AS name, class.relrowsecurity AND class.relforcerowsecurity AS walled,
       (SELECT count(*) FROM pg_policy WHERE polrelid = class.oid) AS policies
  FROM pg_class AS class JOIN pg_namespace AS namespace ON namespace.oid = class.relnamespace
 WHERE namespace.nspname = %s AND class.relkind IN ('r', 'p')
"""
_USERS = """
SELECT table_name || '.' || column_name
  FROM information_schema.columns
 WHERE table_schema = %s AND column_name IN ('user_id', 'owner_id', 'other_id')
"""


@pytest.fixture
def tables(database: Databases, postgres_server: PostgresServer) -> dict[str, dict[str, bool]]:
    """By service and table: whether it is walled off."""
    database(*SERVICES)
    found: dict[str, dict[str, bool]] = {}
    with psycopg.connect(postgres_server.admin(database.made[-1])) as connection:
        for service in SERVICES:
            rows = connection.execute(_TABLES, (service,)).fetchall()
            found[service] = {name: walled and policies > 0 for name, walled, policies in rows}
            held = {name for (name,) in connection.execute(_USERS, (service,)).fetchall()}
            assert not [name for name in held if name.split(".")[0] in OPEN]
    return found


def test_every_table_is_walled_or_excused(tables: dict[str, dict[str, bool]]) -> None:
    bare = [
        f"{service}.{name}"
        for service, walled in tables.items()
        for name, is_walled in walled.items()
        if not is_walled and name not in OPEN
    ]
    assert bare == []


def test_no_excuse_is_left_over(tables: dict[str, dict[str, bool]]) -> None:
    assert set(OPEN) <= {name for walled in tables.values() for name in walled}
