"""Which recordings have changed, by LISTEN/NOTIFY: one connection a process, however many watchers."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager, suppress
from uuid import UUID

import psycopg

from services.kit.logs import describe, get_logger
from services.kit.postgres import Database

_RECONNECT_SECONDS = 0.5


class Changes:
    """Wakes those who follow a recording. News is a hint to read again, and may come without a change."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._followers: defaultdict[UUID, set[asyncio.Event]] = defaultdict(set)
        self.closing = False
        """True once the process is stopping; every follower is woken to notice."""

    @contextmanager
    def following(self, recording_id: UUID) -> Iterator[asyncio.Event]:
        """Lend an event that is set at each news about the recording. Read the recording after entering."""
        news = asyncio.Event()
        self._followers[recording_id].add(news)
        try:
            yield news
        finally:
            self._followers[recording_id].discard(news)
            if not self._followers[recording_id]:
                del self._followers[recording_id]

    def close(self) -> None:
        self.closing = True
        self._wake_all()

    async def run(self) -> None:
        """Listen until cancelled, through restarts of the database."""
        while True:
            try:
                async with self._database.listen("media_recordings") as connection:
                    self._wake_all()  # what happened while nobody listened is not told again
                    async for notification in connection.notifies():
                        for news in self._followers.get(UUID(notification.payload), ()):
                            news.set()
            except psycopg.Error as error:
                get_logger().warning("lost the change feed", **describe(error))
            await asyncio.sleep(_RECONNECT_SECONDS)

    def _wake_all(self) -> None:
        for followers in self._followers.values():
            for news in followers:
                news.set()


async def open_changes(database: Database, stack: AsyncExitStack) -> Changes:
    """Listen for as long as `stack` lives."""
    changes = Changes(database)
    listening = asyncio.create_task(changes.run())

    async def stop() -> None:
        listening.cancel()
        with suppress(asyncio.CancelledError):
            await listening

    stack.push_async_callback(stop)
    return changes
