"""
How far matching is, and bringing it to where it should be.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Final

from services.kit.access import Caller
from services.kit.logs import get_logger
from services.profile.adapters.match import Match
from services.profile.adapters.notices import IndexNotices
from services.profile.adapters.postgres import Store
from services.profile.errors import IndexPending

MAX_WAIT_SECONDS: Final = 5.0
_LOOK_AGAIN_SECONDS: Final = 1.0
"""A notice may be lost with its connection; the row is looked at this often anyway."""


class WaitService:
    """Waits for the index on behalf of those who need it."""

    def __init__(self, store: Store, notices: IndexNotices) -> None:
        self._store = store
        self._notices = notices

    async def await_index(self, caller: Caller, version: int, *, seconds: float) -> int:
        """
        Return the indexed version as soon as it is at least `version`.

        Raises:
            IndexPending: it was not within `seconds`, at most 5.
        """
        with self._notices.subscribed(caller.user_id) as moved:
            try:
                async with asyncio.timeout(min(seconds, MAX_WAIT_SECONDS)):
                    while (indexed := await self._indexed(caller)) < version:
                        await _within(moved, _LOOK_AGAIN_SECONDS)
            except TimeoutError:
                raise IndexPending(retry_after=timedelta(seconds=1)) from None
        return indexed

    async def _indexed(self, caller: Caller) -> int:
        return (await self._store.profile(caller.user_id)).indexed_version


class IndexService:
    """Tells match the newest version of a profile."""

    def __init__(self, store: Store, match: Match) -> None:
        self._store = store
        self._match = match

    async def index_profile(self, user_id: str) -> None:
        """
        Bring match to the newest version. Several calls for one user are one effect: match keeps the newest.

        Raises:
            MatchUnavailable: try again.
        """
        newest = await self._store.newest_version(user_id)
        if newest is None or newest[1] >= newest[0].version:
            return
        indexed = await self._match.index(user_id, newest[0])
        await self._store.mark_indexed(user_id, indexed)
        get_logger().info("indexed", version=indexed)


async def _within(event: asyncio.Event, seconds: float) -> None:
    """Wait for the event, but not longer; then forget that it was set."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return
    event.clear()
