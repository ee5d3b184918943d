"""Settings are complete and right, or the start stops with everything that is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic_settings import SettingsConfigDict

from services.kit.config import Common, ConfigError, ServiceSettings, load

GOOD = {
    "TIMBRE_TOKEN_ISSUER": "https://issuer.example",
    "TIMBRE_TOKEN_JWKS": "https://issuer.example/keys",
    "TIMBRE_TOKEN_CLIENTS": "web,cli",
    "TIMBRE_SERVICE_KEYS": str(Path(__file__).parent),
    "ECHO_SERVICE_KEY": __file__,
}


class EchoConfig(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="ECHO_")


def test_settings_are_typed() -> None:
    echo, common = load(EchoConfig, Common, GOOD | {"ECHO_MAX_CONCURRENT": "7"})
    assert echo.max_concurrent == 7
    assert echo.service_key == Path(__file__)
    assert common.token_clients == {"web", "cli"}


def test_an_empty_variable_means_the_default() -> None:
    echo, _ = load(EchoConfig, Common, GOOD | {"ECHO_LISTEN": ""})
    assert echo.listen == "127.0.0.1:0"


def test_everything_that_is_wrong_is_said_at_once() -> None:
    environ = GOOD | {"ECHO_LISTNE": "x", "ECHO_MAX_CONCURRENT": "many", "TIMBRE_ENV": "prod"}
    del environ["TIMBRE_TOKEN_JWKS"]
    with pytest.raises(ConfigError) as refused:
        load(EchoConfig, Common, environ)
    lines = str(refused.value).splitlines()
    assert [line.split(":")[0] for line in lines] == [
        "ECHO_LISTNE",
        "ECHO_MAX_CONCURRENT",
        "TIMBRE_ENV",
        "TIMBRE_TOKEN_JWKS",
    ]


def test_values_are_never_repeated_in_the_complaint() -> None:
    with pytest.raises(ConfigError) as refused:
        load(EchoConfig, Common, GOOD | {"ECHO_MAX_CONCURRENT": "s3cret"})
    assert "s3cret" not in str(refused.value)


def test_other_programs_variables_are_none_of_our_business() -> None:
    load(EchoConfig, Common, GOOD | {"PATH": "/bin", "ECHOES": "1"})


def test_every_setting_says_what_it_means() -> None:
    for kind in (EchoConfig, Common):
        assert all(kind.variables().values())


def test_in_production_nobody_is_beyond_revocation() -> None:
    with pytest.raises(ConfigError, match="TIMBRE_AUTH"):
        load(EchoConfig, Common, GOOD | {"TIMBRE_ENV": "production"})
    _, common = load(EchoConfig, Common, GOOD | {"TIMBRE_ENV": "production", "TIMBRE_AUTH": "auth:50051"})
    assert common.auth == "auth:50051"


class StoreConfig(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="STORE_")
    development = (("index", "edge"),)

    database: str = ""
    user_pool: str = ""
    index: str = "edge:.data"


STORE = GOOD | {"STORE_SERVICE_KEY": __file__, "TIMBRE_AUTH": "auth:50051"}


def complaints(environ: dict[str, str]) -> list[str]:
    with pytest.raises(ConfigError) as refused:
        load(StoreConfig, Common, environ)
    return str(refused.value).splitlines()


def test_production_refuses_what_is_for_one_machine_all_at_once() -> None:
    lines = complaints(
        STORE
        | {
            "TIMBRE_ENV": "production",
            "TIMBRE_AWS_ENDPOINT": "http://127.0.0.1:4566",
            "TIMBRE_TOKEN_JWKS": "http://127.0.0.1:4566/keys",
            "STORE_DATABASE": "postgresql://store:s3cret@db.example/timbre",
            "STORE_DRAIN_SECONDS": "-1",
        }
    )
    assert [line.partition(":")[0] for line in lines] == [
        "STORE_DATABASE",
        "STORE_DRAIN_SECONDS",
        "STORE_INDEX",
        "TIMBRE_AWS_ENDPOINT",
        "TIMBRE_TOKEN_JWKS",
    ]
    assert not any("s3cret" in line for line in lines)


def test_settings_that_are_at_odds_are_told() -> None:
    issuer = {"TIMBRE_TOKEN_ISSUER": "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_other"}
    pool = {"STORE_USER_POOL": "eu-west-1_pool", "AWS_DEFAULT_REGION": "us-east-1"}
    lines = complaints(STORE | issuer | pool)
    assert lines == [
        "AWS_DEFAULT_REGION: is us-east-1, but STORE_USER_POOL is in eu-west-1",
        "TIMBRE_TOKEN_ISSUER: is not the issuer of STORE_USER_POOL",
    ]


def test_what_is_missing_and_what_is_at_odds_are_told_together() -> None:
    environ = STORE | {"STORE_SERVICE_KEY": "/nowhere/store.pem", "STORE_DATABASE": "mysql://s3cret@db"}
    del environ["TIMBRE_TOKEN_CLIENTS"]
    assert complaints(environ) == [
        "STORE_DATABASE: must be postgresql://USER:PASSWORD@HOST:PORT/DATABASE",
        "STORE_SERVICE_KEY: there is no such file",
        "TIMBRE_TOKEN_CLIENTS: is missing",
    ]
