"""
The user's profile, and how others may see it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from services.kit.access import Caller
from services.kit.errors import Aborted
from services.profile.adapters.postgres import Store
from services.profile.domain import Card, Cause, Facet, Profile, Version, Visibility
from services.profile.errors import InvalidUpdateMask


@dataclass(frozen=True, slots=True)
class ProfileChange:
    """New values for some fields of a profile; None leaves a field as it is."""

    display_name: str | None = None
    headline: str | None = None
    """Empty returns to the selected sentence."""
    languages: tuple[str, ...] | None = None
    visibility: Visibility | None = None

    def apply(self, profile: Profile) -> Profile:
        values: Mapping[str, Any] = {
            "display_name": self.display_name,
            "own_headline": self.headline,
            "languages": self.languages,
            "visibility": self.visibility,
        }
        return replace(profile, **{name: value for name, value in values.items() if value is not None})


class ProfileService:
    """Reads and changes the caller's profile."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def get_profile(self, caller: Caller) -> Profile:
        """Return the caller's profile; everyone has one, if only an empty one."""
        return await self._store.profile(caller.user_id)

    async def update_profile(self, caller: Caller, change: ProfileChange, *, etag: str) -> Profile:
        """
        Make a version with the change, unless it changes nothing.

        Raises:
            Aborted: `etag` is not empty and not the current one.
        """
        if change == ProfileChange():
            raise InvalidUpdateMask(field="update_mask")
        async with self._store.change(caller.user_id) as opened:
            if etag and etag != opened.profile.etag:
                raise Aborted(field="profile.etag")
            changed = change.apply(opened.profile)
            if changed != opened.profile:
                await opened.commit(Cause.PROFILE_UPDATED, changed)
        return await self._store.profile(caller.user_id)

    async def get_card(self, caller: Caller) -> Version:
        """
        Return the newest version, which is what match is told, with only the facts that others may see; an
        empty one before the first change.
        """
        newest = await self._store.newest_version(caller.user_id)
        if newest is None:
            return Version(0, Cause.PROFILE_UPDATED, datetime.min.replace(tzinfo=UTC), Card(), ())
        version, _ = newest
        seen = (fact for fact in version.open_facts if fact.facet is not Facet.EXCLUSION)
        return replace(version, facts=tuple(seen))
