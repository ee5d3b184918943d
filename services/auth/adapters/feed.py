"""
The list of revocations as this copy of auth knows it: read from the database whenever it says that the list
has changed, and once a second in any case. Its own gatekeeper asks it, and watchers are told from it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from typing import Final, LiteralString

import psycopg

from services.auth.adapters.revocations import CHANNEL
from services.auth.domain import REVOCATIONS_KEPT_HOURS
from services.auth.errors import ListUnavailable
from services.kit.logs import describe, get_logger
from services.kit.postgres import Connection, Database, for_everybody, queries
from services.kit.revocations import Revocation, Revocations, State

POLL_SECONDS: Final = 1.0
HEARTBEAT_SECONDS: Final = 0.8
"""The contract promises one at least every second."""
STALE_SECONDS: Final = 2.0
"""A copy that has not read the list for so long says so; another copy may be able to."""
EVENT_SIZE: Final = 1000
_WHOLE_LIST_SECONDS: Final = 3600
"""How often the list is read as a whole, so that what has run out is forgotten."""
_READ_SECONDS: Final = 5.0
_RECONNECT_SECONDS: Final = 0.5
_FIRST_LIST_SECONDS: Final = 10.0

_SQL = queries("services.auth")

Known = dict[bytes, Revocation]


@dataclass(frozen=True, slots=True)
class Event:
    """What a watcher is told at once; without changes it only says that the list is being watched."""

    changes: Mapping[bytes, Revocation]
    snapshot_complete: bool


@dataclass(slots=True, eq=False)
class _Watcher:
    pending: Known
    """What the watcher has not been told yet, the newest of each user."""
    news: asyncio.Event = field(default_factory=asyncio.Event)


class Feed:
    """One of these a process."""

    def __init__(self, database: Database) -> None:
        self.revocations = Revocations()
        self._database = database
        self._known: Known = {}
        self._revision = 0
        self._read_at = -STALE_SECONDS
        self._whole_at = 0.0
        self._watchers: set[_Watcher] = set()
        self._closing = False

    async def run(self) -> None:
        """Follow the list until cancelled, through restarts of the database."""
        while True:
            try:
                async with self._database.listen(CHANNEL) as connection:
                    await self._read_whole(connection)
                    while True:
                        async for _ in connection.notifies(timeout=POLL_SECONDS, stop_after=1):
                            pass
                        await self._read(connection)
            except (psycopg.Error, OSError, TimeoutError) as error:
                get_logger().warning("lost the list of revocations", **describe(error))
            await asyncio.sleep(_RECONNECT_SECONDS)

    def close(self) -> None:
        """End every watcher's stream; each will find another copy, or this one when it is back."""
        self._closing = True
        for watcher in self._watchers:
            watcher.news.set()

    async def watch(self) -> AsyncIterator[Event]:
        """
        Yield the whole list, then each change, and something at least every second.

        Raises:
            ListUnavailable: the database cannot be read.
        """
        await self._await_list()
        with self._watching() as watcher:
            complete = False
            while not self._closing:
                if time.monotonic() - self._read_at > STALE_SECONDS:
                    raise ListUnavailable
                changes = _take(watcher.pending)
                complete = complete or not watcher.pending
                yield Event(changes, complete)
                if not watcher.pending:
                    watcher.news.clear()
                    with suppress(TimeoutError):
                        await asyncio.wait_for(watcher.news.wait(), HEARTBEAT_SECONDS)

    async def _await_list(self) -> None:
        try:
            async with asyncio.timeout(STALE_SECONDS):
                await self.revocations.seen()
        except TimeoutError:
            raise ListUnavailable from None

    @contextmanager
    def _watching(self) -> Iterator[_Watcher]:
        # Nothing is awaited between the copy and the entry into the set: no change can fall in between.
        watcher = _Watcher(dict(self._known))
        self._watchers.add(watcher)
        try:
            yield watcher
        finally:
            self._watchers.discard(watcher)

    async def _read_whole(self, connection: Connection) -> None:
        known, revision = await _rows(
            connection, _SQL["revocations_in_force"], {"kept_hours": REVOCATIONS_KEPT_HOURS}
        )
        changes = {user: entry for user, entry in known.items() if self._known.get(user) != entry}
        # A database that was set back to an earlier day tells revisions that were seen before.
        self._known, self._revision = known, revision
        self.revocations.replace(known)
        self._whole_at = time.monotonic()
        self._tell(changes)

    async def _read(self, connection: Connection) -> None:
        if time.monotonic() - self._whole_at > _WHOLE_LIST_SECONDS:
            await self._read_whole(connection)
            return
        changes, revision = await _rows(connection, _SQL["revocations_since"], {"revision": self._revision})
        self._known |= changes
        self._revision = max(self._revision, revision)
        self.revocations.add(changes)
        self._tell(changes)

    def _tell(self, changes: Known) -> None:
        self._read_at = time.monotonic()
        if changes:
            for watcher in self._watchers:
                watcher.pending |= changes
                watcher.news.set()


async def _rows(connection: Connection, sql: LiteralString, params: Mapping[str, int]) -> tuple[Known, int]:
    async with asyncio.timeout(_READ_SECONDS):
        rows = await (await connection.execute(sql, params)).fetchall()
    known = {row["user_sha256"]: Revocation(State[row["state"]], row["revoke_time"]) for row in rows}
    return known, max((row["revision"] for row in rows), default=0)


def _take(pending: Known) -> Known:
    return dict(pending.popitem() for _ in range(min(len(pending), EVENT_SIZE)))


async def open_feed(database: Database, stack: AsyncExitStack) -> Feed:
    """Follow the list for as long as `stack` lives; wait a little for its first state."""
    feed = Feed(database)
    following = asyncio.create_task(for_everybody(feed.run()))

    async def stop() -> None:
        following.cancel()
        with suppress(asyncio.CancelledError):
            await following

    stack.push_async_callback(stop)
    with suppress(TimeoutError):
        async with asyncio.timeout(_FIRST_LIST_SECONDS):
            await feed.revocations.seen()
    return feed
