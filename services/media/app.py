"""
media, wired: PostgreSQL, S3, the queue and the neighbours → service → servicer → server. The worker is in
`app_worker.py`.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import grpc.aio

from services.kit import account_data
from services.kit.clients import open_neighbour
from services.kit.config import Common, ConfigError
from services.kit.identity import open_identity
from services.kit.jobs import Jobs, open_jobs
from services.kit.postgres import Database, open_database
from services.kit.server import running
from services.kit.service_tokens import ServiceTokens
from services.media.adapters.account import AccountRows
from services.media.adapters.changes import open_changes
from services.media.adapters.hearings import Hearings
from services.media.adapters.match import Match
from services.media.adapters.postgres import Recordings
from services.media.adapters.profile import Profile
from services.media.adapters.s3 import S3Audio
from services.media.config import MediaConfig
from services.media.forgetting import Forgetting
from services.media.keys import AudioKeys
from services.media.ports import SpeechJobs
from services.media.service.account import MediaAccount
from services.media.service.clips import ClipService
from services.media.service.recordings import RecordingService
from services.media.service.transcripts import TranscriptService
from services.media.service.uploads import UploadService
from services.media.servicer import MediaServicer
from services.media.speech_url import SpeechUrl, is_elsewhere
from timbre.account.v1.data_pb2_grpc import add_AccountDataServiceServicer_to_server
from timbre.media.v1 import media_pb2
from timbre.media.v1.media_pb2_grpc import add_MediaServiceServicer_to_server


@asynccontextmanager
async def app(config: MediaConfig, common: Common) -> AsyncIterator[int]:
    """Run media and yield its port; everything is closed in reverse order on the way out."""
    async with AsyncExitStack() as stack:
        identity = await open_identity("media", config, common, stack)
        parts = await open_parts(config, common, identity.tokens, stack)
        match = Match(await open_neighbour("match", config.match, identity.tokens, stack))
        changes = await open_changes(parts.database, stack)
        servicer = MediaServicer(
            parts.uploads,
            RecordingService(parts.recordings, parts.jobs, changes, parts.profile),
            TranscriptService(parts.recordings, parts.jobs),
            ClipService(parts.recordings, parts.audio, parts.profile, match),
            identity.pages,
        )
        forgetting = Forgetting(Hearings(parts.database), await open_speech_jobs(config, common, parts.audio))
        account = MediaAccount(AccountRows(parts.database), parts.audio, parts.keys, forgetting)

        def register(server: grpc.aio.Server) -> None:
            add_MediaServiceServicer_to_server(servicer, server)
            add_AccountDataServiceServicer_to_server(account_data.AccountDataServicer(account), server)

        service = media_pb2.DESCRIPTOR.services_by_name["MediaService"]
        port = await stack.enter_async_context(
            running(
                config,
                service,
                register,
                identity.gatekeeper,
                parts.database,
                beside=account_data.SERVICE,
            )
        )
        # Before the server stops, so that watchers are told and need not be cut off.
        stack.callback(changes.close)
        yield port


async def open_speech_jobs(config: MediaConfig, common: Common, audio: S3Audio) -> SpeechJobs | None:
    """Open the recogniser elsewhere, when the settings name one."""
    if not is_elsewhere(config.speech):
        return None
    from services.media.adapters.transcribe import Transcribe  # noqa: PLC0415 - only when asked for

    url = SpeechUrl.parse(config.speech)
    return await asyncio.to_thread(Transcribe.open, url, common.aws_endpoint, audio)


@dataclass(frozen=True, slots=True)
class Parts:
    """What the service and its worker share."""

    database: Database
    recordings: Recordings
    audio: S3Audio
    jobs: Jobs
    profile: Profile
    keys: AudioKeys
    uploads: UploadService


async def open_parts(
    config: MediaConfig, common: Common, tokens: ServiceTokens, stack: AsyncExitStack
) -> Parts:
    """Open the stores and the way to profile; they live as long as `stack`."""
    if common.env == "production" and common.aws_endpoint:
        raise ConfigError("TIMBRE_AWS_ENDPOINT: an emulator is no place for people's voices in production")
    audio = S3Audio.open(config.audio, common.aws_endpoint)
    database = await open_database(config.database, stack)
    recordings = Recordings(database)
    jobs = await open_jobs(config.database, stack)
    profile = Profile(await open_neighbour("profile", config.profile, tokens, stack))
    keys = AudioKeys(hashlib.sha256(b"timbre audio keys\0" + config.service_key.read_bytes()).digest())
    uploads = UploadService(recordings, audio, jobs, profile, keys)
    return Parts(database, recordings, audio, jobs, profile, keys, uploads)
