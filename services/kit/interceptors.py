"""
The door every call passes, unary and server-streaming alike, in this order: request id, access policy
and caller, deadline, validation, the memory of repeated calls, the method itself; whatever fails becomes one
`google.rpc.Status`, and one access-log line says how it ended, without a word about who called or what was
said.
"""

from __future__ import annotations

import asyncio
import re
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import suppress
from contextvars import ContextVar
from functools import partial
from typing import Any, Self, cast

import grpc
import grpc.aio
from google.protobuf.message import Message
from grpc_status import rpc_status

from services.kit.access import Caller, Gatekeeper
from services.kit.errors import PermissionDenied, TimbreError
from services.kit.logs import describe, get_logger
from services.kit.policy import REQUEST_ID, Policy
from services.kit.postgres import act_for
from services.kit.request_ids import RequestIds, adopt_key
from services.kit.status import as_timbre_error, to_status
from services.kit.validation import Rules

Context = grpc.aio.ServicerContext[Any, Any]
# The stubs know the handlers of the synchronous server only.
Metadata = tuple[tuple[str, str | bytes], ...]
Unary = Callable[[Message, Context], Awaitable[Message]]
Stream = Callable[[Message, Context], AsyncIterator[Message]]

REFLECTION = "/grpc.reflection."
UNARY_LIMIT_SECONDS = 30.0
"""A unary call without a deadline gets this one; a longer deadline is cut to it."""
ANSWER_SECONDS = 0.02
"""Kept back from the caller's deadline, so that our answer, with its reason, arrives before it passes."""

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_caller: ContextVar[Caller] = ContextVar("caller")
_request_id: ContextVar[str] = ContextVar("request_id")


def current_caller() -> Caller:
    """Return who makes the call that is being served; only servicers ask, use cases take an argument."""
    return _caller.get()


def current_request_id() -> str:
    """Return the id that joins this call's traces and log lines, to be passed to the next service."""
    return _request_id.get("")


class Door(grpc.aio.ServerInterceptor):
    """One interceptor around every method of the contract."""

    def __init__(
        self,
        policies: Mapping[str, Policy],
        gatekeeper: Gatekeeper,
        request_ids: RequestIds | None,
    ) -> None:
        """
        Args:
            policies: Who may call each method; others are not served.
            gatekeeper: Finds out who calls.
            request_ids: Remembers calls by their request id; without it, each call is a new one.
        """
        self._policies = policies
        self._gatekeeper = gatekeeper
        self._request_ids = request_ids
        self._rules = Rules()
        self._handlers: dict[str, grpc.RpcMethodHandler[Any, Any]] = {}

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[grpc.RpcMethodHandler[Any, Any] | None]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler[Any, Any] | None:
        method: str = handler_call_details.method
        if known := self._handlers.get(method):
            return known
        handler = await continuation(handler_call_details)
        if handler is None or method.startswith(REFLECTION):
            return handler
        # A method has one handler for the life of the server.
        self._handlers[method] = self._guarded(method, handler)
        return self._handlers[method]

    def _guarded(
        self, method: str, handler: grpc.RpcMethodHandler[Any, Any]
    ) -> grpc.RpcMethodHandler[Any, Any]:
        policy = self._policies[method]
        if handler.unary_unary:
            return grpc.unary_unary_rpc_method_handler(
                self._unary(method, policy, cast("Unary", handler.unary_unary)),
                handler.request_deserializer,
                handler.response_serializer,
            )
        return grpc.unary_stream_rpc_method_handler(
            self._stream(method, policy, cast("Stream", handler.unary_stream)),
            handler.request_deserializer,
            handler.response_serializer,
        )

    def _unary(self, method: str, policy: Policy, behave: Unary) -> Any:
        async def call(request: Message, context: Context) -> Message:
            async with _Call(method, context) as served:
                await self._admit(policy, request, served.metadata)
                async with asyncio.timeout(_seconds_left(context)):
                    # Nothing may be remembered of an erased user: what they may call repeats by itself.
                    keyed = policy.keyed and not policy.open_to_erased
                    if keyed and self._request_ids and getattr(request, REQUEST_ID):
                        user = _caller.get().user_id
                        answer = partial(behave, request, context)
                        return await self._request_ids.once(method, policy, user, request, answer)
                    return await behave(request, context)
            raise AssertionError  # `_Call` has aborted

        return call

    def _stream(self, method: str, policy: Policy, behave: Callable[..., AsyncIterator[Message]]) -> Any:
        async def call(request: Message, context: Context) -> AsyncIterator[Message]:
            async with _Call(method, context) as served:
                await self._admit(policy, request, served.metadata)
                # A generator fails while it is iterated, so it is iterated in here.
                async for reply in behave(request, context):
                    yield reply

        return call

    async def _admit(self, policy: Policy, request: Message, metadata: Metadata) -> None:
        if not policy.is_public:
            caller = await self._gatekeeper.authenticate(metadata, erased_too=policy.open_to_erased)
            if not policy.admits(caller):
                raise PermissionDenied
            _caller.set(caller)
            act_for(caller.user_id)
        if policy.keyed:
            adopt_key(request, _value(metadata, "idempotency-key"))
        self._rules.check(request)


class _Call:
    """The frame of one call: its request id, its end as a status, its line in the access log."""

    def __init__(self, method: str, context: Context) -> None:
        self._method = method
        self._context = context

    async def __aenter__(self) -> Self:
        self._started = time.perf_counter()
        # Once a call: gRPC builds it anew each time it is asked for.
        self.metadata: Metadata = tuple(self._context.invocation_metadata() or ())
        sent = _value(self.metadata, "x-request-id")
        known = isinstance(sent, str) and _REQUEST_ID.fullmatch(sent)
        self._id = str(sent) if known else uuid.uuid4().hex
        _request_id.set(self._id)
        return self

    async def __aexit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if error is None:
            self._log("OK")
            return
        if isinstance(error, asyncio.CancelledError | GeneratorExit):
            self._log("CANCELLED")
            return
        known = as_timbre_error(error)
        unforeseen = {} if isinstance(error, TimbreError) else describe(error)
        self._log(known.code.name, reason=known.reason, **unforeseen)
        status = rpc_status.to_status(to_status(known, self._id))  # pyright: ignore[reportUnknownMemberType]
        await self._context.abort_with_status(status)

    def _log(self, code: str, **fields: str) -> None:
        ms = round((time.perf_counter() - self._started) * 1000, 1)
        log = get_logger().warning if "error_type" in fields else get_logger().info
        # A log that cannot be written (a closed pipe, a full disk) must not cost the caller the answer.
        with suppress(OSError, ValueError):
            log("call", method=self._method, code=code, ms=ms, request_id=self._id, **fields)


def _value(metadata: Metadata, name: str) -> str | bytes | None:
    return next((value for key, value in metadata if key == name), None)


def _seconds_left(context: Context) -> float:
    left = cast("float | None", context.time_remaining())  # None without a deadline, whatever the stubs say
    return UNARY_LIMIT_SECONDS if left is None else max(0.0, min(left - ANSWER_SECONDS, UNARY_LIMIT_SECONDS))
