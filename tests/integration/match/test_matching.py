"""
What a user, a frontend and the profile service can rely on, through the real door.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from uuid import uuid4

import grpc
import pytest

from tests.integration.match.people import ENGINEER, FOUNDER, GARDENER, LIKE, PASS, refused
from timbre.match.v1 import match_pb2 as pb

if TYPE_CHECKING:
    from tests.integration.match.conftest import Client

pytestmark = pytest.mark.filterwarnings("ignore::services.kit.config.DevelopmentWarning")

SOMEBODY = "0b7f4c53-0e0f-4b2c-9d64-6e8a3f1d2c95"


async def test_the_mutual_partner_is_listed_with_reasons_in_both_directions(market: Client) -> None:
    reply = await market.matches("nora")
    assert [match.card.display_name for match in reply.matches] == ["Priya"]
    assert reply.next_page_token == ""
    (match,) = reply.matches
    assert match.band in {pb.BAND_GOOD, pb.BAND_STRONG}
    assert len(match.reasons) <= 6
    they, i = (
        next(reason for reason in match.reasons if reason.direction == direction)
        for direction in (pb.Reason.DIRECTION_THEY_ANSWER, pb.Reason.DIRECTION_I_ANSWER)
    )
    assert (they.mine.text, they.theirs.text) == (FOUNDER[0][6:], ENGINEER[0][7:])
    assert (i.mine.text, i.theirs.text) == (FOUNDER[1][7:], ENGINEER[1][6:])
    assert (they.theirs.quote, they.theirs.start_ms, they.theirs.end_ms) == (ENGINEER[0][7:], 1000, 2000)
    assert any(reason.direction == pb.Reason.DIRECTION_SHARED for reason in match.reasons)


async def test_both_see_each_other_in_the_same_band(market: Client) -> None:
    (mine,) = (await market.matches("nora")).matches
    theirs = next(m for m in (await market.matches("priya")).matches if m.card.display_name == "Nora")
    assert mine.band == theirs.band
    assert (await market.get("nora", mine.name)) == mine


async def test_nobody_learns_another_users_id(market: Client) -> None:
    (match,) = (await market.matches("nora")).matches
    assert b"priya" not in match.name.encode()
    match.ClearField("card")
    assert b"priya" not in match.SerializeToString()


async def test_a_caller_without_a_profile_is_told_so(market: Client) -> None:
    for call in (market.matches("stranger"), market.get("stranger", f"matches/{uuid4()}")):
        with refused(grpc.StatusCode.FAILED_PRECONDITION, "PROFILE_NOT_READY"):
            await call


async def test_a_profile_without_facts_matches_nobody(market: Client) -> None:
    await market.index("nora", version=2)
    assert await market.names("nora") == []
    assert "Nora" not in await market.names("priya")


async def test_a_hidden_person_is_gone_at_once_and_looks_unknown(market: Client) -> None:
    (match,) = (await market.matches("nora")).matches
    await market.index("priya", *ENGINEER, version=2, visible=False)
    assert await market.names("nora") == []
    for name in (match.name, f"matches/{uuid4()}"):
        with refused(grpc.StatusCode.NOT_FOUND, "MATCH_NOT_FOUND"):
            await market.get("nora", name)
        with refused(grpc.StatusCode.NOT_FOUND, "MATCH_NOT_FOUND"):
            await market.react("nora", name, LIKE)
    await market.index("priya", *ENGINEER, version=3)
    assert [again.name for again in (await market.matches("nora")).matches] == [match.name]


async def test_somebody_who_never_fitted_cannot_be_looked_up(market: Client) -> None:
    (priya,) = (await market.matches("nora")).matches
    with refused(grpc.StatusCode.NOT_FOUND, "MATCH_NOT_FOUND"):
        await market.get("ruth", priya.name)
    with refused(grpc.StatusCode.NOT_FOUND, "MATCH_NOT_FOUND"):
        await market.get("priya", priya.name)


async def test_an_exclusion_works_both_ways_and_is_never_shown(market: Client) -> None:
    await market.index(
        "crypto",
        "SEEK: I need a backend engineer for my crypto exchange",
        "OFFER: I have customers who trade crypto and I handle sales",
    )
    assert "Crypto" in await market.names("priya")
    await market.index("priya", *ENGINEER, "EXCLUSION: please nothing with crypto", version=2)
    assert "Crypto" not in await market.names("priya")
    assert "Priya" not in await market.names("crypto")
    for match in (await market.matches("nora")).matches:
        assert "crypto" not in str(match)


async def test_people_without_a_common_language_do_not_meet(market: Client) -> None:
    await market.index("priya", *ENGINEER, version=2, languages=["de"])
    assert await market.names("nora") == []
    await market.index("priya", *ENGINEER, version=3, languages=["de", "en-GB"])
    assert await market.names("nora") == ["Priya"]


async def test_an_older_version_succeeds_and_changes_nothing(market: Client) -> None:
    assert await market.index("priya", *ENGINEER, version=5) == 5
    assert await market.index("priya", *GARDENER, version=4) == 5
    assert await market.index("priya", *GARDENER, version=5) == 5
    assert await market.names("nora") == ["Priya"]


async def insisting(market: Client, *facts: str, version: int) -> None:
    """Index as profile's job does: what is stored and not findable yet is asked for again."""
    while True:
        try:
            await market.index("priya", *facts, version=version)
        except grpc.aio.AioRpcError as error:
            if error.code() is not grpc.StatusCode.UNAVAILABLE:
                raise
        else:
            return


