"""
A whole user, as every service that owns data hands them over and lets go of them (`timbre.account.v1`).
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from enum import Enum
from typing import Any, Final, Protocol
from uuid import UUID

from services.kit.interceptors import Context, current_caller
from timbre.account.v1 import data_pb2 as pb
from timbre.account.v1.data_pb2_grpc import AccountDataServiceServicer

SERVICE: Final = pb.DESCRIPTOR.services_by_name["AccountDataService"]
MAX_CHUNK: Final = 1024 * 1024

File = tuple[str, bytes | AsyncIterator[bytes]]
"""Path in the archive, and the content, whole or in pieces."""


class AccountData(Protocol):
    """What a service does with a whole user."""

    def export(self, user_id: str) -> AsyncIterator[File]:
        """Yield everything that is held about the user."""
        ...

    async def erase(self, user_id: str) -> Mapping[str, int]:
        """Remove everything, for good and in every store, and return what there was, by store and kind."""
        ...


class AccountDataServicer(AccountDataServiceServicer):
    """The wire of `AccountData`."""

    def __init__(self, data: AccountData) -> None:
        self._data = data

    async def ExportUser(  # noqa: N802 - gRPC names the methods
        self,
        request: pb.ExportUserRequest,  # noqa: ARG002 - the token says it all
        context: Context,  # noqa: ARG002
    ) -> AsyncIterator[pb.ExportUserResponse]:
        async for path, content in self._data.export(current_caller().user_id):
            if isinstance(content, bytes):
                for start in range(0, max(len(content), 1), MAX_CHUNK):
                    yield pb.ExportUserResponse(path=path, content=content[start : start + MAX_CHUNK])
            else:
                async for piece in content:
                    yield pb.ExportUserResponse(path=path, content=piece)

    async def EraseUser(  # noqa: N802
        self,
        request: pb.EraseUserRequest,  # noqa: ARG002
        context: Context,  # noqa: ARG002
    ) -> pb.EraseUserResponse:
        return pb.EraseUserResponse(counts=await self._data.erase(current_caller().user_id))


def document(content: object) -> bytes:
    """Write JSON for people: indented, text as it is, times in RFC 3339."""
    return json.dumps(content, indent=2, ensure_ascii=False, default=_plain).encode() + b"\n"


def _plain(value: Any) -> object:
    match value:
        case datetime():
            return value.isoformat()
        case UUID():
            return str(value)
        case Enum():
            return value.value
        case _:
            raise TypeError(f"{type(value).__name__} has no form in JSON")
