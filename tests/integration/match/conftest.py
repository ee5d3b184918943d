"""
match as it is in production, on a free port: real PostgreSQL, real engine, real model, real tokens.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid5

import grpc.aio
import psycopg
import pytest

from services.kit.config import Common
from services.kit.service_tokens import ServiceKeys, ServiceTokens
from services.match.app import app
from services.match.config import MatchConfig
from tests.fixtures.stack import Databases, PostgresServer
from tests.fixtures.tokens import CLIENT, Issuer, write_service_keys
from tests.integration.match.people import ENGINEER, FOUNDER, GARDENER, RIVAL
from timbre.account.v1 import data_pb2
from timbre.account.v1.data_pb2_grpc import AccountDataServiceStub
from timbre.match.v1 import match_pb2 as pb
from timbre.match.v1.match_pb2_grpc import MatchServiceStub
from timbre.profile.v1 import profile_pb2

Metadata = tuple[tuple[str, str], ...]
CALLERS = ("profile", "media", "auth", "operator")
_IDS = UUID("5f0e6a52-3f5e-4c55-8f5b-0a1a2b3c4d5e")


@dataclass(frozen=True)
class Client:
    """A door to one running match service, and everybody who may pass it."""

    stub: MatchServiceStub
    account: AccountDataServiceStub
    issuer: Issuer
    services: Mapping[str, ServiceTokens]

    def user(self, name: str, *groups: str) -> Metadata:
        return (("authorization", f"Bearer {self.issuer.mint(sub=name, groups=groups or None)}"),)

    def service(self, name: str, acting: str) -> Metadata:
        return (("authorization", f"Bearer {self.services[name].mint('match', acting)}"),)

    def profile_service(self, acting: str) -> Metadata:
        return self.service("profile", acting)

    async def index(
        self,
        user: str,
        *facts: str,
        version: int = 1,
        visible: bool = True,
        languages: Sequence[str] = ("en",),
        preferences: profile_pb2.Preferences | None = None,
        share_clips: bool = False,
        matching: bool = True,
        external_analysis: bool = False,
    ) -> int:
        """Index `"FACET: text"` facts for a user; a quote is the text, spoken at a made-up second."""
        request = pb.IndexProfileRequest(
            version=version,
            visible=visible,
            card=pb.Card(display_name=user.title(), headline=f"I am {user}", languages=languages),
            facts=[indexed_fact(user, number, fact) for number, fact in enumerate(facts)],
            preferences=preferences,
            share_clips=share_clips,
            matching=matching,
            external_analysis=external_analysis,
        )
        reply = await self.stub.IndexProfile(request, metadata=self.profile_service(user))
        return reply.indexed_version

    async def matches(self, user: str, **fields: int | str) -> pb.ListMatchesResponse:
        request = pb.ListMatchesRequest(**fields)  # pyright: ignore[reportArgumentType]  # names are the fields'
        return await self.stub.ListMatches(request, metadata=self.user(user))

    async def names(self, user: str) -> list[str]:
        """Who is listed for a user, by display name, best first."""
        return [match.card.display_name for match in (await self.matches(user)).matches]

    async def get(self, user: str, name: str) -> pb.Match:
        return await self.stub.GetMatch(pb.GetMatchRequest(name=name), metadata=self.user(user))

    async def react(self, user: str, name: str, reaction: pb.Reaction.ValueType) -> pb.Match:
        request = pb.ReactToMatchRequest(name=name, reaction=reaction)
        return (await self.stub.ReactToMatch(request, metadata=self.user(user))).match

    async def connections(self, user: str, **fields: int | str) -> pb.ListConnectionsResponse:
        request = pb.ListConnectionsRequest(**fields)  # pyright: ignore[reportArgumentType]  # names are the fields'
        return await self.stub.ListConnections(request, metadata=self.user(user))

    async def named(self, user: str, name: str) -> pb.Match:
        """Return the listed match of a user that has this display name."""
        return next(m for m in (await self.matches(user)).matches if m.card.display_name == name)

    async def search(self, user: str, query: str, **fields: int | str) -> pb.SearchPeopleResponse:
        request = pb.SearchPeopleRequest(query=query, **fields)  # pyright: ignore[reportArgumentType]  # names are the fields'
        return await self.stub.SearchPeople(request, metadata=self.user(user))

    async def found(self, user: str, query: str) -> list[str]:
        """Who answers a sentence, by display name, best first."""
        return [match.card.display_name for match in (await self.search(user, query)).matches]

    async def explain(self, user: str) -> pb.ExplainSearchResponse:
        return await self.stub.ExplainSearch(pb.ExplainSearchRequest(), metadata=self.user(user))

    async def block(self, user: str, name: str) -> pb.Block:
        return await self.stub.BlockUser(pb.BlockUserRequest(name=name), metadata=self.user(user))

    async def unblock(self, user: str, name: str) -> None:
        await self.stub.UnblockUser(pb.UnblockUserRequest(name=name), metadata=self.user(user))

    async def blocks(self, user: str, **fields: int | str) -> pb.ListBlocksResponse:
        request = pb.ListBlocksRequest(**fields)  # pyright: ignore[reportArgumentType]  # names are the fields'
        return await self.stub.ListBlocks(request, metadata=self.user(user))

    async def report(self, user: str, name: str, comment: str = "", *, block: bool = False) -> pb.Report:
        request = pb.ReportUserRequest(
            name=name, category=pb.Report.CATEGORY_SPAM, comment=comment, block=block
        )
        return await self.stub.ReportUser(request, metadata=self.user(user))

    async def erase(self, user: str) -> Mapping[str, int]:
        request = data_pb2.EraseUserRequest()
        reply = await self.account.EraseUser(request, metadata=self.service("auth", user))
        return dict(reply.counts)

    async def export(self, user: str) -> dict[str, bytes]:
        files: dict[str, bytes] = {}
        request = data_pb2.ExportUserRequest()
        async for piece in self.account.ExportUser(request, metadata=self.service("auth", user)):
            files[piece.path] = files.get(piece.path, b"") + piece.content
        return files


def indexed_fact(user: str, number: int, fact: str) -> pb.IndexedFact:
    facet, _, text = fact.partition(": ")
    return pb.IndexedFact(
        fact_id=str(uuid5(_IDS, f"{user} {number}")),
        facet=profile_pb2.Facet.Value(f"FACET_{facet}"),
        text=text,
        evidence=profile_pb2.Evidence(
            recording="recordings/5f0e6a52-3f5e-4c55-8f5b-0a1a2b3c4d5e",
            quote=text,
            start_ms=1000 * (number + 1),
            end_ms=1000 * (number + 2),
        ),
    )


@pytest.fixture(scope="session")
def issuer() -> Iterator[Issuer]:
    with Issuer() as issuer:
        yield issuer


@pytest.fixture(scope="session")
def key_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("keys")
    write_service_keys(directory, ["match", *CALLERS])
    return directory


@pytest.fixture
def dsn(database: Databases) -> str:
    return database("match")["match"]


@pytest.fixture
def config(dsn: str, key_directory: Path, tmp_path: Path) -> MatchConfig:
    return MatchConfig(
        database=dsn,
        index=f"edge:{tmp_path / 'index'}",
        service_key=key_directory / "private" / "match.pem",
        drain_seconds=0,
    )


Behind = Callable[[str], list[tuple[Any, ...]]]


@pytest.fixture
def behind(dsn: str, postgres_server: PostgresServer) -> Behind:
    """Run a statement behind the service's back, as the superuser, whom no wall keeps out."""
    address = postgres_server.admin(urlsplit(dsn).path.removeprefix("/"))

    def execute(sql: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(address, autocommit=True, options="-c search_path=match") as connection:
            cursor = connection.execute(sql.encode())
            return cursor.fetchall() if cursor.description else []

    return execute


@pytest.fixture
def common(issuer: Issuer, key_directory: Path) -> Common:
    return Common(
        token_issuer=issuer.url,
        token_jwks=issuer.jwks_url,
        token_clients=frozenset({CLIENT}),
        service_keys=key_directory / "public",
    )


Start = Callable[[], AbstractAsyncContextManager[Client]]


@pytest.fixture
def client_at(issuer: Issuer, key_directory: Path) -> Callable[[grpc.aio.Channel], Client]:
    """Give a channel the tokens that it needs."""
    services = {
        name: ServiceTokens(
            ServiceKeys.load(key_directory / "private" / f"{name}.pem", key_directory / "public")
        )
        for name in CALLERS
    }
    return lambda channel: Client(
        MatchServiceStub(channel), AccountDataServiceStub(channel), issuer, services
    )


@pytest.fixture
def start(config: MatchConfig, common: Common, client_at: Callable[[grpc.aio.Channel], Client]) -> Start:
    """Start match; a test may do so again after it has stopped."""

    @asynccontextmanager
    async def started() -> AsyncIterator[Client]:
        async with app(config, common) as port, grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
            yield client_at(channel)

    return started


@pytest.fixture
async def match(start: Start) -> AsyncIterator[Client]:
    async with start() as client:
        yield client


@pytest.fixture
async def market(match: Client) -> Client:
    await match.index("nora", *FOUNDER)
    await match.index("priya", *ENGINEER)
    await match.index("brian", *RIVAL)
    await match.index("ruth", *GARDENER)
    return match
