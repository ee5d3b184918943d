"""
Reads from a replica that is behind, with read-your-writes.

A read may be answered by the replica when its user has written nothing for `WINDOW` seconds and the replica is
known to be less than that behind. How far behind it is, each process measures with a heartbeat of its own: a
number that it writes every second and looks for at the replica, so that no two clocks are compared. Who has
written is told to the other copies of a service by NOTIFY, as part of the write; the heartbeat comes the same way,
so a copy that does not hear, or cannot measure, knows it and asks the writer.

What remains: a user whose two calls reach two copies within the milliseconds that a NOTIFY takes may, in the
second, not see the first. Transactions, and reads that decide anything, never come here.
"""

from __future__ import annotations

import asyncio
import re
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from time import monotonic
from typing import Any, Final, LiteralString
from uuid import uuid4

import psycopg
from psycopg.rows import DictRow
from psycopg_pool import AsyncConnectionPool

from services.kit.logs import describe, get_logger
from services.kit.sessions import Connection

WINDOW: Final = 5.0
"""Seconds for which the reads of a user who has written go to the writer."""
CHANNEL: Final = "timbre_wrote"
_BEAT: Final = 1.0
_HEARING: Final = 2.5 * _BEAT
_KEEP_USERS: Final = 10_000
_NEVER: Final = float("-inf")
_WRITES = re.compile(r"\b(?:INSERT|UPDATE|DELETE|MERGE)\b", re.IGNORECASE)

TELL: Final[LiteralString] = f"SELECT pg_notify('{CHANNEL}', %(payload)s)"
_BEAT_SQL: Final[LiteralString] = (
    "INSERT INTO heartbeats (copy_id, beat) VALUES (%(copy)s, %(beat)s)"
    " ON CONFLICT (copy_id) DO UPDATE SET beat = excluded.beat, beat_time = now()"
)
_FORGET_SQL: Final[LiteralString] = (
    "DELETE FROM heartbeats WHERE beat_time < now() - interval '1 hour' AND copy_id <> %(copy)s"
)
_SEEN_SQL: Final[LiteralString] = "SELECT beat FROM heartbeats WHERE copy_id = %(copy)s"


@lru_cache(maxsize=512)
def may_write(sql: str) -> bool:
    """Whether a statement changes anything, as far as its text tells; rather yes than no."""
    return bool(_WRITES.search(sql))


class Freshness:
    """Knows who has written lately, and how far behind the replica is. In doubt it says: ask the writer."""

    def __init__(self, *, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._sent: deque[tuple[int, float]] = deque(maxlen=64)
        self._shown = self._heard = _NEVER
        self._closed_until = _NEVER
        self._wrote: dict[str, float] = {}

    def allows(self, user: str) -> bool:
        """Whether the replica has all that this user has written, and is recent enough for anybody."""
        now = self._clock()
        return (
            now >= self._closed_until
            and now - self._shown < WINDOW
            and now - self._heard < _HEARING
            and now - self._wrote.get(user, _NEVER) >= WINDOW
        )

    def wrote(self, user: str) -> None:
        """This user has written just now, here or in another copy."""
        now = self._clock()
        self._wrote.pop(user, None)
        self._wrote[user] = now
        while len(self._wrote) > _KEEP_USERS or now - next(iter(self._wrote.values())) >= WINDOW:
            forgotten = self._wrote.pop(next(iter(self._wrote)))
            # Forgotten too early, somebody might miss their own write: meanwhile nobody uses the replica.
            self._closed_until = max(self._closed_until, forgotten + WINDOW)

    def deaf(self) -> None:
        """Writes of other copies were, or may have been, missed until now."""
        self._heard = _NEVER
        self._closed_until = max(self._closed_until, self._clock() + WINDOW)

    def lost(self) -> None:
        """The replica did not answer: do not ask again before it shows the next beat."""
        self._shown = _NEVER

    def sending(self, beat: int) -> None:
        """A beat is about to be written."""
        self._sent.append((beat, self._clock()))

    def heard(self, beat: int) -> None:
        """The beat came back as a notification, and with it all that was told before."""
        self._heard = max(self._heard, self._time_of(beat))

    def shown(self, beat: int) -> None:
        """The replica has the beat, and with it all that was written before."""
        self._shown = max(self._shown, self._time_of(beat))

    def _time_of(self, beat: int) -> float:
        return next((time for sent, time in self._sent if sent == beat), _NEVER)


def end_if_cancelled() -> None:
    """End a loop that was cancelled inside a driver, which may have made an error of its own out of that."""
    task = asyncio.current_task()
    if task and task.cancelling():
        raise asyncio.CancelledError


class Replica:
    """A pool of connections to a replica, and the knowledge of when it may be asked."""

    def __init__(self, pool: AsyncConnectionPool[Connection], freshness: Freshness | None = None) -> None:
        self.freshness = freshness or Freshness()
        self._pool = pool
        self._copy = uuid4()

    async def answer(
        self, user: str, sql: LiteralString, params: Mapping[str, Any] | None
    ) -> Sequence[DictRow] | None:
        """Answer a read, or None when the writer has to: too fresh a user, too old a replica, or none."""
        if not self.freshness.allows(user):
            return None
        try:
            return await self._read(sql, params)
        except psycopg.Error as error:
            self.freshness.lost()
            get_logger().warning("replica did not answer", **describe(error))
            return None

    async def _read(self, sql: LiteralString, params: Mapping[str, Any] | None) -> Sequence[DictRow]:
        async with self._pool.connection() as connection:
            await connection.act()
            cursor = await connection.execute(sql, params)
            return await cursor.fetchall()

    async def beat(self, writer: AsyncConnectionPool[Connection]) -> None:
        """Write a number every second, tell it, and look whether the replica shows it; until cancelled."""
        number = 0
        while True:
            number += 1
            params = {"copy": self._copy, "beat": number, "payload": f"*{self._copy}:{number}"}
            try:
                self.freshness.sending(number)
                async with writer.connection() as connection:
                    await connection.execute(_BEAT_SQL, params)
                    await connection.execute(TELL, params)
                    if number == 1:
                        await connection.execute(_FORGET_SQL, params)
                for row in await self._read(_SEEN_SQL, params):
                    self.freshness.shown(row["beat"])
            except psycopg.Error as error:
                get_logger().warning("replica cannot be measured", **describe(error))
                end_if_cancelled()
            await asyncio.sleep(_BEAT)

    def hear(self, payload: str) -> None:
        """Take one notification: somebody wrote, or our own beat came back."""
        if not payload.startswith("*"):
            self.freshness.wrote(payload)
        elif payload.startswith(f"*{self._copy}:"):
            self.freshness.heard(int(payload.rpartition(":")[2]))
