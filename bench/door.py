"""
What the door costs: the same empty call with and without it, in one interleaved run, and what its parts take alone.
Client and servers share a process, so the difference between two rows is the door's, in CPU and in time.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import grpc.aio
import structlog

from bench.measure import closed_loop, p50_p99_ms
from bench.report import Report, Table, WrongAnswer
from services.kit import logs
from services.kit.access import AccessTokens, Gatekeeper
from services.kit.config import ServiceSettings
from services.kit.jwks import Jwks
from services.kit.revocations import Revocation, Revocations, State, hashed
from services.kit.server import running
from services.kit.validation import Rules
from tests.fixtures.tokens import CLIENT, Issuer
from timbre.match.v1 import match_pb2 as pb
from timbre.match.v1.match_pb2_grpc import (
    MatchServiceServicer,
    MatchServiceStub,
    add_MatchServiceServicer_to_server,
)

ROUNDS = 5
CALLS = 3000
REVOKED = 1000
"""People on the list of revocations meanwhile."""
_REQUEST = pb.SearchPeopleRequest(query="somebody who repairs the roofs of old barns", page_size=20)


class Empty(MatchServiceServicer):
    """Answers at once."""

    async def SearchPeople(  # noqa: N802 - gRPC names the methods
        self,
        request: pb.SearchPeopleRequest,  # noqa: ARG002
        context: Any,  # noqa: ARG002
    ) -> pb.SearchPeopleResponse:
        return pb.SearchPeopleResponse()


class Config(ServiceSettings):
    """No variables: this service is nobody's."""


async def run(report: Report) -> None:
    """Measure."""
    with Issuer() as issuer, open(os.devnull, "w") as sink:  # noqa: ASYNC230, PTH123 - nothing is written
        # Every call writes its line of the access log as in production; only the disk is left out.
        structlog.reset_defaults()
        logs.configure("bench")
        structlog.configure(logger_factory=structlog.WriteLoggerFactory(sink))
        async with AsyncExitStack() as stack:
            access = await _access(issuer, stack)
            metadata = (("authorization", f"Bearer {issuer.mint()}"),)
            doors = {
                "no door": await _call(await _bare(stack), metadata, stack),
                "an interceptor that does nothing": await _call(await _bare(stack, Idle()), metadata, stack),
                "the whole door": await _call(await _guarded(access, stack), metadata, stack),
            }
            report.table(await _calls(doors))
            report.table(await _parts(access, metadata))


async def _access(issuer: Issuer, stack: AsyncExitStack) -> AccessTokens:
    jwks = await stack.enter_async_context(Jwks(issuer.jwks_url))
    revocations = Revocations()
    revocations.replace({hashed(str(n)): Revocation(State.SIGNED_OUT, 1.0) for n in range(REVOKED)})
    return AccessTokens(issuer.url, frozenset({CLIENT}), jwks, check=revocations.check)


class Idle(grpc.aio.ServerInterceptor):
    """What gRPC takes for any interceptor."""

    async def intercept_service(self, continuation: Any, handler_call_details: Any) -> Any:
        return await continuation(handler_call_details)


async def _bare(stack: AsyncExitStack, *interceptors: grpc.aio.ServerInterceptor) -> int:
    server = grpc.aio.server(interceptors=interceptors)
    add_MatchServiceServicer_to_server(Empty(), server)  # pyright: ignore[reportAbstractUsage]
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    stack.push_async_callback(server.stop, 0)
    return port


async def _guarded(access: AccessTokens, stack: AsyncExitStack) -> int:
    folder = stack.enter_context(tempfile.TemporaryDirectory())
    config = Config(service_key=Path(folder) / "none", drain_seconds=0)
    register = partial(add_MatchServiceServicer_to_server, Empty())  # pyright: ignore[reportAbstractUsage]
    service = pb.DESCRIPTOR.services_by_name["MatchService"]
    return await stack.enter_async_context(running(config, service, register, Gatekeeper(access)))


async def _call(
    port: int, metadata: tuple[tuple[str, str], ...], stack: AsyncExitStack
) -> Callable[[], Awaitable[None]]:
    channel = await stack.enter_async_context(grpc.aio.insecure_channel(f"127.0.0.1:{port}"))
    stub: Any = MatchServiceStub(channel)

    async def call() -> None:
        if await stub.SearchPeople(_REQUEST, metadata=metadata) != pb.SearchPeopleResponse():
            raise WrongAnswer("the empty method answered something")

    return call


async def _calls(doors: dict[str, Callable[[], Awaitable[None]]]) -> Table:
    cpu: dict[str, list[float]] = {name: [] for name in doors}
    took: dict[str, list[float]] = {name: [] for name in doors}
    for number in range(ROUNDS + 1):
        for name, call in doors.items():
            before = time.process_time()
            seconds = await closed_loop([call], CALLS)
            if number:  # the first round warms up
                cpu[name].append((time.process_time() - before) / CALLS * 1e6)
                took[name] += seconds
    rows = [(name, median(cpu[name]), *(ms * 1000 for ms in p50_p99_ms(took[name]))) for name in doors]
    (_, bare, bare_p50, _), *_, (_, whole, whole_p50, _) = rows
    return Table(
        "An empty call over loopback, µs (client and server together)",
        ("", "CPU", "p50", "p99"),
        [*rows, ("tax of the door", whole - bare, whole_p50 - bare_p50, None)],
        notes=[f"{REVOKED} people on the list of revocations, token seen before, one access-log line a call"],
    )


async def _parts(access: AccessTokens, metadata: tuple[tuple[str, str], ...]) -> Table:
    gatekeeper, rules = Gatekeeper(access), Rules()
    log = structlog.get_logger()

    async def authenticate() -> None:
        await gatekeeper.authenticate(metadata)

    async def validate() -> None:
        rules.check(_REQUEST)

    async def write_log() -> None:
        log.info(
            "call",
            method="/timbre.match.v1.MatchService/SearchPeople",
            code="OK",
            ms=0.4,
            request_id="a" * 32,
        )

    parts = {
        "authenticate (token seen before, revocations checked)": authenticate,
        "validate": validate,
        "access-log line": write_log,
    }
    rows = [(name, await _alone(part)) for name, part in parts.items()]
    return Table("Its parts alone, µs", ("", "CPU"), rows)


async def _alone(part: Callable[[], Awaitable[None]], count: int = 20_000) -> float:
    best: Sequence[float] = []
    for _ in range(ROUNDS):
        before = time.process_time()
        for _ in range(count):
            await part()
        best = [*best, (time.process_time() - before) / count * 1e6]
        await asyncio.sleep(0)
    return median(best)
