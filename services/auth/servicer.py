"""
auth on the wire.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import UUID

from services.auth.adapters.feed import Feed
from services.auth.domain import AccountState
from services.auth.service.erasures import ErasureService
from services.auth.service.exports import ExportService
from services.auth.service.sessions import SessionService
from services.auth.wire import erasure_to_wire, event_to_wire, export_to_wire, session_to_wire
from services.kit.errors import Unauthenticated
from services.kit.interceptors import Context, current_caller
from timbre.auth.v1 import auth_pb2 as pb
from timbre.auth.v1.auth_pb2_grpc import AuthServiceServicer


class AuthServicer(AuthServiceServicer):
    """Translates; every rule is in the use cases."""

    def __init__(
        self, sessions: SessionService, exports: ExportService, erasures: ErasureService, feed: Feed
    ) -> None:
        self._sessions = sessions
        self._exports = exports
        self._erasures = erasures
        self._feed = feed

    async def GetSession(self, request: pb.GetSessionRequest, context: Context) -> pb.Session:
        return session_to_wire(current_caller())

    async def SignOut(self, request: pb.SignOutRequest, context: Context) -> pb.SignOutResponse:
        response = pb.SignOutResponse()
        response.revoke_time.FromDatetime(await self._sessions.sign_out(current_caller()))
        return response

    async def VerifyToken(self, request: pb.VerifyTokenRequest, context: Context) -> pb.VerifyTokenResponse:
        verdict = await self._sessions.verify_token(request.token)
        if isinstance(verdict, Unauthenticated):
            refusal = pb.VerifyTokenResponse.Refusal(reason=verdict.reason, message=verdict.message)
            return pb.VerifyTokenResponse(refusal=refusal)
        return pb.VerifyTokenResponse(session=session_to_wire(verdict))

    async def WatchRevocations(
        self, request: pb.WatchRevocationsRequest, context: Context
    ) -> AsyncIterator[pb.WatchRevocationsResponse]:
        async for event in self._feed.watch():
            yield event_to_wire(event)

    async def SetAccountState(
        self, request: pb.SetAccountStateRequest, context: Context
    ) -> pb.SetAccountStateResponse:
        wanted = AccountState(pb.AccountState.Name(request.state).removeprefix("ACCOUNT_STATE_"))
        state = await self._sessions.set_account_state(current_caller().user_id, wanted)
        return pb.SetAccountStateResponse(state=pb.AccountState.Value(f"ACCOUNT_STATE_{state}"))

    async def ExportAccount(self, request: pb.ExportAccountRequest, context: Context) -> pb.Export:
        request_id = UUID(request.request_id) if request.request_id else None
        return export_to_wire(*await self._exports.export_account(current_caller(), request_id))

    async def GetExport(self, request: pb.GetExportRequest, context: Context) -> pb.Export:
        export_id = UUID(request.name.removeprefix("exports/"))
        return export_to_wire(*await self._exports.get_export(current_caller(), export_id))

    async def DeleteAccount(self, request: pb.DeleteAccountRequest, context: Context) -> pb.Erasure:
        return erasure_to_wire(await self._erasures.delete_account(current_caller()))

    async def GetErasure(self, request: pb.GetErasureRequest, context: Context) -> pb.Erasure:
        return erasure_to_wire(await self._erasures.get_erasure(request.name.removeprefix("erasures/")))
