"""
media as profile sees it: a small gRPC server on a real socket that counts for whom transcripts are read again.
"""

from __future__ import annotations

from typing import Any

import grpc.aio

from local.ports import free_port
from services.kit.access import Gatekeeper
from services.kit.service_tokens import ServiceTokens
from timbre.media.v1 import media_pb2 as pb
from timbre.media.v1.media_pb2_grpc import MediaServiceServicer, add_MediaServiceServicer_to_server


class MediaServer(MediaServiceServicer):
    """Verifies the caller's service token and remembers the acting user."""

    def __init__(self, tokens: ServiceTokens) -> None:
        self.address = f"127.0.0.1:{free_port()}"
        self.reanalyzed: list[str] = []
        self._gatekeeper = Gatekeeper(tokens)
        self._server: grpc.aio.Server | None = None

    async def start(self) -> None:
        self._server = grpc.aio.server(options=[("grpc.so_reuseport", 0)])
        add_MediaServiceServicer_to_server(self, self._server)
        self._server.add_insecure_port(self.address)
        await self._server.start()

    async def stop(self) -> None:
        if self._server:
            await self._server.stop(0)
            self._server = None

    async def ReanalyzeRecordings(
        self, request: pb.ReanalyzeRecordingsRequest, context: grpc.aio.ServicerContext[Any, Any]
    ) -> pb.ReanalyzeRecordingsResponse:
        caller = await self._gatekeeper.authenticate(context.invocation_metadata())
        assert caller.service == "profile"
        self.reanalyzed.append(caller.user_id)
        return pb.ReanalyzeRecordingsResponse(recording_count=1)
