"""
The history on the wire.
"""

from __future__ import annotations

from typing import Final

from services.kit.interceptors import Context, current_caller
from services.profile.servicer_base import Calls
from services.profile.wire import difference_to_wire, profile_to_wire, version_from_name, version_to_wire
from timbre.profile.v1 import profile_pb2 as pb

_PAGE: Final = 20


class VersionCalls(Calls):
    """Calls about what the caller's profile was."""

    async def ListVersions(
        self, request: pb.ListVersionsRequest, context: Context
    ) -> pb.ListVersionsResponse:
        versions, token = await self._do.versions.list_versions(
            current_caller(), page_size=request.page_size or _PAGE, page_token=request.page_token
        )
        return pb.ListVersionsResponse(
            versions=[version_to_wire(version) for version in versions], next_page_token=token
        )

    async def DiffVersions(
        self, request: pb.DiffVersionsRequest, context: Context
    ) -> pb.DiffVersionsResponse:
        difference = await self._do.versions.diff_versions(
            current_caller(), request.from_version, request.to_version
        )
        return difference_to_wire(difference)

    async def RestoreVersion(self, request: pb.RestoreVersionRequest, context: Context) -> pb.Profile:
        number = version_from_name(request.name)
        profile = await self._do.versions.restore_version(current_caller(), number, etag=request.etag)
        return profile_to_wire(profile)
