"""
match on the wire.
"""

from __future__ import annotations

from uuid import UUID

from services.kit.interceptors import Context, current_caller
from services.match.domain import Card, Connection, Facet, Fact, Match, Profile, Reaction, Reason
from services.match.service import MatchService
from timbre.match.v1 import match_pb2 as pb
from timbre.match.v1.match_pb2_grpc import MatchServiceServicer
from timbre.profile.v1 import profile_pb2


class MatchServicer(MatchServiceServicer):
    """Translates between the contract and the use cases; nothing that others must not see has a field here."""

    def __init__(self, service: MatchService) -> None:
        self._service = service

    async def ListMatches(self, request: pb.ListMatchesRequest, context: Context) -> pb.ListMatchesResponse:
        page = await self._service.list_matches(current_caller(), request.page_size, request.page_token)
        return pb.ListMatchesResponse(matches=map(_match, page.items), next_page_token=page.next_token)

    async def GetMatch(self, request: pb.GetMatchRequest, context: Context) -> pb.Match:
        return _match(await self._service.get_match(current_caller(), _person_id(request.name)))

    async def ReactToMatch(
        self, request: pb.ReactToMatchRequest, context: Context
    ) -> pb.ReactToMatchResponse:
        reaction = Reaction(request.reaction)
        match = await self._service.react(current_caller(), _person_id(request.name), reaction)
        return pb.ReactToMatchResponse(match=_match(match))

    async def ListConnections(
        self, request: pb.ListConnectionsRequest, context: Context
    ) -> pb.ListConnectionsResponse:
        page = await self._service.list_connections(current_caller(), request.page_size, request.page_token)
        return pb.ListConnectionsResponse(
            connections=map(_connection, page.items), next_page_token=page.next_token
        )

    async def IndexProfile(
        self, request: pb.IndexProfileRequest, context: Context
    ) -> pb.IndexProfileResponse:
        profile = Profile(
            version=request.version,
            card=Card(request.card.display_name, request.card.headline, tuple(request.card.languages)),
            visible=request.visible,
            facts=tuple(map(_fact, request.facts)),
        )
        version = await self._service.index_profile(current_caller().user_id, profile)
        return pb.IndexProfileResponse(indexed_version=version)


def _person_id(name: str) -> UUID:
    return UUID(name.partition("/")[2])


def _fact(fact: pb.IndexedFact) -> Fact:
    evidence = fact.evidence
    return Fact(
        id=UUID(fact.fact_id),
        facet=Facet(fact.facet),
        text=fact.text,
        quote=evidence.quote,
        start_ms=evidence.start_ms,
        end_ms=evidence.end_ms,
    )


def _match(match: Match) -> pb.Match:
    return pb.Match(
        name=f"matches/{match.person_id}",
        card=_card(match.card),
        band=pb.Band.ValueType(match.band),
        reasons=map(_reason, match.reasons),
        reaction=pb.Reaction.ValueType(match.reaction),
        connected=match.connected,
    )


def _reason(reason: Reason) -> pb.Reason:
    return pb.Reason(
        direction=pb.Reason.Direction.ValueType(reason.direction),
        mine=_statement(reason.mine),
        theirs=_statement(reason.theirs),
    )


def _statement(fact: Fact) -> pb.Statement:
    return pb.Statement(
        facet=profile_pb2.Facet.ValueType(fact.facet),
        text=fact.text,
        quote=fact.quote,
        start_ms=fact.start_ms,
        end_ms=fact.end_ms,
    )


def _card(card: Card) -> pb.Card:
    return pb.Card(display_name=card.display_name, headline=card.headline, languages=card.languages)


def _connection(connection: Connection) -> pb.Connection:
    message = pb.Connection(
        name=f"connections/{connection.id}",
        match=f"matches/{connection.person_id}",
        card=_card(connection.card),
    )
    message.create_time.FromDatetime(connection.create_time)
    return message
