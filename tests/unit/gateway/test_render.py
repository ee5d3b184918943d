"""The configuration: valid for Envoy in every environment, complete, and the same for the same settings."""

from __future__ import annotations

import base64
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import certifi
import pytest
import yaml
from google.rpc import status_pb2

from gateway.contract import SERVICES, all_methods
from gateway.envoy import InvalidConfigError, argv, validate
from gateway.render import render, write
from gateway.replies import REPLIES
from gateway.settings import Gateway, SettingsError, from_environ
from timbre.api.v1 import reasons_pb2

ISSUER = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Abc"
PRODUCTION = {
    "GATEWAY_LISTEN": "[::]:8080",
    "GATEWAY_ADMIN": "127.0.0.1:9901",
    "GATEWAY_ISSUER": ISSUER,
    "GATEWAY_JWKS_URI": f"{ISSUER}/.well-known/jwks.json",
    "GATEWAY_ORIGINS": "https://timbre.example, https://www.timbre.example",
    "GATEWAY_TRUSTED_HOPS": "1",
    "GATEWAY_CA_BUNDLE": certifi.where(),
    "GATEWAY_TIMEOUT_SECONDS": "7.5",
    **{
        f"GATEWAY_{name.upper()}": f"{name}.internal:50051,[fdaa::{n}]:50051"
        for n, name in enumerate(SERVICES)
    },
    **{
        f"GATEWAY_{name.upper()}_HEALTH": f"{name}.internal:50151,[fdaa::{n}]:50151"
        for n, name in enumerate(SERVICES)
    },
}


@pytest.fixture
def local(tmp_path: Path) -> Gateway:
    return Gateway(
        listen="127.0.0.1:8080",
        admin="127.0.0.1:9901",
        upstreams={name: [f"127.0.0.1:{50051 + n}"] for n, name in enumerate(SERVICES)},
        health={name: [f"127.0.0.1:{50151 + n}"] for n, name in enumerate(SERVICES)},
        issuer="http://127.0.0.1:4566/pool",
        jwks_uri="http://127.0.0.1:4566/pool/.well-known/jwks.json",
        origins=["http://localhost:5173"],
        descriptor=tmp_path / "deep/er/contract.binpb",
    )


def manager(config: Any) -> dict[str, Any]:
    """The HTTP connection manager of a rendered configuration."""
    return config["static_resources"]["listeners"][0]["filter_chains"][0]["filters"][0]["typed_config"]


def _rules(config: Any) -> list[dict[str, Any]]:
    (jwt,) = [each for each in manager(config)["http_filters"] if each["name"].endswith("jwt_authn")]
    return jwt["typed_config"]["rules"]


def test_envoy_accepts_it_on_one_machine(local: Gateway) -> None:
    validate(write(local))
    validate(write(replace(local, access_log=False, origins=[])))


def test_envoy_accepts_it_in_production(tmp_path: Path) -> None:
    settings = from_environ(PRODUCTION, descriptor=tmp_path / "contract.binpb")
    validate(write(settings))
    assert settings.timeout_seconds == 7.5
    assert settings.upstreams["auth"] == ("auth.internal:50051", "[fdaa::0]:50051")


def test_envoy_would_notice_a_misspelt_setting(local: Gateway) -> None:
    config = write(local)
    config.write_text(config.read_text().replace("listeners:", "listners:"))
    with pytest.raises(InvalidConfigError, match="listners"):
        validate(config)


def test_it_is_the_same_for_the_same_settings(local: Gateway) -> None:
    first = write(local)
    texts = first.read_text(), local.descriptor.read_bytes()
    assert (write(local).read_text(), local.descriptor.read_bytes()) == texts
    assert local.descriptor.parent == first.parent


def test_the_native_routes_are_the_methods_for_clients(local: Gateway) -> None:
    routes = manager(yaml.safe_load(render(local)))["route_config"]["virtual_hosts"][0]["routes"]
    native = {route["match"]["path"]: route["route"] for route in routes if "grpc" in route["match"]}
    assert native.keys() == {method.path for method in all_methods()}
    for method in all_methods():
        retried = native[method.path]["retry_policy"]["retry_on"].split(",")
        assert ("unavailable" in retried) == (method.verb == "GET")
        assert (native[method.path]["timeout"] == "0s") == method.streams
    assert [route["match"] for route in routes if "path" not in route["match"]] == [{"prefix": "/v1/"}]


