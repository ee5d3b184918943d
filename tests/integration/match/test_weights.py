"""
Feedback and preferences weigh the facets of one's own ranking, and of nobody else's.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from uuid import uuid4

import grpc
import pytest

from tests.integration.match.people import FOUNDER, refused
from timbre.match.v1 import match_pb2 as pb
from timbre.profile.v1 import profile_pb2
from timbre.profile.v1.profile_pb2 import (
    FACET_GOAL,
    FACET_OFFER,
    FACET_SEEK,
    FACET_VALUE,
    FacetWeight,
    Preferences,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from tests.integration.match.conftest import Behind, Client

pytestmark = pytest.mark.filterwarnings("ignore::services.kit.config.DevelopmentWarning")

# Nora's needs, and somebody who meets each better than the other.
WANTS = (
    "SEEK: I need an engineer who builds the backend of our app",
    "OFFER: I have paying customers and I know how to sell",
    "OFFER: I bake sourdough bread",
)
MUTUAL = "SEEK: I am looking for a founder who has customers and handles sales"
BAKER = "SEEK: I want to learn how to bake sourdough bread"


async def feedback(
    match: Client, facet: profile_pb2.Facet.ValueType, *, helpful: bool, request_id: str = ""
) -> pb.FacetWeights:
    request = pb.GiveFeedbackRequest(facet=facet, helpful=helpful, request_id=request_id)
    return await match.stub.GiveFeedback(request, metadata=match.user("nora"))


async def weights(match: Client, user: str = "nora") -> pb.FacetWeights:
    return await match.stub.GetFacetWeights(pb.GetFacetWeightsRequest(), metadata=match.user(user))


async def reset(match: Client, request_id: str = "") -> pb.FacetWeights:
    request = pb.ResetFacetWeightsRequest(request_id=request_id)
    return await match.stub.ResetFacetWeights(request, metadata=match.user("nora"))


def told(found: pb.FacetWeights) -> dict[str, tuple[float, float, float]]:
    """What is not neutral, by facet."""
    all_of_them = {
        profile_pb2.Facet.Name(each.facet).removeprefix("FACET_"): (
            round(each.preferred, 4), round(each.learned, 4), round(each.effective, 4)
        )
        for each in found.weights
    }  # fmt: skip
    return {facet: each for facet, each in all_of_them.items() if each != (1, 1, 1)}


async def test_weights_are_neutral_at_first_and_in_the_promised_order(market: Client) -> None:
    found = await weights(market)
    assert found.name == "facetWeights"
    assert told(found) == {}
    names = [profile_pb2.Facet.Name(each.facet).removeprefix("FACET_") for each in found.weights]
    assert names == ["OFFER", "SEEK", "VALUE", "INTEREST", "BACKGROUND", "GOAL"]


async def test_each_step_is_a_tenth_within_its_bounds_and_can_be_forgotten(market: Client) -> None:
    for _ in range(7):
        await feedback(market, FACET_VALUE, helpful=True)
        await feedback(market, FACET_SEEK, helpful=False)
    assert told(await weights(market)) == {"VALUE": (1, 1.5, 1.5), "SEEK": (1, 0.5, 0.5)}
    assert told(await feedback(market, FACET_SEEK, helpful=True)) == {
        "VALUE": (1, 1.5, 1.5),
        "SEEK": (1, 0.6, 0.6),
    }
    assert told(await weights(market, "priya")) == {}
    assert told(await reset(market)) == {}
    assert told(await reset(market)) == {}


async def test_what_is_preferred_multiplies_what_was_learned(market: Client) -> None:
    preferred = Preferences(
        weights=[FacetWeight(facet=FACET_OFFER, weight=1.5), FacetWeight(facet=FACET_SEEK, weight=0.8)]
    )
    await market.index("nora", *FOUNDER, version=2, preferences=preferred)
    for _ in range(6):
        await feedback(market, FACET_OFFER, helpful=True)
    assert told(await weights(market)) == {"OFFER": (1.5, 1.5, 2.25), "SEEK": (0.8, 1, 0.8)}


async def test_a_call_that_died_before_it_was_remembered_takes_no_second_step(
    market: Client, behind: Behind
) -> None:
    """What a process leaves that is killed between its commit and the door's memory."""
    step, forget = str(uuid4()), str(uuid4())
    await feedback(market, FACET_VALUE, helpful=True, request_id=step)
    behind("DELETE FROM request_ids")
    assert told(await feedback(market, FACET_VALUE, helpful=True, request_id=step)) == {
        "VALUE": (1, 1.1, 1.1)
    }
    await reset(market, forget)
    await feedback(market, FACET_SEEK, helpful=True)
    behind("DELETE FROM request_ids")
    assert told(await reset(market, forget)) == {"SEEK": (1, 1.1, 1.1)}


async def test_steps_at_the_same_moment_all_count(market: Client) -> None:
    await asyncio.gather(*(feedback(market, FACET_VALUE, helpful=True) for _ in range(4)))
    assert told(await weights(market)) == {"VALUE": (1, 1.4, 1.4)}


async def test_feedback_needs_a_profile(match: Client) -> None:
    calls: list[Awaitable[object]] = [
        feedback(match, FACET_VALUE, helpful=True), weights(match), reset(match)
    ]  # fmt: skip
    for call in calls:
        with refused(grpc.StatusCode.FAILED_PRECONDITION, "PROFILE_NOT_READY"):
            await call


SAILOR = (*FOUNDER[:2], "GOAL: I want to learn how to sail a boat")


async def test_a_weight_changes_ones_own_order_and_neither_bands_nor_the_others_view(match: Client) -> None:
    await match.index("nora", *SAILOR)
    await match.index("builder", "OFFER: I build the backend of apps", MUTUAL)
    await match.index("skipper", "OFFER: I teach people how to sail a boat", MUTUAL)
    before = (await match.matches("nora")).matches
    seen = [await match.matches(user) for user in ("builder", "skipper")]
    assert [each.card.display_name for each in before] == ["Builder", "Skipper"]
    preferred = Preferences(weights=[FacetWeight(facet=FACET_GOAL, weight=1.5)])
    await match.index("nora", *SAILOR, version=2, preferences=preferred)
    for _ in range(5):
        await feedback(match, FACET_SEEK, helpful=False)
        await feedback(match, FACET_GOAL, helpful=True)
    assert list((await match.matches("nora")).matches) == list(before)[::-1]
    assert [await match.matches(user) for user in ("builder", "skipper")] == seen


async def test_feedback_between_pages_repeats_and_loses_nobody(match: Client) -> None:
    await match.index("nora", *WANTS)
    for number in range(3):
        await match.index(f"engineer-{number}", f"OFFER: I build backends, {number}", MUTUAL)
        await match.index(f"pupil-{number}", f"OFFER: I build backends, {number}", BAKER)
    whole = [each.name for each in (await match.matches("nora")).matches]
    assert len(whole) == 6
    first = await match.matches("nora", page_size=2)
    for _ in range(5):
        await feedback(match, FACET_OFFER, helpful=False)
    rest = await match.matches("nora", page_token=first.next_page_token)
    assert [each.name for each in (*first.matches, *rest.matches)] == whole
