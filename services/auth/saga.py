"""
The erasure of a user, step by step. Each step is idempotent and noted once it is done, with what it removed;
whoever is killed in between, the next worker goes on behind the last note. The services are asked twice: what
was still on its way into a store at the first time is found at the second.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Final

from services.auth.adapters.account_data import DataHolder
from services.auth.adapters.cognito import Cognito
from services.auth.adapters.erasures import ErasureStore
from services.auth.adapters.exports import ExportStore
from services.auth.adapters.s3 import S3Exports
from services.auth.domain import Counts, Erasure, added
from services.auth.receipt import ReceiptKey
from services.kit.logs import get_logger

_PAUSE_SECONDS: Final = 0.2
_PATIENCE: Final = 100
"""Pauses to wait for a worker that packs an export of the user to notice that nobody wants it."""

Step = Callable[[str], Awaitable[Counts]]
"""Takes the user id, returns what was removed."""


class StillPacking(Exception):
    """A worker packs an export of the user; try again."""


class Saga:
    """What the worker does about erasures."""

    def __init__(
        self,
        erasures: ErasureStore,
        exports: ExportStore,
        archives: S3Exports,
        cognito: Cognito,
        holders: Sequence[DataHolder],
        *,
        key: ReceiptKey,
    ) -> None:
        self._erasures = erasures
        self._exports = exports
        self._archives = archives
        self._cognito = cognito
        self._key = key
        first = {holder.name: partial(_erase_at, holder) for holder in holders}
        again = {f"{holder.name} again": partial(_erase_at, holder) for holder in holders}
        self._rounds: Sequence[Mapping[str, Step]] = (
            {"lock out": self._lock_out, **first},
            {"exports": self._erase_exports},
            {"own rows": self._erase_own_rows},
            {"account": self._delete_account},
            again,
        )

    async def run(self, user_sha256: bytes) -> None:
        """
        Go on with the erasure of a user until nothing is left; without one, do nothing.

        Raises:
            Exception: a store did not answer. Everything else of the same round is done nevertheless.
        """
        erasure = await self._erasures.running(user_sha256)
        if erasure is None:
            return
        done = {step for step, _ in await self._erasures.steps(erasure)}
        for steps in self._rounds:
            left = [self._take(erasure, name, step) for name, step in steps.items() if name not in done]
            outcomes = await asyncio.gather(*left, return_exceptions=True)
            for outcome in outcomes:
                if outcome is not None:
                    raise outcome
        await self._finish(user_sha256)

    async def _take(self, erasure: Erasure, name: str, step: Step) -> None:
        assert erasure.user_id is not None
        started = time.monotonic()
        counts = await step(erasure.user_id)
        await self._erasures.note(erasure, name, counts)
        get_logger().info("erasure step done", stage=name, seconds=round(time.monotonic() - started, 3))

    async def _finish(self, user_sha256: bytes) -> None:
        """The last transaction: sign what was done, and forget whom it was done for."""
        async with self._erasures.transaction() as connection:
            erasure = await self._erasures.lock(connection, user_sha256)
            if erasure is None:
                return
            counts = added(counts for _, counts in await self._erasures.steps(erasure))
            complete_time = await self._erasures.now(connection)
            receipt = self._key.sign(erasure, complete_time, counts)
            await self._erasures.complete(connection, erasure, complete_time, receipt)
        get_logger().info("erasure complete")

    async def _lock_out(self, user_id: str) -> Counts:
        await self._cognito.disable(user_id)
        await self._cognito.sign_out(user_id)
        return {}

    async def _erase_exports(self, user_id: str) -> Counts:
        jobs = await self._exports.stop_all(user_id)
        for _ in range(_PATIENCE):
            if not await self._exports.is_busy(user_id):
                break
            await asyncio.sleep(_PAUSE_SECONDS)
        else:
            raise StillPacking
        jobs += await self._exports.stop_all(user_id)
        removed = await self._archives.remove_all(user_id)
        rows = await self._exports.delete_all(user_id)
        return {"auth": {**removed, "postgres.exports": rows, "postgres.jobs": jobs}}

    async def _erase_own_rows(self, user_id: str) -> Counts:
        return {"auth": {"postgres.request_ids": await self._erasures.forget_user(user_id)}}

    async def _delete_account(self, user_id: str) -> Counts:
        return {"auth": {"cognito.users": int(await self._cognito.delete(user_id))}}


async def _erase_at(holder: DataHolder, user_id: str) -> Counts:
    return {holder.name: await holder.erase(user_id)}
