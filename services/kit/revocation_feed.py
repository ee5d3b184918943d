"""
The list of revocations as it comes from auth's stream.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager, suppress

import grpc
import grpc.aio

from services.kit.clients import Neighbour
from services.kit.logs import describe, get_logger
from services.kit.revocations import Revocation, Revocations, State
from services.kit.service_tokens import NOBODY
from timbre.auth.v1 import auth_pb2 as pb
from timbre.auth.v1.auth_pb2_grpc import AuthServiceStub

SILENCE_SECONDS = 2.5
"""A stream that says nothing for so long is broken: auth sends something every second."""
_RECONNECT_SECONDS = 0.2
_FIRST_LIST_SECONDS = 10.0


class Watch:
    """Keeps a `Revocations` up to date from auth's stream, through restarts of auth."""

    def __init__(self, revocations: Revocations, auth: Neighbour) -> None:
        self._revocations = revocations
        self._auth = auth
        self._stub = AuthServiceStub(auth.channel)

    async def run(self) -> None:
        """Watch until cancelled."""
        while True:
            try:
                await self._follow()
            except (grpc.aio.AioRpcError, TimeoutError) as error:
                get_logger().warning("lost the list of revocations", **describe(error))
            await asyncio.sleep(_RECONNECT_SECONDS)

    async def _follow(self) -> None:
        call = self._stub.WatchRevocations(
            pb.WatchRevocationsRequest(), metadata=self._auth.metadata(NOBODY), wait_for_ready=True
        )
        events = aiter(call)
        snapshot: dict[bytes, Revocation] | None = {}
        try:
            while True:
                async with asyncio.timeout(SILENCE_SECONDS):
                    event = await anext(events, None)
                if event is None:
                    return
                changes = _read(event.revocations)
                if snapshot is None:
                    self._revocations.add(changes)
                    continue
                # The old list stays in force until the new one is complete: a reconnect forgets nobody.
                snapshot |= changes
                if event.snapshot_complete:
                    self._revocations.replace(snapshot)
                    snapshot = None
        finally:
            call.cancel()


@asynccontextmanager
async def watching(auth: Neighbour) -> AsyncIterator[Revocations]:
    """Lend the list that auth keeps, up to date while the block lasts; wait a little for its first state."""
    revocations = Revocations()
    task = asyncio.create_task(Watch(revocations, auth).run())
    try:
        # Whoever starts before auth does is up, and says UNAVAILABLE to users until the list is here.
        with suppress(TimeoutError):
            async with asyncio.timeout(_FIRST_LIST_SECONDS):
                await revocations.seen()
        yield revocations
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def open_revocations(auth: Neighbour | None, stack: AsyncExitStack) -> Revocations:
    """Open the list that `auth` keeps, or an empty one without auth; it lives as long as `stack`."""
    return await stack.enter_async_context(watching(auth)) if auth else Revocations.none()


def _read(revocations: Iterable[pb.Revocation]) -> dict[bytes, Revocation]:
    return {
        each.user_sha256: Revocation(State(each.state), each.revoke_time.ToMicroseconds() / 1e6)
        for each in revocations
    }
