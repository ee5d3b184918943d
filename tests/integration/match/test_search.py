"""
A sentence finds people who offer what it asks for, with the same filters and the same safety as a list of matches.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import grpc
import pytest

from tests.integration.match.people import ENGINEER, FOUNDER, GARDENER, LIKE, PASS, refused
from timbre.match.v1 import match_pb2 as pb
from timbre.profile.v1 import profile_pb2

if TYPE_CHECKING:
    from tests.integration.match.conftest import Behind, Client

pytestmark = pytest.mark.filterwarnings("ignore::services.kit.config.DevelopmentWarning")

VEGETABLES = "I want somebody who grows vegetables"


async def test_found_people_need_not_fit_and_say_which_offers_answer(market: Client) -> None:
    (ruth,) = (await market.search("nora", f"  {VEGETABLES}\n")).matches
    assert ruth.card.display_name == "Ruth"
    assert ruth.band == pb.BAND_STRONG
    (reason,) = ruth.reasons
    assert reason.direction == pb.Reason.DIRECTION_THEY_ANSWER
    assert reason.mine == pb.Statement(facet=profile_pb2.FACET_SEEK, text=VEGETABLES)
    assert (reason.theirs.text, reason.theirs.quote) == ("I grow vegetables", "I grow vegetables")
    assert await market.names("nora") == ["Priya"]


async def test_what_is_sought_by_others_is_no_answer(market: Client) -> None:
    assert "Brian" not in await market.found("nora", "an engineer who writes the backend for my start-up")
    assert await market.found("ruth", "an engineer who writes the backend") == ["Priya"]


@pytest.mark.parametrize("query", ["asdf qwer zxcv", "blorp fnord glimble", "xkcd 12345 !!!", "ab"])
async def test_nonsense_finds_nobody(market: Client, query: str) -> None:
    assert await market.found("nora", query) == []


async def test_a_found_person_can_be_met_liked_and_blocked_afterwards_by_the_finder_alone(
    market: Client,
) -> None:
    (ruth,) = (await market.search("nora", VEGETABLES)).matches
    assert (await market.get("nora", ruth.name)).card == ruth.card
    with refused(grpc.StatusCode.NOT_FOUND, "MATCH_NOT_FOUND"):
        await market.get("priya", ruth.name)
    assert (await market.react("nora", ruth.name, LIKE)).reaction == LIKE
    await market.block("nora", ruth.name)
    assert await market.found("nora", VEGETABLES) == []


async def test_neither_the_passed_nor_the_connected_nor_the_hidden_are_found(market: Client) -> None:
    (ruth,) = (await market.search("nora", VEGETABLES)).matches
    await market.react("nora", ruth.name, PASS)
    assert await market.found("nora", VEGETABLES) == []
    await market.react("nora", ruth.name, LIKE)
    assert await market.found("nora", VEGETABLES) == ["Ruth"]
    (nora,) = (await market.search("ruth", "somebody who has paying customers and can sell")).matches
    await market.react("ruth", nora.name, LIKE)
    assert await market.found("nora", VEGETABLES) == []
    await market.index("priya", *ENGINEER, version=2, visible=False)
    assert await market.found("ruth", "an engineer who writes the backend") == []


async def test_an_exclusion_of_either_hides_both(market: Client) -> None:
    await market.index("ruth", *GARDENER, "EXCLUSION: no trumpets please", version=2)
    assert await market.found("brian", VEGETABLES) == []
    assert await market.found("priya", VEGETABLES) == ["Ruth"]
    await market.index("priya", *ENGINEER, "EXCLUSION: no vegetables please", version=2)
    assert await market.found("priya", VEGETABLES) == []


@pytest.fixture
async def gardens(match: Client) -> Client:
    await match.index("nora", *FOUNDER)
    for number in range(5):
        await match.index(f"gardener-{number}", f"OFFER: I grow vegetables in {number + 1} gardens")
    return match


async def test_pages_join_to_the_whole_and_repeat_nobody_whatever_happens_between(gardens: Client) -> None:
    whole = [match.name for match in (await gardens.search("nora", VEGETABLES)).matches]
    first = await gardens.search("nora", VEGETABLES, page_size=2)
    await gardens.block("nora", whole[1])
    await gardens.react("nora", whole[3], PASS)
    rest = await gardens.search("nora", VEGETABLES, page_token=first.next_page_token)
    assert [match.name for match in (*first.matches, *rest.matches)] == [*whole[:3], whole[4]]
    assert rest.next_page_token == ""


async def test_a_page_token_is_good_for_its_sentence_caller_and_profile(gardens: Client) -> None:
    token = (await gardens.search("nora", VEGETABLES, page_size=2)).next_page_token
    for user, query in (("nora", "who grows fruit"), ("gardener-1", VEGETABLES)):
        with refused(grpc.StatusCode.INVALID_ARGUMENT, "INVALID_PAGE_TOKEN"):
            await gardens.search(user, query, page_token=token)
    with refused(grpc.StatusCode.INVALID_ARGUMENT, "INVALID_PAGE_TOKEN"):
        await gardens.matches("nora", page_token=token)
    await gardens.index("nora", *FOUNDER, version=2)
    with refused(grpc.StatusCode.INVALID_ARGUMENT, "INVALID_PAGE_TOKEN"):
        await gardens.search("nora", VEGETABLES, page_token=token)


async def test_a_sentence_leaves_no_trace(
    market: Client, behind: Behind, capfd: pytest.CaptureFixture[str]
) -> None:
    query = "somebody whom the quokka knows and who grows vegetables"
    reply = await market.search("nora", query, page_size=1)
    assert reply.matches
    tables = behind("SELECT table_name FROM information_schema.tables WHERE table_schema = 'match'")
    for (table,) in tables:
        assert "quokka" not in str(behind(f"SELECT * FROM {table}"))
    captured = capfd.readouterr()
    assert "SearchPeople" in captured.out + captured.err
    assert "quokka" not in captured.out + captured.err


@pytest.mark.parametrize("query", ["", "x", "   ", "x" * 301])
async def test_a_sentence_that_is_none_is_refused(market: Client, query: str) -> None:
    with refused(grpc.StatusCode.INVALID_ARGUMENT, "INVALID_REQUEST"):
        await market.search("nora", query)


async def test_searching_needs_a_profile(market: Client) -> None:
    with refused(grpc.StatusCode.FAILED_PRECONDITION, "PROFILE_NOT_READY"):
        await market.search("stranger", VEGETABLES)
