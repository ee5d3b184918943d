"""
auth, wired: list of revocations, PostgreSQL, Cognito, S3 → use cases → servicer → server. The worker is in
`app_worker.py`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial

from services.auth.adapters.cognito import Cognito
from services.auth.adapters.erasures import ErasureStore
from services.auth.adapters.exports import ExportStore
from services.auth.adapters.feed import open_feed
from services.auth.adapters.revocations import RevocationStore
from services.auth.adapters.s3 import S3Exports
from services.auth.config import AuthConfig
from services.auth.service.erasures import ErasureService
from services.auth.service.exports import ExportService
from services.auth.service.sessions import SessionService
from services.auth.servicer import AuthServicer
from services.kit.config import Common, ConfigError
from services.kit.identity import open_identity
from services.kit.jobs import Jobs, open_jobs
from services.kit.postgres import Database, open_database
from services.kit.server import running
from timbre.auth.v1 import auth_pb2
from timbre.auth.v1.auth_pb2_grpc import add_AuthServiceServicer_to_server


@asynccontextmanager
async def app(config: AuthConfig, common: Common) -> AsyncIterator[int]:
    """Run auth and yield its port; everything is closed in reverse order on the way out."""
    async with AsyncExitStack() as stack:
        parts = await open_parts(config, common, stack)
        feed = await open_feed(parts.database, stack)
        identity = await open_identity("auth", config, common, stack, revocations=feed.revocations)
        servicer = AuthServicer(
            SessionService(parts.revocations, parts.cognito, identity.access),
            ExportService(parts.exports, parts.archives, parts.jobs),
            ErasureService(parts.erasures, parts.revocations, parts.jobs),
            feed,
        )
        register = partial(add_AuthServiceServicer_to_server, servicer)
        service = auth_pb2.DESCRIPTOR.services_by_name["AuthService"]
        port = await stack.enter_async_context(
            running(config, service, register, identity.gatekeeper, parts.database)
        )
        # Before the server stops, so that watchers are told and need not be cut off.
        stack.callback(feed.close)
        yield port


@dataclass(frozen=True, slots=True)
class Parts:
    """What the service and its worker share."""

    database: Database
    revocations: RevocationStore
    exports: ExportStore
    erasures: ErasureStore
    cognito: Cognito
    archives: S3Exports
    jobs: Jobs


async def open_parts(config: AuthConfig, common: Common, stack: AsyncExitStack) -> Parts:
    """Open the stores; they live as long as `stack`."""
    if common.env == "production" and common.aws_endpoint:
        raise ConfigError("TIMBRE_AWS_ENDPOINT: an emulator is no place for people's accounts in production")
    cognito = Cognito.open(config.user_pool, common.aws_endpoint)
    archives = S3Exports.open(config.exports, common.aws_endpoint)
    database = await open_database(config.database, stack)
    return Parts(
        database=database,
        revocations=RevocationStore(database),
        exports=ExportStore(database),
        erasures=ErasureStore(database),
        cognito=cognito,
        archives=archives,
        jobs=await open_jobs(config.database, stack),
    )
