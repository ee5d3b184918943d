"""
match, as profile calls it: one version of one user, complete.
"""

from __future__ import annotations

from typing import Final

import grpc.aio

from services.kit.clients import Neighbour
from services.kit.errors import Unavailable
from services.profile.domain import Version
from services.profile.wire import evidence_to_wire, facet_to_wire, preferences_to_wire
from timbre.match.v1 import match_pb2 as pb
from timbre.match.v1.match_pb2_grpc import MatchServiceStub

_TIMEOUT_SECONDS: Final = 20.0
"""Embedding 500 facts takes match a few seconds on a busy machine."""


class MatchUnavailable(Unavailable):
    """match did not take the profile."""


class Match:
    """Tells match what to match."""

    def __init__(self, neighbour: Neighbour) -> None:
        self._neighbour = neighbour
        # The typed stub wants the asynchronous channel, whatever the class of the generated code says.
        self._stub = MatchServiceStub(neighbour.channel)

    async def index(self, user_id: str, version: Version) -> int:
        """
        Make `version` the one that is matched, and return the version that is: this or a newer one.

        Raises:
            MatchUnavailable: whatever the reason, trying again is right.
        """
        try:
            reply = await self._stub.IndexProfile(
                _request(version), metadata=self._neighbour.metadata(user_id), timeout=_TIMEOUT_SECONDS
            )
        except grpc.aio.AioRpcError as error:
            raise MatchUnavailable(f"match answered {error.code().name}") from None
        return reply.indexed_version


def _request(version: Version) -> pb.IndexProfileRequest:
    card = version.card
    return pb.IndexProfileRequest(
        version=version.version,
        card=pb.Card(display_name=card.display_name, headline=card.headline, languages=card.languages),
        visible=version.visible,
        facts=[
            pb.IndexedFact(
                fact_id=str(fact.id),
                facet=facet_to_wire(fact.facet),
                text=fact.text,
                evidence=fact.evidence and evidence_to_wire(fact.evidence),
            )
            for fact in (version.open_facts if version.matching else ())
        ],
        preferences=preferences_to_wire(version.preferences),
        share_clips=version.share_clips,
        matching=version.matching,
        external_analysis=version.external_analysis,
    )