async def test_versions_that_race_end_with_the_newest(market: Client) -> None:
    async with asyncio.TaskGroup() as group:
        for version in (5, 2, 4, 3, 6):
            facts = ENGINEER if version == 6 else GARDENER
            group.create_task(insisting(market, *facts, version=version))
    assert await market.index("priya", *GARDENER, version=1) == 6
    assert await market.names("nora") == ["Priya"]


async def test_a_passed_person_is_not_listed_until_the_mind_changes(market: Client) -> None:
    (match,) = (await market.matches("nora")).matches
    assert (await market.react("nora", match.name, PASS)).reaction == PASS
    assert await market.names("nora") == []
    assert (await market.get("nora", match.name)).reaction == PASS
    assert "Nora" in await market.names("priya")
    assert (await market.react("nora", match.name, LIKE)).reaction == LIKE
    assert await market.names("nora") == ["Priya"]


async def test_a_like_is_not_told_until_it_is_returned(market: Client) -> None:
    (priya,) = (await market.matches("nora")).matches
    assert not (await market.react("nora", priya.name, LIKE)).connected
    nora = next(m for m in (await market.matches("priya")).matches if m.card.display_name == "Nora")
    assert (nora.reaction, nora.connected) == (pb.REACTION_UNSPECIFIED, False)
    assert not (await market.connections("nora")).connections
    assert (await market.react("priya", nora.name, LIKE)).connected
    (mine,) = (await market.connections("nora")).connections
    (theirs,) = (await market.connections("priya")).connections
    assert (mine.name, mine.match, mine.card.display_name) == (theirs.name, priya.name, "Priya")
    assert (theirs.match, theirs.create_time) == (nora.name, mine.create_time)
    assert await market.names("nora") == []
    assert (await market.get("nora", priya.name)).connected


async def test_likes_at_the_same_moment_make_exactly_one_connection(market: Client) -> None:
    (priya,) = (await market.matches("nora")).matches
    nora = next(m for m in (await market.matches("priya")).matches if m.card.display_name == "Nora")
    async with asyncio.TaskGroup() as group:
        for _ in range(5):
            group.create_task(market.react("nora", priya.name, LIKE))
            group.create_task(market.react("priya", nora.name, LIKE))
    for user in ("nora", "priya"):
        assert len((await market.connections(user)).connections) == 1


async def test_a_person_who_stops_fitting_can_still_be_seen_by_who_reacted(market: Client) -> None:
    (priya,) = (await market.matches("nora")).matches
    await market.react("nora", priya.name, LIKE)
    await market.index("priya", *GARDENER, version=2)
    assert await market.names("nora") == []
    assert (await market.get("nora", priya.name)).reaction == LIKE


@pytest.fixture
async def crowd(match: Client) -> Client:
    await match.index("nora", *FOUNDER)
    for number in range(7):
        offer = f"OFFER: I build backend services, {number + 1} of them so far"
        await match.index(f"engineer-{number}", offer, *ENGINEER[1:])
    return match


