"""
A whole user: everything that matching knows of them, and the end of it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any, Final

from services.kit.account_data import File, document
from services.match.adapters.account import AccountRows
from services.match.adapters.postgres import Store
from services.match.domain import Category, Facet, Format, Reaction
from services.match.spaces import Spaces

_NAMES: Final = {"reaction": Reaction, "category": Category, "facet": Facet}


class Account:
    """The `AccountData` of match."""

    def __init__(self, rows: AccountRows, store: Store, spaces: Spaces) -> None:
        self._rows = rows
        self._store = store
        self._spaces = spaces

    async def export(self, user_id: str) -> AsyncIterator[File]:
        """Yield what matching knows of a user, and what they did; nothing for somebody unknown."""
        person = await self._rows.person(user_id)
        if person is None:
            return
        lists = {
            kind: [_readable(row) for row in rows] for kind, rows in (await self._rows.lists(user_id)).items()
        }
        yield "index.json", document(_person(person, user_id))
        yield (
            "matches.json",
            document(
                {
                    "reactions": lists["reactions"],
                    "found": lists["finds"],
                    "judgements": lists["judgements"],
                }
            ),
        )
        yield "connections.json", document(lists["connections"])
        yield "blocks.json", document(lists["blocks"])
        yield "reports.json", document(lists["reports"])
        yield "weights.json", document({"weights": lists["feedback"], "calls": lists["feedback_calls"]})

    async def erase(self, user_id: str) -> Mapping[str, int]:
        """
        Remove a user from the database, then from the index; nobody is shown them from the first step on.

        Raises:
            IndexUnavailable: the index still has the point; a repeat removes it.
        """
        counts = {f"postgres.{kind}": count for kind, count in (await self._rows.erase(user_id)).items()}
        point = await self._rows.leftover(user_id)
        if point is not None:
            self._store.forget(point)
            await self._spaces.remove([point])
            await self._rows.point_removed(user_id)
        return counts | {"index.points": int(point is not None)}


def _person(row: Mapping[str, Any], user_id: str) -> dict[str, Any]:
    facts = [{**fact, "facet": Facet(fact["facet"]).name} for fact in row["facts"]]
    formats = [{"number": number, "name": Format(number).name} for number in row["formats"]]
    return {"user_id": user_id, **row, "facts": facts, "formats": formats}


def _readable(row: Mapping[str, Any]) -> dict[str, Any]:
    """Give numbers of the contract their names too."""
    names = {f"{key}_name": kind(row[key]).name for key, kind in _NAMES.items() if key in row}
    return {**row, **names}
