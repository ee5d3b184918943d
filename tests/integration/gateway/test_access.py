"""Who gets through: nobody without a token, nobody to what is not theirs, and no lie about who calls."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import count
from typing import Any

import grpc
import grpc.aio
import pytest

from gateway.contract import SERVICES, Method, all_methods
from tests.fixtures.tokens import CLIENT, Fault, Issuer
from tests.integration.gateway.conftest import ORIGIN, Edge, reason, refusal, rich
from tests.integration.gateway.upstream import ACCOUNT_DATA

OUTSIDE = {method.path for method in all_methods()}
PUBLIC = [method for method in all_methods() if not method.needs_user]
EVERYTHING = [
    f"/{s.full_name}/{method.name}" for s in (*SERVICES.values(), ACCOUNT_DATA) for method in s.methods
]
INSIDE = [
    *sorted(set(EVERYTHING) - OUTSIDE),
    "/grpc.health.v1.Health/Check",
    "/grpc.channelz.v1.Channelz/GetTopChannels",
    "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
    "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
    "/v1/profile",
]


def example(method: Method) -> str:
    """A path that the method's template matches."""
    return method.pattern.replace("[^/]+", "x").replace("\\", "")


async def native(edge: Edge, path: str, *, signed_in: bool) -> grpc.aio.AioRpcError:
    """Call a gRPC method with nothing in it, and return how it was refused."""
    async with edge.channel() as channel:
        call: Any = channel.unary_unary(path)  # pyright: ignore[reportUnknownVariableType]
        with pytest.raises(grpc.aio.AioRpcError) as error:
            await call(b"", metadata=edge.credentials() if signed_in else (), timeout=10)
    return error.value


def test_there_are_methods_that_only_services_may_call() -> None:
    assert len(INSIDE) > 5
    assert len(OUTSIDE) > len(SERVICES)
    assert {path for path in INSIDE if "AccountDataService" in path} == {
        "/timbre.account.v1.AccountDataService/ExportUser",
        "/timbre.account.v1.AccountDataService/EraseUser",
    }


@pytest.mark.parametrize(
    "method", [method for method in all_methods() if method.needs_user], ids=lambda method: method.path
)
def test_every_json_path_asks_for_a_token_at_the_gateway(edge: Edge, method: Method) -> None:
    """A filter is silently skipped for a path without a route; www-authenticate is what only the gateway says."""
    for token in ("", edge.issuer.mint()[:-10] + "AAAAAAAAAA"):
        response = edge.call(method.verb, example(method), token, {"origin": ORIGIN}, content=None)
        assert response.status_code == 401
        assert "www-authenticate" in response.headers
        assert response.headers["access-control-allow-origin"] == ORIGIN


@pytest.mark.parametrize("method", PUBLIC, ids=lambda method: method.path)
async def test_a_method_for_anybody_is_reached_without_a_token(edge: Edge, method: Method) -> None:
    """By either path; the service refuses the name that nobody has given out."""
    assert reason(edge.call(method.verb, example(method), "")) == (400, "INVALID_REQUEST")
    error = await native(edge, method.path, signed_in=False)
    assert error.code() == grpc.StatusCode.INVALID_ARGUMENT


@pytest.mark.parametrize("group", [None, ["admins"], ["moderators"]], ids=str)
def test_a_group_is_checked_by_the_service(edge: Edge, group: list[str] | None) -> None:
    """The gateway asks for a token; whose it may be is a rule, and rules are the services'."""
    response = edge.call("GET", "/v1/reports", edge.issuer.mint(groups=group))
    if group == ["moderators"]:
        assert response.status_code == 200
    else:
        assert reason(response) == (403, "PERMISSION_DENIED")
        assert "www-authenticate" not in response.headers


@pytest.mark.parametrize(
    "path", [*sorted(set(EVERYTHING) - {method.path for method in PUBLIC}), "/v1/profile"]
)
async def test_every_grpc_path_asks_for_a_token_at_the_gateway(edge: Edge, path: str) -> None:
    error = await native(edge, path, signed_in=False)
    assert error.code() == grpc.StatusCode.UNAUTHENTICATED
    assert "www-authenticate" in dict(error.trailing_metadata())


