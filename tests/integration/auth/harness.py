"""
auth for tests as it runs in earnest: the service and its worker as processes, PostgreSQL, and Cognito and S3 of
the AWS emulator, where people sign in. Only the services beside it are stand-ins (`neighbours`).
"""

from __future__ import annotations

import asyncio
import base64
import json
import secrets
import sys
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import Popen
from typing import Any

import grpc
import grpc.aio
import psycopg
import pytest
from google.rpc import error_details_pb2, status_pb2

from local.accounts import Session
from local.child import Child
from local.health import grpc_serves
from local.ports import free_port
from local.serving import serving
from services.kit.clients import open_neighbour
from services.kit.revocation_feed import watching
from services.kit.revocations import Revocations
from services.kit.service_tokens import ServiceKeys, ServiceTokens
from tests.fixtures.stack import Aws
from tests.integration.auth.neighbours import Holder, serving_all
from timbre.auth.v1 import auth_pb2 as pb
from timbre.auth.v1.auth_pb2_grpc import AuthServiceStub

PATIENCE = 90
"""Seconds to wait for what takes one on a quiet machine."""
Metadata = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class System:
    """One auth on one database. The service and workers are started as they are needed."""

    dsn: str
    aws: Aws
    holders: Mapping[str, Holder]
    env: Mapping[str, str] = field(repr=False)
    keys: Path
    folder: Path

    @property
    def address(self) -> str:
        return self.env["AUTH_LISTEN"]

    @contextmanager
    def service(self, **settings: str) -> Iterator[Popen[bytes]]:
        """Run the service until the block ends; it may be killed before."""
        with _process("serve", {**self.env, **settings}, self.folder, "AUTH_HEALTH") as process:
            yield process

    @contextmanager
    def worker(self, **settings: str) -> Iterator[Popen[bytes]]:
        """Run a worker until the block ends; it may be killed before."""
        with _process("worker", {**self.env, **settings}, self.folder, "AUTH_WORKER_HEALTH") as process:
            yield process

    @asynccontextmanager
    async def person(self) -> AsyncIterator[Person]:
        """Somebody new, signed in at Cognito and connected to the service."""
        email = f"{secrets.token_hex(8)}@example.org"
        session = await asyncio.to_thread(self.aws.sign_up, email)
        async with grpc.aio.insecure_channel(self.address) as channel:
            yield Person(self, email, session, AuthServiceStub(channel))

    def tokens(self, service: str) -> ServiceTokens:
        return ServiceTokens(ServiceKeys.load(self.keys / f"private/{service}.pem", self.keys / "public"))

    @asynccontextmanager
    async def watching(self, service: str = "media") -> AsyncIterator[Revocations]:
        """The list as another service holds it, by the kit's own code."""
        async with AsyncExitStack() as stack:
            neighbour = await open_neighbour("auth", self.address, self.tokens(service), stack)
            yield await stack.enter_async_context(watching(neighbour))

    @contextmanager
    def sql(self) -> Iterator[psycopg.Connection]:
        """A connection of auth's role that sees everybody's rows."""
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            connection.execute("SELECT set_config('timbre.user', '*', false)")
            yield connection

    def value(self, statement: str, *parameters: object) -> Any:
        """The first column of the first row."""
        with self.sql() as connection:
            row = connection.execute(statement.encode(), parameters).fetchone()
        return row[0] if row else None

    def everything(self) -> str:
        """Every row of every table of auth, as text."""
        with self.sql() as connection:
            tables = connection.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'auth'"
            ).fetchall()
            rows = [
                row[0]
                for (table,) in tables
                for row in connection.execute(f"SELECT t::text FROM {table} AS t".encode()).fetchall()
            ]
        return "\n".join(rows)

    def forget_dead_workers(self) -> None:
        """Let the heartbeats of killed workers be old already, instead of waiting for it."""
        with self.sql() as connection:
            connection.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'")

    def logged(self) -> str:
        return "".join(path.read_text(errors="replace") for path in self.folder.glob("*.log"))


