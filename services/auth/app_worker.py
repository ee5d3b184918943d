"""
auth's worker, wired: exports, erasures, and a look at Cognito once a second.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from grpc_health.v1 import health_pb2

from services.auth.adapters.account_data import DataHolder
from services.auth.app import open_parts
from services.auth.config import AuthConfig
from services.auth.jobs import Sweep, define, watch_cognito
from services.auth.packer import Packer
from services.auth.receipt import ReceiptKey
from services.auth.saga import Saga
from services.kit.background import beside
from services.kit.clients import open_neighbour
from services.kit.config import Common
from services.kit.logs import get_logger
from services.kit.postgres import for_everybody
from services.kit.server import health_server
from services.kit.service_tokens import ServiceKeys, ServiceTokens


@asynccontextmanager
async def worker(config: AuthConfig, common: Common) -> AsyncIterator[None]:
    """Work until the block ends; what is cut off is taken up by another worker."""
    async with AsyncExitStack() as stack:
        tokens = ServiceTokens(ServiceKeys.load(config.service_key, common.service_keys))
        key = ReceiptKey.load(config.receipt_key)
        parts = await open_parts(config, common, stack)
        addresses = {"match": config.match, "media": config.media, "profile": config.profile}
        holders = [
            DataHolder(name, await open_neighbour(name, address, tokens, stack))
            for name, address in addresses.items()
        ]
        packer = Packer(parts.exports, parts.archives, parts.cognito, parts.revocations, holders)
        saga = Saga(parts.erasures, parts.exports, parts.archives, parts.cognito, holders, key=key)
        define(parts.jobs, parts.exports, packer, saga)
        sweep = Sweep(parts.exports, parts.erasures, parts.archives, parts.jobs)
        health = await stack.enter_async_context(health_server(config.worker_health))
        await stack.enter_async_context(
            beside(
                parts.jobs.work(parts.database, concurrency=config.worker_concurrency),
                for_everybody(sweep.run()),
                watch_cognito(parts.cognito, parts.revocations),
            )
        )
        await health.set("", health_pb2.HealthCheckResponse.SERVING)
        get_logger().info("working", address=config.worker_health)
        yield
