"""
A user takes everything home, and leaves for good: nothing of them stays, and nothing brings them back.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import grpc
import grpc.aio
import pytest

from services.kit.postgres import open_database
from services.match.adapters.account import AccountRows
from services.match.adapters.edge import open_edge
from services.match.adapters.minilm import open_minilm
from services.match.adapters.postgres import Store
from services.match.errors import IndexUnavailable
from services.match.service.account import Account
from tests.integration.match.people import ENGINEER, FOUNDER, LIKE, PASS, refused
from timbre.account.v1 import data_pb2
from timbre.match.v1 import match_pb2 as pb
from timbre.profile.v1.profile_pb2 import FACET_VALUE, FORMAT_ONLINE, Place, Preferences

if TYPE_CHECKING:
    from services.match.config import MatchConfig
    from tests.integration.match.conftest import Behind, Client, Start

pytestmark = pytest.mark.filterwarnings("ignore::services.kit.config.DevelopmentWarning")

PREFERENCES = Preferences(
    languages=["en"], formats=[FORMAT_ONLINE], place=Place(latitude=52.5, longitude=13.25), max_distance_km=0
)


async def live(match: Client) -> dict[str, str]:
    """Priya lives here: reacts, connects, finds, blocks, reports, gives feedback, and is met in turn."""
    await match.index("nora", *FOUNDER)
    await match.index("priya", *ENGINEER, preferences=PREFERENCES)
    await match.index("ada", "SEEK: I need an engineer for our backend", *FOUNDER[1:])
    await match.index("eve", "SEEK: I need backend services in Python", *FOUNDER[1:])
    await match.index("ruth", "OFFER: I grow vegetables")
    names = {each.card.display_name: each.name for each in (await match.matches("priya")).matches}
    priya = {user: (await match.named(user, "Priya")).name for user in ("nora", "ada", "eve")}
    await match.react("priya", names["Ada"], PASS)
    await match.react("priya", names["Nora"], LIKE)
    reaction = pb.ReactToMatchRequest(name=priya["nora"], reaction=LIKE, request_id=str(uuid4()))
    await match.stub.ReactToMatch(reaction, metadata=match.user("nora"))
    await match.search("priya", "somebody who grows vegetables")
    await match.report("priya", names["Eve"], "sells coins", block=True)
    await match.report("ada", priya["ada"], "knows too much")
    await match.block("ada", priya["ada"])
    feedback = pb.GiveFeedbackRequest(facet=FACET_VALUE, helpful=True, request_id=str(uuid4()))
    await match.stub.GiveFeedback(feedback, metadata=match.user("priya"))
    return {"id": priya["nora"].removeprefix("matches/"), **names}


async def test_an_export_holds_what_matching_knows_and_what_the_user_did(
    match: Client, behind: Behind
) -> None:
    names = await live(match)
    files = await match.export("priya")
    read: dict[str, Any] = {path: json.loads(content) for path, content in files.items()}
    assert set(read) == {
        "index.json", "matches.json", "connections.json", "blocks.json", "reports.json", "weights.json"
    }  # fmt: skip
    assert read["index.json"]["preferences"]["place"] == {"latitude": 52.5, "longitude": 13.25}
    assert [fact["text"] for fact in read["index.json"]["facts"]] == [
        fact.partition(": ")[2] for fact in ENGINEER
    ]
    assert [(each["display_name"], each["reaction_name"]) for each in read["matches.json"]["reactions"]] == [
        ("Nora", "LIKE")
    ]
    assert [each["display_name"] for each in read["matches.json"]["found"]] == ["Ruth"]
    assert [f"matches/{each['person_id']}" for each in read["connections.json"]] == [names["Nora"]]
    assert [each["display_name"] for each in read["blocks.json"]] == ["Eve"]
    assert [(each["comment"], each["category_name"]) for each in read["reports.json"]] == [
        ("sells coins", "SPAM")
    ]
    assert read["weights.json"]["weights"][0]["tenths"] == 1
    assert b"knows too much" not in b"".join(files.values())
    columns = behind(
        "SELECT column_name FROM information_schema.columns"
        " WHERE table_schema = 'match' AND table_name = 'people' AND column_name <> 'vectors'"
    )
    assert set(read["index.json"]) == {name for (name,) in columns}


async def test_somebody_unknown_exports_nothing_and_erases_nothing(match: Client) -> None:
    assert await match.export("stranger") == {}
    assert set((await match.erase("stranger")).values()) == {0}


async def test_nothing_of_an_erased_user_stays_anywhere(match: Client, behind: Behind) -> None:
    names = await live(match)
    counts = await match.erase("priya")
    assert counts == {
        "postgres.people": 1,
        "postgres.reactions": 2,
        "postgres.connections": 1,
        "postgres.blocks": 2,
        "postgres.reports": 2,
        "postgres.finds": 1,
        "postgres.judgements": 0,
        "postgres.feedback": 1,
        "postgres.request_ids": 2,
        "index.points": 1,
    }
    for (table,) in behind("SELECT table_name FROM information_schema.tables WHERE table_schema = 'match'"):
        rows = behind(f"SELECT * FROM {table}")
        for trace in ("priya", "Priya", names["id"], "reliable backend", "sells coins", "knows too much"):
            assert trace not in str(rows), table
    assert set((await match.erase("priya")).values()) == {0}
    assert await match.export("priya") == {}


async def test_nobody_sees_an_erased_person_from_that_moment(match: Client) -> None:
    await live(match)
    priya = (await match.connections("nora")).connections[0].match
    await match.erase("priya")
    for user in ("nora", "ada", "eve"):
        assert "Priya" not in await match.names(user)
        assert await match.found(user, "somebody who builds backend services") == []
        assert not (await match.connections(user)).connections
        assert not (await match.blocks(user)).blocks
    with refused(grpc.StatusCode.NOT_FOUND, "MATCH_NOT_FOUND"):
        await match.get("nora", priya)


async def test_nothing_brings_an_erased_user_back(match: Client, behind: Behind) -> None:
    await live(match)
    await match.erase("priya")
    with refused(grpc.StatusCode.UNAUTHENTICATED, "ACCOUNT_ERASED"):
        await match.index("priya", *ENGINEER, version=9)
    feedback = pb.GiveFeedbackRequest(facet=FACET_VALUE, helpful=True, request_id=str(uuid4()))
    with suppress(grpc.aio.AioRpcError):
        await match.stub.GiveFeedback(feedback, metadata=match.user("priya"))
    assert behind("SELECT user_id FROM people WHERE user_id = 'priya'") == []
    assert behind("SELECT user_id FROM request_ids WHERE user_id = 'priya'") == []


async def test_profiles_that_arrive_during_an_erasure_do_not_outlive_it(
    match: Client, behind: Behind
) -> None:
    await match.index("nora", *FOUNDER)

    async def arrive(version: int) -> None:
        with suppress(grpc.aio.AioRpcError):
            await match.index("priya", *ENGINEER, version=version)

    async with asyncio.TaskGroup() as group:
        for version in range(1, 8):
            group.create_task(arrive(version))
            if version in {3, 5}:
                group.create_task(match.erase("priya"))
    assert behind("SELECT user_id FROM people") == [("nora",)]
    assert await match.names("nora") == []


class AwayOnce:
    """An index whose first removal meets an engine that is away; a stand-in for a network, not for our code."""

    def __init__(self, index: Any) -> None:
        self.index = index
        self.away = True

    async def remove(self, person_ids: list[UUID]) -> None:
        if self.away:
            self.away = False
            raise IndexUnavailable
        await self.index.remove(person_ids)


async def test_an_index_that_is_away_is_emptied_by_the_repeat(
    start: Start, config: MatchConfig, behind: Behind
) -> None:
    async with start() as match:
        await match.index("nora", *FOUNDER)
        await match.index("priya", *ENGINEER)
    async with AsyncExitStack() as stack:
        embeddings = await open_minilm()
        index = await open_edge(Path(config.index.removeprefix("edge:")), embeddings, stack)
        database = await open_database(config.database, stack)
        away: Any = AwayOnce(index)
        account = Account(AccountRows(database), Store(database, embeddings.id), away)
        with pytest.raises(IndexUnavailable):
            await account.erase("priya")
        assert behind("SELECT user_id FROM people") == [("nora",)]
        assert len(await index.versions()) == 2
        counts = await account.erase("priya")
        assert (counts["postgres.people"], counts["index.points"]) == (0, 1)
        assert len(await index.versions()) == 1
        assert (await account.erase("priya"))["index.points"] == 0


async def test_only_auth_exports_and_erases(match: Client) -> None:
    for metadata in (match.user("priya"), match.profile_service("priya")):
        with refused(grpc.StatusCode.PERMISSION_DENIED, "PERMISSION_DENIED"):
            await match.account.EraseUser(data_pb2.EraseUserRequest(), metadata=metadata)
