"""
Whom the user wants to be matched with.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from services.kit.access import Caller
from services.kit.errors import Aborted, InvalidArgument
from services.profile.adapters.postgres import Store
from services.profile.domain import Cause, Facet, Format, Place, Preferences


@dataclass(frozen=True, slots=True)
class PreferencesChange:
    """New values for the fields in `fields`; the others are not looked at."""

    fields: frozenset[str]
    languages: tuple[str, ...] = ()
    formats: tuple[Format, ...] = ()
    place: Place | None = None
    max_distance_km: int = 0
    weights: tuple[tuple[Facet, float], ...] = ()

    def apply(self, preferences: Preferences) -> Preferences:
        """
        Return the preferences with the change, the place no finer than it may be known.

        Raises:
            InvalidArgument: a facet is weighted twice.
        """
        given = dict(self.weights)
        if len(given) < len(self.weights):
            raise InvalidArgument("Each facet has one weight.", field="preferences.weights")
        values: Mapping[str, Any] = {
            "languages": self.languages,
            "formats": self.formats,
            "place": self.place and self.place.rounded(),
            "max_distance_km": self.max_distance_km,
            "weights": {facet: given[facet] for facet in Facet if facet in given},
        }
        return replace(preferences, **{name: values[name] for name in self.fields})


class PreferencesService:
    """Reads and changes the caller's preferences."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def get_preferences(self, caller: Caller) -> Preferences:
        return (await self._store.profile(caller.user_id)).preferences

    async def update_preferences(
        self, caller: Caller, change: PreferencesChange, *, etag: str
    ) -> Preferences:
        """
        Make a version of the profile with the change, unless it changes nothing.

        Raises:
            Aborted: `etag` is not empty and not the current one.
            InvalidArgument: a value breaks a rule.
        """
        async with self._store.change(caller.user_id) as opened:
            known = opened.profile.preferences
            if etag and etag != known.etag:
                raise Aborted(field="preferences.etag")
            preferences = change.apply(known)
            if preferences == known:
                return known
            preferences = replace(preferences, revision=known.revision + 1, update_time=opened.now)
            await opened.commit(Cause.PREFERENCES_UPDATED, replace(opened.profile, preferences=preferences))
        return preferences
