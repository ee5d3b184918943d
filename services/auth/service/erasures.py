"""
Leave for good: DeleteAccount begins an erasure, the worker's saga carries it out, anybody who knows its name
may read how far it is.
"""

from __future__ import annotations

import secrets
from typing import Final

from services.auth.adapters.erasures import ErasureStore
from services.auth.adapters.revocations import RevocationStore
from services.auth.domain import Erasure
from services.auth.errors import ErasureNotFound
from services.kit.access import Caller
from services.kit.jobs import Jobs
from services.kit.postgres import Connection
from services.kit.revocations import State, hashed

ERASE: Final = "erase"
_SECRET_BYTES: Final = 32


async def enqueue_erasure(jobs: Jobs, connection: Connection, user_sha256: bytes) -> None:
    """Have a worker go on with the erasure once the transaction commits."""
    name = user_sha256.hex()
    await jobs.defer(connection, ERASE, once=f"{ERASE}:{name}", user_sha256=name)


class ErasureService:
    def __init__(self, erasures: ErasureStore, revocations: RevocationStore, jobs: Jobs) -> None:
        self._erasures = erasures
        self._revocations = revocations
        self._jobs = jobs

    async def delete_account(self, caller: Caller) -> Erasure:
        """Refuse the caller everywhere and begin to erase them; a repeat returns the same erasure."""
        user_sha256 = hashed(caller.user_id)
        async with self._revocations.changing() as connection:
            known = await self._erasures.of(connection, user_sha256)
            if known:
                return known
            await self._revocations.revoke(connection, caller.user_id, State.ERASED)
            secret = secrets.token_urlsafe(_SECRET_BYTES)
            erasure = await self._erasures.add(connection, secret, caller.user_id, user_sha256)
            await enqueue_erasure(self._jobs, connection, user_sha256)
        return erasure

    async def get_erasure(self, secret: str) -> Erasure:
        """
        Return the erasure of this name.

        Raises:
            ErasureNotFound: there is none.
        """
        erasure = await self._erasures.by_secret(secret)
        if erasure is None:
            raise ErasureNotFound
        return erasure
