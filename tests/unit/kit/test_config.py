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
    "TIMBRE_SERVICE_KEYS": "keys",
    "ECHO_SERVICE_KEY": "keys/echo.pem",
}


class EchoConfig(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="ECHO_")


def test_settings_are_typed() -> None:
    echo, common = load(EchoConfig, Common, GOOD | {"ECHO_MAX_CONCURRENT": "7"})
    assert echo.max_concurrent == 7
    assert echo.service_key == Path("keys/echo.pem")
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
