"""
Settings from the environment: typed, documented under each field, complete or refused.

A service has its own class with its own prefix beside `Common`. A name that starts with a known prefix
but is no setting stops the start, so a misspelt variable can never silently mean the default.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, TypeVar

from pydantic import Field, ValidationError, ValidationInfo, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


class ConfigError(Exception):
    """The configuration is not usable; the message has one line for each thing that is wrong."""


class DevelopmentWarning(UserWarning):
    """A neighbour that must not be used in production was opened."""


class Settings(BaseSettings):
    """Base of every settings class. Subclasses set `env_prefix`; unknown keyword arguments are refused."""

    model_config = SettingsConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    @classmethod
    def prefix(cls) -> str:
        return cls.model_config.get("env_prefix") or ""

    @classmethod
    def variables(cls) -> dict[str, str]:
        """Every variable this class reads, with what it means."""
        return {
            cls.prefix() + name.upper(): (field.description or "") for name, field in cls.model_fields.items()
        }


class Common(Settings):
    """What every service reads."""

    model_config = SettingsConfigDict(env_prefix="TIMBRE_")

    env: Literal["local", "production"] = "local"
    """`production` makes every local adapter refuse to open."""
    log: Literal["json", "console"] = "json"
    """`console` writes logs for people instead of machines."""
    token_issuer: str = Field(min_length=1)
    """`iss` of the access tokens: the Cognito user pool's issuer URL, exactly."""
    token_jwks: str = Field(min_length=1)
    """Where the issuer publishes its keys; on AWS `<issuer>/.well-known/jwks.json`."""
    token_clients: Annotated[frozenset[str], NoDecode] = Field(min_length=1)
    """Cognito app client ids whose tokens are accepted, separated by commas."""
    aws_endpoint: str = ""
    """Endpoint of the AWS emulator; empty means AWS itself. Credentials and region: the AWS_* variables."""
    service_keys: Path
    """Directory of Ed25519 public keys, one `<service>.pem` for each service that may call."""
    auth: str = Field(default="", validate_default=True)
    """`host:port` of auth, which tells whose tokens are revoked; empty: nobody's are. auth itself ignores it."""

    doctor: bool = False
    """Ask every neighbour before the start, as `doctor` does, and do not start with settings that cannot work; in
    production it is always so."""

    @field_validator("auth")
    @classmethod
    def _revocable(cls, value: str, info: ValidationInfo) -> str:
        if not value and info.data.get("env") == "production":
            raise ValueError("in production nobody may be beyond revocation")
        return value

    @field_validator("token_clients", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return frozenset(part for part in value.split(",") if part) if isinstance(value, str) else value


class ServiceSettings(Settings):
    """What each service reads under its own prefix."""

    listen: str = "127.0.0.1:0"
    """`host:port` of the gRPC server; port 0 takes a free one."""
    health: str = "127.0.0.1:0"
    """`host:port` of the health-only gRPC server, so that load can never shed a health check."""
    service_key: Path
    """This service's Ed25519 private key (PKCS#8 PEM), which signs its calls to other services."""
    drain_seconds: float = Field(default=0.2, ge=0, le=60)
    """How long to answer NOT_SERVING before refusing calls: one interval of the load balancer's checks."""
    max_concurrent: int = Field(default=256, ge=1)
    """Calls in flight beyond this are refused at once with RESOURCE_EXHAUSTED."""

    development: ClassVar[tuple[tuple[str, str], ...]] = ()
    """Settings and the schemes of theirs that are for one machine only, and refused in production."""


S = TypeVar("S", bound=ServiceSettings)
T = TypeVar("T", bound=Settings)


def load(first: type[S], second: type[Common], environ: Mapping[str, str] | None = None) -> tuple[S, Common]:
    """
    Read both settings classes from the environment.

    Raises:
        ConfigError: naming every variable that is unknown, missing, malformed, at odds with another or not
            for production, all at once, never with a value.
    """
    # Its checks need these classes.
    from services.kit.contradictions import contradictions  # noqa: PLC0415

    environ = os.environ if environ is None else environ
    problems = [problem for kind in (first, second) for problem in _problems(kind, environ)]
    wrong = {problem.partition(":")[0] for problem in problems}
    found = contradictions(_as_given(first, environ), _as_given(second, environ), environ)
    problems += [problem for problem in found if problem.partition(":")[0] not in wrong]
    if problems:
        raise ConfigError("\n".join(sorted(problems)))
    return _read(first, environ), _read(second, environ)


def _problems(kind: type[Settings], environ: Mapping[str, str]) -> list[str]:
    known = kind.variables()
    problems = [
        f"{name}: no such setting" for name in environ if name.startswith(kind.prefix()) and name not in known
    ]
    try:
        _read(kind, environ)
    except ValidationError as error:
        for problem in error.errors(include_input=False, include_url=False):
            name = kind.prefix() + str(problem["loc"][0]).upper()
            problems.append(f"{name}: {_plainly(problem)}")
    return problems


def _plainly(problem: ErrorDetails) -> str:
    missing = problem["type"] in {"missing", "string_too_short", "too_short"}
    return "is missing" if missing else problem["msg"]


def _read(kind: type[T], environ: Mapping[str, str]) -> T:
    return kind.model_validate(_given(kind, environ))


def _as_given(kind: type[T], environ: Mapping[str, str]) -> T:
    """The settings without any check, so that what is there can be compared although something is missing."""
    return kind.model_construct(**_given(kind, environ))


def _given(kind: type[Settings], environ: Mapping[str, str]) -> dict[str, Any]:
    return {
        name: environ[kind.prefix() + name.upper()]
        for name in kind.model_fields
        if environ.get(kind.prefix() + name.upper(), "")
    }