def test_everything_needs_a_token_unless_the_contract_says_otherwise(local: Gateway) -> None:
    document, page, *public, rest = _rules(yaml.safe_load(render(local)))
    assert [document, page] == [{"match": {"path": "/openapi.json"}}, {"match": {"path": "/docs"}}]
    assert rest == {"match": {"prefix": "/"}, "requires": {"provider_name": "users"}}
    assert [next(iter(rule["match"].values())) for rule in public] == [
        {"regex": "/v1/erasures/[^/]+"},
        "/timbre.auth.v1.AuthService/GetErasure",
    ]
    assert not any("requires" in rule for rule in public)


def test_a_group_makes_no_difference_at_the_edge(local: Gateway) -> None:
    """Members and others show the same kind of token; only the service looks into it."""
    grouped = [method for method in all_methods() if method.policy.group]
    assert {method.policy.group for method in grouped} == {"moderators"}
    assert all(method.needs_user for method in grouped)
    assert "moderators" not in render(local)


def test_the_replies_are_in_the_contract_and_the_same_for_everybody() -> None:
    known = {name.removeprefix("REASON_") for name in reasons_pb2.Reason.keys()}  # noqa: SIM118 - an enum
    assert {reply.reason for reply in REPLIES} <= known
    for reply in REPLIES:
        status = status_pb2.Status.FromString(_decode(reply.grpc_details()))
        assert status.message == reply.message
        assert reply.reason.encode() in status.details[0].value
        assert len(status.details) == len(reply.json()["details"]) - 1  # the request id is a header there


def _decode(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"origins": ["*"]}, "origins: * is not an exact origin"),
        ({"origins": ["https://timbre.example/"]}, "not an exact origin"),
        ({"origins": ["https://*.timbre.example"]}, "not an exact origin"),
        ({"listen": "8080"}, "listen: 8080 is not host:port"),
        ({"admin": "localhost"}, "admin: localhost is not host:port"),
        ({"upstreams": {"auth": ["127.0.0.1:1"]}}, "upstreams: must name auth, media, profile, match"),
        ({"jwks_uri": "jwks.json"}, "jwks_uri: not a URL"),
        ({"burst": 0}, "burst: must be at least 1"),
    ],
)
def test_unusable_settings_are_refused(local: Gateway, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingsError, match=re.escape(message)):
        replace(local, **changes)


@pytest.mark.parametrize("health", [[], ["10.0.0.9:50151"], ["127.0.0.1:50151", "127.0.0.1:50152"]])
def test_every_process_has_a_health_address_of_its_own(local: Gateway, health: list[str]) -> None:
    with pytest.raises(SettingsError, match="health: auth needs one address for each upstream"):
        replace(local, health={**local.health, "auth": health})


def test_everything_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    environ = {**PRODUCTION, "GATEWAY_BURTS": "3", "GATEWAY_BURST": "many", "GATEWAY_TOTAL_BURST": ""}
    del environ["GATEWAY_ISSUER"]
    with pytest.raises(SettingsError) as error:
        from_environ(environ, descriptor=tmp_path / "contract.binpb")
    lines = str(error.value).splitlines()
    names = ("GATEWAY_BURTS: no such", "GATEWAY_BURST: ", "GATEWAY_ISSUER: ")
    assert all(any(line.startswith(name) for line in lines) for name in names)
    assert len(lines) == len(names)


def test_a_wrong_address_from_the_environment_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="upstreams: auth has no address"):
        from_environ({**PRODUCTION, "GATEWAY_AUTH": ""}, descriptor=tmp_path / "contract.binpb")


def test_the_command_writes_and_checks(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "gateway", "render", "--out", str(tmp_path / "out")]
    good = subprocess.run(command, env=PRODUCTION, capture_output=True, text=True, check=True)
    assert Path(good.stdout.strip()).read_text().startswith("# Timbre's gateway")
    bad = subprocess.run(
        command, env={**PRODUCTION, "GATEWAY_LISTEN": "x"}, capture_output=True, text=True, check=False
    )
    assert bad.returncode == 1
    assert "listen: x is not host:port" in bad.stderr


def test_the_command_line_serves_one_configuration_without_shared_memory(local: Gateway) -> None:
    command = argv(write(local))
    assert Path(command[0]).is_file()
    assert (command[-2], command[-1]) == ("--concurrency", "1")
    assert "--disable-hot-restart" in command
