"""
Everything that the system has stored, byte for byte: the rows of every table, every version of every object, and the
files under its folder. For the proofs that nothing is left out of an export, and nothing is left over by an erasure.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from local.stack import Running
from tests.e2e.people import admin

_TABLES = """
SELECT table_schema AS schema, table_name AS name
  FROM information_schema.tables
 WHERE table_schema IN ('auth', 'media', 'profile', 'match') AND table_type = 'BASE TABLE'
 ORDER BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of one table."""

    table: str
    columns: Mapping[str, Any]

    @property
    def text(self) -> str:
        """All of it, as it can be searched: bytes as hex."""
        return json.dumps(self.columns, default=_searchable, ensure_ascii=False)


def rows(system: Running) -> Iterator[Row]:
    """Yield every row of every service, queues included."""
    with (
        psycopg.connect(admin(system), autocommit=True) as connection,
        connection.cursor(row_factory=dict_row) as cursor,
    ):
        for table in cursor.execute(_TABLES).fetchall():
            name = sql.Identifier(table["schema"], table["name"])
            for row in cursor.execute(sql.SQL("SELECT * FROM {}").format(name)).fetchall():
                yield Row(f"{table['schema']}.{table['name']}", row)


def objects(system: Running) -> Iterator[tuple[str, bytes]]:
    """Yield every version of every object in every bucket, with its key."""
    s3 = system.stack.emulator.client("s3")
    for bucket in s3.list_buckets()["Buckets"]:
        pages = s3.get_paginator("list_object_versions").paginate(Bucket=bucket["Name"])
        for page in pages:
            for version in page.get("Versions", []):
                name, number = version["Key"], version.get("VersionId", "null")
                # Somebody else's may have been removed since it was listed.
                with suppress(s3.exceptions.ClientError):
                    found = s3.get_object(Bucket=bucket["Name"], Key=name, VersionId=number)
                    yield f"{bucket['Name']}/{name}", found["Body"].read()


def files(system: Running, *folders: str) -> Iterator[tuple[str, bytes]]:
    """Yield the content of every file below these folders of the system's state."""
    root = system.stack.state.root
    for folder in folders:
        for path in sorted((root / folder).rglob("*")):
            if path.is_file():
                yield str(path.relative_to(root)), path.read_bytes()


def _searchable(value: Any) -> str:
    match value:
        case bytes():
            return value.hex()
        case datetime():
            return value.isoformat()
        case UUID():
            return str(value)
        case _:
            return str(value)