@pytest.mark.parametrize("path", INSIDE)
async def test_the_inside_cannot_be_reached(edge: Edge, path: str) -> None:
    error = await native(edge, path, signed_in=True)
    assert error.code() == grpc.StatusCode.UNIMPLEMENTED
    assert path == "/v1/profile" or reason(edge.call("POST", path, json={})) == (404, "NOT_FOUND")


@pytest.mark.parametrize("path", sorted(OUTSIDE))
def test_no_method_is_json_at_its_grpc_path(edge: Edge, path: str) -> None:
    assert reason(edge.call("POST", path, json={})) == (404, "NOT_FOUND")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"exp": 1}, "TOKEN_EXPIRED"),
        ({"iss": "https://elsewhere.example"}, "TOKEN_INVALID"),
        ({"header": {"kid": "unknown"}}, "TOKEN_INVALID"),
        ({"header": {"alg": "none"}}, "TOKEN_INVALID"),
        # What the gateway cannot check, the service does.
        ({"token_use": "id", "aud": CLIENT}, "TOKEN_INVALID"),
        ({"client_id": "another-app"}, "TOKEN_INVALID"),
    ],
    ids=["expired", "issuer", "key", "none", "id token", "client"],
)
def test_a_token_that_is_not_good_is_refused_with_its_reason(
    edge: Edge, changes: dict[str, Any], expected: str
) -> None:
    for path in ("/v1/session", "/v1/profile"):
        assert reason(edge.call("GET", path, edge.issuer.mint(**changes))) == (401, expected)


@pytest.mark.parametrize(
    ("token", "expected"),
    [("", "TOKEN_MISSING"), ("nonsense", "TOKEN_MALFORMED"), ("a.b.c", "TOKEN_MALFORMED")],
)
def test_what_is_no_token_is_refused_with_its_reason(edge: Edge, token: str, expected: str) -> None:
    assert reason(edge.call("GET", "/v1/profile", token)) == (401, expected)


def test_a_token_counts_in_the_authorization_header_only(edge: Edge) -> None:
    token = edge.issuer.mint()
    assert edge.call("GET", f"/v1/profile?access_token={token}", "").status_code == 401
    assert edge.call("GET", "/v1/profile", "", {"cookie": f"authorization=Bearer {token}"}).status_code == 401


async def test_a_grpc_client_reads_the_reason_too(edge: Edge) -> None:
    status = rich(await native(edge, EVERYTHING[0], signed_in=False))
    assert status.code == grpc.StatusCode.UNAUTHENTICATED.value[0]
    assert b"TOKEN_MISSING" in status.details[0].value


def test_claims_about_the_caller_are_stripped(edge: Edge) -> None:
    lies = {
        "x-user-id": "eve",
        "X-User-Sub": "eve",
        "x-internal-service": "media",
        "grpc-metadata-authorization": "Bearer eve",
        "x-envoy-retry-on": "5xx",
        "x-envoy-original-method": "GET",
        "x-jwt-payload": "eve",
    }
    response = edge.ask("metadata", **lies)
    received = json.loads(response.json()["nextPageToken"])
    assert received["authorization"].startswith("Bearer ey")
    forbidden = ("x-user-", "x-internal-", "grpc-metadata-", "x-forwarded-for", "x-envoy-retry")
    assert not [name for name in received if name.startswith(forbidden)]
    assert received["x-request-id"] == response.headers["x-request-id"]


def test_an_idempotency_key_is_no_claim_and_arrives(edge: Edge) -> None:
    """As metadata where nothing is done with it, and as the request id of a method that has one."""
    key = "00000000-0000-4000-8000-0000000000ff"
    received = json.loads(edge.ask("metadata", **{"Idempotency-Key": key}).json()["nextPageToken"])
    assert received["idempotency-key"] == key
    signed_out = edge.call("POST", "/v1/session:signOut", None, {"idempotency-key": key}, json={})
    assert json.loads(signed_out.headers["x-received"]) == {"requestId": key}
    erased = edge.call("DELETE", "/v1/account", None, {"idempotency-key": key})
    assert json.loads(erased.headers["x-received"]) == {"requestId": key}
    two = edge.call(
        "POST", "/v1/session:signOut", None, {"idempotency-key": key}, json={"requestId": key[:-1] + "0"}
    )
    assert reason(two) == (400, "REQUEST_ID_REUSED")


