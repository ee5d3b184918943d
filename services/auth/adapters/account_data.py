"""A whole user at the services that hold data of users, on the wire (`timbre.account.v1`)."""

from __future__ import annotations

from collections.abc import AsyncIterator

from services.kit.clients import Neighbour
from timbre.account.v1 import data_pb2 as pb
from timbre.account.v1.data_pb2_grpc import AccountDataServiceStub

EXPORT_SECONDS = 600.0
ERASE_SECONDS = 30.0
"""No longer than the door of the other service gives a call."""


class DataHolder:
    """One of them. Nothing is retried here: the job that calls is run again."""

    def __init__(self, name: str, neighbour: Neighbour) -> None:
        self.name = name
        self._neighbour = neighbour
        self._stub = AccountDataServiceStub(neighbour.channel)

    async def export(self, user_id: str) -> AsyncIterator[tuple[str, bytes]]:
        """
        Yield everything that is held about a user as pieces of files: path and content.

        Raises:
            grpc.aio.AioRpcError: the call failed, perhaps halfway.
        """
        call = self._stub.ExportUser(
            pb.ExportUserRequest(), metadata=self._neighbour.metadata(user_id), timeout=EXPORT_SECONDS
        )
        try:
            async for piece in call:
                yield piece.path, piece.content
        finally:
            call.cancel()

    async def erase(self, user_id: str) -> dict[str, int]:
        """
        Have everything removed and return what there was, by store and kind. Idempotent.

        Raises:
            grpc.aio.AioRpcError: the call failed; what it has removed by then is not counted.
        """
        reply = await self._stub.EraseUser(
            pb.EraseUserRequest(), metadata=self._neighbour.metadata(user_id), timeout=ERASE_SECONDS
        )
        return dict(reply.counts)
