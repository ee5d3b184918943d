"""
Which vector spaces are kept, and what each is for: in PostgreSQL, so that all copies of the service agree.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from services.kit.postgres import EVERYBODY, Connection, Database, acting_for, fetch_one, queries

_SQL: Final = queries("services.match")


class State(StrEnum):
    """What a space is for."""

    SERVING = "SERVING"
    PREPARING = "PREPARING"
    """Filled, to serve one day."""
    RETIRED = "RETIRED"
    """Has served, and is kept up to date so that it can again."""
    DROPPED = "DROPPED"
    """Is not kept up to date any more; what is left of it is about to go."""


@dataclass(frozen=True, slots=True)
class Registered:
    """A space that is kept."""

    space: str
    embeddings: str
    """The URL that opens its embedder."""
    generation: int
    other: int | None
    """Another generation that there is: a rebuild fills it, or has still to drop it."""
    state: State


class Changing:
    """Changes to the spaces, one transaction at a time; what is read does not change meanwhile."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def all(self) -> list[Registered]:
        cursor = await self._connection.execute(_SQL["index_spaces"])
        return [_registered(row) for row in await cursor.fetchall()]

    async def add(self, space: str, embeddings: str, state: State) -> None:
        """Keep another space; everybody is behind in it, also who is being saved just now."""
        await self._connection.execute(_SQL["stop_savers"])
        names = {"space": space, "embeddings": embeddings, "state": state}
        await self._connection.execute(_SQL["add_space"], names)
        await self._connection.execute(_SQL["add_missing"], names)

    async def name(self, space: str, embeddings: str) -> None:
        await self._connection.execute(_SQL["name_embeddings"], {"space": space, "embeddings": embeddings})

    async def swap(self, serving: str, other: str, left: State) -> None:
        """Have `other` serve, and `serving` be `left`."""
        await self._connection.execute(_SQL["set_space_state"], {"space": serving, "state": left})
        await self._connection.execute(_SQL["set_space_state"], {"space": other, "state": State.SERVING})

    async def give_up(self, space: str) -> None:
        """Let nobody keep a space up to date any more."""
        await self._connection.execute(_SQL["set_space_state"], {"space": space, "state": State.DROPPED})

    async def note_other(self, space: str, generation: int | None) -> None:
        """Note that there is another generation, or none any more."""
        await self._connection.execute(_SQL["set_other"], {"space": space, "other": generation})

    async def move(self, space: str, generation: int) -> None:
        """Have a generation take the place of the one in use, which becomes the other one."""
        await self._connection.execute(_SQL["set_generation"], {"space": space, "generation": generation})

    async def drop(self, space: str) -> None:
        """Forget a space and everybody's vectors in it."""
        await self._connection.execute(_SQL["drop_space"], {"space": space})


class Register:
    """The spaces that are kept."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> Sequence[Registered]:
        """Return them, the serving one first."""
        return [_registered(row) for row in await self._database.all(_SQL["index_spaces"])]

    @asynccontextmanager
    async def changing(self) -> AsyncIterator[Changing]:
        """Change them in one transaction, while nobody else does."""
        with acting_for(EVERYBODY):
            async with self._database.transaction() as connection:
                await connection.execute(_SQL["lock_spaces"])
                yield Changing(connection)

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[bool]:
        """Hold a lock as long as the block lasts, and yield whether nobody else had it; a crash frees it."""
        async with self._database.listen("index_commands") as connection:
            row = await fetch_one(connection, _SQL["try_alone"])
            yield bool(row and row["alone"])


def _registered(row: dict[str, object]) -> Registered:
    return Registered(**{**row, "state": State(str(row["state"]))})  # pyright: ignore[reportArgumentType]  # the columns are the fields
