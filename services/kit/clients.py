"""
Calls to another service: one channel a neighbour, a fresh service token a call, the acting user inside.
Nothing is retried here; a durable job that fails is run again as a whole.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AsyncExitStack

import grpc
import grpc.aio

from services.kit.interceptors import current_request_id
from services.kit.service_tokens import ServiceTokens

CallMetadata = tuple[tuple[str, str], ...]


class Neighbour:
    """Another service as this one sees it: a channel, and the metadata each call to it needs."""

    def __init__(self, name: str, channel: grpc.aio.Channel, mint: Callable[[str, str], str]) -> None:
        self.channel = channel
        self._name = name
        self._mint = mint

    def metadata(self, acting_user: str) -> CallMetadata:
        """Return what lets one call pass the neighbour's door on behalf of `acting_user`."""
        token = self._mint(self._name, acting_user)
        metadata = (("authorization", f"Bearer {token}"),)
        request_id = current_request_id()
        return (*metadata, ("x-request-id", request_id)) if request_id else metadata


async def open_neighbour(name: str, address: str, tokens: ServiceTokens, stack: AsyncExitStack) -> Neighbour:
    """Open a channel to the service `name` at `address` (`host:port`, or a name with several addresses)."""
    channel = grpc.aio.insecure_channel(
        address,
        options=[
            ("grpc.keepalive_time_ms", 30_000),
            ("grpc.keepalive_timeout_ms", 5_000),
            ("grpc.lb_policy_name", "round_robin"),
            # A neighbour that restarts is back within moments; wait no two minutes for it.
            ("grpc.initial_reconnect_backoff_ms", 100),
            ("grpc.max_reconnect_backoff_ms", 2_000),
        ],
    )
    stack.push_async_callback(channel.close)
    return Neighbour(name, channel, tokens.mint)