@dataclass(slots=True)
class Person:
    """A signed-in user at the door of auth."""

    system: System
    email: str
    session: Session
    stub: AuthServiceStub

    @property
    def claims(self) -> dict[str, Any]:
        payload = self.session.access_token.split(".")[1]
        return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))

    @property
    def user(self) -> str:
        return self.claims["sub"]

    @property
    def me(self) -> Metadata:
        return (("authorization", f"Bearer {self.session.access_token}"),)

    def as_service(self, service: str) -> Metadata:
        """Metadata of a call by another service, made for this person."""
        return (("authorization", f"Bearer {self.system.tokens(service).mint('auth', self.user)}"),)

    async def sign_in_again(self) -> None:
        """Begin another session, in another second than anything before."""
        await asyncio.sleep(1.05 - time.time() % 1)
        self.session = await asyncio.to_thread(self.system.aws.sign_up, self.email)

    async def get_session(self) -> pb.Session:
        return await self.stub.GetSession(pb.GetSessionRequest(), metadata=self.me)

    async def sign_out(self) -> pb.SignOutResponse:
        return await self.stub.SignOut(pb.SignOutRequest(), metadata=self.me)

    async def delete_account(self, **fields: Any) -> pb.Erasure:
        return await self.stub.DeleteAccount(pb.DeleteAccountRequest(**fields), metadata=self.me)

    async def erasure(self, name: str) -> pb.Erasure:
        return await self.stub.GetErasure(pb.GetErasureRequest(name=name))

    async def erased(self, name: str) -> pb.Erasure:
        """Wait for the receipt."""
        async with asyncio.timeout(PATIENCE):
            while (erasure := await self.erasure(name)).state != pb.Erasure.STATE_DONE:
                await asyncio.sleep(0.05)
        return erasure

    async def export_account(self, **fields: Any) -> pb.Export:
        return await self.stub.ExportAccount(pb.ExportAccountRequest(**fields), metadata=self.me)

    async def get_export(self, name: str) -> pb.Export:
        return await self.stub.GetExport(pb.GetExportRequest(name=name), metadata=self.me)

    async def exported(self, name: str) -> pb.Export:
        """Wait until the export has ended."""
        async with asyncio.timeout(PATIENCE):
            while (export := await self.get_export(name)).state == pb.Export.STATE_RUNNING:
                await asyncio.sleep(0.05)
        return export

    async def set_state(self, state: pb.AccountState.ValueType) -> pb.SetAccountStateResponse:
        request = pb.SetAccountStateRequest(state=state)
        return await self.stub.SetAccountState(request, metadata=self.as_service("match"))

    async def refused_soon(self, reason: str, *, seconds: float = 2.0) -> None:
        """auth itself refuses the person's token, for this reason, within seconds."""
        async with asyncio.timeout(seconds):
            with pytest.raises(grpc.aio.AioRpcError) as refusal:
                while await self.get_session():
                    await asyncio.sleep(0.01)
        assert reason_of(refusal.value) == reason


@contextmanager
def a_system(dsn: str, aws: Aws, keys: Path, folder: Path, **settings: str) -> Iterator[System]:
    """Everything around auth, until the block ends."""
    with ExitStack() as stack:
        holders, addresses = stack.enter_context(serving_all(keys))
        env = {
            **aws.settings(),
            "TIMBRE_SERVICE_KEYS": str(keys / "public"),
            "AUTH_SERVICE_KEY": str(keys / "private" / "auth.pem"),
            "AUTH_RECEIPT_KEY": str(keys / "receipt" / "private" / "receipt.pem"),
            "AUTH_DATABASE": dsn,
            "AUTH_USER_POOL": aws.resources.user_pool,
            "AUTH_EXPORTS": f"s3://{aws.resources.exports}",
            "AUTH_LISTEN": f"127.0.0.1:{free_port()}",
            **{f"AUTH_{name.upper()}": address for name, address in addresses.items()},
            **settings,
        }
        yield System(dsn, aws, holders, env, keys, folder)


@contextmanager
def _process(part: str, env: Mapping[str, str], folder: Path, health: str) -> Iterator[Popen[bytes]]:
    address = f"127.0.0.1:{free_port()}"
    child = Child(
        name=f"auth {part}",
        argv=[sys.executable, "-m", "services.auth", part],
        healthy=lambda: grpc_serves(address),
        env={**env, health: address},
    )
    with serving(child, folder / f"{part}-{secrets.token_hex(3)}.log", patience=PATIENCE) as process:
        yield process


async def until(condition: Callable[[], object], *, seconds: float = PATIENCE) -> None:
    """Wait for something that does not tell."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.02)


def reason_of(error: grpc.aio.AioRpcError) -> str:
    trailers = dict(error.trailing_metadata() or ())
    written = trailers.get("grpc-status-details-bin", b"")
    assert isinstance(written, bytes)
    info = error_details_pb2.ErrorInfo()
    status = status_pb2.Status.FromString(written)
    assert any(detail.Unpack(info) for detail in status.details), error.details()
    return info.reason


@contextmanager
def refused(code: grpc.StatusCode, reason: str) -> Iterator[None]:
    """The call in the block fails with this code and reason."""
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        yield
    assert caught.value.code() is code, caught.value.details()
    assert reason_of(caught.value) == reason


def new_request_id() -> str:
    return str(uuid.uuid4())
