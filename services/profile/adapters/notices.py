"""
Who waits for what PostgreSQL announces: one listening connection a process, however many wait.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from services.kit.logs import describe, get_logger
from services.kit.postgres import Database
from services.profile.adapters.postgres import INDEXED_CHANNEL

_RECONNECT_SECONDS = 1.0


class IndexNotices:
    """Wakes those who wait for a user's profile to be indexed; a lost notice only delays them."""

    def __init__(self) -> None:
        self._waiting: defaultdict[str, set[asyncio.Event]] = defaultdict(set)

    async def listen(self, database: Database) -> None:
        """Pass notices on until cancelled; survives a restart of the database."""
        while True:
            try:
                async with database.listen(INDEXED_CHANNEL) as connection:
                    async for notice in connection.notifies():
                        self._wake(notice.payload)
            except psycopg.Error as error:
                get_logger().warning("index notices lost their connection", **describe(error))
            await asyncio.sleep(_RECONNECT_SECONDS)

    @contextmanager
    def subscribed(self, user_id: str) -> Iterator[asyncio.Event]:
        """Lend an event that is set each time the user's index moves on."""
        event = asyncio.Event()
        self._waiting[user_id].add(event)
        try:
            yield event
        finally:
            self._waiting[user_id].discard(event)
            if not self._waiting[user_id]:
                del self._waiting[user_id]

    def _wake(self, user_id: str) -> None:
        for event in self._waiting.get(user_id, ()):
            event.set()
