"""
media's worker, wired. A module of its own, so that the service does not load the speech models' libraries.
"""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from grpc_health.v1 import health_pb2

from services.kit.background import beside
from services.kit.config import Common, ConfigError, DevelopmentWarning
from services.kit.logs import get_logger
from services.kit.postgres import for_everybody
from services.kit.server import health_server
from services.kit.service_tokens import ServiceKeys, ServiceTokens
from services.media.adapters.hearings import Hearings
from services.media.adapters.inbox import Inbox
from services.media.adapters.sqs import EventQueue
from services.media.app import Parts, open_parts, open_speech_jobs
from services.media.config import MediaConfig
from services.media.events import Events
from services.media.fetching import REMEMBERED_BYTES, Sounds
from services.media.forgetting import Forgetting
from services.media.hearing import HearsElsewhere, HearsHere
from services.media.jobs import Steps
from services.media.ports import Speech, SpeechJobs
from services.media.speech_url import SpeechUrl
from services.media.sweep import Sweep


@asynccontextmanager
async def worker(config: MediaConfig, common: Common) -> AsyncIterator[None]:
    """Work on recordings until the block ends; a step that is cut off is taken up by another worker."""
    async with AsyncExitStack() as stack:
        tokens = ServiceTokens(ServiceKeys.load(config.service_key, common.service_keys))
        parts = await open_parts(config, common, tokens, stack)
        hearings, inbox = Hearings(parts.database), Inbox(parts.database)
        elsewhere = await open_speech_jobs(config, common, parts.audio)
        # Who hears elsewhere listens to decoded audio once only, to check it.
        sounds = Sounds(parts.audio, remembered_bytes=0 if elsewhere else REMEMBERED_BYTES)
        if elsewhere:
            hears = _hears_elsewhere(elsewhere, hearings, parts, config, common)
        else:
            hears = HearsHere(parts.recordings, sounds, await open_speech(config.speech, common, stack))
        Steps(parts.recordings, parts.audio, sounds, hears, profile=parts.profile, jobs=parts.jobs).define()
        forgetting = Forgetting(hearings, elsewhere)
        sweep = Sweep(
            parts.recordings, parts.audio, parts.uploads, parts.jobs, forgetting=forgetting, inbox=inbox
        )
        loops = [sweep.run(), *_events(config, common, parts, inbox)]
        status = await stack.enter_async_context(health_server(config.worker_health))
        work = parts.jobs.work(parts.database, concurrency=config.worker_concurrency)
        await stack.enter_async_context(beside(work, *map(for_everybody, loops)))
        await status.set("", health_pb2.HealthCheckResponse.SERVING)
        get_logger().info("working", address=config.worker_health)
        yield


def _hears_elsewhere(
    speech: SpeechJobs, hearings: Hearings, parts: Parts, config: MediaConfig, common: Common
) -> HearsElsewhere:
    url = SpeechUrl.parse(config.speech)
    return HearsElsewhere(
        parts.recordings,
        hearings,
        speech,
        parts.jobs,
        prefix=f"timbre-{common.env}",
        poll_seconds=url.poll_seconds,
        deadline_seconds=url.deadline_seconds,
    )


def _events(
    config: MediaConfig, common: Common, parts: Parts, inbox: Inbox
) -> Sequence[Coroutine[None, None, None]]:
    """The loop that takes news out of the queue, when there is a queue."""
    events = Events(inbox, parts.recordings, parts.uploads, parts.jobs, parts.audio.bucket)
    # Also without a queue: another worker may have one, and defer jobs for us.
    events.define()
    return [events.run(EventQueue.open(config.events, common.aws_endpoint))] if config.events else []


async def open_speech(url: str, common: Common, stack: AsyncExitStack) -> Speech:
    """Open the speech adapter that the scheme of the URL names."""
    scheme, _, source = url.partition(":")
    if scheme != "whisper":
        raise ConfigError(f"MEDIA_SPEECH: no adapter for {scheme!r}")
    if common.env == "production":
        raise ConfigError("MEDIA_SPEECH: whisper: is for development; production needs a hosted recogniser")
    from services.media.adapters.whisper import ModelUnusable, Whisper  # noqa: PLC0415 - only when asked for

    try:
        speech = await asyncio.to_thread(Whisper.open, source)
    except ModelUnusable as error:
        raise ConfigError(f"MEDIA_SPEECH: {error}") from None
    warnings.warn(f"{url} hears clear English best, on this machine only", DevelopmentWarning, stacklevel=2)
    stack.callback(speech.close)
    return speech
