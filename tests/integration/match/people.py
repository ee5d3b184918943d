"""
Who meets whom in these tests, and how a refusal looks.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import grpc
import grpc.aio
import pytest
from google.rpc import error_details_pb2, status_pb2

from timbre.match.v1 import match_pb2 as pb

FOUNDER = (
    "SEEK: I need an engineer who builds the backend of our app",
    "OFFER: I have paying customers and I know how to sell",
    "VALUE: I want to stop food waste",
)
ENGINEER = (
    "OFFER: I build reliable backend services in Python",
    "SEEK: I am looking for a founder who has customers and handles sales",
    "VALUE: wasting food makes me sad",
)
RIVAL = (
    "SEEK: I am searching for an engineer who writes the backend for my start-up",
    "OFFER: I play the trumpet at weddings",
)
GARDENER = ("OFFER: I grow vegetables", "SEEK: I want to find an old tractor")
LIKE, PASS = pb.REACTION_LIKE, pb.REACTION_PASS


@contextmanager
def refused(code: grpc.StatusCode, reason: str, **metadata: str) -> Iterator[None]:
    """The block ends in this error, with at least this metadata."""
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        yield
    assert caught.value.code() is code
    details = dict(caught.value.trailing_metadata())["grpc-status-details-bin"]
    assert isinstance(details, bytes)
    status = status_pb2.Status.FromString(details)
    info = error_details_pb2.ErrorInfo()
    assert any(detail.Unpack(info) for detail in status.details)
    assert info.reason == reason
    assert metadata.items() <= dict(info.metadata).items()
