"""
Operators have the index made anew while matching goes on.
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import grpc
import pytest

from services.match.adapters.edge import open_edge
from services.match.adapters.minilm import open_minilm
from tests.integration.match.people import refused
from timbre.match.v1 import match_pb2 as pb

if TYPE_CHECKING:
    from services.match.config import MatchConfig
    from tests.integration.match.conftest import Behind, Client, Start

pytestmark = pytest.mark.filterwarnings("ignore::services.kit.config.DevelopmentWarning")


async def reindex(match: Client, user: str, *, everybody: bool) -> int:
    request = pb.ReindexRequest(everybody=everybody)
    reply = await match.stub.Reindex(request, metadata=match.service("operator", user))
    return reply.person_count


async def settled(behind: Behind) -> None:
    async with asyncio.timeout(20):
        while behind("SELECT 1 FROM vectors WHERE indexed_version < version"):
            await asyncio.sleep(0.05)


async def test_one_or_everybody_is_indexed_again_and_matching_goes_on(market: Client, behind: Behind) -> None:
    assert await reindex(market, "priya", everybody=False) == 1
    assert await reindex(market, "stranger", everybody=False) == 0
    assert await reindex(market, "priya", everybody=True) == 4
    assert await market.names("nora") == ["Priya"]
    await settled(behind)
    assert await market.names("nora") == ["Priya"]


async def test_what_the_database_does_not_know_leaves_the_index(
    start: Start, behind: Behind, config: MatchConfig
) -> None:
    async with start() as match:
        await match.index("nora", "OFFER: I sell")
        await match.index("priya", "OFFER: I build")
        await settled(behind)
        await asyncio.sleep(0.2)
        behind("DELETE FROM people WHERE user_id = 'priya'")
        await reindex(match, "nora", everybody=True)
        await settled(behind)
        await asyncio.sleep(0.5)
    async with AsyncExitStack() as stack:
        directory = Path(config.index.removeprefix("edge:"))
        assert len(await (await open_edge(directory, await open_minilm(), stack)).versions()) == 1


async def test_only_operators_may_ask(market: Client) -> None:
    for metadata in (market.user("nora", "moderators"), market.profile_service("nora")):
        with refused(grpc.StatusCode.PERMISSION_DENIED, "PERMISSION_DENIED"):
            await market.stub.Reindex(pb.ReindexRequest(everybody=True), metadata=metadata)
