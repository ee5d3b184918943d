"""
match, wired: database, embedder and index → service → servicer → server, with the index kept in repair beside.
"""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from services.kit.config import Common, ConfigError, DevelopmentWarning
from services.kit.identity import open_identity
from services.kit.postgres import open_database
from services.kit.server import running
from services.match.adapters.postgres import Store
from services.match.config import MatchConfig
from services.match.indexing import Indexing
from services.match.ports import Embeddings, Index
from services.match.service import MatchService
from services.match.servicer import MatchServicer
from timbre.match.v1 import match_pb2
from timbre.match.v1.match_pb2_grpc import add_MatchServiceServicer_to_server


@asynccontextmanager
async def app(config: MatchConfig, common: Common) -> AsyncIterator[int]:
    """Run match and yield its port; everything is closed in reverse order on the way out."""
    async with AsyncExitStack() as stack:
        identity = await open_identity("match", config, common, stack)
        embeddings = await open_embeddings(config, common)
        index = await open_index(config, common, embeddings, stack)
        database = await open_database(config.database, stack)
        store = Store(database, embeddings.id)
        indexing = Indexing(store, index, embeddings)
        await stack.enter_async_context(_beside(indexing))
        service = MatchService(store, index, indexing, embeddings.id, identity.pages)
        register = partial(add_MatchServiceServicer_to_server, MatchServicer(service))
        descriptor = match_pb2.DESCRIPTOR.services_by_name["MatchService"]
        yield await stack.enter_async_context(
            running(config, descriptor, register, identity.gatekeeper, database)
        )


async def open_embeddings(config: MatchConfig, common: Common) -> Embeddings:
    """Open the embedder that `MATCH_EMBEDDINGS` names."""
    url = urlsplit(config.embeddings)
    match url.scheme:
        case "minilm":
            _local("MATCH_EMBEDDINGS", "minilm: understands English only", common)
            from services.match.adapters.minilm import open_minilm  # noqa: PLC0415 - the model only when asked for

            return await open_minilm()
        case other:
            raise ConfigError(f"MATCH_EMBEDDINGS: no adapter for {other!r}; use minilm:")


async def open_index(
    config: MatchConfig, common: Common, embeddings: Embeddings, stack: AsyncExitStack
) -> Index:
    """Open the index that `MATCH_INDEX` names; closed with `stack`."""
    url = urlsplit(config.index)
    match url.scheme:
        case "edge" if url.path:
            _local("MATCH_INDEX", "edge: serves one process on one machine", common)
            from services.match.adapters.edge import open_edge  # noqa: PLC0415 - the engine only when asked for

            return await open_edge(Path(url.path), embeddings, stack)
        case "qdrant" if url.hostname:
            from services.match.adapters.qdrant import open_qdrant  # noqa: PLC0415 - as above

            key = config.index_key.get_secret_value()
            return await open_qdrant(url.hostname, url.port or 6334, embeddings, stack, api_key=key)
        case _:
            raise ConfigError("MATCH_INDEX: no adapter for this; use edge:DIR or qdrant://HOST:6334")


def _local(variable: str, limit: str, common: Common) -> None:
    if common.env == "production":
        raise ConfigError(f"{variable}: {limit}, so it is not for production")
    warnings.warn(f"{variable}: {limit}; use another outside development", DevelopmentWarning, stacklevel=3)


@asynccontextmanager
async def _beside(indexing: Indexing) -> AsyncIterator[None]:
    """Keep the index in repair while the service runs."""
    task = asyncio.create_task(indexing.run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
