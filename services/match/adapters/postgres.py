"""
What match knows for good: people, reactions and connections in PostgreSQL.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import psycopg
from psycopg.rows import DictRow

from services.kit.postgres import Database, fetch_one, queries
from services.match.adapters.rows import Person, card_of, columns_of, person_of
from services.match.domain import Connection, Facet, Profile, Reaction, Reason
from services.match.errors import IndexPending
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


class Store:
    """People, reactions, connections. A viewer sees others by vectors of one space, the viewer's."""

    def __init__(self, database: Database, space: str = "", *, judged_after: float | None = None) -> None:
        """
        Args:
            database: Where everything is.
            space: The one that serves; `Spaces` names another when it changes.
            judged_after: How many seconds a new version rests before it is judged; None when nobody judges.
        """
        self._database = database
        self.space = space
        self._judged_after = judged_after
        self._people: OrderedDict[tuple[UUID, str], Person] = OrderedDict()

    async def known_version(self, user_id: str) -> tuple[int, int]:
        """Return a user's newest version and the one in the index that serves; zeros when there is none."""
        row = await self._database.one(_SQL["known_version"], {"user": user_id, "space": self.space})
        return (row["version"], row["indexed_version"]) if row else (0, 0)

    async def save(self, user_id: str, profile: Profile, vectors: Stored, space: str = "") -> None:
        """
        Keep a version, and nothing that was judged of older ones; the same or a newer one is never replaced.

        Args:
            user_id: Whose it is.
            profile: The version.
            vectors: The first row for the whole, then one for each fact.
            space: The space of the vectors; the one that serves when omitted.
        """
        names = {"user": user_id, "vectors": vectors.tobytes(), "space": space or self.space}
        async with self._database.transaction() as connection:
            await connection.execute(_SQL["save_person"], columns_of(profile) | names)
            # Not in the same statement: by now no judgement of an older version can be under way.
            version = {"user": user_id, "version": profile.version}
            await connection.execute(_SQL["drop_judgements"], version)
            if self._judged_after is not None:
                await connection.execute(_SQL["put_to_judge"], version | {"rest": self._judged_after})

    async def viewer(self, user_id: str, space: str = "") -> Viewer | None:
        """
        Return whoever looks, in the space that serves or in another.

        Raises:
            IndexPending: their newest version has no vectors there yet.
        """
        space = space or self.space
        row = await self._database.one(_SQL["viewer"], {"user": user_id, "space": space})
        if not row:
            return None
        if row["vectors"] is None:
            raise IndexPending
        return Viewer(
            user_id=user_id,
            person=person_of(row),
            matching=row["matching"],
            answered=frozenset({row["person_id"], *row["answered"]}),
            refused_by=frozenset(row["refused_by"]),
            tenths={Facet(int(facet)): tenths for facet, tenths in row["feedback"].items()},
            space=space,
            seen_time=row["seen_time"],
        )

    async def others(self, viewer: Viewer, person_ids: Sequence[UUID]) -> dict[UUID, Seen]:
        """Return those who exist, hidden ones among them, in no order; the viewer is never there."""
        held = {person_id: self._people.get((person_id, viewer.space)) for person_id in person_ids}
        rows = await self._database.all(
            _SQL["others"],
            {
                "user": viewer.user_id,
                "people": list(held),
                "versions": [person.version if person else 0 for person in held.values()],
                "space": viewer.space,
            },
        )
        return {row["person_id"]: self._seen(row, held[row["person_id"]], viewer.space) for row in rows}

    def _seen(self, row: DictRow, held: Person | None, space: str) -> Seen:
        person = held if held and row["is_known"] else person_of(row)
        self._people[person.person_id, space] = person
        self._people.move_to_end((person.person_id, space))
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
        for key in [key for key in self._people if key[0] == person_id]:
            del self._people[key]

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
