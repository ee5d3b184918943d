"""
auth, as match needs it: to disable the account of somebody who was suspended.
"""

from __future__ import annotations

import grpc
import grpc.aio

from services.kit.clients import Neighbour
from services.match.errors import AccountPending
from timbre.auth.v1 import auth_pb2
from timbre.auth.v1.auth_pb2_grpc import AuthServiceStub

_TIMEOUT_SECONDS = 10
_NOT_NOW = {
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.DEADLINE_EXCEEDED,
    grpc.StatusCode.RESOURCE_EXHAUSTED,
    grpc.StatusCode.CANCELLED,
}


class Accounts:
    """Accounts at auth."""

    def __init__(self, auth: Neighbour) -> None:
        self._auth = auth
        self._stub = AuthServiceStub(auth.channel)

    async def disable(self, user_id: str) -> None:
        """
        Let a user in nowhere any more; one who is being erased is let in nowhere already.

        Raises:
            AccountPending: auth did not answer; try again.
        """
        request = auth_pb2.SetAccountStateRequest(state=auth_pb2.ACCOUNT_STATE_DISABLED)
        metadata = self._auth.metadata(user_id)
        try:
            await self._stub.SetAccountState(request, metadata=metadata, timeout=_TIMEOUT_SECONDS)
        except grpc.aio.AioRpcError as error:
            if error.code() in _NOT_NOW:
                raise AccountPending from error
            if not _is_erased(error):
                raise


def _is_erased(error: grpc.aio.AioRpcError) -> bool:
    details = dict(error.trailing_metadata() or ()).get("grpc-status-details-bin")
    unauthenticated = error.code() is grpc.StatusCode.UNAUTHENTICATED
    return unauthenticated and isinstance(details, bytes) and b"ACCOUNT_ERASED" in details
