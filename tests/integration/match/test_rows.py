"""
The second wall: whatever a query of match says, PostgreSQL lets a user write only what is theirs to write.
"""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, LiteralString

import psycopg
import pytest

from services.kit.postgres import EVERYBODY, Database, acting_for, open_database
from tests.integration.match.people import LIKE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from services.match.config import MatchConfig
    from tests.integration.match.conftest import Behind, Client

pytestmark = pytest.mark.filterwarnings("ignore::services.kit.config.DevelopmentWarning")


_JUDGED = """
INSERT INTO judgements (user_id, other_id, user_version, other_version, judge, fit, sentences)
VALUES ('nora', 'priya', 1, 1, 'somebody', 60, '[]')
"""


@pytest.fixture
async def rows(config: MatchConfig, market: Client) -> AsyncIterator[Database]:
    """Nora likes Priya, with whom she was judged, and is to be; and has found, blocks and reports Ruth."""
    await market.react("nora", (await market.named("nora", "Priya")).name, LIKE)
    (ruth,) = (await market.search("nora", "somebody who grows vegetables")).matches
    await market.block("nora", ruth.name)
    await market.report("nora", ruth.name, "throws tomatoes")
    async with AsyncExitStack() as stack:
        database = await open_database(config.database, stack, max_size=1)
        with acting_for(EVERYBODY):
            await database.all(_JUDGED)
            await database.all("INSERT INTO judge_tasks (user_id) VALUES ('nora')")
        yield database


async def count(rows: Database, user: str, query: LiteralString) -> int:
    with acting_for(user):
        return len(await rows.all(query))


async def test_every_table_with_rows_of_users_has_a_policy(rows: Database, behind: Behind) -> None:
    assert behind(
        "SELECT relname FROM pg_class WHERE relnamespace = 'match'::regnamespace AND relkind = 'r'"
        " AND NOT (relrowsecurity AND relforcerowsecurity) ORDER BY 1"
    ) == [("erased_users",), ("heartbeats",), ("migrations",)]
    assert await count(rows, EVERYBODY, "SELECT 1 FROM people") == 4


async def test_profiles_are_read_by_anybody_who_acts_for_somebody_and_written_by_their_owner(
    rows: Database,
) -> None:
    assert await count(rows, "ruth", "SELECT 1 FROM people") == 4
    assert await count(rows, "", "SELECT 1 FROM people") == 0
    for statement in ("UPDATE people SET suspended = true RETURNING 1", "DELETE FROM people RETURNING 1"):
        assert await count(rows, "ruth", statement) == 1  # pyright: ignore[reportArgumentType]  # our own literals
        assert await count(rows, "stranger", statement) == 0  # pyright: ignore[reportArgumentType]  # as above


@pytest.mark.parametrize(
    ("table", "readers"),
    [
        ("reactions", {"nora", "priya"}),
        ("blocks", {"nora", "ruth"}),
        ("reports", {"nora"}),
        ("finds", {"nora"}),
        ("judgements", {"nora", "priya"}),
        ("judge_tasks", {"nora"}),
        ("resolutions", set[str]()),
    ],
)
async def test_rows_between_two_people_are_read_by_those_whom_they_concern(
    rows: Database, table: LiteralString, readers: set[str]
) -> None:
    seen = {
        user
        for user in ("nora", "priya", "ruth", "brian", "")
        if await count(rows, user, f"SELECT 1 FROM {table}")
    }
    assert seen == readers


async def test_the_blocked_cannot_end_a_block_nor_anybody_speak_for_another(rows: Database) -> None:
    assert await count(rows, "ruth", "DELETE FROM blocks RETURNING 1") == 0
    assert await count(rows, "ruth", "UPDATE blocks SET display_name = '' RETURNING 1") == 0
    for statement in (
        "INSERT INTO reactions (user_id, other_id, reaction) VALUES ('nora', 'brian', 1)",
        "INSERT INTO blocks (user_id, blocked_id, display_name) VALUES ('nora', 'brian', '')",
        "INSERT INTO connections (first_user, second_user) VALUES ('brian', 'nora')",
        "INSERT INTO feedback (user_id, facet, tenths) VALUES ('nora', 1, 1)",
        "INSERT INTO judge_tasks (user_id) VALUES ('brian')",
        _JUDGED.replace("'priya', 1", "'priya', 2"),
        _JUDGED.replace("'nora', 'priya'", "'ruth', 'priya'"),
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            await count(rows, "ruth", statement)
