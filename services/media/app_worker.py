"""
media's worker, wired. A module of its own, so that the service does not load the speech models' libraries.
"""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager

from grpc_health.v1 import health_pb2

from services.kit.config import Common, ConfigError, DevelopmentWarning
from services.kit.logs import get_logger
from services.kit.postgres import for_everybody
from services.kit.server import health_server
from services.kit.service_tokens import ServiceKeys, ServiceTokens
from services.media.adapters.whisper import ModelUnusable, Whisper
from services.media.app import open_parts
from services.media.config import MediaConfig
from services.media.jobs import Steps
from services.media.ports import Speech
from services.media.sweep import Sweep


@asynccontextmanager
async def worker(config: MediaConfig, common: Common) -> AsyncIterator[None]:
    """Work on recordings until the block ends; a step that is cut off is taken up by another worker."""
    async with AsyncExitStack() as stack:
        tokens = ServiceTokens(ServiceKeys.load(config.service_key, common.service_keys))
        parts = await open_parts(config, common, tokens, stack)
        speech = await open_speech(config.speech, common, stack)
        Steps(parts.recordings, parts.audio, speech, parts.profile, parts.jobs).define()
        sweep = Sweep(parts.recordings, parts.audio, parts.uploads, parts.jobs)
        status = await stack.enter_async_context(health_server(config.worker_health))
        work = parts.jobs.work(parts.database, concurrency=config.worker_concurrency)
        await stack.enter_async_context(_running(work, for_everybody(sweep.run())))
        await status.set("", health_pb2.HealthCheckResponse.SERVING)
        get_logger().info("working", address=config.worker_health)
        yield


async def open_speech(url: str, common: Common, stack: AsyncExitStack) -> Speech:
    """Open the speech adapter that the scheme of the URL names."""
    scheme, _, source = url.partition(":")
    if scheme != "whisper":
        raise ConfigError(f"MEDIA_SPEECH: no adapter for {scheme!r}")
    if common.env == "production":
        raise ConfigError("MEDIA_SPEECH: whisper: is for development; production needs a hosted recogniser")
    try:
        speech = await asyncio.to_thread(Whisper.open, source)
    except ModelUnusable as error:
        raise ConfigError(f"MEDIA_SPEECH: {error}") from None
    warnings.warn(f"{url} hears clear English best, on this machine only", DevelopmentWarning, stacklevel=2)
    stack.callback(speech.close)
    return speech


@asynccontextmanager
async def _running(*loops: Coroutine[None, None, None]) -> AsyncIterator[None]:
    """Run endless loops beside the block. One that breaks ends the block too: better no worker than half one."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(loop) for loop in loops]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
