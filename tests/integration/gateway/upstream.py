"""
The four services, as far as the gateway can see them: the kit's real door and server around methods that answer
what `golden/` says and tell in the header `x-received` what they were asked. The page token of the list methods is
a script: how to misbehave.

    python upstream.py '{"issuer": …, "jwks": …, "client": …, "media": ["host:port", "host:health port"], …}'
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
from google.protobuf import any_pb2, json_format
from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from google.rpc import error_details_pb2, status_pb2
from grpc_status import rpc_status
from pydantic_settings import SettingsConfigDict

from gateway.contract import SERVICES
from services.kit import errors, logs
from services.kit.access import AccessTokens, Gatekeeper
from services.kit.config import ServiceSettings
from services.kit.jwks import Jwks
from services.kit.server import running, until_stopped
from timbre.account.v1 import data_pb2
from timbre.media.v1 import media_pb2

GOLDEN = Path(__file__).parent / "golden"
ACCOUNT_DATA = data_pb2.DESCRIPTOR.services_by_name["AccountDataService"]
DETAILS: tuple[Message, ...] = (
    error_details_pb2.ErrorInfo(reason="STEP_FAILED", domain="timbre.dev", metadata={"step": "check"}),
    error_details_pb2.BadRequest(
        field_violations=[error_details_pb2.BadRequest.FieldViolation(field="a.b", description="no")]
    ),
    error_details_pb2.RetryInfo(),
    error_details_pb2.RequestInfo(request_id="some-request"),
    error_details_pb2.DebugInfo(detail="d"),
    error_details_pb2.QuotaFailure(),
    error_details_pb2.PreconditionFailure(),
    error_details_pb2.ResourceInfo(resource_name="recordings/1"),
    error_details_pb2.Help(),
    error_details_pb2.LocalizedMessage(locale="en", message="m"),
)
ENDINGS = {
    "00000000-0000-4000-8000-00000000000b": "breaks",  # a watch that breaks in the middle
    "00000000-0000-4000-8000-00000000000c": "waits",  # one that waits for CompleteRecording
}


class UpstreamConfig(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="UPSTREAM_")


class Upstream:
    """One service's methods, all of them, those for services included."""

    def __init__(self, service: ServiceDescriptor, goldens: dict[str, Any]) -> None:
        self._service = service
        self._goldens = goldens
        self._released = asyncio.Event()

    def register(self, server: grpc.aio.Server) -> None:
        for service in (self._service, ACCOUNT_DATA):
            handlers = {method.name: self._handler(method) for method in service.methods}
            handler = grpc.method_handlers_generic_handler(service.full_name, handlers)
            server.add_generic_rpc_handlers((handler,))

    def _handler(self, method: MethodDescriptor) -> grpc.RpcMethodHandler[Any, Any]:
        kind = (
            grpc.unary_stream_rpc_method_handler
            if method.server_streaming
            else grpc.unary_unary_rpc_method_handler
        )
        request = GetMessageClass(method.input_type)
        return kind(
            self._watch if method.server_streaming else self._unary(method),  # pyright: ignore[reportArgumentType]
            request.FromString,
            lambda message: message.SerializeToString(),
        )

    def _unary(self, method: MethodDescriptor) -> Any:
        answer = GetMessageClass(method.output_type)

        async def call(request: Message, context: Any) -> Message:
            try:
                received = json.dumps(json_format.MessageToDict(request))
            except json_format.SerializeToJsonError:  # a mask of what cannot be the name of a field
                received = ""
            await context.send_initial_metadata((("x-received", received),))
            if method.name == "CompleteRecording":
                self._released.set()
            if script := getattr(request, "page_token", ""):
                return answer(next_page_token=await play(script, context))
            return json_format.ParseDict(self._goldens[method.name]["response"], answer())

        return call

    async def _watch(self, request: media_pb2.WatchRecordingRequest, context: Any) -> AsyncIterator[Message]:
        if request.name.endswith("0"):
            raise errors.NotFound
        self._released.clear()
        for line in self._goldens["WatchRecording"]["response"]:
            yield json_format.ParseDict(line, media_pb2.WatchRecordingResponse())
            match ENDINGS.get(request.name.partition("/")[2]):
                case "breaks":
                    raise errors.Unavailable
                case "waits":
                    await self._released.wait()
                case _:
                    pass


async def play(script: str, context: Any) -> str:
    """Do what a test asks for in the page token; return what it wants to know."""
    verb, _, rest = script.partition(":")
    match verb:
        case "raise":
            raise getattr(errors, rest)(retry_after=timedelta(seconds=2), field="page_token", key="value")
        case "details":
            status = status_pb2.Status(code=grpc.StatusCode.ABORTED.value[0], message="all of them")
            for detail in DETAILS:
                packed = any_pb2.Any()
                packed.Pack(detail)
                status.details.append(packed)
            await context.abort_with_status(rpc_status.to_status(status))  # pyright: ignore[reportUnknownMemberType]
        case "crash":
            raise RuntimeError("the secret of " + rest)
        case "sleep":
            await asyncio.sleep(float(rest))
        case "big":
            return "x" * int(rest)
        case "pid":
            return str(os.getpid())
        case "metadata":
            return json.dumps(dict(context.invocation_metadata()))
        case "deadline":
            return str(context.time_remaining())
        case _:
            pass
    return ""


async def main(setup: dict[str, Any]) -> None:
    async with AsyncExitStack() as stack:
        jwks = await stack.enter_async_context(Jwks(setup["jwks"]))
        gatekeeper = Gatekeeper(AccessTokens(setup["issuer"], frozenset({setup["client"]}), jwks))
        for name, service in SERVICES.items():
            listen, health = setup[name]
            config = UpstreamConfig(listen=listen, health=health, service_key=Path("none"))
            upstream = Upstream(service, json.loads((GOLDEN / f"{name}.json").read_text()))
            server = running(config, service, upstream.register, gatekeeper, beside=ACCOUNT_DATA)
            await stack.enter_async_context(server)
        await until_stopped()


if __name__ == "__main__":
    logs.configure("upstream")
    asyncio.run(main(json.loads(sys.argv[1])))
