"""
Whether a process does its work, asked the way its platform would ask.
"""

from __future__ import annotations

import asyncio
from urllib.error import URLError
from urllib.request import urlopen

import grpc
import grpc.aio
from grpc_health.v1 import health_pb2

_TIMEOUT = 2.0  # seconds


async def grpc_serves(address: str) -> bool:
    """Whether the server at `host:port` says SERVING for itself as a whole (grpc.health.v1)."""
    async with grpc.aio.insecure_channel(address) as channel:
        # The type stubs of grpc_health know its synchronous client only.
        check = channel.unary_unary(
            "/grpc.health.v1.Health/Check",
            request_serializer=health_pb2.HealthCheckRequest.SerializeToString,
            response_deserializer=health_pb2.HealthCheckResponse.FromString,
        )
        try:
            reply = await check(health_pb2.HealthCheckRequest(), timeout=_TIMEOUT)
        except grpc.aio.AioRpcError:
            return False
        return reply.status == health_pb2.HealthCheckResponse.SERVING


async def http_answers(url: str) -> bool:
    """Whether a GET of `url`, on this machine, is answered with 200."""
    return await asyncio.to_thread(_answers, url)


def _answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=_TIMEOUT) as reply:  # noqa: S310  # our own address
            return reply.status == 200  # noqa: PLR2004
    except (URLError, TimeoutError, ConnectionError):
        return False
