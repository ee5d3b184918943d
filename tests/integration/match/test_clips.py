"""
Where a fact was spoken is told to media alone, for facts that the user sees and whose speaker shares clips.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import grpc
import pytest

from tests.integration.match.people import ENGINEER, FOUNDER, GARDENER, PASS, refused
from timbre.match.v1 import match_pb2 as pb

if TYPE_CHECKING:
    from tests.integration.match.conftest import Client

pytestmark = pytest.mark.filterwarnings("ignore::services.kit.config.DevelopmentWarning")


async def resolve(match: Client, user: str, name: str) -> pb.ResolveClipResponse:
    request = pb.ResolveClipRequest(name=name)
    return await match.stub.ResolveClip(request, metadata=match.service("media", user))


@pytest.fixture
async def heard(market: Client) -> Client:
    await market.index("priya", *ENGINEER, version=2, share_clips=True)
    await market.index("ruth", *GARDENER, version=2, share_clips=True)
    return market


async def test_shared_facts_have_a_clip_that_leads_to_their_recording(heard: Client) -> None:
    (priya,) = (await heard.matches("nora")).matches
    for reason in priya.reasons:
        assert reason.theirs.clip.startswith(f"{priya.name}/facts/")
        assert reason.mine.clip.startswith("matches/me/facts/")
        found = await resolve(heard, "nora", reason.theirs.clip)
        assert found.user_id == "priya"
        assert found.evidence.quote == reason.theirs.quote
        assert found.evidence.recording.startswith("recordings/")
        assert (found.evidence.start_ms, found.evidence.end_ms) == (
            reason.theirs.start_ms,
            reason.theirs.end_ms,
        )


async def test_a_speaker_who_does_not_share_is_heard_by_nobody(heard: Client) -> None:
    (before,) = (await heard.matches("nora")).matches
    await heard.index("priya", *ENGINEER, version=3, share_clips=False)
    (after,) = (await heard.matches("nora")).matches
    assert not any(reason.theirs.clip for reason in after.reasons)
    for reason in before.reasons:
        with refused(grpc.StatusCode.NOT_FOUND, "CLIP_NOT_FOUND"):
            await resolve(heard, "nora", reason.theirs.clip)


async def test_only_facts_in_a_reason_of_ones_own_match_can_be_heard(heard: Client) -> None:
    (priya,) = (await heard.matches("nora")).matches
    clip = priya.reasons[0].theirs.clip
    (found,) = (await heard.search("nora", "somebody who grows vegetables")).matches
    for user, name in (
        ("ruth", clip),
        ("priya", clip),
        ("stranger", clip),
        ("nora", f"{priya.name}/facts/{uuid4()}/clip"),
        ("nora", f"matches/{uuid4()}/facts/{uuid4()}/clip"),
        ("priya", found.reasons[0].theirs.clip),
    ):
        with refused(grpc.StatusCode.NOT_FOUND, "CLIP_NOT_FOUND"):
            await resolve(heard, user, name)


async def test_what_a_search_has_shown_can_be_heard(heard: Client) -> None:
    (ruth,) = (await heard.search("nora", "somebody who grows vegetables")).matches
    assert (await resolve(heard, "nora", ruth.reasons[0].theirs.clip)).user_id == "ruth"
    await heard.react("nora", ruth.name, PASS)
    assert (await resolve(heard, "nora", ruth.reasons[0].theirs.clip)).user_id == "ruth"


async def test_a_block_or_a_withdrawn_consent_ends_it_at_once(heard: Client) -> None:
    (priya,) = (await heard.matches("nora")).matches
    clip = priya.reasons[0].theirs.clip
    block = await heard.block("priya", (await heard.named("priya", "Nora")).name)
    with refused(grpc.StatusCode.NOT_FOUND, "CLIP_NOT_FOUND"):
        await resolve(heard, "nora", clip)
    await heard.unblock("priya", block.name)
    await resolve(heard, "nora", clip)
    await heard.index("nora", version=2, matching=False)
    with refused(grpc.StatusCode.NOT_FOUND, "CLIP_NOT_FOUND"):
        await resolve(heard, "nora", clip)


async def test_typed_and_written_facts_have_no_clip(heard: Client) -> None:
    request = pb.IndexProfileRequest(
        version=2, visible=True, matching=True, card=pb.Card(display_name="Nora", languages=["en"])
    )
    await heard.index("nora", *FOUNDER)
    (before,) = (await heard.matches("nora")).matches
    for number, reason in enumerate(r for r in before.reasons if r.direction != pb.Reason.DIRECTION_SHARED):
        fact = request.facts.add(
            fact_id=reason.mine.clip.split("/")[3], facet=reason.mine.facet, text=reason.mine.text
        )
        if number % 2:
            fact.evidence.recording, fact.evidence.quote, fact.evidence.typed = (
                "recordings/x",
                fact.text,
                True,
            )
    await heard.stub.IndexProfile(request, metadata=heard.profile_service("nora"))
    (after,) = (await heard.matches("nora")).matches
    assert after.reasons
    assert not any(reason.mine.clip for reason in after.reasons)


async def test_only_media_may_ask(heard: Client) -> None:
    (priya,) = (await heard.matches("nora")).matches
    request = pb.ResolveClipRequest(name=priya.reasons[0].theirs.clip)
    for metadata in (heard.user("nora"), heard.profile_service("nora")):
        with refused(grpc.StatusCode.PERMISSION_DENIED, "PERMISSION_DENIED"):
            await heard.stub.ResolveClip(request, metadata=metadata)
