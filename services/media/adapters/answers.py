"""What a neighbour's refusal means here."""

from __future__ import annotations

from datetime import timedelta

import grpc.aio
from google.rpc import error_details_pb2, status_pb2

from services.kit.errors import TimbreError, Unavailable
from services.kit.revocations import AccountErased

_SOON = timedelta(seconds=1)


class NeighbourUnavailable(Unavailable):
    """Another part of Timbre that this needs is not there just now; try again."""


def reason_of(error: grpc.aio.AioRpcError) -> str:
    """The `ErrorInfo.reason` of a refused call, or nothing when there is none."""
    written = dict(error.trailing_metadata() or ()).get("grpc-status-details-bin", b"")
    info = error_details_pb2.ErrorInfo()
    if isinstance(written, bytes):
        for detail in status_pb2.Status.FromString(written).details:
            if detail.Unpack(info):
                return info.reason
    return ""


def meant_for_callers(error: grpc.aio.AioRpcError) -> TimbreError:
    """What to tell our own caller: the user it was about is gone, or to try again."""
    if reason_of(error) == AccountErased.reason:
        return AccountErased()
    return NeighbourUnavailable(retry_after=_SOON)
