"""
match as it is in production, on a free port: real PostgreSQL, real engine, real model, real tokens.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid5

import grpc.aio
import pytest

from services.kit.config import Common
from services.kit.service_tokens import ServiceKeys, ServiceTokens
from services.match.app import app
from services.match.config import MatchConfig
from tests.fixtures.stack import Databases
from tests.fixtures.tokens import CLIENT, Issuer, write_service_keys
from timbre.match.v1 import match_pb2 as pb
from timbre.match.v1.match_pb2_grpc import MatchServiceStub
from timbre.profile.v1 import profile_pb2

Metadata = tuple[tuple[str, str], ...]
_IDS = UUID("5f0e6a52-3f5e-4c55-8f5b-0a1a2b3c4d5e")


@dataclass(frozen=True)
class Client:
    """A door to one running match service, and everybody who may pass it."""

    stub: MatchServiceStub
    issuer: Issuer
    tokens: ServiceTokens

    def user(self, name: str) -> Metadata:
        return (("authorization", f"Bearer {self.issuer.mint(sub=name)}"),)

    def profile_service(self, acting: str) -> Metadata:
        return (("authorization", f"Bearer {self.tokens.mint('match', acting)}"),)

    async def index(
        self,
        user: str,
        *facts: str,
        version: int = 1,
        visible: bool = True,
        languages: Sequence[str] = ("en",),
    ) -> int:
        """Index `"FACET: text"` facts for a user; a quote is the text, spoken at a made-up second."""
        request = pb.IndexProfileRequest(
            version=version,
            visible=visible,
            matching=True,
            card=pb.Card(display_name=user.title(), headline=f"I am {user}", languages=languages),
            facts=[indexed_fact(user, number, fact) for number, fact in enumerate(facts)],
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
    write_service_keys(directory, ["match", "profile"])
    return directory


@pytest.fixture
def config(database: Databases, key_directory: Path, tmp_path: Path) -> MatchConfig:
    return MatchConfig(
        database=database("match")["match"],
        index=f"edge:{tmp_path / 'index'}",
        service_key=key_directory / "private" / "match.pem",
        drain_seconds=0,
    )


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
def client_at(issuer: Issuer, key_directory: Path) -> Callable[[MatchServiceStub], Client]:
    """Give a stub the tokens that it needs."""
    profile = ServiceKeys.load(key_directory / "private" / "profile.pem", key_directory / "public")
    return lambda stub: Client(stub, issuer, ServiceTokens(profile))


@pytest.fixture
def start(config: MatchConfig, common: Common, client_at: Callable[[MatchServiceStub], Client]) -> Start:
    """Start match; a test may do so again after it has stopped."""

    @asynccontextmanager
    async def started() -> AsyncIterator[Client]:
        async with app(config, common) as port, grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
            yield client_at(MatchServiceStub(channel))

    return started


@pytest.fixture
async def match(start: Start) -> AsyncIterator[Client]:
    async with start() as client:
        yield client
