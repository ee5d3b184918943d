"""
The gateway as it ships: the real Envoy on the real configuration, and the services as `upstream.py` plays them
behind the kit's real door. One of each for all tests of this folder; tests that break things get their own.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import grpc.aio
import httpx
import pytest
from google.rpc import status_pb2

from gateway.contract import SERVICES
from gateway.envoy import argv
from gateway.render import DESCRIPTOR, write
from gateway.settings import Gateway, split
from local.child import Child
from local.ports import free_port
from local.serving import serving
from tests.fixtures.tokens import CLIENT, Issuer

ORIGIN = "https://timbre.example"
Addresses = dict[str, list[tuple[str, str]]]
"""For each service the serving and the health address of each process."""


@dataclass(frozen=True, slots=True)
class Edge:
    """A running gateway."""

    settings: Gateway
    issuer: Issuer
    log: Path

    @property
    def url(self) -> str:
        return f"http://{self.settings.listen}"

    @contextmanager
    def client(self, token: str | None = None, **headers: str) -> Iterator[httpx.Client]:
        """An HTTP client; with a valid token unless another, or the empty one, is given."""
        token = self.issuer.mint() if token is None else token
        if token:
            headers["authorization"] = f"Bearer {token}"
        with httpx.Client(
            base_url=self.url, headers=headers, trust_env=False, verify=False, timeout=30
        ) as client:
            yield client

    def call(
        self,
        verb: str,
        path: str,
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
        **body: Any,
    ) -> httpx.Response:
        """One HTTP request, by a client of its own."""
        with self.client(token, **(headers or {})) as client:
            return client.request(verb, path, **body)

    def ask(self, script: str, **headers: str) -> httpx.Response:
        """ListRecordings, with a script for `upstream.py`."""
        return self.call("GET", "/v1/recordings", headers=headers, params={"pageToken": script})

    def channel(self) -> grpc.aio.Channel:
        """A gRPC channel, not retrying by itself."""
        return grpc.aio.insecure_channel(self.settings.listen, options=[("grpc.enable_retries", 0)])

    def credentials(self) -> tuple[tuple[str, str], ...]:
        """The metadata of a signed-in gRPC client."""
        return (("authorization", f"Bearer {self.issuer.mint()}"),)

    def logged(self) -> list[dict[str, Any]]:
        """The access log so far."""
        return [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]


@pytest.fixture(scope="session")
def issuer() -> Iterator[Issuer]:
    with Issuer() as issuer:
        yield issuer


def address() -> str:
    return f"127.0.0.1:{free_port()}"


@contextmanager
def upstream(issuer: Issuer, folder: Path) -> Iterator[tuple[Mapping[str, tuple[str, str]], Any]]:
    """Run one process that plays the services; yield their addresses and the process."""
    places = {name: (address(), address()) for name in SERVICES}
    setup = {"issuer": issuer.url, "jwks": issuer.jwks_url, "client": CLIENT, **places}
    program = str(Path(__file__).with_name("upstream.py"))
    child = Child(
        name="upstream",
        argv=(sys.executable, program, json.dumps(setup)),
        healthy=lambda: listens(places["match"][0]),
    )
    with serving(child, folder / f"upstream-{split(places['match'][0])[1]}.log") as process:
        yield places, process


@contextmanager
def envoy(issuer: Issuer, places: Addresses, folder: Path, **changes: Any) -> Iterator[Edge]:
    """Run a gateway in front of these processes, with settings changed as given."""
    settings = Gateway(
        listen=address(),
        admin=address(),
        upstreams={name: [place[0] for place in each] for name, each in places.items()},
        health={name: [place[1] for place in each] for name, each in places.items()},
        issuer=issuer.url,
        jwks_uri=issuer.jwks_url,
        origins=[ORIGIN, "http://localhost:5173"],
        descriptor=folder / DESCRIPTOR,
        rate_per_second=10_000,
        burst=10_000,
        total_rate_per_second=10_000,
        total_burst=10_000,
    )
    settings = replace(settings, **changes)
    child = Child(name="gateway", argv=argv(write(settings)), healthy=lambda: ready(settings))
    with serving(child, folder / "envoy.log"):
        yield Edge(settings, issuer, folder / "envoy.log")


async def listens(place: str) -> bool:
    _, writer = await asyncio.open_connection(*split(place))
    writer.close()
    return True


async def ready(settings: Gateway) -> bool:
    async with httpx.AsyncClient(trust_env=False) as client:
        try:
            return (await client.get(f"http://{settings.admin}/ready")).is_success
        except httpx.TransportError:
            return False


@pytest.fixture(scope="session")
def places(issuer: Issuer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Addresses]:
    folder = tmp_path_factory.mktemp("services")
    with upstream(issuer, folder) as (places, _):
        yield {name: [place] for name, place in places.items()}


@pytest.fixture(scope="session")
def edge(issuer: Issuer, places: Addresses, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edge]:
    """The gateway that tests share; they may ask it anything and change nothing."""
    with envoy(issuer, places, tmp_path_factory.mktemp("edge"), timeout_seconds=2.0) as edge:
        yield edge


@pytest.fixture
def run_edge(issuer: Issuer, places: Addresses, tmp_path: Path) -> Iterator[Callable[..., Edge]]:
    """`run_edge(burst=3)` runs a gateway of the test's own."""
    with ExitStack() as stack:

        def run(
            own_places: Addresses | None = None, own_issuer: Issuer | None = None, **changes: Any
        ) -> Edge:
            where = places | (own_places or {})
            return stack.enter_context(envoy(own_issuer or issuer, where, tmp_path, **changes))

        yield run


def refusal(response: httpx.Response) -> dict[str, Any]:
    """
    The error in its one shape: `status`, `code`, `message`, and each detail by its type's name.

    Every error has an `ErrorInfo` of ours and names the request as the header does.
    """
    assert response.headers["content-type"] == "application/json", response.text
    body = response.json()
    assert set(body) == {"code", "message", "details"}
    details = {detail.pop("@type").rpartition(".")[2]: detail for detail in body["details"]}
    assert details["ErrorInfo"]["domain"] == "timbre.dev"
    assert details["RequestInfo"]["requestId"] == response.headers.get("x-request-id")
    return {"status": response.status_code, "code": body["code"], "message": body["message"], **details}


def reason(response: httpx.Response) -> tuple[int, str]:
    """Status and reason of an error in its one shape."""
    error = refusal(response)
    return error["status"], error["ErrorInfo"]["reason"]


def rich(error: grpc.aio.AioRpcError) -> status_pb2.Status:
    """The error's details, as a gRPC client reads them."""
    trailers = dict(error.trailing_metadata())
    return status_pb2.Status.FromString(bytes(trailers["grpc-status-details-bin"]))  # pyright: ignore[reportArgumentType]
