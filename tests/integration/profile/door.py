"""
profile's real gRPC door, as people and services knock on it in these tests.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import cast
from uuid import uuid4

import grpc
import grpc.aio
import pytest
from google.rpc import error_details_pb2, status_pb2

from services.kit.service_tokens import ServiceTokens
from tests.fixtures.tokens import Issuer
from timbre.profile.v1 import profile_pb2 as pb
from timbre.profile.v1.profile_pb2_grpc import ProfileServiceStub

NADIA = (
    "Hi, I'm Nadia. I'm a product manager in Rotterdam. I'm looking for a technical co-founder."
    " I can teach you pricing. I'm not looking for an agency."
)


@dataclass(frozen=True, slots=True)
class Person:
    """A user who has never been seen before, and the calls made as or for them."""

    id: str
    stub: ProfileServiceStub
    issuer: Issuer
    tokens: ServiceTokens

    @property
    def me(self) -> tuple[tuple[str, str], ...]:
        """Metadata of a call by this user."""
        return (("authorization", f"Bearer {self.issuer.mint(sub=self.id)}"),)

    @property
    def media(self) -> tuple[tuple[str, str], ...]:
        """Metadata of a call by media for this user."""
        return (("authorization", f"Bearer {self.tokens.mint('profile', self.id)}"),)

    async def says(
        self, text: str, *, recording: str | None = None, revision: int = 1, typed: bool = False
    ) -> pb.AnalyzeTranscriptResponse:
        """Have a transcript analyzed, each word half a second long."""
        words = [
            pb.TimedWord(text=word, start_ms=500 * i, end_ms=500 * i + 450)
            for i, word in enumerate(text.split())
        ]
        request = pb.AnalyzeTranscriptRequest(
            recording=recording or new_recording(),
            revision=revision,
            text=text,
            words=[] if typed else words,
            language="en",
            typed=typed,
        )
        return await self.stub.AnalyzeTranscript(request, metadata=self.media)

    async def profile(self) -> pb.Profile:
        return await self.stub.GetProfile(pb.GetProfileRequest(), metadata=self.me)

    async def facts(self, facet: pb.Facet.ValueType = pb.FACET_UNSPECIFIED) -> Sequence[pb.Fact]:
        request = pb.ListFactsRequest(facet=facet, page_size=200)
        return (await self.stub.ListFacts(request, metadata=self.me)).facts

    async def fact(self, facet: pb.Facet.ValueType) -> pb.Fact:
        """The person's only fact of a facet."""
        (fact,) = await self.facts(facet)
        return fact

    async def create(self, text: str, **fields: str) -> pb.Fact:
        fact = pb.Fact(facet=pb.FACET_INTEREST, text=text)
        return await self.stub.CreateFact(pb.CreateFactRequest(fact=fact, **fields), metadata=self.me)

    async def edit(self, fact: pb.Fact, *paths: str) -> pb.Fact:
        request = pb.UpdateFactRequest(fact=fact)
        request.update_mask.paths.extend(paths or ("text",))
        return await self.stub.UpdateFact(request, metadata=self.me)

    async def delete(self, name: str) -> None:
        await self.stub.DeleteFact(pb.DeleteFactRequest(name=name), metadata=self.me)

    async def update(self, *paths: str, **fields: object) -> pb.Profile:
        request = pb.UpdateProfileRequest(profile=pb.Profile(**fields))  # pyright: ignore[reportArgumentType]
        request.update_mask.paths.extend(paths)
        return await self.stub.UpdateProfile(request, metadata=self.me)

    async def versions(self) -> Sequence[pb.Version]:
        request = pb.ListVersionsRequest(page_size=100)
        return (await self.stub.ListVersions(request, metadata=self.me)).versions

    async def restore(self, version: int, **fields: str) -> pb.Profile:
        request = pb.RestoreVersionRequest(name=f"profile/versions/{version}", **fields)
        return await self.stub.RestoreVersion(request, metadata=self.me)

    async def diff(self, before: int, after: int) -> pb.DiffVersionsResponse:
        request = pb.DiffVersionsRequest(from_version=before, to_version=after)
        return await self.stub.DiffVersions(request, metadata=self.me)

    async def hide(self, name: str, *, hidden: bool = True) -> pb.Fact:
        return await self.edit(pb.Fact(name=name, hidden=hidden), "hidden")

    async def card(self) -> pb.ProfileCard:
        return await self.stub.GetProfileCard(pb.GetProfileCardRequest(), metadata=self.me)

    async def preferences(self) -> pb.Preferences:
        return await self.stub.GetPreferences(pb.GetPreferencesRequest(), metadata=self.me)

    async def prefer(self, *paths: str, **fields: object) -> pb.Preferences:
        request = pb.UpdatePreferencesRequest(preferences=pb.Preferences(**fields))  # pyright: ignore[reportArgumentType]
        request.update_mask.SetInParent()
        request.update_mask.paths.extend(paths)
        return await self.stub.UpdatePreferences(request, metadata=self.me)

    async def consents(self) -> Sequence[pb.Consent]:
        return (await self.stub.ListConsents(pb.ListConsentsRequest(), metadata=self.me)).consents

    async def agree(
        self, purpose: pb.Purpose.ValueType, *, granted: bool = True, **fields: str
    ) -> pb.Consent:
        request = pb.SetConsentRequest(purpose=purpose, granted=granted, **fields)
        return await self.stub.SetConsent(request, metadata=self.me)

    async def withdraw(self, purpose: pb.Purpose.ValueType, **fields: str) -> pb.Consent:
        return await self.agree(purpose, granted=False, **fields)

    async def prompt(self, language: str = "") -> pb.Prompt:
        return await self.stub.SuggestPrompt(pb.SuggestPromptRequest(language=language), metadata=self.me)

    async def forget(self, recording: str) -> int:
        request = pb.ForgetRecordingRequest(recording=recording)
        return (await self.stub.ForgetRecording(request, metadata=self.media)).version

    async def await_index(self, version: int, *, seconds: float | None = None) -> int:
        request = pb.AwaitIndexRequest(version=version)
        return (await self.stub.AwaitIndex(request, metadata=self.media, timeout=seconds)).indexed_version


def new_recording() -> str:
    return f"recordings/{uuid4()}"


@contextmanager
def refused(code: grpc.StatusCode, reason: str, *, field: str | None = None) -> Iterator[None]:
    """Expect the block to be refused with this status, reason and, when given, field."""
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        yield
    assert caught.value.code() is code
    details = dict(caught.value.trailing_metadata() or ())["grpc-status-details-bin"]
    status = status_pb2.Status.FromString(cast("bytes", details))
    info, request = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
    for detail in status.details:
        detail.Unpack(info)
        detail.Unpack(request)
    assert info.reason == reason
    if field is not None:
        assert [violation.field for violation in request.field_violations] == [field]
