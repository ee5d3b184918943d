"""
auth on the wire.
"""

from __future__ import annotations

from services.kit.interceptors import Context, current_caller
from timbre.auth.v1 import auth_pb2 as pb
from timbre.auth.v1.auth_pb2_grpc import AuthServiceServicer


class AuthServicer(AuthServiceServicer):
    """Tells a caller what the verified token proves; there is no state behind it."""

    async def GetSession(self, request: pb.GetSessionRequest, context: Context) -> pb.Session:
        caller = current_caller()
        session = pb.Session(user_id=caller.user_id, groups=sorted(caller.groups))
        session.expire_time.FromDatetime(caller.expires)
        return session
