"""
Stands for the auth service: nobody is revoked, and it keeps a list of the accounts it was told to disable.
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import grpc
import grpc.aio

from timbre.auth.v1 import auth_pb2

Context = grpc.aio.ServicerContext[Any, Any]


@dataclass
class Auth:
    """An auth that can be told to fail."""

    address: str = ""
    failure: grpc.StatusCode | None = None
    disabled: list[str] = field(default_factory=list[str])

    async def watch_revocations(
        self, request: auth_pb2.WatchRevocationsRequest, context: Context
    ) -> AsyncIterator[auth_pb2.WatchRevocationsResponse]:
        yield auth_pb2.WatchRevocationsResponse(snapshot_complete=True)
        while True:
            await asyncio.sleep(0.5)
            yield auth_pb2.WatchRevocationsResponse()

    async def set_account_state(
        self, request: auth_pb2.SetAccountStateRequest, context: Context
    ) -> auth_pb2.SetAccountStateResponse:
        if self.failure:
            await context.abort(self.failure, "not now")
        assert request.state == auth_pb2.ACCOUNT_STATE_DISABLED
        self.disabled.append(_acting_user(context))
        return auth_pb2.SetAccountStateResponse(state=request.state)


def _acting_user(context: Context) -> str:
    token = str(dict(context.invocation_metadata() or ())["authorization"])
    claims = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["act"]["sub"]


def _handlers(auth: Auth) -> grpc.GenericRpcHandler:
    return grpc.method_handlers_generic_handler(
        "timbre.auth.v1.AuthService",
        {
            "WatchRevocations": grpc.unary_stream_rpc_method_handler(
                auth.watch_revocations,  # pyright: ignore[reportArgumentType]  # the stubs know threads only
                auth_pb2.WatchRevocationsRequest.FromString,
                auth_pb2.WatchRevocationsResponse.SerializeToString,
            ),
            "SetAccountState": grpc.unary_unary_rpc_method_handler(
                auth.set_account_state,  # pyright: ignore[reportArgumentType]  # as above
                auth_pb2.SetAccountStateRequest.FromString,
                auth_pb2.SetAccountStateResponse.SerializeToString,
            ),
        },
    )


@asynccontextmanager
async def serving_auth() -> AsyncIterator[Auth]:
    auth = Auth()
    server = grpc.aio.server()
    server.add_generic_rpc_handlers([_handlers(auth)])
    auth.address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    await server.start()
    try:
        yield auth
    finally:
        await server.stop(0)
