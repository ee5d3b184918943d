"""
match on the wire: each method takes a message apart, calls one use case, and writes the answer down.
"""

from __future__ import annotations

from dataclasses import dataclass

from google.protobuf.empty_pb2 import Empty

from services.kit.interceptors import Context, current_caller
from services.match import wire
from services.match.domain import Category, Facet, Reaction, Resolution
from services.match.service.clips import Clips
from services.match.service.connections import Connections
from services.match.service.explain import Explain
from services.match.service.matches import Matches
from services.match.service.moderation import Moderation
from services.match.service.profiles import Profiles
from services.match.service.safety import Protection
from services.match.service.search import Search
from services.match.service.weights import Weights
from timbre.match.v1 import match_pb2 as pb
from timbre.match.v1.match_pb2_grpc import MatchServiceServicer


@dataclass(frozen=True, slots=True)
class UseCases:
    """Everything that match does."""

    matches: Matches
    search: Search
    explain: Explain
    connections: Connections
    protection: Protection
    moderation: Moderation
    weights: Weights
    clips: Clips
    profiles: Profiles


class MatchServicer(MatchServiceServicer):
    """Translates between the contract and the use cases."""

    def __init__(self, do: UseCases) -> None:
        self._do = do

    async def ListMatches(self, request: pb.ListMatchesRequest, context: Context) -> pb.ListMatchesResponse:
        page = await self._do.matches.list_matches(current_caller(), request.page_size, request.page_token)
        return pb.ListMatchesResponse(matches=map(wire.match, page.items), next_page_token=page.next_token)

    async def GetMatch(self, request: pb.GetMatchRequest, context: Context) -> pb.Match:
        return wire.match(await self._do.matches.get_match(current_caller(), wire.id_of(request.name)))

    async def SearchPeople(
        self, request: pb.SearchPeopleRequest, context: Context
    ) -> pb.SearchPeopleResponse:
        page = await self._do.search.search(
            current_caller(), request.query, request.page_size, request.page_token
        )
        return pb.SearchPeopleResponse(matches=map(wire.match, page.items), next_page_token=page.next_token)

    async def ExplainSearch(
        self, request: pb.ExplainSearchRequest, context: Context
    ) -> pb.ExplainSearchResponse:
        return wire.explanation(await self._do.explain.explain(current_caller()))

    async def ReactToMatch(
        self, request: pb.ReactToMatchRequest, context: Context
    ) -> pb.ReactToMatchResponse:
        match = await self._do.matches.react(
            current_caller(), wire.id_of(request.name), Reaction(request.reaction)
        )
        return pb.ReactToMatchResponse(match=wire.match(match))

    async def ListConnections(
        self, request: pb.ListConnectionsRequest, context: Context
    ) -> pb.ListConnectionsResponse:
        page = await self._do.connections.list_connections(
            current_caller(), request.page_size, request.page_token
        )
        return pb.ListConnectionsResponse(
            connections=map(wire.connection, page.items), next_page_token=page.next_token
        )

    async def BlockUser(self, request: pb.BlockUserRequest, context: Context) -> pb.Block:
        return wire.block(await self._do.protection.block(current_caller(), wire.id_of(request.name)))

    async def UnblockUser(self, request: pb.UnblockUserRequest, context: Context) -> Empty:
        await self._do.protection.unblock(current_caller(), wire.id_of(request.name))
        return Empty()

    async def ListBlocks(self, request: pb.ListBlocksRequest, context: Context) -> pb.ListBlocksResponse:
        page = await self._do.protection.list_blocks(current_caller(), request.page_size, request.page_token)
        return pb.ListBlocksResponse(blocks=map(wire.block, page.items), next_page_token=page.next_token)

    async def ReportUser(self, request: pb.ReportUserRequest, context: Context) -> pb.Report:
        report = await self._do.protection.report(
            current_caller(),
            wire.id_of(request.name),
            Category(request.category),
            request.comment,
            block=request.block,
        )
        return wire.report(report)

    async def ListReports(self, request: pb.ListReportsRequest, context: Context) -> pb.ListReportsResponse:
        page = await self._do.moderation.list_reports(
            current_caller(), request.page_size, request.page_token, resolved_too=request.include_resolved
        )
        return pb.ListReportsResponse(reports=map(wire.case, page.items), next_page_token=page.next_token)

    async def ResolveReport(self, request: pb.ResolveReportRequest, context: Context) -> pb.Report:
        case = await self._do.moderation.resolve(
            current_caller(), wire.id_of(request.name), Resolution(request.resolution), request.note
        )
        return wire.case(case)

    async def GiveFeedback(self, request: pb.GiveFeedbackRequest, context: Context) -> pb.FacetWeights:
        weights = await self._do.weights.give_feedback(
            current_caller().user_id,
            Facet(request.facet),
            helpful=request.helpful,
            request_id=wire.request_id_of(request),
        )
        return wire.weights(weights)

    async def GetFacetWeights(self, request: pb.GetFacetWeightsRequest, context: Context) -> pb.FacetWeights:
        return wire.weights(await self._do.weights.get(current_caller().user_id))

    async def ResetFacetWeights(
        self, request: pb.ResetFacetWeightsRequest, context: Context
    ) -> pb.FacetWeights:
        weights = await self._do.weights.reset(current_caller().user_id, wire.request_id_of(request))
        return wire.weights(weights)

    async def ResolveClip(self, request: pb.ResolveClipRequest, context: Context) -> pb.ResolveClipResponse:
        person_id, fact_id = wire.clip_ids(request.name)
        return wire.clip(*await self._do.clips.resolve(current_caller().user_id, person_id, fact_id))

    async def Reindex(self, request: pb.ReindexRequest, context: Context) -> pb.ReindexResponse:
        count = await self._do.profiles.reindex(current_caller().user_id, everybody=request.everybody)
        return pb.ReindexResponse(person_count=count)

    async def IndexProfile(
        self, request: pb.IndexProfileRequest, context: Context
    ) -> pb.IndexProfileResponse:
        version = await self._do.profiles.index_profile(current_caller().user_id, wire.profile_of(request))
        return pb.IndexProfileResponse(indexed_version=version)