@pytest.mark.parametrize(
    "header",
    ["o'dd: 1", "x~y: 1", "trace-bin: ***", "grpc-timeout: soon", "grpc-encoding: odd", "grpc-status: x"],
)
def test_a_header_that_is_no_metadata_does_not_reach_a_service(edge: Edge, header: str) -> None:
    """gRPC would fail the whole call because of it."""
    name, _, value = header.partition(": ")
    response = edge.ask("metadata", **{name: value})
    assert response.status_code == 200
    assert json.loads(response.json()["nextPageToken"]).get(name) != value


def test_the_request_id_is_ours(edge: Edge) -> None:
    response = edge.ask("metadata", **{"x-request-id": "chosen-by-client"})
    assert len(response.headers["x-request-id"]) == 36


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/v1/recordings/a%2Fb", {}),
        ("/v1/recordings/a%5Cb", {}),
        ("/v1/profile", {"x_user_id": "eve"}),
    ],
)
def test_ambiguous_requests_are_refused(edge: Edge, path: str, headers: dict[str, str]) -> None:
    assert reason(edge.call("GET", path, None, headers)) == (400, "INVALID_REQUEST")


@pytest.mark.parametrize("path", ["/v1//profile", "/v1/./profile", "/v1/recordings/../profile"])
def test_a_path_is_judged_in_its_plain_form(edge: Edge, path: str) -> None:
    assert edge.call("GET", path, "").status_code == 401
    assert edge.call("GET", path).status_code == 200


def test_preflight_is_answered_for_our_origins_only(edge: Edge) -> None:
    asks = {
        "access-control-request-method": "PATCH",
        "access-control-request-headers": "authorization, content-type, idempotency-key",
    }
    for path in ("/v1/profile", "/v1/recordings/x:watch"):
        ours = edge.call("OPTIONS", path, "", {**asks, "origin": ORIGIN})
        assert ours.status_code == 200
        assert ours.headers["access-control-allow-origin"] == ORIGIN
        assert "PATCH" in ours.headers["access-control-allow-methods"]
        allowed = ours.headers["access-control-allow-headers"].split(", ")
        assert set(asks["access-control-request-headers"].split(", ")) == set(allowed)
        for origin in ("https://evil.example", f"{ORIGIN}.evil.example", "null"):
            other = edge.call("OPTIONS", path, "", {**asks, "origin": origin})
            assert "access-control-allow-origin" not in other.headers


def test_answers_and_errors_may_be_read_by_our_origins(edge: Edge) -> None:
    for path in ("/v1/profile", "/v1/nonsense", "/v1/profile?nonsense=1", "/v1/recordings?pageToken=crash:x"):
        response = edge.call("GET", path, None, {"origin": ORIGIN})
        assert response.headers["access-control-allow-origin"] == ORIGIN
        assert "x-request-id" in response.headers["access-control-expose-headers"]
        other = edge.call("GET", path, None, {"origin": "https://evil.example"})
        assert "access-control-allow-origin" not in other.headers


def test_answers_are_not_stored_and_tell_nothing_of_the_inside(edge: Edge) -> None:
    for response in (edge.call("GET", "/v1/profile"), edge.call("GET", "/v1/nonsense")):
        assert response.headers["cache-control"] == "no-store"
        assert response.headers["x-content-type-options"] == "nosniff"
        assert not [name for name in response.headers if name == "server" or name.startswith("x-envoy")]


def test_known_keys_outlive_the_issuer(run_edge: Callable[..., Edge]) -> None:
    """jwt_authn must not forget the keys when fetching them again fails."""
    with Issuer() as issuer:
        edge = run_edge(own_issuer=issuer, jwks_refresh_seconds=1)
        issuer.fault = Fault.DOWN
        fetches, number = issuer.fetches, count()
        while issuer.fetches < fetches + 3:
            # Each token is new, so that none is answered from the cache; the service knows another issuer.
            assert (
                "www-authenticate"
                not in edge.call("GET", "/v1/profile", issuer.mint(jti=str(next(number)))).headers
            )


def test_without_keys_nobody_can_tell_and_the_answer_says_so(run_edge: Callable[..., Edge]) -> None:
    with Issuer() as issuer:
        issuer.fault = Fault.DOWN
        edge = run_edge(own_issuer=issuer)
        error = refusal(edge.call("GET", "/v1/profile"))
        assert (error["status"], error["ErrorInfo"]["reason"]) == (503, "TOKEN_KEYS_UNAVAILABLE")
        assert error["RetryInfo"] == {"retryDelay": "1s"}
