"""What goes wrong behind the gateway, or is too much for it: one shape of error, and nothing that spreads."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import grpc
import grpc.aio
import pytest
from google.protobuf import json_format
from google.rpc import error_details_pb2

from gateway.settings import split
from tests.fixtures.tokens import Issuer
from tests.integration.gateway.conftest import ORIGIN, Edge, address, reason, refusal, rich, upstream
from tests.integration.gateway.upstream import DETAILS
from timbre.media.v1 import media_pb2 as pb
from timbre.media.v1.media_pb2_grpc import MediaServiceStub

MEGABYTE = 1024 * 1024


@pytest.mark.parametrize(
    ("error", "status", "expected"),
    [
        ("InvalidArgument", 400, "INVALID_REQUEST"),
        ("Unauthenticated", 401, "TOKEN_INVALID"),
        ("PermissionDenied", 403, "PERMISSION_DENIED"),
        ("NotFound", 404, "NOT_FOUND"),
        ("Aborted", 409, "CONCURRENT_CHANGE"),
        ("FailedPrecondition", 400, "FAILED_PRECONDITION"),
        ("ResourceExhausted", 429, "RESOURCE_EXHAUSTED"),
        ("DeadlineExceeded", 504, "DEADLINE_EXCEEDED"),
        ("Unavailable", 503, "UNAVAILABLE"),
    ],
)
def test_a_services_error_arrives_with_all_it_says(
    edge: Edge, error: str, status: int, expected: str
) -> None:
    got = refusal(edge.ask(f"raise:{error}"))
    assert (got["status"], got["ErrorInfo"]["reason"]) == (status, expected)
    assert got["ErrorInfo"]["metadata"] == {"key": "value"}
    assert got["BadRequest"]["fieldViolations"][0]["field"] == "page_token"
    assert got["RetryInfo"] == {"retryDelay": "2s"}


def test_every_type_of_detail_can_be_read(edge: Edge) -> None:
    """One type missing from the descriptor set would make the whole body empty."""
    known = set(error_details_pb2.DESCRIPTOR.message_types_by_name)
    assert {type(detail).__name__ for detail in DETAILS} == known
    body = edge.ask("details").json()
    assert body["code"] == grpc.StatusCode.ABORTED.value[0]
    for sent, received in zip(DETAILS, body["details"], strict=True):
        assert received.pop("@type") == f"type.googleapis.com/{sent.DESCRIPTOR.full_name}"
        assert json_format.ParseDict(received, type(sent)()) == sent


def test_an_unforeseen_error_tells_nothing(edge: Edge) -> None:
    response = edge.ask("crash:Quidditch")
    assert reason(response) == (500, "INTERNAL")
    assert "Quidditch" not in response.text


def test_a_call_that_takes_too_long_is_ended_in_time(edge: Edge) -> None:
    """By the gateway; the service's own deadline comes a second later."""
    response = edge.ask("sleep:20")
    assert reason(response) == (504, "DEADLINE_EXCEEDED")
    assert refusal(response)["message"] == "The answer was not ready in time."


def test_the_service_knows_its_deadline(edge: Edge) -> None:
    assert 0 < float(edge.ask("deadline").json()["nextPageToken"]) <= edge.settings.timeout_seconds + 1


async def test_a_grpc_clients_deadline_is_passed_on(edge: Edge) -> None:
    async with edge.channel() as channel:
        ask = MediaServiceStub(channel).ListRecordings
        request = pb.ListRecordingsRequest(page_token="deadline")
        answer = await ask(request, metadata=edge.credentials(), timeout=1.5)
    # gRPC rounds a deadline up on its way; the gateway's own would be 3 seconds.
    assert 0 < float(answer.next_page_token) <= 2


async def test_a_grpc_client_reads_the_gateways_errors_as_it_reads_a_services(
    run_edge: Callable[..., Edge],
) -> None:
    edge = run_edge({"media": [(address(), address())]})
    async with edge.channel() as channel:
        with pytest.raises(grpc.aio.AioRpcError) as error:
            await MediaServiceStub(channel).ListRecordings(
                pb.ListRecordingsRequest(), metadata=edge.credentials()
            )
    assert error.value.code() == grpc.StatusCode.UNAVAILABLE
    info, retry = rich(error.value).details
    assert info.type_url.endswith("ErrorInfo")
    assert retry.type_url.endswith("RetryInfo")


