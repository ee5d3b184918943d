"""
What a read cannot cost less than: one row by psycopg, and the same question to the same engine without a service.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import psycopg

from bench.measure import Call, closed_loop
from bench.report import WrongAnswer
from bench.system import System
from services.kit.minilm import MiniLM
from services.kit.postgres import Database, open_database
from services.match.adapters.edge import EdgeIndex, open_edge
from services.match.adapters.minilm import MiniLMEmbeddings
from services.match.adapters.postgres import Store, Viewer
from services.match.domain import MAX_RANKED
from services.match.ports import Entry

_BATCH = 500
_ROW = "SELECT * FROM profiles WHERE user_id = %s"


class Floors:
    """Both floors, opened. The index is a second one, filled with the same people."""

    def __init__(self, up: System, store: Store, index: EdgeIndex, stack: AsyncExitStack) -> None:
        self._up = up
        self._store = store
        self._index = index
        self._stack = stack
        self._viewers: list[Viewer] = []
        self._selects: list[Call] = []

    async def candidates(self, user_id: str) -> set[str]:
        """Whom the raw index query names for a user, as ids; raise `WrongAnswer` when there is no such user."""
        return {str(person_id) for person_id in await self._candidates(await self._viewer(user_id))}

    async def ask_for(self, users: Sequence[str]) -> None:
        """From now on the floors answer these users, one client and one connection each."""
        self._viewers = [await self._viewer(user) for user in users]
        for user in users:
            connection = await self._stack.enter_async_context(await self._up.connect("profile"))
            self._selects.append(_select(connection, user))
        await closed_loop(self._selects, 20 * len(users))  # psycopg prepares what it has seen five times

    async def select(self, clients: int, count: int) -> Sequence[float]:
        """Read one row by its key, prepared and in autocommit."""
        return await closed_loop(self._selects[:clients], count)

    async def query(self, clients: int, count: int) -> Sequence[float]:
        """Ask the index what ListMatches asks it."""
        chosen = self._viewers[:clients]

        def call(viewer: Viewer) -> Call:
            async def ask() -> None:
                await self._candidates(viewer)

            return ask

        return await closed_loop([call(viewer) for viewer in chosen], count)

    async def _candidates(self, viewer: Viewer) -> list[Any]:
        me = viewer.person
        probe = me.portrait.probe()
        return await self._index.candidates(
            probe, filters=me.filters, without=viewer.without, limit=MAX_RANKED
        )

    async def _viewer(self, user_id: str) -> Viewer:
        viewer = await self._store.viewer(user_id)
        if viewer is None:
            raise WrongAnswer("match does not know somebody who has just signed up")
        return viewer


async def open_floors(up: System, folder: Path, stack: AsyncExitStack) -> Floors:
    """Fill a second index in `folder` with everybody who is in match's table."""
    embeddings = MiniLMEmbeddings(MiniLM())
    database = await open_database(up.dsn("match"), stack)
    store = Store(database, embeddings.id)
    index = await open_edge(folder, embeddings, stack)
    for users in await _batches(database):
        viewers = [viewer for user in users if (viewer := await store.viewer(user))]
        await index.put([_entry(viewer) for viewer in viewers if viewer.person.portrait.facts])
    return Floors(up, store, index, stack)


def _select(connection: psycopg.AsyncConnection[Any], user: str) -> Call:
    async def call() -> None:
        row = await (await connection.execute(_ROW, (user,))).fetchone()
        if not row or row["user_id"] != user:
            raise WrongAnswer("the SELECT found nobody")

    return call


async def _batches(database: Database) -> list[list[str]]:
    users = [row["user_id"] for row in await database.all("SELECT user_id FROM people WHERE visible")]
    return [users[start : start + _BATCH] for start in range(0, len(users), _BATCH)]


def _entry(viewer: Viewer) -> Entry:
    person = viewer.person
    return Entry(person.person_id, person.version, person.filters, person.portrait.probe())
