"""
Whom PostgreSQL takes us for: each session says for whom it acts, and row-level security shows it those rows.
"""

from __future__ import annotations

from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from psycopg import AsyncConnection
from psycopg.rows import DictRow

T = TypeVar("T")

EVERYBODY = "*"
_acting_for: ContextVar[str] = ContextVar("acting_for", default="")


def act_for(user_id: str) -> None:
    """From here on this task acts for one user; other people's rows do not exist for it."""
    _acting_for.set(user_id)


def actor() -> str:
    """For whom this task acts: a user, `EVERYBODY`, or nobody."""
    return _acting_for.get()


@contextmanager
def acting_for(user_id: str) -> Iterator[None]:
    """Act for one user, or for `EVERYBODY`, while the block lasts."""
    before = _acting_for.set(user_id)
    try:
        yield
    finally:
        _acting_for.reset(before)


async def for_everybody(work: Coroutine[Any, Any, T]) -> T:
    """Do work that belongs to no user: sweeps, repairs, jobs."""
    with acting_for(EVERYBODY):
        return await work


class Connection(AsyncConnection[DictRow]):
    """A connection that remembers for whom its session acts."""

    _session = ""

    async def act(self) -> None:
        """Tell the server for whom the running task acts. Outside a transaction: a rollback would undo it."""
        user = _acting_for.get()
        if user != self._session:
            await self.execute("SELECT set_config('timbre.user', %s, false)", (user,))
            self._session = user
