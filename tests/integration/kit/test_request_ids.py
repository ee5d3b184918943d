"""
A call with a request id has one effect, however often it is made: the real door, a real database, and a servicer
that counts.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, LiteralString
from uuid import uuid4

import grpc
import grpc.aio
import psycopg
import pytest

from services.kit.access import Gatekeeper
from services.kit.config import Common, ServiceSettings
from services.kit.errors import Unavailable
from services.kit.identity import open_identity
from services.kit.postgres import open_database
from services.kit.server import running
from tests.fixtures.stack import Databases, PostgresServer
from tests.fixtures.tokens import CLIENT, Issuer, write_service_keys
from tests.integration.profile.door import refused
from timbre.profile.v1 import profile_pb2 as pb
from timbre.profile.v1.profile_pb2_grpc import (
    ProfileServiceServicer,
    ProfileServiceStub,
    add_ProfileServiceServicer_to_server,
)


class Counting(ProfileServiceServicer):
    """Makes facts, one more each time it is really asked."""

    def __init__(self) -> None:
        self.made = 0
        self.failures = 0
        self.gate = asyncio.Event()
        self.gate.set()
        self.began = asyncio.Event()

    async def CreateFact(self, request: pb.CreateFactRequest, context: Any) -> pb.Fact:
        self.began.set()
        await self.gate.wait()
        if self.failures:
            self.failures -= 1
            raise Unavailable
        self.made += 1
        return pb.Fact(name=f"facts/{self.made}", text=request.fact.text)

    async def SetConsent(self, request: pb.SetConsentRequest, context: Any) -> pb.Consent:
        self.made += 1
        return pb.Consent(name=str(self.made))


class Caller:
    """One user at the door."""

    def __init__(self, stub: Any, issuer: Issuer, servicer: Counting, dsn: str) -> None:
        self._stub = stub
        self._issuer = issuer
        self.servicer = servicer
        self.admin = dsn

    def metadata(self, user: str, key: str | None = None) -> tuple[tuple[str, str], ...]:
        known = (("authorization", f"Bearer {self._issuer.mint(sub=user)}"),)
        return (*known, ("idempotency-key", key)) if key is not None else known

    async def creates(
        self, text: str = "rain", *, request_id: str = "", user: str = "ada", key: str | None = None
    ) -> str:
        """Make a fact and return its name."""
        fact = pb.Fact(facet=pb.FACET_SEEK, text=text)
        request = pb.CreateFactRequest(fact=fact, request_id=request_id)
        return (await self._stub.CreateFact(request, metadata=self.metadata(user, key))).name

    async def sets(self, request_id: str) -> str:
        request = pb.SetConsentRequest(purpose=pb.PURPOSE_MATCHING, request_id=request_id)
        return (await self._stub.SetConsent(request, metadata=self.metadata("ada"))).name

    def execute(self, statement: LiteralString) -> list[Any]:
        """Run a statement past the wall, as the superuser."""
        with psycopg.connect(self.admin, autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []


class Config(ServiceSettings):
    pass


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    with Issuer() as issuer:
        yield issuer


@asynccontextmanager
async def opened(
    database: Databases, postgres_server: PostgresServer, issuer: Issuer, folder: Path
) -> AsyncIterator[Caller]:
    write_service_keys(folder, ["profile"])
    dsn = database("profile")["profile"]
    common = Common(
        token_issuer=issuer.url,
        token_jwks=issuer.jwks_url,
        token_clients=frozenset({CLIENT}),
        service_keys=folder / "public",
    )
    config = Config(service_key=folder / "private/profile.pem", drain_seconds=0)
    servicer = Counting()  # pyright: ignore[reportAbstractUsage]
    register = partial(add_ProfileServiceServicer_to_server, servicer)
    service = pb.DESCRIPTOR.services_by_name["ProfileService"]
    async with AsyncExitStack() as stack:
        identity = await open_identity("profile", config, common, stack)
        gatekeeper: Gatekeeper = identity.gatekeeper
        pool = await open_database(dsn, stack)
        port = await stack.enter_async_context(running(config, service, register, gatekeeper, pool))
        channel = await stack.enter_async_context(grpc.aio.insecure_channel(f"127.0.0.1:{port}"))
        admin = postgres_server.admin(database.made[-1])
        yield Caller(ProfileServiceStub(channel), issuer, servicer, admin)


@pytest.fixture
async def door(
    database: Databases, postgres_server: PostgresServer, issuer: Issuer, tmp_path: Path
) -> AsyncIterator[Caller]:
    async with opened(database, postgres_server, issuer, tmp_path) as door:
        yield door


async def test_the_same_call_again_gets_the_same_answer(door: Caller) -> None:
    request_id = str(uuid4())
    answers = {await door.creates(request_id=request_id) for _ in range(3)}
    assert answers == {"facts/1"}
    assert door.servicer.made == 1


async def test_without_a_request_id_each_call_is_a_new_one(door: Caller) -> None:
    assert [await door.creates(), await door.creates()] == ["facts/1", "facts/2"]


async def test_other_parameters_under_the_same_id_are_an_error(door: Caller) -> None:
    request_id = str(uuid4())
    await door.creates("rain", request_id=request_id)
    with refused(grpc.StatusCode.INVALID_ARGUMENT, "REQUEST_ID_REUSED", field="request_id"):
        await door.creates("sun", request_id=request_id)


async def test_another_method_under_the_same_id_is_an_error(door: Caller) -> None:
    request_id = str(uuid4())
    await door.creates(request_id=request_id)
    with refused(grpc.StatusCode.INVALID_ARGUMENT, "REQUEST_ID_REUSED"):
        await door.sets(request_id)


async def test_the_same_id_of_another_user_is_another_id(door: Caller) -> None:
    request_id = str(uuid4())
    assert await door.creates("rain", request_id=request_id, user="ada") == "facts/1"
    assert await door.creates("sun", request_id=request_id, user="bob") == "facts/2"


async def test_a_call_that_is_still_served_is_not_served_twice(door: Caller) -> None:
    request_id = str(uuid4())
    door.servicer.gate.clear()
    first = asyncio.create_task(door.creates(request_id=request_id))
    await door.servicer.began.wait()
    with refused(grpc.StatusCode.ABORTED, "REQUEST_IN_PROGRESS"):
        await door.creates(request_id=request_id)
    door.servicer.gate.set()
    assert await first == "facts/1"
    assert await door.creates(request_id=request_id) == "facts/1"


async def test_many_at_once_have_one_effect(door: Caller) -> None:
    request_id = str(uuid4())

    async def tries() -> str:
        while True:
            try:
                return await door.creates(request_id=request_id)
            except grpc.aio.AioRpcError as error:
                if error.code() is not grpc.StatusCode.ABORTED:
                    raise
                await asyncio.sleep(0.01)

    assert set(await asyncio.gather(*(tries() for _ in range(20)))) == {"facts/1"}
    assert door.servicer.made == 1


async def test_what_failed_can_be_tried_again(door: Caller) -> None:
    request_id = str(uuid4())
    door.servicer.failures = 1
    with refused(grpc.StatusCode.UNAVAILABLE, "UNAVAILABLE"):
        await door.creates(request_id=request_id)
    assert await door.creates(request_id=request_id) == "facts/1"


async def test_a_client_that_hangs_up_can_ask_again(door: Caller) -> None:
    request_id = str(uuid4())
    door.servicer.gate.clear()
    first = asyncio.create_task(door.creates(request_id=request_id))
    await door.servicer.began.wait()
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    door.servicer.gate.set()
    async with asyncio.timeout(5):
        while True:
            try:
                assert await door.creates(request_id=request_id) == "facts/1"
            except grpc.aio.AioRpcError as error:  # the server has not noticed yet
                if error.code() is not grpc.StatusCode.ABORTED:
                    raise
                await asyncio.sleep(0.05)
            else:
                return


async def test_a_call_whose_process_died_can_be_made_again_after_a_while(door: Caller) -> None:
    request_id = str(uuid4())
    await door.creates(request_id=request_id)
    door.execute("UPDATE profile.request_ids SET done = false, serve_until = now() + interval '5 s'")
    with refused(grpc.StatusCode.ABORTED, "REQUEST_IN_PROGRESS"):
        await door.creates(request_id=request_id)
    door.execute("UPDATE profile.request_ids SET serve_until = now() - interval '1 s'")
    assert await door.creates(request_id=request_id) == "facts/2"


async def test_after_a_day_an_id_is_new_again(door: Caller) -> None:
    request_id = str(uuid4())
    await door.creates("rain", request_id=request_id)
    door.execute("UPDATE profile.request_ids SET create_time = now() - interval '25 hours'")
    assert await door.creates("sun", request_id=request_id) == "facts/2"
    assert await door.creates("sun", request_id=request_id) == "facts/2"


@pytest.mark.parametrize("key", ["a", "my key, number 7", "5e1f7c0a-93d2-4b57-8a61-2f0d9c4be813", "k" * 255])
async def test_the_header_is_as_good_as_the_field(door: Caller, key: str) -> None:
    assert await door.creates(key=key) == await door.creates(key=key) == "facts/1"
    assert await door.creates(key=key + "x" if len(key) < 255 else "x") == "facts/2"


async def test_a_uuid_in_the_header_is_the_request_id_itself(door: Caller) -> None:
    request_id = str(uuid4())
    assert await door.creates(request_id=request_id) == await door.creates(key=request_id)


async def test_header_and_field_must_not_differ(door: Caller) -> None:
    with refused(grpc.StatusCode.INVALID_ARGUMENT, "REQUEST_ID_REUSED"):
        await door.creates(request_id=str(uuid4()), key="another")


@pytest.mark.parametrize("key", ["", "k" * 256])
async def test_a_header_of_the_wrong_length_is_an_error(door: Caller, key: str) -> None:
    with refused(grpc.StatusCode.INVALID_ARGUMENT, "INVALID_REQUEST", field="request_id"):
        await door.creates(key=key)


async def test_nothing_is_remembered_of_a_request_that_is_not_valid(door: Caller) -> None:
    request_id = str(uuid4())
    with refused(grpc.StatusCode.INVALID_ARGUMENT, "INVALID_REQUEST"):
        await door.creates("", request_id=request_id)
    assert await door.creates("rain", request_id=request_id) == "facts/1"


async def test_nothing_can_be_remembered_of_an_erased_user(door: Caller) -> None:
    door.execute("INSERT INTO profile.erased_users (user_sha256) VALUES (sha256('ada'))")
    with refused(grpc.StatusCode.UNAUTHENTICATED, "ACCOUNT_ERASED"):
        await door.creates(request_id=str(uuid4()))
    assert door.execute("SELECT count(*) FROM profile.request_ids") == [(0,)]
