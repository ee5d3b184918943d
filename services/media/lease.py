"""Holding on to a claim while the work goes on, and noticing when it is lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg

from services.media.adapters.postgres import LEASE_SECONDS, Recordings
from services.media.domain import Claim


class LeaseLost(Exception):
    """Somebody else works on this stage by now, or the recording is gone; nothing may be written."""


@asynccontextmanager
async def held(recordings: Recordings, claim: Claim) -> AsyncIterator[None]:
    """
    Renew a claim every third of its lease; cancel the block and raise `LeaseLost` once it is lost.

    This only saves wasted work. What makes a late result harmless is the token in each write.
    """
    worker = asyncio.current_task()
    assert worker is not None
    lost = False

    async def renew() -> None:
        nonlocal lost
        while not lost:
            await asyncio.sleep(LEASE_SECONDS / 3)
            try:
                lost = not await recordings.renew(claim)
            except psycopg.Error:
                continue  # the database is away; the token decides when it is back
        worker.cancel()

    renewing = asyncio.create_task(renew())
    try:
        yield
    except asyncio.CancelledError:
        if not lost:
            raise
        worker.uncancel()
        raise LeaseLost from None
    finally:
        renewing.cancel()
