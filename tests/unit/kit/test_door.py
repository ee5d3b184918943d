"""The door every call passes, tried from outside: a real server, real tokens, a servicer that misbehaves."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
import pytest
import structlog
from google.rpc import error_details_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_status import rpc_status
from pydantic_settings import SettingsConfigDict

from services.kit import logs
from services.kit.clients import open_neighbour
from services.kit.config import Common, ServiceSettings
from services.kit.errors import NotFound
from services.kit.identity import Identity, open_identity
from services.kit.interceptors import current_caller
from services.kit.server import running
from services.kit.service_tokens import ServiceKeys, ServiceTokens
from tests.fixtures.tokens import ADA, CLIENT, Issuer, write_service_keys
from timbre.profile.v1 import profile_pb2 as pb
from timbre.profile.v1.profile_pb2_grpc import (
    ProfileServiceServicer,
    ProfileServiceStub,
    add_ProfileServiceServicer_to_server,
)

Log = Callable[[], list[dict[str, Any]]]
SPOKEN = "I once lost my grandmother's ring"


class EchoConfig(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="ECHO_")


class Misbehaving(ProfileServiceServicer):
    """Each method goes wrong in its own way."""

    async def GetProfile(self, request: pb.GetProfileRequest, context: Any) -> pb.Profile:
        return pb.Profile(name=current_caller().user_id)

    async def ListFacts(self, request: pb.ListFactsRequest, context: Any) -> pb.ListFactsResponse:
        raise RuntimeError(SPOKEN)

    async def DeleteFact(self, request: pb.DeleteFactRequest, context: Any) -> Any:
        raise NotFound(name=request.name)

    async def ListVersions(self, request: pb.ListVersionsRequest, context: Any) -> Any:
        await asyncio.sleep(60)

    async def AwaitIndex(self, request: pb.AwaitIndexRequest, context: Any) -> pb.AwaitIndexResponse:
        caller = current_caller()
        assert caller.service == "media"
        assert caller.user_id == ADA
        return pb.AwaitIndexResponse(indexed_version=request.version)


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with Issuer() as issuer:
        yield issuer


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    write_service_keys(tmp_path, ["profile", "media", "match"])
    return tmp_path


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as stack:
        yield stack


@pytest.fixture
def common(issuer: Issuer, keys: Path) -> Common:
    return Common(
        token_issuer=issuer.url,
        token_jwks=issuer.jwks_url,
        token_clients=frozenset({CLIENT}),
        service_keys=keys / "public",
    )


@pytest.fixture
def config(keys: Path) -> EchoConfig:
    return EchoConfig(service_key=keys / "private/profile.pem", drain_seconds=0)


@pytest.fixture
async def identity(config: EchoConfig, common: Common, stack: AsyncExitStack) -> Identity:
    return await open_identity("profile", config, common, stack)


@pytest.fixture
async def address(config: EchoConfig, identity: Identity, stack: AsyncExitStack) -> str:
    service = pb.DESCRIPTOR.services_by_name["ProfileService"]
    register = partial(add_ProfileServiceServicer_to_server, Misbehaving())  # pyright: ignore[reportAbstractUsage]
    port = await stack.enter_async_context(running(config, service, register, identity.gatekeeper))
    return f"127.0.0.1:{port}"


@pytest.fixture
async def profile(address: str, stack: AsyncExitStack) -> Any:
    channel = await stack.enter_async_context(grpc.aio.insecure_channel(address))
    return ProfileServiceStub(channel)


@pytest.fixture
def ada(issuer: Issuer) -> tuple[tuple[str, str], ...]:
    return (("authorization", f"Bearer {issuer.mint()}"),)


@pytest.fixture
def log(profile: Any, capsys: pytest.CaptureFixture[str]) -> Iterator[Log]:  # noqa: ARG001 - the server first
    """`log()` is every line that was logged, as JSON."""
    logs.configure("echo")
    yield lambda: [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    structlog.reset_defaults()


def details_of(error: grpc.aio.AioRpcError) -> dict[str, Any]:
    status = rpc_status.from_call(error)  # pyright: ignore[reportArgumentType, reportUnknownVariableType, reportUnknownMemberType]
    found: dict[str, Any] = {}
    for packed in status.details:  # pyright: ignore[reportUnknownMemberType, reportOptionalMemberAccess, reportUnknownVariableType]
        for kind in (
            error_details_pb2.ErrorInfo,
            error_details_pb2.BadRequest,
            error_details_pb2.RequestInfo,
        ):
            message = kind()
            if packed.Unpack(message):  # pyright: ignore[reportUnknownMemberType]
                found[kind.DESCRIPTOR.name] = message
    return found


async def refusal(call: Any) -> tuple[grpc.StatusCode, str, dict[str, Any]]:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await call
    details = details_of(refused.value)
    return refused.value.code(), details["ErrorInfo"].reason, details


async def test_a_user_is_known_by_the_token_alone(profile: Any, ada: Any) -> None:
    assert (await profile.GetProfile(pb.GetProfileRequest(), metadata=ada)).name == ADA


async def test_without_a_token_there_is_no_way_in(profile: Any) -> None:
    code, reason, _ = await refusal(profile.GetProfile(pb.GetProfileRequest()))
    assert (code, reason) == (grpc.StatusCode.UNAUTHENTICATED, "TOKEN_MISSING")


async def test_a_user_cannot_call_what_is_for_services(profile: Any, ada: Any) -> None:
    code, reason, _ = await refusal(profile.AwaitIndex(pb.AwaitIndexRequest(version=1), metadata=ada))
    assert (code, reason) == (grpc.StatusCode.PERMISSION_DENIED, "PERMISSION_DENIED")


async def test_a_service_calls_with_its_own_token_and_the_user_inside(
    address: str, keys: Path, stack: AsyncExitStack
) -> None:
    media = ServiceTokens(ServiceKeys.load(keys / "private/media.pem", keys / "public"))
    neighbour = await open_neighbour("profile", address, media, stack)
    stub: Any = ProfileServiceStub(neighbour.channel)
    reply = await stub.AwaitIndex(pb.AwaitIndexRequest(version=3), metadata=neighbour.metadata(ADA))
    assert reply.indexed_version == 3


async def test_a_service_cannot_call_what_is_for_users(
    address: str, keys: Path, stack: AsyncExitStack
) -> None:
    media = ServiceTokens(ServiceKeys.load(keys / "private/media.pem", keys / "public"))
    neighbour = await open_neighbour("profile", address, media, stack)
    stub: Any = ProfileServiceStub(neighbour.channel)
    code, _, _ = await refusal(stub.GetProfile(pb.GetProfileRequest(), metadata=neighbour.metadata(ADA)))
    assert code is grpc.StatusCode.PERMISSION_DENIED


async def test_a_token_for_another_service_is_refused(
    address: str, keys: Path, stack: AsyncExitStack
) -> None:
    media = ServiceTokens(ServiceKeys.load(keys / "private/media.pem", keys / "public"))
    neighbour = await open_neighbour("match", address, media, stack)
    stub: Any = ProfileServiceStub(neighbour.channel)
    code, _, _ = await refusal(
        stub.AwaitIndex(pb.AwaitIndexRequest(version=1), metadata=neighbour.metadata(ADA))
    )
    assert code is grpc.StatusCode.UNAUTHENTICATED


async def test_a_broken_rule_names_its_field(profile: Any, ada: Any) -> None:
    call = profile.DeleteFact(pb.DeleteFactRequest(name="facts/1"), metadata=ada)
    code, reason, details = await refusal(call)
    assert (code, reason) == (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_REQUEST")
    assert [violation.field for violation in details["BadRequest"].field_violations] == ["name"]


async def test_a_broken_rule_inside_a_list_names_the_place(profile: Any, ada: Any) -> None:
    bad = pb.UpdateProfileRequest(profile=pb.Profile(languages=["en", "ENGLISH"]))
    bad.update_mask.paths.append("languages")
    _, _, details = await refusal(profile.UpdateProfile(bad, metadata=ada))
    assert [violation.field for violation in details["BadRequest"].field_violations] == [
        "profile.languages[1]"
    ]


async def test_an_error_of_ours_arrives_with_its_reason_and_metadata(profile: Any, ada: Any) -> None:
    name = f"facts/{ADA}"
    code, reason, details = await refusal(profile.DeleteFact(pb.DeleteFactRequest(name=name), metadata=ada))
    assert (code, reason) == (grpc.StatusCode.NOT_FOUND, "NOT_FOUND")
    assert details["ErrorInfo"].metadata == {"name": name}
    assert details["ErrorInfo"].domain == "timbre.dev"


async def test_an_unforeseen_exception_tells_nothing(profile: Any, ada: Any, log: Log) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as failed:
        await profile.ListFacts(pb.ListFactsRequest(), metadata=ada)
    assert failed.value.code() is grpc.StatusCode.INTERNAL
    assert SPOKEN not in repr(failed.value)
    line = log()[-1]
    assert line["error_type"] == "RuntimeError"
    assert line["where"].startswith("unit/kit/test_door.py:")
    assert SPOKEN not in json.dumps(line)


async def test_the_request_id_joins_caller_error_and_log(profile: Any, ada: Any, log: Log) -> None:
    sent = (*ada, ("x-request-id", "trace-me-1234"))
    _, _, details = await refusal(profile.ListFacts(pb.ListFactsRequest(), metadata=sent))
    assert details["RequestInfo"].request_id == "trace-me-1234"
    assert log()[-1]["request_id"] == "trace-me-1234"


async def test_the_access_log_knows_no_person(profile: Any, ada: Any, log: Log) -> None:
    await profile.GetProfile(pb.GetProfileRequest(), metadata=ada)
    [line] = log()
    assert line["method"] == "/timbre.profile.v1.ProfileService/GetProfile"
    assert set(line) == {"event", "level", "timestamp", "service", "method", "code", "ms", "request_id"}
    assert ADA not in json.dumps(line)


async def test_a_deadline_ends_the_work(profile: Any, ada: Any, log: Log) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as late:
        await profile.ListVersions(pb.ListVersionsRequest(), metadata=ada, timeout=0.3)
    assert late.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    assert log()[-1]["reason"] == "DEADLINE_EXCEEDED"


async def test_health_is_served_apart_and_turns_before_the_server_stops(
    keys: Path, identity: Identity, unused_tcp_port: int
) -> None:
    config = EchoConfig(
        service_key=keys / "private/profile.pem", drain_seconds=0.3, health=f"127.0.0.1:{unused_tcp_port}"
    )
    service = pb.DESCRIPTOR.services_by_name["ProfileService"]
    register = partial(add_ProfileServiceServicer_to_server, Misbehaving())  # pyright: ignore[reportAbstractUsage]
    question = health_pb2.HealthCheckRequest(service=service.full_name)
    async with grpc.aio.insecure_channel(config.health) as channel:
        stub: Any = health_pb2_grpc.HealthStub(channel)
        async with AsyncExitStack() as server:
            await server.enter_async_context(running(config, service, register, identity.gatekeeper))
            answer = await stub.Check(question)
            assert answer.status == health_pb2.HealthCheckResponse.SERVING
            leaving = asyncio.create_task(server.aclose())
            await asyncio.sleep(0.1)
            answer = await stub.Check(question)
            assert answer.status == health_pb2.HealthCheckResponse.NOT_SERVING
            await leaving