async def pages(match: Client, user: str, size: int) -> list[str]:
    names: list[str] = []
    token = ""
    while True:
        reply = await match.matches(user, page_size=size, page_token=token)
        assert len(reply.matches) <= size
        names += [each.name for each in reply.matches]
        token = reply.next_page_token
        if not token:
            return names


async def test_pages_join_to_the_whole_list_in_the_same_order(crowd: Client) -> None:
    whole = [match.name for match in (await crowd.matches("nora")).matches]
    assert len(whole) == 7
    assert await pages(crowd, "nora", 2) == whole
    assert await pages(crowd, "nora", 7) == whole


async def test_passing_hiding_and_changing_people_between_pages_repeats_nobody(crowd: Client) -> None:
    whole = (await crowd.matches("nora")).matches
    first = await crowd.matches("nora", page_size=2)
    last_seen, passed_later, changed = first.matches[-1], whole[2], whole[3]
    await crowd.react("nora", last_seen.name, PASS)
    await crowd.react("nora", passed_later.name, PASS)
    changed_user = changed.card.display_name.lower()
    await crowd.index(changed_user, "OFFER: I build the backend of apps", *ENGINEER[1:], version=2)
    await crowd.index("newcomer", "OFFER: I build the backend of apps", *ENGINEER[1:])
    rest = await crowd.matches("nora", page_token=first.next_page_token)
    assert [match.name for match in rest.matches] == [match.name for match in whole[4:]]


async def test_a_page_token_is_good_for_its_caller_and_profile_only(crowd: Client) -> None:
    token = (await crowd.matches("nora", page_size=2)).next_page_token
    await crowd.index("ada", *FOUNDER)
    connections = crowd.connections("nora", page_token=token)
    for call in (
        crowd.matches("ada", page_token=token),
        crowd.matches("nora", page_token=token[:-4] + "AAAA"),
        crowd.matches("nora", page_token="not a token"),
        connections,
    ):
        with refused(grpc.StatusCode.INVALID_ARGUMENT, "INVALID_PAGE_TOKEN"):
            await call
    await crowd.index("nora", *FOUNDER, version=2)
    with refused(grpc.StatusCode.INVALID_ARGUMENT, "INVALID_PAGE_TOKEN"):
        await crowd.matches("nora", page_token=token)


async def test_connections_come_in_pages_newest_first(crowd: Client) -> None:
    liked = [match.name for match in (await crowd.matches("nora")).matches[:5]]
    for number in range(7):
        user = f"engineer-{number}"
        (nora,) = (await crowd.matches(user)).matches
        await crowd.react(user, nora.name, LIKE)
    for name in liked:
        await crowd.react("nora", name, LIKE)
    first = await crowd.connections("nora", page_size=3)
    rest = await crowd.connections("nora", page_size=3, page_token=first.next_page_token)
    assert [each.match for each in (*first.connections, *rest.connections)] == liked[::-1]
    assert rest.next_page_token == ""


@pytest.mark.parametrize("size", [-1, 51])
async def test_an_impossible_page_size_is_refused(match: Client, size: int) -> None:
    with refused(grpc.StatusCode.INVALID_ARGUMENT, "INVALID_REQUEST"):
        await match.matches("nora", page_size=size)


@pytest.mark.parametrize("name", ["matches/x", "", f"connections/{SOMEBODY}", f"matches/{SOMEBODY}/x"])
async def test_a_malformed_name_is_refused(match: Client, name: str) -> None:
    with refused(grpc.StatusCode.INVALID_ARGUMENT, "INVALID_REQUEST"):
        await match.get("nora", name)


async def test_only_services_may_index_and_only_users_may_look(match: Client) -> None:
    request = pb.IndexProfileRequest(version=1, card=pb.Card(display_name="Mallory"), visible=True)
    with refused(grpc.StatusCode.PERMISSION_DENIED, "PERMISSION_DENIED"):
        await match.stub.IndexProfile(request, metadata=match.user("mallory"))
    with refused(grpc.StatusCode.PERMISSION_DENIED, "PERMISSION_DENIED"):
        await match.stub.ListMatches(pb.ListMatchesRequest(), metadata=match.profile_service("nora"))
    with refused(grpc.StatusCode.UNAUTHENTICATED, "TOKEN_MISSING"):
        await match.stub.ListMatches(pb.ListMatchesRequest())
