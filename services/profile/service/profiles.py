"""
The user's card and its history.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Any, Final

from services.kit.access import Caller
from services.kit.errors import Aborted
from services.kit.pages import PageTokens
from services.profile.adapters.postgres import Store
from services.profile.domain import Cause, Profile, Version, Visibility
from services.profile.errors import InvalidUpdateMask

_PAGE_FACTS: Final = 2_000
"""Facts in one page of versions: about 1 MB, well below what a gRPC client takes."""


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

    def __init__(self, store: Store, pages: PageTokens) -> None:
        self._store = store
        self._pages = pages

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

    async def list_versions(
        self, caller: Caller, *, page_size: int, page_token: str
    ) -> tuple[list[Version], str]:
        """
        Return a page of the history, newest first, and the token of the next page. A page of long versions
        holds fewer than were asked for, at least one.
        """
        bound_to = f"versions {caller.user_id}"
        cursor = self._pages.read(page_token, bound_to=bound_to)
        before = int(cursor[0]) if cursor else None
        found = await self._store.versions(caller.user_id, before=before, limit=page_size + 1)
        sizes = accumulate(len(version.facts) for version in found[:page_size])
        fitting = max(1, sum(size <= _PAGE_FACTS for size in sizes))
        page = found[:fitting]
        if len(found) <= len(page):
            return page, ""
        return page, self._pages.make([page[-1].version], bound_to=bound_to)
