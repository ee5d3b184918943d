"""
A whole user, as profile hands them over and lets go of them.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Final

from services.kit.account_data import MAX_CHUNK, File, document
from services.kit.postgres import Database
from services.profile.adapters.changes import SQL

_LISTS: Final = (
    "facts",
    "deleted_statements",
    "hidden_statements",
    "analyses",
    "consents",
    "requests",
)
"""Files with the rows of a query each."""
_PREFERENCES: Final = ("preferences", "preferences_revision", "preferences_time")
_ERASED: Final = {
    "versions": "versions",
    "facts": "facts",
    "tombstones": "deleted_statements",
    "hidden_statements": "hidden_statements",
    "analyses": "analyses",
    "consents": "consents",
    "requests": "requests",
    "profiles": "profiles",
    "request_ids": "request_ids",
    "jobs": "jobs",
}
"""What is deleted, in this order, and how it is counted."""
_VERSIONS_AT_ONCE: Final = 20


class ProfileData:
    """Exports and erases everything that profile holds about a user."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def export(self, user_id: str) -> AsyncIterator[File]:
        """See `AccountData.export`; of a user who never changed anything there is nothing."""
        user = {"user": user_id}
        profile = await self._database.one(SQL["export_profile"], user)
        if profile is None:
            return
        preferences = {name: profile.pop(name) for name in _PREFERENCES}
        yield "profile.json", document(profile)
        yield "preferences.json", document(preferences)
        for name in _LISTS:
            yield f"{name}.json", document(await self._database.all(SQL[f"export_{name}"], user))
        yield "versions.json", self._versions(user_id)

    async def erase(self, user_id: str) -> Mapping[str, int]:
        """See `AccountData.erase`; what match knows, match erases itself."""
        user = {"user": user_id}
        counts: dict[str, int] = {}
        async with self._database.transaction() as connection:
            await connection.execute(SQL["bury_user"], user)
            await connection.execute(SQL["hold_profile"], user)
            for name, kind in _ERASED.items():
                cursor = await connection.execute(SQL[f"erase_{name}"], user)
                counts[f"postgres.{kind}"] = cursor.rowcount
        return counts

    async def _versions(self, user_id: str) -> AsyncIterator[bytes]:
        """Yield the history as one JSON list; it may be long, so never all of it is held."""
        after, opening = 0, b"[\n"
        while rows := await self._database.all(
            SQL["export_versions"], {"user": user_id, "after": after, "limit": _VERSIONS_AT_ONCE}
        ):
            for row in rows:
                text = opening + document(row)
                for start in range(0, len(text), MAX_CHUNK):
                    yield text[start : start + MAX_CHUNK]
                after, opening = row["version"], b",\n"
        yield b"]\n" if after else b"[]\n"