def chunks(size: int) -> Iterator[bytes]:
    yield b'{"fact": {"text": "'
    yield from (b"x" * 65536 for _ in range(size // 65536))
    yield b'"}}'


def test_a_body_that_is_too_big_is_refused(edge: Edge) -> None:
    """Announced or chunked, with a good token, a bad one, or none at all."""
    whole = b"".join(chunks(3 * MEGABYTE))
    for content in (whole, chunks(3 * MEGABYTE)):
        response = edge.call("POST", "/v1/facts", None, {"origin": ORIGIN}, content=content)
        assert reason(response) == (413, "RESOURCE_EXHAUSTED")
        assert response.headers["access-control-allow-origin"] == ORIGIN
    assert edge.call("POST", "/v1/facts", "", content=whole).status_code == 401


def test_a_body_below_the_limit_reaches_the_service(edge: Edge) -> None:
    response = edge.call("POST", "/v1/facts", content=b"".join(chunks(MEGABYTE - 65536)))
    assert "fact.text" in {each["field"] for each in refusal(response)["BadRequest"]["fieldViolations"]}


def test_headers_that_are_too_big_are_refused(edge: Edge) -> None:
    assert reason(edge.call("GET", "/v1/profile", None, {"x-long": "y" * 30_000})) == (431, "INVALID_REQUEST")


def test_a_service_that_is_down_is_unavailable_alone(run_edge: Callable[..., Edge]) -> None:
    edge = run_edge({"media": [(address(), address())]})
    response = edge.call("GET", "/v1/recordings", None, {"origin": ORIGIN})
    error = refusal(response)
    assert (error["status"], error["ErrorInfo"]["reason"]) == (503, "UNAVAILABLE")
    assert error["RetryInfo"] == {"retryDelay": response.headers["retry-after"] + "s"}
    assert response.headers["access-control-allow-origin"] == ORIGIN
    assert edge.call("GET", "/v1/profile").status_code == 200
    assert edge.call("GET", "/healthz", "").status_code == 200


def test_a_service_that_says_unavailable_stays_in_use(edge: Edge) -> None:
    """No outlier detection may take an answer for a broken process."""
    for _ in range(20):
        assert edge.ask("raise:Unavailable").status_code == 503
    assert edge.ask("").status_code == 200


def test_too_many_requests_from_one_address_are_refused_with_a_time_to_retry(
    run_edge: Callable[..., Edge],
) -> None:
    edge = run_edge(burst=3, rate_per_second=1)
    responses = [
        edge.call("GET", "/v1/profile", None, {"origin": ORIGIN, "x-forwarded-for": f"203.0.113.{number}"})
        for number in range(10)
    ]
    assert responses[0].status_code == 200
    refused = next(response for response in responses if response.status_code != 200)
    assert reason(refused) == (429, "RESOURCE_EXHAUSTED")
    assert refusal(refused)["RetryInfo"] == {"retryDelay": "1s"}
    assert refused.headers["retry-after"] == "1"
    assert refused.headers["access-control-allow-origin"] == ORIGIN


async def test_too_many_grpc_calls_are_refused_as_such(run_edge: Callable[..., Edge]) -> None:
    edge = run_edge(burst=3, rate_per_second=1)
    async with edge.channel() as channel:
        list_recordings = MediaServiceStub(channel).ListRecordings
        with pytest.raises(grpc.aio.AioRpcError) as error:
            for _ in range(10):
                await list_recordings(pb.ListRecordingsRequest(), metadata=edge.credentials())
    assert error.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
    assert b"RESOURCE_EXHAUSTED" in rich(error.value).details[0].value


def test_behind_a_proxy_of_ours_each_address_has_its_own_limit(run_edge: Callable[..., Edge]) -> None:
    edge = run_edge(burst=3, rate_per_second=1, trusted_hops=1)
    statuses = [
        [
            edge.call(
                "GET", "/v1/profile", None, {"x-forwarded-for": f"10.9.9.9, 203.0.113.{number}"}
            ).status_code
            for _ in range(10)
        ]
        for number in (1, 2)
    ]
    assert [each[0] for each in statuses] == [200, 200]
    assert all(429 in each for each in statuses)


def test_everybody_together_has_a_limit_too(run_edge: Callable[..., Edge]) -> None:
    edge = run_edge(total_burst=3, total_rate_per_second=1)
    statuses = [edge.call("GET", "/v1/profile").status_code for _ in range(10)]
    assert statuses[0] == 200
    assert 429 in statuses


def test_connections_beyond_the_limit_are_refused(run_edge: Callable[..., Edge]) -> None:
    edge = run_edge(max_connections=3)
    with ExitStack() as stack:
        sockets = [
            stack.enter_context(socket.create_connection(split(edge.settings.listen), timeout=10))
            for _ in range(10)
        ]
        with suppress(ConnectionResetError):
            assert sockets[-1].recv(1) == b""


@pytest.fixture
def pair(issuer: Issuer, run_edge: Callable[..., Edge], tmp_path: Path) -> Iterator[Edge]:
    """A gateway before two processes of media."""
    with ExitStack() as stack:
        media = [stack.enter_context(upstream(issuer, tmp_path))[0]["media"] for _ in range(2)]
        yield run_edge({"media": media})


def pid(edge: Edge) -> str:
    return edge.ask("pid").json()["nextPageToken"]


def test_all_processes_share_the_load_and_nobody_notices_when_one_is_killed(pair: Edge) -> None:
    processes: set[str] = set()
    while len(processes) < 2:
        processes.add(pid(pair))
    killed = processes.pop()
    os.kill(int(killed), signal.SIGKILL)
    assert {pid(pair) for _ in range(20)} == processes


def test_the_access_log_says_what_happened_and_not_who_asked_for_what(edge: Edge) -> None:
    secret, name = "hush-hush", "recordings/00000000-0000-4000-8000-0000000000aa"
    token = edge.issuer.mint()
    requests = [
        edge.call("GET", f"/v1/{name}", token),
        edge.call("GET", f"/v1/facts?facet={secret}", token),
        edge.call("GET", f"/v1/{secret}?{secret}", "", {"referer": f"https://x/{secret}"}),
    ]
    ids = {response.headers["x-request-id"] for response in requests}
    while len(lines := [line for line in edge.logged() if line["request_id"] in ids]) < len(ids):
        edge.call("GET", "/healthz", "")
    assert lines[0]["method"] == "/timbre.media.v1.MediaService/GetRecording"
    assert (lines[0]["verb"], lines[0]["code"], lines[0]["grpc"]) == ("GET", 200, "OK")
    text = edge.log.read_text()
    assert not [word for word in (secret, name, token, token[-20:], "11111111-aaaa") if word in text]
    assert "127.0.0.1" not in str(edge.logged()), (
        "what Envoy says of itself may name a neighbour; a request nobody"
    )


def test_two_gateways_never_share_a_port(edge: Edge, run_edge: Callable[..., Edge]) -> None:
    """Envoy would let the kernel spread connections over both, and nobody would notice."""
    with pytest.raises(RuntimeError, match="did not start"):
        run_edge(listen=edge.settings.listen)


def test_a_new_key_of_the_issuer_is_known_to_the_gateway_soon(run_edge: Callable[..., Edge]) -> None:
    with Issuer() as issuer:
        edge = run_edge(own_issuer=issuer, jwks_refresh_seconds=1)

        def refused_by_the_service() -> bool:
            """The services behind believe another issuer, so whoever passes the gateway is told by them."""
            return "issuer" in refusal(edge.call("GET", "/v1/session"))["message"]

        assert refused_by_the_service()
        issuer.rotate()
        assert not refused_by_the_service()
        deadline = time.monotonic() + 10
        while not refused_by_the_service():
            assert time.monotonic() < deadline
            time.sleep(0.1)
