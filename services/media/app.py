"""
media, wired: PostgreSQL, S3 and the queue → service → servicer → server. The worker is in `app_worker.py`.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial

from services.kit.config import Common, ConfigError
from services.kit.identity import open_identity
from services.kit.jobs import Jobs, open_jobs
from services.kit.postgres import Database, open_database
from services.kit.server import running
from services.media.adapters.changes import Changes, open_changes
from services.media.adapters.postgres import Recordings
from services.media.adapters.s3 import S3Audio
from services.media.config import MediaConfig
from services.media.service import MediaService
from services.media.servicer import MediaServicer
from timbre.media.v1 import media_pb2
from timbre.media.v1.media_pb2_grpc import add_MediaServiceServicer_to_server


@asynccontextmanager
async def app(config: MediaConfig, common: Common) -> AsyncIterator[int]:
    """Run media and yield its port; everything is closed in reverse order on the way out."""
    async with AsyncExitStack() as stack:
        identity = await open_identity("media", config, common, stack)
        parts = await open_parts(config, common, stack)
        servicer = MediaServicer(parts.service, identity.pages)
        register = partial(add_MediaServiceServicer_to_server, servicer)
        service = media_pb2.DESCRIPTOR.services_by_name["MediaService"]
        port = await stack.enter_async_context(
            running(config, service, register, identity.gatekeeper, parts.database)
        )
        # Before the server stops, so that watchers are told and need not be cut off.
        stack.callback(parts.changes.close)
        yield port


@dataclass(frozen=True, slots=True)
class Parts:
    """What the service and its worker share."""

    database: Database
    recordings: Recordings
    audio: S3Audio
    jobs: Jobs
    changes: Changes
    service: MediaService


async def open_parts(config: MediaConfig, common: Common, stack: AsyncExitStack) -> Parts:
    """Open the stores; they live as long as `stack`."""
    if common.env == "production" and common.aws_endpoint:
        raise ConfigError("TIMBRE_AWS_ENDPOINT: an emulator is no place for people's voices in production")
    audio = S3Audio.open(config.audio, common.aws_endpoint)
    database = await open_database(config.database, stack)
    recordings = Recordings(database)
    jobs = await open_jobs(config.database, stack)
    changes = await open_changes(database, stack)
    # Keys are stored with the recordings: another secret only changes where new audio goes.
    secret = hashlib.sha256(b"timbre audio keys\0" + config.service_key.read_bytes()).digest()
    service = MediaService(recordings, audio, jobs, changes, secret=secret)
    return Parts(database, recordings, audio, jobs, changes, service)
