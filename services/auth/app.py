"""
auth, wired: verifier → servicer → server.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

from services.auth.config import AuthConfig
from services.auth.servicer import AuthServicer
from services.kit.config import Common
from services.kit.identity import open_identity
from services.kit.server import running
from timbre.auth.v1 import auth_pb2
from timbre.auth.v1.auth_pb2_grpc import add_AuthServiceServicer_to_server


@asynccontextmanager
async def app(config: AuthConfig, common: Common) -> AsyncIterator[int]:
    """Run auth and yield its port; everything is closed in reverse order on the way out."""
    async with AsyncExitStack() as stack:
        identity = await open_identity("auth", config, common, stack)
        register = partial(add_AuthServiceServicer_to_server, AuthServicer())
        service = auth_pb2.DESCRIPTOR.services_by_name["AuthService"]
        yield await stack.enter_async_context(running(config, service, register, identity.gatekeeper))
