"""
match as profile sees it: a small gRPC server on a real socket that remembers what it was told to index, keeps
the newest version only, and can go down, come back and be slow.
"""

from __future__ import annotations

import asyncio
from typing import Any

import grpc.aio

from local.ports import free_port
from services.kit.access import Gatekeeper
from services.kit.service_tokens import ServiceTokens
from timbre.match.v1 import match_pb2 as pb
from timbre.match.v1.match_pb2_grpc import MatchServiceServicer, add_MatchServiceServicer_to_server


class MatchServer(MatchServiceServicer):
    """Verifies the caller's service token and stores the newest version of each user."""

    def __init__(self, tokens: ServiceTokens) -> None:
        self.address = f"127.0.0.1:{free_port()}"
        self.newest: dict[str, pb.IndexProfileRequest] = {}
        self.calls: list[tuple[str, int]] = []
        self.open = asyncio.Event()
        """While it is not set, calls hang."""
        self.open.set()
        self._gatekeeper = Gatekeeper(tokens)
        self._server: grpc.aio.Server | None = None

    async def start(self) -> None:
        self._server = grpc.aio.server(options=[("grpc.so_reuseport", 0)])
        add_MatchServiceServicer_to_server(self, self._server)
        self._server.add_insecure_port(self.address)
        await self._server.start()

    async def stop(self) -> None:
        if self._server:
            await self._server.stop(0)
            self._server = None

    async def IndexProfile(
        self, request: pb.IndexProfileRequest, context: grpc.aio.ServicerContext[Any, Any]
    ) -> pb.IndexProfileResponse:
        caller = await self._gatekeeper.authenticate(context.invocation_metadata())
        assert caller.service == "profile"
        self.calls.append((caller.user_id, request.version))
        await self.open.wait()
        known = self.newest.get(caller.user_id)
        if known is None or request.version > known.version:
            self.newest[caller.user_id] = request
        return pb.IndexProfileResponse(indexed_version=self.newest[caller.user_id].version)
