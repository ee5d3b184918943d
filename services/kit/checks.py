"""
The checks of `doctor.py` that services share: the database, the issuer's keys, other services, and HTTP servers
with an API key.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from importlib.resources import files
from typing import Any, Final
from urllib.parse import urlsplit

import grpc
import grpc.aio
import httpx
import psycopg
from psycopg.rows import dict_row

from services.kit.config import Common
from services.kit.database_url import DatabaseUrl
from services.kit.doctor import Check, Trouble, http_time, same_time
from services.kit.openai_settings import OpenAISettings
from services.kit.sessions import Connection

OLDEST_POSTGRES: Final = 15
_STATE = """
SELECT current_setting('server_version_num')::int / 10000 AS version, now() AS now,
       pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on' AS read_only,
       current_schema() AS schema, current_user AS role,
       rolsuper OR rolbypassrls AS beyond_walls
  FROM pg_roles WHERE rolname = current_user
"""
_REFUSALS: Final = {
    "password authentication failed": ("refuses the password", "correct the password in it"),
    "PAM authentication failed": (
        "refuses the IAM token",
        "see the role's rds-db:connect and `GRANT rds_iam`",
    ),
    "does not exist": ("has no such database or role", "make them as docs/operations.md says"),
    "certificate verify failed": ("shows a certificate of another authority", "correct sslrootcert"),
    "does not match host name": ("shows a certificate of another name", "use the name RDS gave it"),
    "does not support SSL": ("speaks no TLS", "correct the host, or switch rds.force_ssl on"),
    "no IAM token": ("finds no role of AWS to ask as", "set AWS_ROLE_ARN and AWS_DEFAULT_REGION"),
}


def database(variable: str, url: str, package: str, *, writes: bool = True) -> Check:
    """Whether the database lets us in, safely, as a role of the right rights, with every migration applied."""

    async def look() -> str:
        state, applied = await _ask(variable, url)
        same_time(state["now"], "the database")
        if state["version"] < OLDEST_POSTGRES:
            raise Trouble(
                f"PostgreSQL {state['version']} is too old", f"use {OLDEST_POSTGRES} or newer", lasting=True
            )
        if state["beyond_walls"]:
            fix = f"give {variable} the service's own role"
            raise Trouble(f"the role {state['role']} stands above row-level security", fix, lasting=True)
        if writes and state["read_only"]:
            raise Trouble(
                "this server takes no writes", f"give {variable} the writer's address", lasting=False
            )
        missing = sorted(_migrations(package) - applied)
        if missing:
            fix = f"run `python -m {package} migrate`"
            raise Trouble(f"{len(missing)} migrations are not applied, first {missing[0]}", fix, lasting=True)
        kind = "replica or writer" if not writes else "writer"
        return f"PostgreSQL {state['version']}, {kind}, as {state['role']} in schema {state['schema']}"

    return Check(variable, look)


async def _ask(variable: str, url: str) -> tuple[Mapping[str, Any], set[str]]:
    address = DatabaseUrl.parse(url)
    try:
        arguments = await address.credentials()
        connecting = Connection.connect(
            address.conninfo(connect_timeout="6"), autocommit=True, row_factory=dict_row, **arguments
        )
        async with await connecting as connection:
            state = await (await connection.execute(_STATE)).fetchone()
            assert state
            try:
                names = await (await connection.execute("SELECT name FROM migrations")).fetchall()
            except psycopg.errors.UndefinedTable:
                names = []
            return state, {row["name"] for row in names}
    except psycopg.OperationalError as error:
        text = str(error)
        for words, (said, fix) in _REFUSALS.items():
            if words in text:
                raise Trouble(said, f"{variable}: {fix}", lasting=True) from None
        raise Trouble("cannot be reached", f"{variable}: see host, port and network", lasting=False) from None


def _migrations(package: str) -> set[str]:
    found: set[str] = set()
    for owner, prefix in (("services.kit", "kit/"), (package, "")):
        scripts = (files(owner) / "migrations").iterdir()
        found |= {prefix + entry.name for entry in scripts if entry.name.endswith(".sql")}
    return found


def issuer(common: Common) -> Check:
    """Whether the keys of the people's tokens can be had, and the clocks agree."""
    variable = "TIMBRE_TOKEN_JWKS"

    async def look() -> str:
        reply = await _get(common.token_jwks, variable)
        if not reply.is_success:
            said = f"answers {reply.status_code} instead of keys"
            raise Trouble(said, f"{variable}: must be <issuer>/.well-known/jwks.json", lasting=True)
        try:
            count = len(reply.json()["keys"])
        except (ValueError, KeyError, TypeError):
            raise Trouble("answers something else than keys", f"correct {variable}", lasting=True) from None
        if not count:
            raise Trouble("publishes no keys", f"correct {variable}", lasting=True)
        return f"{count} keys"

    return Check(variable, look)


def api(variable: str, url: str, key: str, *, key_variable: str, model: str) -> Check:
    """Whether an OpenAI-compatible server knows our key and the model."""

    async def look() -> str:
        reply = await _get(f"{url.rstrip('/')}/models/{model}", variable, {"Authorization": f"Bearer {key}"})
        match reply.status_code:
            case httpx.codes.OK:
                return f"knows {model}"
            case httpx.codes.UNAUTHORIZED | httpx.codes.FORBIDDEN:
                raise Trouble("refuses the key", f"correct {key_variable}", lasting=True)
            case httpx.codes.NOT_FOUND:
                raise Trouble(f"knows no model {model}", f"correct {variable}", lasting=True)
            case code:
                raise Trouble(f"answers {code}", "see the provider's status page", lasting=False)

    return Check(variable, look)


def openai(variable: str, url: str, settings: OpenAISettings) -> Check:
    """Whether the server behind `openai://MODEL` can be used; other schemes are on this machine."""
    parts = urlsplit(url)
    if parts.scheme != "openai":
        return here(variable, url)
    key = settings.openai_key.get_secret_value()
    key_variable = f"{settings.prefix()}OPENAI_KEY"
    return api(
        variable, settings.openai_base_url, key, key_variable=key_variable, model=parts.netloc + parts.path
    )


async def _get(url: str, variable: str, headers: Mapping[str, str] | None = None) -> httpx.Response:
    try:
        async with httpx.AsyncClient(timeout=3, trust_env=False) as client:
            reply = await client.get(url, headers=headers)
    except (httpx.HTTPError, httpx.InvalidURL):
        raise Trouble("cannot be reached", f"{variable}: see address and network", lasting=False) from None
    same_time(http_time(reply.headers.get("date")), "the server")
    return reply


def service(variable: str, address: str) -> Check:
    """Whether another service takes connections."""

    async def look() -> str:
        async with grpc.aio.insecure_channel(address) as channel:
            try:
                async with asyncio.timeout(2):
                    await channel.channel_ready()
            except TimeoutError:
                fix = f"start it, or correct {variable}"
                raise Trouble(f"nobody answers at {address}", fix, lasting=False) from None
        return f"answers at {address}"

    return Check(variable, look)


def here(variable: str, url: str) -> Check:
    """A neighbour inside this process: there is nobody to ask."""

    async def look() -> str:
        return f"{url.partition(':')[0]}: on this machine, for development"

    return Check(variable, look)
