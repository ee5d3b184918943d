"""
media, as profile calls it: what may be derived from a user's words has changed.
"""

from __future__ import annotations

from typing import Final

import grpc.aio

from services.kit.clients import Neighbour
from services.kit.errors import Unavailable
from timbre.media.v1 import media_pb2 as pb
from timbre.media.v1.media_pb2_grpc import MediaServiceStub

_TIMEOUT_SECONDS: Final = 10.0


class MediaUnavailable(Unavailable):
    """media did not start the analyses."""


class Media:
    """Has transcripts analyzed again."""

    def __init__(self, neighbour: Neighbour) -> None:
        self._neighbour = neighbour
        # The typed stub wants the asynchronous channel, whatever the class of the generated code says.
        self._stub = MediaServiceStub(neighbour.channel)

    async def reanalyze(self, user_id: str) -> int:
        """
        Start the analysis of every transcript of the user, and return how many there are.

        Raises:
            MediaUnavailable: whatever the reason, trying again is right.
        """
        try:
            reply = await self._stub.ReanalyzeRecordings(
                pb.ReanalyzeRecordingsRequest(),
                metadata=self._neighbour.metadata(user_id),
                timeout=_TIMEOUT_SECONDS,
            )
        except grpc.aio.AioRpcError as error:
            raise MediaUnavailable(f"media answered {error.code().name}") from None
        return reply.recording_count
