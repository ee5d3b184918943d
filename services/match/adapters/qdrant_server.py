"""
A Qdrant server or cluster over gRPC: the handshake, what went wrong in our words, and its collections.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

import grpc
import grpc.aio
from qdrant_client import AsyncQdrantClient, models
from qdrant_client.common.client_exceptions import ResourceExhaustedResponse
from qdrant_client.http.exceptions import ResponseHandlingException

from services.kit.config import ConfigError
from services.kit.logs import get_logger
from services.match.adapters.qdrant_shape import PAYLOAD_INDEXES, contradictions, differences, parameters
from services.match.adapters.qdrant_target import Target
from services.match.errors import IndexUnavailable

MINIMUM: Final = (1, 20)
"""The first server whose formulas have `max`; fusion by weights (1.17) and conditional upserts (1.16) are older."""
TIMEOUT_SECONDS: Final = 5
_SLOW_SECONDS: Final = 60
"""Collections are made and dropped on every node of a cluster."""
_REFUSED: Final = {grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.PERMISSION_DENIED}
_AWAY: Final = _REFUSED | {
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.DEADLINE_EXCEEDED,
    grpc.StatusCode.RESOURCE_EXHAUSTED,
    # Somebody dropped the collection. It is made again, as after the loss of the whole server.
    grpc.StatusCode.NOT_FOUND,
}


@asynccontextmanager
async def reachable() -> AsyncIterator[None]:
    """Translate a server that cannot serve now; every other error is a fault of ours and stays what it is."""
    try:
        yield
    except (ResponseHandlingException, ResourceExhaustedResponse) as error:
        raise IndexUnavailable from error
    except grpc.aio.AioRpcError as error:
        if error.code() in _AWAY:
            raise IndexUnavailable from error
        raise


async def connect(target: Target, stack: AsyncExitStack) -> AsyncQdrantClient:
    """
    Connect and shake hands; closed with `stack`.

    Raises:
        ConfigError: the server is too old, or refuses the key.
        IndexUnavailable: it cannot be reached, which is also what a certificate that is not trusted looks like.
    """
    # A server that restarts is tried again soon, not after two minutes.
    options: dict[str, Any] = {
        "grpc.keepalive_time_ms": 30_000,
        "grpc.initial_reconnect_backoff_ms": 200,
        "grpc.max_reconnect_backoff_ms": 2_000,
    }
    if target.ca:
        options["root_certificates"] = target.ca.read_bytes()
    client = AsyncQdrantClient(
        host=target.host,
        grpc_port=target.port,
        prefer_grpc=True,
        https=target.tls,
        api_key=target.api_key or None,
        timeout=TIMEOUT_SECONDS,
        # Its own check is an HTTP call to a port that need not be open.
        check_compatibility=False,
        grpc_options=options,
    )
    stack.push_async_callback(client.close)
    try:
        async with reachable():
            version = (await client.info()).version
            # The greeting is answered without a key; this is not.
            await client.get_aliases()
    except IndexUnavailable as error:
        cause = error.__cause__
        if isinstance(cause, grpc.aio.AioRpcError) and cause.code() in _REFUSED:
            raise ConfigError(f"MATCH_INDEX_KEY: {target.host}:{target.port} refuses it") from None
        raise
    _check_version(version)
    return client


def _check_version(version: str) -> None:
    numbers = re.match(r"v?(\d+)\.(\d+)", version)
    if not numbers or (int(numbers[1]), int(numbers[2])) < MINIMUM:
        wanted = ".".join(str(number) for number in MINIMUM)
        raise ConfigError(
            f"MATCH_INDEX: the server is Qdrant {version}, and {wanted} is the oldest that ranks both ways"
        )


@dataclass(frozen=True, slots=True)
class Collection:
    """One collection, as the configuration wants it."""

    client: AsyncQdrantClient
    name: str
    target: Target
    dimension: int

    async def ensure(self) -> None:
        """
        Create it unless it exists; copies of the service that start together may race.

        Raises:
            ConfigError: what is there by this name holds other vectors.
        """
        async with reachable():
            if not await self.client.collection_exists(self.name):
                await self._create()
            found = await self.client.get_collection(self.name)
            if problems := contradictions(found.config, self.dimension):
                raise ConfigError(f"MATCH_INDEX: collection {self.name} has {'; '.join(problems)}")
            # One by one, since whoever created the collection may have died in between.
            for key in PAYLOAD_INDEXES.keys() - found.payload_schema.keys():
                await self.client.create_payload_index(
                    self.name, key, PAYLOAD_INDEXES[key], wait=True, ordering=models.WriteOrdering.MEDIUM
                )
        if different := differences(found.config, self.target):
            get_logger().warning(
                "collection differs from its configuration", differences="; ".join(different)
            )

    async def differences(self) -> list[str]:
        """Say what the configuration wants otherwise."""
        async with reachable():
            return differences((await self.client.get_collection(self.name)).config, self.target)

    async def drop(self) -> None:
        """Remove it; nothing happens when it is not there."""
        async with reachable():
            if await self.client.collection_exists(self.name):
                await self.client.delete_collection(self.name, timeout=_SLOW_SECONDS)

    async def take_alias(self, alias: str) -> None:
        """Have the alias name this collection and no other, in one step."""
        async with reachable():
            known = {
                each.alias_name: each.collection_name for each in (await self.client.get_aliases()).aliases
            }
            if known.get(alias) == self.name:
                return
            changes: list[models.DeleteAliasOperation | models.CreateAliasOperation] = []
            if alias in known:
                changes.append(models.DeleteAliasOperation(delete_alias=models.DeleteAlias(alias_name=alias)))
            create = models.CreateAlias(collection_name=self.name, alias_name=alias)
            changes.append(models.CreateAliasOperation(create_alias=create))
            await self.client.update_collection_aliases(changes, timeout=TIMEOUT_SECONDS)

    async def _create(self) -> None:
        try:
            await self.client.create_collection(
                self.name, **parameters(self.target, self.dimension), timeout=_SLOW_SECONDS
            )
        except grpc.aio.AioRpcError as error:
            if error.code() is not grpc.StatusCode.ALREADY_EXISTS:
                raise
