"""
profile with a real database behind it, the real door before it, and match beside it. One service a module:
tests do not meet, because each has people of its own.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import grpc.aio
import pytest
import pytest_asyncio
from psycopg.conninfo import make_conninfo

from services.kit.config import Common
from services.kit.service_tokens import ServiceKeys, ServiceTokens
from services.profile.app import app
from services.profile.config import ProfileConfig
from tests.fixtures.stack import Databases, PostgresServer
from tests.fixtures.tokens import CLIENT, Issuer, write_service_keys
from tests.integration.profile.door import Person
from tests.integration.profile.match_server import MatchServer
from timbre.profile.v1.profile_pb2_grpc import ProfileServiceStub


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What profile runs in."""

    issuer: Issuer
    keys: Path
    dsn: str

    def tokens(self, service: str) -> ServiceTokens:
        return ServiceTokens(ServiceKeys.load(self.keys / "private" / f"{service}.pem", self.keys / "public"))

    @property
    def common(self) -> Common:
        return Common(
            token_issuer=self.issuer.url,
            token_jwks=self.issuer.jwks_url,
            token_clients=frozenset({CLIENT}),
            service_keys=self.keys / "public",
        )

    @property
    def everything(self) -> str:
        """The address of the database for a look at everybody's rows."""
        return make_conninfo(self.dsn, options="-c timbre.user=*")

    def config(self, match: str, media: str = "127.0.0.1:1") -> ProfileConfig:
        return ProfileConfig(
            database=self.dsn,
            match=match,
            media=media,
            service_key=self.keys / "private" / "profile.pem",
            drain_seconds=0,
            sweep_seconds=0.5,
        )


@pytest.fixture(scope="module")
def surroundings(
    postgres_server: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Surroundings]:
    keys = tmp_path_factory.mktemp("keys")
    write_service_keys(keys, ["auth", "profile", "media", "match"])
    databases = Databases(postgres_server)
    with Issuer() as issuer:
        yield Surroundings(issuer, keys, databases("profile")["profile"])
    for name in databases.made:
        postgres_server.execute("DROP DATABASE {} WITH (FORCE)", name)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def match(surroundings: Surroundings) -> AsyncIterator[MatchServer]:
    server = MatchServer(surroundings.tokens("match"))  # pyright: ignore[reportAbstractUsage] - one method is enough here
    await server.start()
    yield server
    await server.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stub(surroundings: Surroundings, match: MatchServer) -> AsyncIterator[ProfileServiceStub]:
    config = surroundings.config(match.address)
    async with (
        app(config, surroundings.common) as port,
        grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel,
    ):
        yield ProfileServiceStub(channel)


@pytest.fixture(scope="module")
def new_person(surroundings: Surroundings, stub: ProfileServiceStub) -> Callable[[], Person]:
    tokens = surroundings.tokens("media")
    return lambda: Person(str(uuid4()), stub, surroundings.issuer, tokens)


@pytest.fixture
def ada(new_person: Callable[[], Person]) -> Person:
    return new_person()


@pytest.fixture
def bob(new_person: Callable[[], Person]) -> Person:
    return new_person()
