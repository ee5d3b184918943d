"""
Where a database is, and how this process proves there who it is: the URLs in `*_DATABASE`.

    postgresql://media:PASSWORD@HOST:5432/timbre
    postgresql://media@HOST:5432/timbre?auth=iam&sslmode=verify-full&sslrootcert=/etc/rds.pem

With `auth=iam` the password of each new connection is a token that AWS makes out of the role of this process
(15 minutes, no call over the network); nothing has to be kept or rotated. The rest of the query is libpq's.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol, cast
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import dict_row

from services.kit.config import ConfigError

_SURVIVAL = {
    "connect_timeout": 5,
    # A server that vanished without a word is noticed within seconds, not after the hours TCP allows.
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}


@dataclass(frozen=True, slots=True)
class DatabaseUrl:
    """A database's address as libpq reads it, and whether AWS vouches for us. Its text is never shown."""

    values: dict[str, Any] = field(repr=False)
    iam: bool

    @classmethod
    def parse(cls, url: str) -> DatabaseUrl:
        """
        Raises:
            ValueError: it is no address of PostgreSQL; the message quotes nothing of it.
        """
        parts = urlsplit(url)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        auth = query.pop("auth", "password") if parts.scheme else "password"
        if auth not in {"iam", "password"}:
            raise ValueError("auth= may be iam, or left out")
        try:
            plain = parts._replace(query=urlencode(query, quote_via=quote)).geturl() if parts.scheme else url
            values = conninfo_to_dict(plain)
        except psycopg.ProgrammingError:
            raise ValueError("must be postgresql://USER:PASSWORD@HOST:PORT/DATABASE") from None
        return cls(values, iam=auth == "iam")

    def conninfo(self, **more: str) -> str:
        """What libpq connects with, all but the password of IAM; `more` wins."""
        return make_conninfo("", **{**_SURVIVAL, **self.values, **more})

    async def credentials(self) -> dict[str, Any]:
        """
        Make what one new connection proves itself with, beyond what its address says.

        Raises:
            psycopg.OperationalError: AWS's library finds no role or no region to speak for.
        """
        return {"password": await asyncio.to_thread(self._token)} if self.iam else {}

    def _token(self) -> str:
        # boto3 only where AWS is in play.
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

        host, user = str(self.values["host"]), str(self.values["user"])
        port = int(self.values.get("port") or 5432)
        try:
            return _rds().generate_db_auth_token(DBHostname=host, Port=port, DBUsername=user)
        except (BotoCoreError, ClientError) as error:
            raise psycopg.OperationalError(f"no IAM token for the database: {type(error).__name__}") from None

    def problems(self, *, production: bool) -> list[str]:
        """What would keep this from working, or from being safe; one line each, never a secret."""
        mode, roots = self.values.get("sslmode"), str(self.values.get("sslrootcert") or "")
        found: list[str] = []
        if self.iam and self.values.get("password"):
            found.append("has a password beside auth=iam; leave one of them out")
        if self.iam and not (self.values.get("user") and self.values.get("host")):
            found.append("auth=iam needs a user and a host")
        if production and mode != "verify-full":
            found.append(
                "in production needs ?sslmode=verify-full&sslrootcert=FILE, so that nobody listens in"
            )
        elif mode in {"verify-full", "verify-ca"} and not roots:
            found.append("sslmode=verify-full needs sslrootcert=FILE, the certificates of AWS's authorities")
        if roots not in {"", "system"} and not Path(roots).is_file():
            found.append("sslrootcert names no file")
        return found


@dataclass(frozen=True, slots=True)
class Source:
    """From where connections come, and what each session is told at its start."""

    url: DatabaseUrl
    conninfo: str = field(repr=False)
    options: str

    @classmethod
    def of(cls, url: str, *, statement_timeout_ms: int, writes: bool) -> Source:
        """
        Raises:
            ConfigError: it is no address of PostgreSQL.
        """
        try:
            parsed = DatabaseUrl.parse(url)
        except ValueError as error:
            raise ConfigError(f"address of the database: {error}") from None
        # After a failover the name may lead to the old writer for a while: it is no use to us.
        conninfo = parsed.conninfo(target_session_attrs="read-write" if writes else "any")
        settings = {
            "statement_timeout": statement_timeout_ms,
            # Less than the statement's, so that whoever waits for a lock learns that this is why.
            "lock_timeout": statement_timeout_ms * 4 // 5,
            "idle_in_transaction_session_timeout": 30_000,
        } | ({} if writes else {"default_transaction_read_only": "on"})
        return cls(parsed, conninfo, " ".join(f"-c {name}={value}" for name, value in settings.items()))

    async def plain(self) -> dict[str, Any]:
        """Arguments of one new connection."""
        return {**await self.url.credentials(), "options": self.options}

    async def session(self) -> dict[str, Any]:
        """Arguments of one new connection of ours: each statement on its own, rows by name."""
        return {**await self.plain(), "autocommit": True, "row_factory": dict_row}


class _Signer(Protocol):
    def generate_db_auth_token(self, *, DBHostname: str, Port: int, DBUsername: str) -> str:  # noqa: N803 - boto3's
        ...


@lru_cache(maxsize=1)
def _rds() -> _Signer:
    import boto3  # noqa: PLC0415 - as above

    return cast("_Signer", boto3.client("rds"))  # pyright: ignore[reportUnknownMemberType]  # no stubs of RDS
