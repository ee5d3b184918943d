"""
profile on the wire.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, cast
from uuid import UUID

from google.protobuf import empty_pb2

from services.kit.errors import InvalidArgument
from services.kit.interceptors import Context, current_caller
from services.profile.domain import Facet, Transcript, Word
from services.profile.errors import InvalidUpdateMask
from services.profile.service.analysis import AnalysisService
from services.profile.service.facts import FactChange, FactService
from services.profile.service.index import MAX_WAIT_SECONDS, WaitService
from services.profile.service.profiles import ProfileChange, ProfileService
from services.profile.wire import (
    facet_from_wire,
    fact_to_wire,
    id_from_name,
    line_from_wire,
    profile_to_wire,
    version_to_wire,
    visibility_from_wire,
)
from timbre.profile.v1 import profile_pb2 as pb
from timbre.profile.v1.profile_pb2_grpc import ProfileServiceServicer

_FACTS_PAGE: Final = 50
_VERSIONS_PAGE: Final = 20
_ANSWER_SECONDS: Final = 0.2
"""What an answer needs to get back before the caller's deadline."""
_PROFILE_FIELDS: Final = frozenset({"display_name", "headline", "languages", "visibility"})
_FACT_FIELDS: Final = frozenset({"text", "facet"})


class ProfileServicer(ProfileServiceServicer):
    """Translates; every rule is in the use cases."""

    def __init__(
        self,
        profiles: ProfileService,
        facts: FactService,
        analysis: AnalysisService,
        waits: WaitService,
    ) -> None:
        self._profiles = profiles
        self._facts = facts
        self._analysis = analysis
        self._waits = waits

    async def GetProfile(self, request: pb.GetProfileRequest, context: Context) -> pb.Profile:
        return profile_to_wire(await self._profiles.get_profile(current_caller()))

    async def UpdateProfile(self, request: pb.UpdateProfileRequest, context: Context) -> pb.Profile:
        change = _profile_change(request.profile, _mask(request.update_mask.paths, _PROFILE_FIELDS))
        profile = await self._profiles.update_profile(current_caller(), change, etag=request.profile.etag)
        return profile_to_wire(profile)

    async def ListFacts(self, request: pb.ListFactsRequest, context: Context) -> pb.ListFactsResponse:
        facts, token = await self._facts.list_facts(
            current_caller(),
            facet=facet_from_wire(request.facet),
            page_size=request.page_size or _FACTS_PAGE,
            page_token=request.page_token,
        )
        return pb.ListFactsResponse(facts=[fact_to_wire(fact) for fact in facts], next_page_token=token)

    async def CreateFact(self, request: pb.CreateFactRequest, context: Context) -> pb.Fact:
        fact = await self._facts.create_fact(
            current_caller(),
            _required_facet(request.fact),
            _required_text(request.fact),
            request_id=UUID(request.request_id) if request.request_id else None,
        )
        return fact_to_wire(fact)

    async def UpdateFact(self, request: pb.UpdateFactRequest, context: Context) -> pb.Fact:
        mask = _mask(request.update_mask.paths, _FACT_FIELDS)
        change = FactChange(
            text=_required_text(request.fact) if "text" in mask else None,
            facet=_required_facet(request.fact) if "facet" in mask else None,
        )
        fact_id = id_from_name(request.fact.name)
        fact = await self._facts.update_fact(current_caller(), fact_id, change, etag=request.fact.etag)
        return fact_to_wire(fact)

    async def DeleteFact(self, request: pb.DeleteFactRequest, context: Context) -> empty_pb2.Empty:
        await self._facts.delete_fact(current_caller(), id_from_name(request.name))
        return empty_pb2.Empty()

    async def ListVersions(
        self, request: pb.ListVersionsRequest, context: Context
    ) -> pb.ListVersionsResponse:
        versions, token = await self._profiles.list_versions(
            current_caller(),
            page_size=request.page_size or _VERSIONS_PAGE,
            page_token=request.page_token,
        )
        return pb.ListVersionsResponse(
            versions=[version_to_wire(version) for version in versions], next_page_token=token
        )

    async def AnalyzeTranscript(
        self, request: pb.AnalyzeTranscriptRequest, context: Context
    ) -> pb.AnalyzeTranscriptResponse:
        outcome = await self._analysis.analyze_transcript(
            current_caller(),
            id_from_name(request.recording),
            request.revision,
            Transcript(
                text=request.text,
                words=tuple(Word(word.text, word.start_ms, word.end_ms) for word in request.words),
                language=request.language or "en",
                typed=request.typed,
            ),
        )
        return pb.AnalyzeTranscriptResponse(
            version=outcome.version,
            fact_count=outcome.fact_count,
            dropped_count=outcome.dropped_count,
            warnings=outcome.warnings,
        )

    async def ForgetRecording(
        self, request: pb.ForgetRecordingRequest, context: Context
    ) -> pb.ForgetRecordingResponse:
        version = await self._analysis.forget_recording(current_caller(), id_from_name(request.recording))
        return pb.ForgetRecordingResponse(version=version)

    async def AwaitIndex(self, request: pb.AwaitIndexRequest, context: Context) -> pb.AwaitIndexResponse:
        # None without a deadline, whatever the stubs say.
        left = cast("float | None", context.time_remaining())
        seconds = MAX_WAIT_SECONDS if left is None else max(0.0, left - _ANSWER_SECONDS)
        indexed = await self._waits.await_index(current_caller(), request.version, seconds=seconds)
        return pb.AwaitIndexResponse(indexed_version=indexed)


def _mask(paths: Sequence[str], known: frozenset[str]) -> frozenset[str]:
    if not paths or not known.issuperset(paths):
        raise InvalidUpdateMask(field="update_mask")
    return frozenset(paths)


def _profile_change(profile: pb.Profile, mask: frozenset[str]) -> ProfileChange:
    name = line_from_wire(profile.display_name)
    if "display_name" in mask and not name:
        raise InvalidArgument("A display name says something.", field="profile.display_name")
    return ProfileChange(
        display_name=name if "display_name" in mask else None,
        headline=line_from_wire(profile.headline) if "headline" in mask else None,
        languages=tuple(profile.languages) if "languages" in mask else None,
        visibility=visibility_from_wire(profile.visibility) if "visibility" in mask else None,
    )


def _required_text(fact: pb.Fact) -> str:
    text = line_from_wire(fact.text)
    if not text:
        raise InvalidArgument("A fact says something.", field="fact.text")
    return text


def _required_facet(fact: pb.Fact) -> Facet:
    facet = facet_from_wire(fact.facet)
    if facet is None:
        raise InvalidArgument("A fact has a facet.", field="fact.facet")
    return facet
