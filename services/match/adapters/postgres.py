"""
What match knows for good: people, reactions and connections in PostgreSQL.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import psycopg
from psycopg.rows import DictRow

from services.kit.postgres import EVERYBODY, Database, acting_for, fetch_one, queries
from services.match.adapters.rows import Person, card_of, columns_of, person_of
from services.match.domain import Connection, Facet, Profile, Reaction, Reason
from services.match.ranking import Stored

_SQL: Final = queries("services.match")
_REMEMBERED: Final = 4096
"""People kept decoded, 10 to 20 kB each; a person's version never changes, so nothing here goes stale."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Whoever looks for matches."""

    user_id: str
    person: Person
    matching: bool
    """False while the viewer does not agree to be matched."""
    answered: frozenset[UUID]
    """Passed, connected or blocked by the viewer, or the viewer."""
    refused_by: frozenset[UUID]
    """Those who block the viewer."""
    tenths: Mapping[Facet, int]
    """Tenths that feedback has added to the weights of facets."""
    space: str
    seen_time: datetime
    """The database's clock when this was read."""

    @property
    def without(self) -> frozenset[UUID]:
        """Nobody of these is listed."""
        return self.answered | self.refused_by


@dataclass(frozen=True, slots=True)
class Seen:
    """Somebody else, from the viewer's side."""

    person: Person
    visible: bool
    blocked: bool
    """Whether either blocks the other."""
    update_time: datetime
    reaction: Reaction
    connected: bool
    found: frozenset[UUID]
    """Facts by which a search has shown this person to the viewer."""


@dataclass(frozen=True, slots=True)
class Behind:
    """Somebody whose newest version the index does not have yet."""

    user_id: str
    visible: bool
    space: str
    person: Person


