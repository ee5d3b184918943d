"""
What the profile was: its history, what changed in between, and the way back.
"""

from __future__ import annotations

from itertools import accumulate
from typing import Final

from services.kit.access import Caller
from services.kit.errors import Aborted
from services.kit.pages import PageTokens
from services.profile.adapters.changes import Change
from services.profile.adapters.postgres import Store
from services.profile.domain import Cause, Profile, Version
from services.profile.errors import VersionNotFound
from services.profile.history import Difference, difference, restored, with_card

_PAGE_FACTS: Final = 2_000
"""Facts in one page of versions: about 1 MB, well below what a gRPC client takes."""


class VersionService:
    """Reads the caller's history, and adds to it what has been before."""

    def __init__(self, store: Store, pages: PageTokens) -> None:
        self._store = store
        self._pages = pages

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

    async def diff_versions(self, caller: Caller, before: int, after: int) -> Difference:
        """
        Return what changed from one version to the other, which may be the older one.

        Raises:
            VersionNotFound: the caller's profile has no such version.
        """
        versions = await self._store.versions_numbered(caller.user_id, {before, after})
        if not {before, after} <= versions.keys():
            raise VersionNotFound
        return difference(versions[before], versions[after])

    async def restore_version(self, caller: Caller, number: int, *, etag: str) -> Profile:
        """
        Make a version with the facts and the card of an older one, unless nothing differs.

        What was taken out of history does not come back, because it is not in there any more.

        Raises:
            VersionNotFound: the caller's profile has no such version.
            Aborted: `etag` is not empty and not the current one, nor the one of a call that is repeated.
        """
        async with self._store.change(caller.user_id) as change:
            old = await change.version(number)
            if old is None:
                raise VersionNotFound
            profile = with_card(change.profile, old.card)
            now = {fact.id: fact for fact in await change.facts()}
            written = restored(old.facts, now, revision=change.profile.version + 1, time=change.now)
            gone = now.keys() - {fact.id for fact in old.facts}
            differs = bool(written or gone or profile.card != change.profile.card)
            if etag and etag != change.profile.etag and (differs or not await _repeats(change, etag)):
                raise Aborted(field="etag")
            if differs:
                await change.delete_facts(list(gone))
                await change.unbury(fact for fact in written if fact.id not in now)
                # Newest first, and the last one written is the newest.
                await change.save_facts(reversed(written))
                await change.commit(Cause.RESTORED, profile)
        return await self._store.profile(caller.user_id)


async def _repeats(change: Change, etag: str) -> bool:
    """Say whether the newest version was made by a restoration for which that etag was the current one."""
    newest = await change.version(change.profile.version)
    return bool(newest and newest.cause is Cause.RESTORED and etag == f"v{newest.version - 1}")
