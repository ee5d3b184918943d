"""
The errors a caller may see. A class is a gRPC status code, its docstring the default message, its
`reason` a value of `timbre.api.v1.Reason`. Services subclass these; `kit.interceptors` alone turns
them into a `google.rpc.Status`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar

import grpc
from google.protobuf.message import Message

if TYPE_CHECKING:
    from services.kit.access import Caller


class TimbreError(Exception):
    """Something went wrong."""

    code: ClassVar[grpc.StatusCode] = grpc.StatusCode.INTERNAL
    reason: ClassVar[str] = "INTERNAL"

    def __init__(
        self,
        message: str | None = None,
        /,
        *,
        field: str | None = None,
        retry_after: timedelta | None = None,
        **metadata: str,
    ) -> None:
        """
        Args:
            message: What to tell the caller; the class docstring's first line when omitted.
            field: Path of the offending request field; travels as `BadRequest.FieldViolation`.
            retry_after: When trying again may help; travels as `RetryInfo`.
            metadata: Travels as `ErrorInfo.metadata`. Never anything spoken, never a secret.
        """
        self.message = message or _first_line(type(self))
        self.field = field
        self.retry_after = retry_after
        self.metadata = metadata
        self.details: list[Message] = []
        """Further `google.rpc` details; each type must be in the gateway's descriptor set."""
        super().__init__(self.message)


def _first_line(error: type[TimbreError]) -> str:
    return (error.__doc__ or "").strip().splitlines()[0]


class InvalidArgument(TimbreError):
    """The request is not valid."""

    code = grpc.StatusCode.INVALID_ARGUMENT
    reason = "INVALID_REQUEST"


class Unauthenticated(TimbreError):
    """A valid access token is required."""

    code = grpc.StatusCode.UNAUTHENTICATED
    reason = "TOKEN_INVALID"
    caller: Caller | None = None
    """Whose token it is, when it is genuine and was revoked."""


class PermissionDenied(TimbreError):
    """This caller may not do that."""

    code = grpc.StatusCode.PERMISSION_DENIED
    reason = "PERMISSION_DENIED"


class NotFound(TimbreError):
    """There is no such resource."""

    code = grpc.StatusCode.NOT_FOUND
    reason = "NOT_FOUND"


class Aborted(TimbreError):
    """Somebody else changed this first; read it again and retry."""

    code = grpc.StatusCode.ABORTED
    reason = "CONCURRENT_CHANGE"


class FailedPrecondition(TimbreError):
    """The resource is not in a state that allows this."""

    code = grpc.StatusCode.FAILED_PRECONDITION
    reason = "FAILED_PRECONDITION"


class ResourceExhausted(TimbreError):
    """Too much at once; try again later."""

    code = grpc.StatusCode.RESOURCE_EXHAUSTED
    reason = "RESOURCE_EXHAUSTED"


class DeadlineExceeded(TimbreError):
    """The deadline passed before the answer was ready."""

    code = grpc.StatusCode.DEADLINE_EXCEEDED
    reason = "DEADLINE_EXCEEDED"


class Unavailable(TimbreError):
    """A part this call needs is not available; try again."""

    code = grpc.StatusCode.UNAVAILABLE
    reason = "UNAVAILABLE"
