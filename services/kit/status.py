"""
Any exception → the one `google.rpc.Status` that a caller sees. What we did not foresee becomes a plain
INTERNAL: the text of an unexpected exception may quote anything, so it never leaves the process.
"""

from __future__ import annotations

from datetime import timedelta

import psycopg
from google.protobuf import any_pb2
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2
from psycopg_pool import PoolTimeout

from services.kit.errors import DeadlineExceeded, TimbreError, Unavailable
from services.kit.postgres import ERASED
from services.kit.revocations import AccountErased

DOMAIN = "timbre.dev"
SOON = timedelta(seconds=1)


def as_timbre_error(error: BaseException) -> TimbreError:
    """Translate what libraries raise; an unforeseen error becomes an anonymous INTERNAL."""
    match error:
        case TimbreError():
            return error
        case psycopg.Error(sqlstate=state) if state == ERASED:
            return AccountErased()
        case psycopg.OperationalError() | PoolTimeout() | ConnectionError():
            return Unavailable(retry_after=SOON)
        case TimeoutError():
            return DeadlineExceeded()
        case _:
            return TimbreError()


def to_status(error: TimbreError, request_id: str) -> status_pb2.Status:
    """Write the error down with every detail a client can use."""
    details: list[Message] = [
        error_details_pb2.ErrorInfo(reason=error.reason, domain=DOMAIN, metadata=error.metadata),
        error_details_pb2.RequestInfo(request_id=request_id),
    ]
    if error.field:
        violation = error_details_pb2.BadRequest.FieldViolation(
            field=error.field, description=error.message, reason=error.reason
        )
        details.append(error_details_pb2.BadRequest(field_violations=[violation]))
    details += error.details
    if error.retry_after is not None:
        retry = error_details_pb2.RetryInfo()
        retry.retry_delay.FromTimedelta(error.retry_after)
        details.append(retry)
    status = status_pb2.Status(code=error.code.value[0], message=error.message)
    for detail in details:
        packed = any_pb2.Any()
        packed.Pack(detail)
        status.details.append(packed)
    return status
