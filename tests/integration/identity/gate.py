"""
The way in, as people meet it: auth and its worker as processes behind the real gateway, and Cognito in the emulator.
"""

from __future__ import annotations

import secrets
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from gateway.contract import SERVICES
from gateway.envoy import argv
from gateway.render import DESCRIPTOR, write
from gateway.settings import Gateway
from local.child import Child
from local.health import grpc_serves, http_answers
from local.ports import free_port
from local.serving import serving
from services.kit import jose
from tests.fixtures.stack import ORIGIN, Aws
from tests.integration.auth.harness import System
from tests.integration.identity.hosted import App

if TYPE_CHECKING:
    from types_boto3_cognito_idp import CognitoIdentityProviderClient

PASSWORD = "a password for tests"
WITHIN_SECONDS = 2.0
"""A refusal reaches every service in this time."""


@dataclass(frozen=True, slots=True)
class Gate:
    """Everything between a person and their session."""

    url: str
    aws: Aws
    system: System
    cognito: CognitoIdentityProviderClient
    web: App
    second: App
    """Another app of ours, for the same people."""
    foreign: App
    """An app of the same pool that is none of ours."""

    @property
    def pool(self) -> str:
        return self.aws.resources.user_pool

    def call(self, verb: str, path: str, token: str) -> httpx.Response:
        with httpx.Client(trust_env=False, timeout=30) as http:
            return http.request(verb, f"{self.url}{path}", headers={"authorization": f"Bearer {token}"})

    def user_id(self, token: str) -> str:
        """Whom the gateway and auth take the bearer of this token for."""
        answer = self.call("GET", "/v1/session", token)
        assert answer.status_code == 200, answer.text
        return answer.json()["userId"]

    def refusal(self, token: str) -> str:
        """Why this token is refused; empty when it is not."""
        answer = self.call("GET", "/v1/session", token)
        if answer.status_code == 200:
            return ""
        assert answer.status_code == 401, answer.text
        return _reason(answer)

    def refused_soon(self, token: str) -> str:
        """Why this token is refused, at the latest after `WITHIN_SECONDS`."""
        deadline = time.monotonic() + WITHIN_SECONDS
        while not (reason := self.refusal(token)) and time.monotonic() < deadline:
            time.sleep(0.02)
        return reason

    def new_person(self) -> str:
        """The address of somebody who has an account and has confirmed it."""
        email = f"{secrets.token_hex(8)}@example.org"
        self.sign_up(email)
        self.cognito.admin_confirm_sign_up(UserPoolId=self.pool, Username=email)
        return email

    def sign_up(self, email: str, password: str = PASSWORD) -> None:
        self.cognito.sign_up(
            ClientId=self.web.client,
            Username=email,
            Password=password,
            UserAttributes=[{"Name": "email", "Value": email}],
        )


def _reason(answer: httpx.Response) -> str:
    return next(detail["reason"] for detail in answer.json()["details"] if "reason" in detail)


def claims(token: str) -> dict[str, Any]:
    """What a token says, whoever signed it."""
    return dict(jose.read_claims(jose.parse(token)))


def next_second() -> None:
    """Cognito's times are whole seconds: what begins after this began later than what was before."""
    time.sleep(1.02 - time.time() % 1)


def until(condition: Callable[[], bool], *, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


@contextmanager
def gateway(system: System, folder: Path) -> Iterator[str]:
    """Run auth and the gateway in front of it until the block ends; yield its address. The others are away."""
    health = f"127.0.0.1:{free_port()}"
    auth = Child(
        name="auth",
        argv=[sys.executable, "-m", "services.auth", "serve"],
        env={**system.env, "AUTH_HEALTH": health},
        healthy=lambda: grpc_serves(health),
    )
    others = {name: [f"127.0.0.1:{free_port()}"] for name in SERVICES}
    settings = Gateway(
        listen=f"127.0.0.1:{free_port()}",
        admin=f"127.0.0.1:{free_port()}",
        upstreams={**others, "auth": [system.address]},
        health={**others, "auth": [health]},
        issuer=system.aws.resources.issuer,
        jwks_uri=system.aws.resources.jwks,
        origins=[ORIGIN],
        descriptor=folder / DESCRIPTOR,
    )
    child = Child(
        name="gateway",
        argv=argv(write(settings)),
        healthy=lambda: http_answers(f"http://{settings.admin}/ready"),
    )
    with serving(auth, folder / "serve-gateway.log"), serving(child, folder / "gateway.log"):
        url = f"http://{settings.listen}"
        # Ready means configured; that auth is healthy Envoy finds out a moment later.
        until(lambda: httpx.get(f"{url}/v1/session", trust_env=False).status_code == 401)
        yield url
