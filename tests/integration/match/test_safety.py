"""
A block is mutual invisibility, at once and everywhere; a report reaches the moderators, who can suspend.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING
from uuid import uuid4

import grpc
import grpc.aio
import pytest

from services.kit.config import Common
from services.match.app import app
from services.match.config import MatchConfig
from tests.integration.match.auth import Auth, serving_auth
from tests.integration.match.people import ENGINEER, FOUNDER, GARDENER, LIKE, PASS, refused
from timbre.match.v1 import match_pb2 as pb

if TYPE_CHECKING:
    from tests.integration.match.conftest import Behind, Client

pytestmark = pytest.mark.filterwarnings("ignore::services.kit.config.DevelopmentWarning")

SUSPENDED, DISMISSED = pb.Report.RESOLUTION_SUSPENDED, pb.Report.RESOLUTION_DISMISSED
BACKEND = "an engineer who writes the backend"


async def connect(market: Client) -> tuple[str, str]:
    """Connect Nora and Priya; return their names as the other sees them."""
    priya, nora = (await market.named("nora", "Priya")).name, (await market.named("priya", "Nora")).name
    await market.react("nora", priya, LIKE)
    assert (await market.react("priya", nora, LIKE)).connected
    return nora, priya


async def test_a_block_makes_both_invisible_to_each_other_everywhere_at_once(market: Client) -> None:
    nora, priya = await connect(market)
    block = await market.block("nora", priya)
    assert (block.match, block.display_name) == (priya, "Priya")
    for user, other in (("nora", priya), ("priya", nora)):
        assert not {"Nora", "Priya"} & {*await market.names(user), *await market.found(user, BACKEND)}
        assert not (await market.connections(user)).connections
        for call in (market.get(user, other), market.react(user, other, LIKE), market.report("priya", nora)):
            with refused(grpc.StatusCode.NOT_FOUND, "MATCH_NOT_FOUND"):
                await call
    assert "Brian" in [
        m.card.display_name for m in (await market.search("priya", "who plays the trumpet")).matches
    ]


async def test_only_the_blocker_learns_of_a_block_and_again_is_the_same(market: Client) -> None:
    nora, priya = await connect(market)
    block = await market.block("nora", priya)
    assert await market.block("nora", priya) == block
    await market.index("priya", *ENGINEER, version=2, visible=False)
    assert list((await market.blocks("nora")).blocks) == [block]
    assert not (await market.blocks("priya")).blocks
    with refused(grpc.StatusCode.NOT_FOUND, "MATCH_NOT_FOUND"):
        await market.block("priya", nora)
    with refused(grpc.StatusCode.NOT_FOUND, "BLOCK_NOT_FOUND"):
        await market.unblock("priya", block.name)


async def test_nothing_that_was_comes_back_when_a_block_ends(market: Client) -> None:
    _, priya = await connect(market)
    block = await market.block("nora", priya)
    await market.unblock("nora", block.name)
    with refused(grpc.StatusCode.NOT_FOUND, "BLOCK_NOT_FOUND"):
        await market.unblock("nora", block.name)
    assert not (await market.connections("nora")).connections
    again = await market.get("nora", priya)
    assert (again.reaction, again.connected) == (pb.REACTION_UNSPECIFIED, False)
    nora = await market.named("priya", "Nora")
    assert (nora.reaction, nora.connected) == (pb.REACTION_UNSPECIFIED, False)
    assert not (await market.react("nora", priya, LIKE)).connected


async def test_a_block_by_the_other_stays_when_mine_ends(market: Client, behind: Behind) -> None:
    """Two who block each other at the same moment."""
    nora, priya = await connect(market)
    mine = await market.block("nora", priya)
    behind(
        "INSERT INTO blocks (user_id, blocked_id, display_name) SELECT blocked_id, user_id, 'Nora' FROM blocks"
    )
    await market.unblock("nora", mine.name)
    with refused(grpc.StatusCode.NOT_FOUND, "MATCH_NOT_FOUND"):
        await market.get("nora", priya)
    assert [each.match for each in (await market.blocks("priya")).blocks] == [nora]


async def test_only_somebody_in_sight_can_be_blocked_or_reported(market: Client) -> None:
    priya = (await market.named("nora", "Priya")).name
    for user, name in (
        ("ruth", priya),
        ("nora", f"matches/{uuid4()}"),
        ("stranger", priya),
        ("priya", priya),
    ):
        with refused(grpc.StatusCode.NOT_FOUND, "MATCH_NOT_FOUND"):
            await market.block(user, name)
        with refused(grpc.StatusCode.NOT_FOUND, "MATCH_NOT_FOUND"):
            await market.report(user, name)


async def test_likes_that_race_with_a_block_never_connect(market: Client) -> None:
    nora, priya = (await market.named("priya", "Nora")).name, (await market.named("nora", "Priya")).name

    async def like(user: str, name: str) -> None:
        for _ in range(4):
            try:
                await market.react(user, name, LIKE)
            except grpc.aio.AioRpcError as error:
                assert error.code() is grpc.StatusCode.NOT_FOUND  # noqa: PT017 - either may come first

    for _ in range(5):
        async with asyncio.TaskGroup() as group:
            group.create_task(like("priya", nora))
            group.create_task(like("nora", priya))
            block = group.create_task(market.block("nora", priya))
        for user in ("nora", "priya"):
            assert not (await market.connections(user)).connections
        await market.unblock("nora", block.result().name)
        assert (await market.get("nora", priya)).reaction == pb.REACTION_UNSPECIFIED


async def test_a_block_shows_on_the_later_pages_of_a_chain(match: Client) -> None:
    await match.index("nora", *FOUNDER)
    for number in range(5):
        await match.index(f"engineer-{number}", f"OFFER: I build backends, {number}", *ENGINEER[1:])
    whole = (await match.matches("nora")).matches
    first = await match.matches("nora", page_size=2)
    await match.block("nora", whole[1].name)
    blocker = whole[2].card.display_name.lower()
    await match.block(blocker, (await match.named(blocker, "Nora")).name)
    rest = await match.matches("nora", page_token=first.next_page_token)
    assert [each.name for each in rest.matches] == [each.name for each in whole[3:]]


async def test_blocks_come_in_pages_newest_first(match: Client) -> None:
    await match.index("nora", *FOUNDER)
    for number in range(3):
        await match.index(f"engineer-{number}", f"OFFER: I build backends, {number}", *ENGINEER[1:])
    names = [each.name for each in (await match.matches("nora")).matches]
    for name in names:
        await match.block("nora", name)
    first = await match.blocks("nora", page_size=2)
    rest = await match.blocks("nora", page_size=2, page_token=first.next_page_token)
    assert [each.match for each in (*first.blocks, *rest.blocks)] == names[::-1]
    assert rest.next_page_token == ""
    with refused(grpc.StatusCode.INVALID_ARGUMENT, "INVALID_PAGE_TOKEN"):
        await match.connections("nora", page_token=first.next_page_token)


@pytest.fixture
async def auth() -> AsyncIterator[Auth]:
    async with serving_auth() as auth:
        yield auth


@pytest.fixture
async def moderated(
    config: MatchConfig, common: Common, auth: Auth, client_at: Callable[[grpc.aio.Channel], Client]
) -> AsyncIterator[Client]:
    common = common.model_copy(update={"auth": auth.address})
    async with app(config, common) as port, grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        client = client_at(channel)
        await client.index("nora", *FOUNDER)
        await client.index("priya", *ENGINEER, "EXCLUSION: please nothing with crypto")
        await client.index("oscar", "SEEK: I need an engineer who builds the backend", *FOUNDER[1:])
        await client.index("ruth", *GARDENER)
        yield client


async def reports(client: Client, moderator: str = "mona", **fields: int | str) -> pb.ListReportsResponse:
    request = pb.ListReportsRequest(**fields)  # pyright: ignore[reportArgumentType]  # names are the fields'
    return await client.stub.ListReports(request, metadata=client.user(moderator, "moderators"))


async def resolve(
    client: Client, name: str, resolution: pb.Report.Resolution.ValueType, moderator: str = "mona"
) -> pb.Report:
    request = pb.ResolveReportRequest(name=name, resolution=resolution, note="seen")
    return await client.stub.ResolveReport(request, metadata=client.user(moderator, "moderators"))


async def test_a_report_is_made_once_while_it_is_open_and_tells_the_reporter_no_more(
    moderated: Client,
) -> None:
    priya = (await moderated.named("nora", "Priya")).name
    report = await moderated.report("nora", priya, "sends adverts")
    assert await moderated.report("nora", priya, "again", block=True) == report
    assert (report.match, report.category, report.comment) == (
        priya,
        pb.Report.CATEGORY_SPAM,
        "sends adverts",
    )
    assert not report.HasField("card")
    assert not report.statements
    assert report.report_count == 0
    assert [each.match for each in (await moderated.blocks("nora")).blocks] == [priya]
    # Blocked, and so out of sight, and reported all the same.
    assert (await resolve(moderated, report.name, DISMISSED)).resolution == DISMISSED
    assert (await moderated.report("nora", priya, "still")).name != report.name


async def test_moderators_see_reports_oldest_first_with_what_others_may_see(moderated: Client) -> None:
    priya = (await moderated.named("nora", "Priya")).name
    names = [(await moderated.report(user, priya, user)).name for user in ("nora", "oscar")]
    first = await reports(moderated, page_size=1)
    rest = await reports(moderated, page_size=1, page_token=first.next_page_token)
    both = [*first.reports, *rest.reports]
    assert [each.name for each in both] == names
    assert rest.next_page_token == ""
    assert [each.report_count for each in both] == [2, 2]
    assert both[0].card.display_name == "Priya"
    assert [each.text for each in both[0].statements] == [fact.partition(": ")[2] for fact in ENGINEER]
    assert not any(each.clip for each in both[0].statements)
    assert b"nora" not in both[0].match.encode()
    with refused(grpc.StatusCode.PERMISSION_DENIED, "PERMISSION_DENIED"):
        await moderated.stub.ListReports(pb.ListReportsRequest(), metadata=moderated.user("nora"))


async def test_a_dismissed_report_ends_alone_and_once(moderated: Client) -> None:
    priya = (await moderated.named("nora", "Priya")).name
    first, second = [(await moderated.report(user, priya)).name for user in ("nora", "oscar")]
    ended = await resolve(moderated, first, DISMISSED)
    assert (ended.resolution, ended.note) == (DISMISSED, "seen")
    assert ended.HasField("resolve_time")
    assert await resolve(moderated, first, DISMISSED) == ended
    with refused(grpc.StatusCode.FAILED_PRECONDITION, "REPORT_RESOLVED"):
        await resolve(moderated, first, SUSPENDED)
    assert [each.name for each in (await reports(moderated)).reports] == [second]
    assert [each.name for each in (await reports(moderated, include_resolved=True)).reports] == [
        first,
        second,
    ]
    assert "Priya" in await moderated.names("nora")
    with refused(grpc.StatusCode.NOT_FOUND, "REPORT_NOT_FOUND"):
        await resolve(moderated, f"reports/{uuid4()}", DISMISSED)


async def test_a_suspended_person_is_gone_for_good_and_their_account_is_disabled(
    moderated: Client, auth: Auth, behind: Behind
) -> None:
    _, priya = await connect(moderated)
    first, second = [(await moderated.report(user, priya)).name for user in ("nora", "oscar")]
    assert (await resolve(moderated, first, SUSPENDED)).resolution == SUSPENDED
    assert auth.disabled == ["priya"]
    assert not (await reports(moderated)).reports
    assert {each.resolution for each in (await reports(moderated, include_resolved=True)).reports} == {
        SUSPENDED
    }
    assert (await resolve(moderated, second, SUSPENDED)).resolution == SUSPENDED
    assert auth.disabled == ["priya"]
    for version in (2, 3):
        assert await moderated.names("oscar") == []
        assert await moderated.found("nora", BACKEND) == []
        assert not (await moderated.connections("nora")).connections
        with refused(grpc.StatusCode.NOT_FOUND, "MATCH_NOT_FOUND"):
            await moderated.get("nora", priya)
        await moderated.index("priya", *ENGINEER, version=version)
    assert behind("SELECT user_id FROM people WHERE suspended") == [("priya",)]


async def test_a_suspension_that_broke_off_is_completed_by_the_next_call(
    moderated: Client, auth: Auth
) -> None:
    priya = (await moderated.named("nora", "Priya")).name
    report = (await moderated.report("nora", priya)).name
    auth.failure = grpc.StatusCode.UNAVAILABLE
    with refused(grpc.StatusCode.UNAVAILABLE, "UNAVAILABLE"):
        await resolve(moderated, report, SUSPENDED)
    assert await moderated.names("nora") == []
    assert [each.name for each in (await reports(moderated)).reports] == [report]
    # It has begun: nobody can end it otherwise.
    with refused(grpc.StatusCode.FAILED_PRECONDITION, "REPORT_RESOLVED"):
        await resolve(moderated, report, DISMISSED)
    auth.failure = None
    assert (await resolve(moderated, report, SUSPENDED)).resolution == SUSPENDED
    assert auth.disabled == ["priya"]


async def test_moderators_neither_see_nor_end_reports_about_themselves(moderated: Client) -> None:
    priya = (await moderated.named("nora", "Priya")).name
    report = (await moderated.report("nora", priya)).name
    assert not (await reports(moderated, "priya")).reports
    for resolution in (DISMISSED, SUSPENDED):
        with refused(grpc.StatusCode.PERMISSION_DENIED, "PERMISSION_DENIED"):
            await resolve(moderated, report, resolution, "priya")


async def test_without_auth_nobody_can_be_suspended_half(market: Client) -> None:
    priya = (await market.named("nora", "Priya")).name
    await market.react("nora", priya, PASS)
    report = (await market.report("nora", priya)).name
    with refused(grpc.StatusCode.UNAVAILABLE, "UNAVAILABLE"):
        await resolve(market, report, SUSPENDED)
    assert [each.name for each in (await reports(market)).reports] == [report]
