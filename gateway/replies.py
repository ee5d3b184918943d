"""
What the gateway itself answers when it refuses or fails a request: the same shape as every error of the
services. One table; `envoy.yaml` renders it for JSON clients and for gRPC clients.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from google.protobuf import any_pb2
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2
from google.rpc.code_pb2 import Code

from services.kit.status import DOMAIN

_TYPE = "type.googleapis.com/google.rpc."
_RETRY_SECONDS = 1
_FAMILIES = (400, 500)
"""A reply to one of these is also for every higher status that the replies before it leave."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One kind of refusal. The first that fits, in the order of the table, is given."""

    http: int
    """HTTP status by which Envoy refuses."""
    cause: str = ""
    """Regular expression of what is in Envoy's name of the cause; empty: any cause."""
    code: Code.ValueType
    reason: str
    """A value of `timbre.api.v1.Reason`."""
    message: str
    says_why: bool = False
    """To JSON clients, give Envoy's own message instead: it names the wrong field, and nothing of ours."""
    answer: int | None = None
    """HTTP status to answer with instead of `http`."""
    retry: bool = False
    """Whether trying again soon may help."""
    grpc_code: Code.ValueType | None = None
    """What gRPC clients get instead of `code`, if they have another word for it."""

    @property
    def retry_after(self) -> int | None:
        return _RETRY_SECONDS if self.retry else None

    def fits(self, grpc: bool) -> str:
        """Envoy's condition (CEL) for this reply, in its form for gRPC clients or for all others."""
        conditions = [f"response.code {'>=' if self.http in _FAMILIES else '=='} {self.http}"]
        if self.cause:
            conditions.append(f"response.code_details.matches('{self.cause}')")
        if grpc:
            # What has been transcoded looks like gRPC by now, but remembers what it was.
            conditions.append("request.headers['content-type'].startsWith('application/grpc')")
            conditions.append("!('x-envoy-original-method' in request.headers)")
        return " && ".join(conditions)

    def json(self) -> Mapping[str, Any]:
        """The body, as Envoy's `json_format`."""
        details: list[Mapping[str, Any]] = [
            {"@type": _TYPE + "ErrorInfo", "reason": self.reason, "domain": DOMAIN, "metadata": {}},
            {"@type": _TYPE + "RequestInfo", "requestId": "%REQ(X-REQUEST-ID)%", "servingData": ""},
        ]
        if self.retry:
            details.append({"@type": _TYPE + "RetryInfo", "retryDelay": f"{_RETRY_SECONDS}s"})
        message = "%LOCAL_REPLY_BODY%" if self.says_why else self.message
        return {"code": self.code, "message": message, "details": details}

    @property
    def grpc_status(self) -> int:
        return self.code if self.grpc_code is None else self.grpc_code

    def grpc_details(self) -> str:
        """
        The value of `grpc-status-details-bin`. Envoy can compute nothing inside it, so the request id is in
        the header `x-request-id` only.
        """
        status = status_pb2.Status(code=self.grpc_status, message=self.message)
        details: list[Message] = [error_details_pb2.ErrorInfo(reason=self.reason, domain=DOMAIN)]
        if self.retry:
            retry = error_details_pb2.RetryInfo()
            retry.retry_delay.FromSeconds(_RETRY_SECONDS)
            details.append(retry)
        for detail in details:
            packed = any_pb2.Any()
            packed.Pack(detail)
            status.details.append(packed)
        return base64.b64encode(status.SerializeToString()).decode().rstrip("=")


REPLIES = (
    Reply(
        http=401,
        cause="Jwt_is_missing",
        code=Code.UNAUTHENTICATED,
        reason="TOKEN_MISSING",
        message="An access token is required: send `authorization: Bearer <token>`.",
    ),
    Reply(
        http=401,
        cause="Jwt_is_expired",
        code=Code.UNAUTHENTICATED,
        reason="TOKEN_EXPIRED",
        message="The token has expired; sign in again.",
    ),
    Reply(
        http=401,
        cause="Jwt_is_not_in_the_form|Jwt_header_is_an_invalid|Jwt_payload_is_an_invalid",
        code=Code.UNAUTHENTICATED,
        reason="TOKEN_MALFORMED",
        message="The authorization header does not hold a well-formed token.",
    ),
    Reply(
        http=401,
        cause="Jwks_remote_fetch",
        answer=503,
        code=Code.UNAVAILABLE,
        reason="TOKEN_KEYS_UNAVAILABLE",
        message="The keys that verify access tokens cannot be fetched right now; try again.",
        retry=True,
    ),
    Reply(
        http=401,
        code=Code.UNAUTHENTICATED,
        reason="TOKEN_INVALID",
        message="The token is not valid here.",
    ),
    Reply(
        http=403,
        code=Code.PERMISSION_DENIED,
        reason="PERMISSION_DENIED",
        message="This caller may not do that.",
    ),
    Reply(
        http=404,
        code=Code.NOT_FOUND,
        grpc_code=Code.UNIMPLEMENTED,
        reason="NOT_FOUND",
        message="There is nothing with this method at this path.",
    ),
    Reply(
        http=408,
        code=Code.DEADLINE_EXCEEDED,
        reason="DEADLINE_EXCEEDED",
        message="The request did not arrive in time.",
    ),
    Reply(
        http=413,
        code=Code.RESOURCE_EXHAUSTED,
        reason="RESOURCE_EXHAUSTED",
        message="The body of the request is too big.",
    ),
    Reply(
        http=429,
        code=Code.RESOURCE_EXHAUSTED,
        reason="RESOURCE_EXHAUSTED",
        message="Too many requests; try again later.",
        retry=True,
    ),
    Reply(
        http=431,
        code=Code.INVALID_ARGUMENT,
        reason="INVALID_REQUEST",
        message="The headers of the request are too big.",
    ),
    Reply(
        http=502,
        code=Code.UNAVAILABLE,
        reason="UNAVAILABLE",
        message="A part this call needs is not available; try again.",
        retry=True,
    ),
    Reply(
        http=503,
        code=Code.UNAVAILABLE,
        reason="UNAVAILABLE",
        message="A part this call needs is not available; try again.",
        retry=True,
    ),
    Reply(
        http=504,
        code=Code.DEADLINE_EXCEEDED,
        reason="DEADLINE_EXCEEDED",
        message="The answer was not ready in time.",
    ),
    Reply(
        http=500,
        code=Code.INTERNAL,
        reason="INTERNAL",
        message="Something went wrong.",
    ),
    Reply(
        http=400,
        cause="grpc_json_transcode",
        code=Code.INVALID_ARGUMENT,
        reason="INVALID_REQUEST",
        message="The request does not fit the method.",
        says_why=True,
    ),
    Reply(
        http=400,
        code=Code.INVALID_ARGUMENT,
        reason="INVALID_REQUEST",
        message="The request is not valid.",
    ),
)
