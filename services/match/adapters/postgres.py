"""
What match knows for good: people, reactions and connections in PostgreSQL.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import numpy as np
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from services.kit.postgres import Database, fetch_one, queries
from services.match.domain import Card, Connection, Facet, Fact, Profile, Reaction, speaks
from services.match.ranking import Portrait, Stored

_SQL: Final = queries("services.match")
_REMEMBERED: Final = 4096
"""People kept decoded, 10 to 20 kB each; a person's version never changes, so nothing here goes stale."""


@dataclass(frozen=True, slots=True, eq=False)
class Person:
    """One version of somebody, ready for scoring."""

    person_id: UUID
    version: int
    card: Card
    portrait: Portrait

    @property
    def languages(self) -> frozenset[str]:
        return speaks(self.card.languages)


@dataclass(frozen=True, slots=True)
class Viewer:
    """Whoever looks for matches."""

    user_id: str
    person: Person
    without: frozenset[UUID]
    """Passed or connected, or the viewer: nobody of these is listed."""
    space: str
    seen_time: datetime
    """The database's clock when this was read."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Somebody else, from the viewer's side."""

    person: Person
    visible: bool
    update_time: datetime
    reaction: Reaction
    connected: bool


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
        await self._database.one(
            _SQL["save_person"],
            {
                "user": user_id,
                "version": profile.version,
                "visible": profile.visible,
                "card": Jsonb(_card_to_json(profile.card)),
                "facts": Jsonb([_fact_to_json(fact) for fact in profile.facts]),
                "vectors": vectors.tobytes(),
                "space": self._space,
            },
        )

    async def viewer(self, user_id: str) -> Viewer | None:
        row = await self._database.one(_SQL["viewer"], {"user": user_id})
        if not row:
            return None
        without = frozenset({row["person_id"], *row["without"]})
        return Viewer(user_id, _person(row), without, row["space"], row["seen_time"])

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
        person = held if held and row["is_known"] else _person(row)
        self._people[person.person_id] = person
        self._people.move_to_end(person.person_id)
        if len(self._people) > _REMEMBERED:
            self._people.popitem(last=False)
        return Seen(person, row["visible"], row["update_time"], Reaction(row["reaction"]), row["connected"])

    async def react(self, user_id: str, person_id: UUID, reaction: Reaction) -> bool:
        """Store a reaction and return whether the two are connected now; raise `KeyError` for nobody."""
        async with self._database.transaction() as connection:
            pair = await fetch_one(connection, _SQL["lock_pair"], {"user": user_id, "person": person_id})
            if not pair:
                raise KeyError(person_id)
            names = {"user": user_id, "other": pair["other"], "reaction": reaction}
            await connection.execute(_SQL["save_reaction"], names)
            await connection.execute(_SQL["connect"], names)
            row = await fetch_one(connection, _SQL["is_connected"], names)
            return bool(row and row["connected"])

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
            Connection(row["id"], row["person_id"], _card(row["card"]), row["create_time"]) for row in rows
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
                Behind(row["user_id"], row["visible"], row["space"], _person(row))
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


def _person(row: DictRow) -> Person:
    facts = tuple(_fact(value) for value in row["facts"])
    rows: Stored = np.frombuffer(row["vectors"], np.float16).reshape(len(facts) + 1, -1)
    return Person(row["person_id"], row["version"], _card(row["card"]), Portrait.of(facts, rows[1:], rows[0]))


def _card(value: Mapping[str, Any]) -> Card:
    return Card(value["display_name"], value["headline"], tuple(value["languages"]))


def _card_to_json(card: Card) -> dict[str, Any]:
    return {"display_name": card.display_name, "headline": card.headline, "languages": list(card.languages)}


def _fact(value: Mapping[str, Any]) -> Fact:
    return Fact(
        UUID(value["id"]),
        Facet(value["facet"]),
        value["text"],
        value["quote"],
        value["start_ms"],
        value["end_ms"],
    )


def _fact_to_json(fact: Fact) -> dict[str, Any]:
    return {
        "id": str(fact.id),
        "facet": int(fact.facet),
        "text": fact.text,
        "quote": fact.quote,
        "start_ms": fact.start_ms,
        "end_ms": fact.end_ms,
    }