class Store:
    """People, reactions, connections. Only vectors of one `space` are read."""

    def __init__(self, database: Database, space: str) -> None:
        self._database = database
        self._space = space
        self._people: OrderedDict[UUID, Person] = OrderedDict()

    async def known_version(self, user_id: str) -> tuple[int, int]:
        """Return a user's newest version and the indexed one; zeros when there is none."""
        row = await self._database.one(_SQL["known_version"], {"user": user_id})
        return (row["version"], row["indexed_version"]) if row else (0, 0)

    async def save(self, user_id: str, profile: Profile, vectors: Stored) -> None:
        """Keep a version, first row of `vectors` for the whole; the same or a newer one is never replaced."""
        names = {"user": user_id, "vectors": vectors.tobytes(), "space": self._space}
        await self._database.one(_SQL["save_person"], columns_of(profile) | names)

    async def viewer(self, user_id: str) -> Viewer | None:
        row = await self._database.one(_SQL["viewer"], {"user": user_id})
        if not row:
            return None
        return Viewer(
            user_id=user_id,
            person=person_of(row),
            matching=row["matching"],
            answered=frozenset({row["person_id"], *row["answered"]}),
            refused_by=frozenset(row["refused_by"]),
            tenths={Facet(int(facet)): tenths for facet, tenths in row["feedback"].items()},
            space=row["space"],
            seen_time=row["seen_time"],
        )

    async def others(self, viewer: Viewer, person_ids: Sequence[UUID]) -> dict[UUID, Seen]:
        """Return those who exist, hidden ones among them, in no order; the viewer is never there."""
        held = {person_id: self._people.get(person_id) for person_id in person_ids}
        rows = await self._database.all(
            _SQL["others"],
            {
                "user": viewer.user_id,
                "people": list(held),
                "versions": [person.version if person else 0 for person in held.values()],
                "space": self._space,
            },
        )
        return {row["person_id"]: self._seen(row, held[row["person_id"]]) for row in rows}

    def _seen(self, row: DictRow, held: Person | None) -> Seen:
        person = held if held and row["is_known"] else person_of(row)
        self._people[person.person_id] = person
        self._people.move_to_end(person.person_id)
        if len(self._people) > _REMEMBERED:
            self._people.popitem(last=False)
        return Seen(
            person=person,
            visible=row["visible"],
            blocked=row["blocked"],
            update_time=row["update_time"],
            reaction=Reaction(row["reaction"]),
            connected=row["connected"],
            found=frozenset(row["found"]),
        )

    def forget(self, person_id: UUID) -> None:
        """Keep no copy of a person in this process."""
        self._people.pop(person_id, None)

    async def user_of(self, person_id: UUID) -> str | None:
        """Return who that is; for services only."""
        row = await self._database.one(_SQL["user_of"], {"person": person_id})
        return row["user_id"] if row else None

    async def note_found(self, user_id: str, found: Mapping[UUID, Sequence[Reason]]) -> None:
        """Remember whom a search has shown, and by which of their facts."""
        await self._database.one(
            _SQL["note_found"],
            {
                "user": user_id,
                "people": [person for person, reasons in found.items() for _ in reasons],
                "facts": [reason.theirs.id for reasons in found.values() for reason in reasons],
            },
        )

    async def count_by_filters(self, viewer: Viewer) -> list[int]:
        """Count everybody, and those left after languages, formats, distance and what was answered."""
        filters = viewer.person.filters
        place = filters.place
        rows = await self._database.all(
            _SQL["count_by_filters"],
            {
                "user": viewer.user_id,
                "speaks": sorted(filters.speaks),
                "asks": sorted(filters.asks),
                "formats": sorted(filters.formats),
                "limit_km": filters.max_distance_km,
                "latitude": place.latitude if place else None,
                "longitude": place.longitude if place else None,
                "answered": list(viewer.answered),
            },
        )
        kept = {row["kept"]: row["people"] for row in rows}
        return [sum(kept.get(last, 0) for last in range(first, 5)) for first in range(5)]

    async def react(self, user_id: str, person_id: UUID, reaction: Reaction) -> bool:
        """
        Store a reaction and return whether the two are connected now.

        Raises:
            KeyError: there is no such person any more, or one blocks the other by now.
        """
        try:
            async with self._database.transaction() as connection:
                pair = await fetch_one(connection, _SQL["lock_pair"], {"user": user_id, "person": person_id})
                if not pair:
                    raise KeyError(person_id)
                names = {"user": user_id, "other": pair["other"], "reaction": reaction}
                # The lock is held by now, so a block is either seen here or ends what is written here.
                block = await fetch_one(connection, _SQL["is_blocked"], names)
                if block and block["blocked"]:
                    raise KeyError(person_id)
                await connection.execute(_SQL["save_reaction"], names)
                await connection.execute(_SQL["connect"], names)
                row = await fetch_one(connection, _SQL["is_connected"], names)
                return bool(row and row["connected"])
        except psycopg.errors.ForeignKeyViolation:  # erased just now
            raise KeyError(person_id) from None

    async def connections(
        self, user_id: str, limit: int, before: tuple[datetime, UUID] | None
    ) -> list[Connection]:
        """Return a user's connections, newest first, from behind `before`."""
        before_time, before_id = before or (None, None)
        rows = await self._database.all(
            _SQL["list_connections"],
            {"user": user_id, "limit": limit, "before_time": before_time, "before_id": before_id},
        )
        return [
            Connection(row["id"], row["person_id"], card_of(row["card"]), row["create_time"]) for row in rows
        ]

    async def settle(
        self,
        write: Callable[[Sequence[Behind]], Awaitable[Mapping[str, Stored]]],
        *,
        user_id: str | None = None,
        limit: int = 100,
    ) -> int:
        """
        Have `write` bring the index up to date for some who are behind, or for one user, and note that it did.

        Their rows are locked meanwhile, so writes about one person follow each other in order. `write` returns
        new vectors by user, where it needed some. Returns how many there were; when `write` raises, nothing
        is noted.
        """
        name = "lock_behind" if user_id is None else "lock_one_behind"
        async with self._database.transaction() as connection:
            cursor = await connection.execute(_SQL[name], {"user": user_id, "limit": limit})
            behind = [
                Behind(row["user_id"], row["shown"], row["space"], person_of(row))
                for row in await cursor.fetchall()
            ]
            if behind:
                for changed, vectors in (await write(behind)).items():
                    await connection.execute(
                        _SQL["save_vectors"],
                        {"user": changed, "vectors": vectors.tobytes(), "space": self._space},
                    )
                await connection.execute(_SQL["mark_indexed"], {"users": [each.user_id for each in behind]})
            return len(behind)

    async def mark_foreign(self) -> None:
        """Note that everybody with vectors of another space is behind."""
        await self._database.one(_SQL["mark_foreign"], {"space": self._space})

    async def supposed(self) -> dict[UUID, int]:
        """Return who should be in the index, now or soon, with the version."""
        rows = await self._database.all(_SQL["supposed"])
        return {row["person_id"]: row["version"] for row in rows}

    async def mark_behind(self, person_ids: Sequence[UUID]) -> None:
        """Note that these people's index entries are missing or wrong; unknown ids are ignored."""
        await self._database.one(_SQL["mark_behind"], {"people": list(person_ids)})

    async def mark_own(self, user_id: str) -> int:
        """Note that one user's index entry is to be made anew; return 1, or 0 for somebody unknown."""
        row = await self._database.one(_SQL["mark_own"], {"user": user_id})
        return row["people"] if row else 0

    async def mark_everybody(self) -> int:
        """Note that all index entries are to be made anew, and return how many."""
        with acting_for(EVERYBODY):
            row = await self._database.one(_SQL["mark_everybody"])
        return row["people"] if row else 0
