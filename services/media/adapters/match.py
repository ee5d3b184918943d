"""match, on the wire: who may hear what."""

from __future__ import annotations

from uuid import UUID

import grpc
import grpc.aio

from services.kit.clients import Neighbour
from services.media.adapters.answers import meant_for_callers
from services.media.adapters.profile import spoken_from
from services.media.domain import Spoken
from timbre.match.v1 import match_pb2 as pb
from timbre.match.v1.match_pb2_grpc import MatchServiceStub

_RESOLVE_SECONDS = 5.0


class Match:
    """Knows what of each other two people are shown."""

    def __init__(self, neighbour: Neighbour) -> None:
        self._neighbour = neighbour
        self._stub = MatchServiceStub(neighbour.channel)

    async def resolve(self, viewer_id: str, match_id: UUID, fact_id: UUID) -> Spoken | None:
        """
        Where a fact of a match was spoken; None when the viewer may not hear it, whyever.

        Raises:
            AccountErased: the viewer is.
            NeighbourUnavailable: match did not answer.
        """
        try:
            reply = await self._stub.ResolveClip(
                pb.ResolveClipRequest(name=f"matches/{match_id}/facts/{fact_id}/clip"),
                metadata=self._neighbour.metadata(viewer_id),
                timeout=_RESOLVE_SECONDS,
            )
        except grpc.aio.AioRpcError as error:
            if error.code() is grpc.StatusCode.NOT_FOUND:
                return None
            raise meant_for_callers(error) from None
        return spoken_from(reply.user_id, reply.evidence)
