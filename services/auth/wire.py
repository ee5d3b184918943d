"""
auth's nouns as messages.
"""

from __future__ import annotations

from services.auth.adapters.feed import Event
from services.auth.domain import Erasure, Export, Link
from services.kit.access import Caller
from services.kit.revocations import Revocation
from timbre.auth.v1 import auth_pb2 as pb


def session_to_wire(caller: Caller) -> pb.Session:
    session = pb.Session(
        user_id=caller.user_id, groups=sorted(caller.groups), client_id=caller.client_id or ""
    )
    session.expire_time.FromDatetime(caller.expires)
    return session


def event_to_wire(event: Event) -> pb.WatchRevocationsResponse:
    return pb.WatchRevocationsResponse(
        revocations=[_revocation(*change) for change in event.changes.items()],
        snapshot_complete=event.snapshot_complete,
    )


def _revocation(user_sha256: bytes, revocation: Revocation) -> pb.Revocation:
    state = pb.Revocation.State.Value(f"STATE_{revocation.state.name}")
    wire = pb.Revocation(user_sha256=user_sha256, state=state)
    wire.revoke_time.FromMicroseconds(round(revocation.revoke_time * 1e6))
    return wire


def export_to_wire(export: Export, link: Link | None) -> pb.Export:
    wire = pb.Export(
        name=f"exports/{export.id}",
        state=pb.Export.State.Value(f"STATE_{export.state}"),
        size_bytes=export.size_bytes or 0,
    )
    wire.create_time.FromDatetime(export.create_time)
    wire.expire_time.FromDatetime(export.expire_time)
    if link:
        wire.url = link.url
        wire.url_expire_time.FromDatetime(link.expire_time)
    return wire


def erasure_to_wire(erasure: Erasure) -> pb.Erasure:
    wire = pb.Erasure(name=erasure.name, state=pb.Erasure.STATE_RUNNING)
    wire.create_time.FromDatetime(erasure.create_time)
    if receipt := erasure.receipt:
        wire.state = pb.Erasure.STATE_DONE
        wire.receipt.payload = receipt.payload
        wire.receipt.signature = receipt.signature
        wire.receipt.public_key = receipt.public_key
    return wire
