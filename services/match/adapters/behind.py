"""
Who is behind: whose newest version has no vectors yet in a space, or is not in its index.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from services.kit.postgres import EVERYBODY, Database, acting_for, queries
from services.match.adapters.rows import Person, fact_of, person_of
from services.match.domain import Fact
from services.match.ranking import Stored

_SQL: Final = queries("services.match")


@dataclass(frozen=True, slots=True)
class Behind:
    """Somebody whose newest version the index does not have yet."""

    user_id: str
    visible: bool
    person: Person


@dataclass(frozen=True, slots=True)
class Unembedded:
    """Somebody whose newest version has no vectors in a space yet."""

    user_id: str
    version: int
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Supposed:
    """Somebody as the index of a space should have them."""

    version: int
    findable: bool
    behind: bool
    """Whether the database knows that the index does not."""


@dataclass(frozen=True, slots=True)
class Filled:
    """How full a space is."""

    people: int
    unembedded: int
    behind: int


class Backlog:
    """The work that is left until every index says what the database says."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(self, space: str, limit: int) -> list[Unembedded]:
        """Return some who have no vectors in a space; no other copy of the service gets them for 30 s."""
        names = {"space": space, "limit": limit}
        return [
            Unembedded(row["user_id"], row["version"], tuple(fact_of(value) for value in row["facts"]))
            for row in await self._database.all(_SQL["claim_unembedded"], names)
        ]

    async def embedded(self, space: str, who: Unembedded, vectors: Stored) -> None:
        """Keep the vectors of a version, the first row for the whole, unless there is a newer version by now."""
        names = {"space": space, "user": who.user_id, "version": who.version, "vectors": vectors.tobytes()}
        await self._database.one(_SQL["save_vectors"], names)

    async def settle(
        self,
        space: str,
        write: Callable[[Sequence[Behind]], Awaitable[None]],
        *,
        user_id: str | None = None,
        limit: int = 100,
    ) -> int:
        """
        Have `write` bring the index of a space up to date for some, or for one user, and note that it did.

        Their rows are locked meanwhile, so writes about one person follow each other in order. Who has no
        vectors yet is left out. Returns how many there were; when `write` raises, nothing is noted.
        """
        name = "lock_behind" if user_id is None else "lock_one_behind"
        async with self._database.transaction() as connection:
            names = {"user": user_id, "limit": limit, "space": space}
            cursor = await connection.execute(_SQL[name], names)
            behind = [Behind(row["user_id"], row["shown"], person_of(row)) for row in await cursor.fetchall()]
            if behind:
                await write(behind)
                users = [each.user_id for each in behind]
                await connection.execute(_SQL["mark_indexed"], {"users": users, "space": space})
            return len(behind)

    async def pages(
        self, space: str, write: Callable[[Sequence[Behind]], Awaitable[None]], *, limit: int = 100
    ) -> AsyncIterator[int]:
        """Show `write` everybody who belongs into a space, locked, and yield how many after each page."""
        after = ""
        while True:
            async with self._database.transaction() as connection:
                names = {"after": after, "limit": limit, "space": space}
                cursor = await connection.execute(_SQL["lock_page"], names)
                page = [Behind(row["user_id"], True, person_of(row)) for row in await cursor.fetchall()]
                if not page:
                    return
                await write(page)
            yield len(page)
            after = page[-1].user_id

    async def supposed(self, space: str) -> dict[UUID, Supposed]:
        """Return everybody, as the index of a space should have them."""
        rows = await self._database.all(_SQL["settled"], {"space": space})
        return {row["person_id"]: Supposed(row["version"], row["findable"], row["behind"]) for row in rows}

    async def filled(self, space: str) -> Filled:
        """Count who is missing in a space."""
        row = await self._database.one(_SQL["count_space"], {"space": space})
        assert row
        return Filled(row["people"], row["unembedded"], row["behind"])

    async def sample(self, limit: int) -> list[str]:
        """Return some users who can be matched."""
        return [row["user_id"] for row in await self._database.all(_SQL["sample"], {"limit": limit})]

    async def add_missing(self, space: str) -> None:
        """Give everybody who has none a place in a space; they are behind there."""
        await self._database.one(_SQL["add_missing"], {"space": space})

    async def mark_behind(self, space: str, person_ids: Sequence[UUID]) -> None:
        """Note that these people's entries are missing or wrong; unknown ids are ignored."""
        await self._database.one(_SQL["mark_behind"], {"space": space, "people": list(person_ids)})

    async def mark_own(self, user_id: str) -> int:
        """Note that one user's entries are to be made anew; return 1, or 0 for somebody unknown."""
        row = await self._database.one(_SQL["mark_own"], {"user": user_id})
        return row["people"] if row else 0

    async def mark_everybody(self) -> int:
        """Note that all entries are to be made anew, and return of how many people."""
        with acting_for(EVERYBODY):
            row = await self._database.one(_SQL["mark_everybody"])
        return row["people"] if row else 0
