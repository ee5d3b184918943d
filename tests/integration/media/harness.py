"""
media for tests as it runs in earnest: the service and its worker as processes, PostgreSQL, the AWS emulator,
user tokens of a real issuer. Only profile and match are stand-ins, see `neighbours.py`.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import secrets
import sys
import uuid
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import Popen
from typing import Any

import grpc
import grpc.aio
import httpx
import psycopg
import pytest
from google.rpc import error_details_pb2, status_pb2
from psycopg.rows import DictRow, dict_row

from local.child import Child
from local.health import grpc_serves
from local.ports import free_port
from local.serving import serving
from services.kit.service_tokens import ServiceKeys, ServiceTokens
from tests.fixtures.stack import Aws
from tests.fixtures.tokens import Issuer
from tests.integration.media.neighbours import PATIENCE, Match, Profile
from tests.unit.media.audio import content_type
from timbre.media.v1 import media_pb2 as pb
from timbre.media.v1.media_pb2_grpc import MediaServiceStub

State = pb.Recording.State
Stage = pb.Recording.Stage
_EVERYBODY = "-c timbre.user=*"
"""Lets a test see behind the wall between users' rows."""


@dataclass(frozen=True, slots=True)
class System:
    """One media service on one database. Workers are started as they are needed."""

    port: int
    dsn: str
    aws: Aws
    issuer: Issuer
    profile: Profile
    match: Match
    env: Mapping[str, str] = field(repr=False)
    keys: Path
    folder: Path
    process: Popen[bytes]

    @contextmanager
    def worker(self) -> Iterator[Popen[bytes]]:
        """Run a worker until the block ends; it may be killed before."""
        with _process("worker", self.env, self.folder, "MEDIA_WORKER_HEALTH") as process:
            yield process

    @asynccontextmanager
    async def person(self, user: str = "") -> AsyncIterator[Person]:
        """Somebody, somebody new unless `user` says who, connected to the service."""
        async with grpc.aio.insecure_channel(f"127.0.0.1:{self.port}") as channel:
            yield Person(self, user or str(uuid.uuid4()), MediaServiceStub(channel))

    def row(self, recording: str) -> DictRow | None:
        """The recording as it stands in the database."""
        sql = "SELECT * FROM recordings WHERE id = %s"
        with self.connect() as connection, connection.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(sql, [recording.removeprefix("recordings/")]).fetchone()

    def connect(self) -> psycopg.Connection:
        """A connection as media's role that sees everybody's rows."""
        return psycopg.connect(self.dsn, options=_EVERYBODY)

    def execute(self, sql: str, *parameters: object) -> None:
        with self.connect() as connection:
            connection.execute(sql.encode(), parameters)

    def rows(self, sql: str, *parameters: object) -> list[DictRow]:
        with self.connect() as connection, connection.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(sql.encode(), parameters).fetchall()

    def count(self, sql: str, *parameters: object) -> int:
        with self.connect() as connection:
            row = connection.execute(sql.encode(), parameters or None).fetchone()
        assert row
        return int(row[0])

    def as_service(self, service: str, user: str) -> tuple[tuple[str, str], ...]:
        """Metadata of a call that another service makes for a user."""
        tokens = ServiceTokens(
            ServiceKeys.load(self.keys / "private" / f"{service}.pem", self.keys / "public")
        )
        return (("authorization", f"Bearer {tokens.mint('media', user)}"),)

    def objects(self, prefix: str) -> list[str]:
        """Keys in the bucket."""
        listed = self.aws.emulator.client("s3").list_objects_v2(
            Bucket=self.aws.resources.bucket, Prefix=prefix
        )
        return [found.get("Key", "") for found in listed.get("Contents", [])]


@dataclass(frozen=True, slots=True)
class Person:
    """A signed-in user at the door of media."""

    system: System
    user: str
    stub: MediaServiceStub

    @property
    def metadata(self) -> tuple[tuple[str, str], ...]:
        return (("authorization", f"Bearer {self.system.issuer.mint(sub=self.user)}"),)

    async def announce(
        self, audio: bytes, kind: str = "webm", *, size: int | None = None, **fields: Any
    ) -> pb.CreateRecordingResponse:
        """Create a spoken recording for this audio."""
        spoken = pb.CreateRecordingRequest.Spoken(
            content_type=content_type(kind),
            size_bytes=size if size is not None else len(audio),
            sha256=fields.pop("sha256", hashlib.sha256(audio).hexdigest()),
        )
        request = pb.CreateRecordingRequest(spoken=spoken, **fields)
        return await self.stub.CreateRecording(request, metadata=self.metadata)

    async def upload(self, ticket: pb.UploadTicket, audio: bytes, **changes: str) -> int:
        """POST the audio as a browser does, and return the HTTP status."""
        async with httpx.AsyncClient() as client:
            files = {"file": ("take", audio)}
            reply = await client.post(ticket.url, data={**ticket.fields, **changes}, files=files)
        return reply.status_code

    async def complete(self, name: str) -> pb.Recording:
        return await self.stub.CompleteRecording(
            pb.CompleteRecordingRequest(name=name), metadata=self.metadata
        )

    async def speak(self, audio: bytes, kind: str = "webm", **fields: Any) -> str:
        """Bring audio all the way into the queue, and return the recording's name."""
        created = await self.announce(audio, kind, **fields)
        assert await self.upload(created.ticket, audio) in (200, 204)
        recording = await self.complete(created.recording.name)
        assert recording.state != State.STATE_UPLOADING
        return recording.name

    async def type(self, text: str, **fields: Any) -> str:
        request = pb.CreateRecordingRequest(typed=pb.CreateRecordingRequest.Typed(text=text), **fields)
        created = await self.stub.CreateRecording(request, metadata=self.metadata)
        return created.recording.name

    async def get(self, name: str) -> pb.Recording:
        return await self.stub.GetRecording(pb.GetRecordingRequest(name=name), metadata=self.metadata)

    async def transcript(self, name: str) -> pb.Transcript:
        request = pb.GetTranscriptRequest(name=f"{name}/transcript")
        return await self.stub.GetTranscript(request, metadata=self.metadata)

    async def correct(self, name: str, text: str, *, etag: str = "") -> pb.Transcript:
        transcript = pb.Transcript(name=f"{name}/transcript", text=text, etag=etag)
        request = pb.UpdateTranscriptRequest(transcript=transcript)
        return await self.stub.UpdateTranscript(request, metadata=self.metadata)

    async def delete(self, name: str) -> None:
        await self.stub.DeleteRecording(pb.DeleteRecordingRequest(name=name), metadata=self.metadata)

    async def retry(self, name: str, **fields: Any) -> pb.Recording:
        request = pb.RetryRecordingRequest(name=name, **fields)
        return await self.stub.RetryRecording(request, metadata=self.metadata)

    async def clip(self, name: str) -> pb.Clip:
        return await self.stub.GetClip(pb.GetClipRequest(name=name), metadata=self.metadata)

    def watch(self, name: str) -> AsyncIterator[pb.WatchRecordingResponse]:
        call = self.stub.WatchRecording(pb.WatchRecordingRequest(name=name), metadata=self.metadata)
        return aiter(call)

    async def ended(self, name: str) -> pb.Recording:
        """Wait until the recording has ended."""
        async with asyncio.timeout(PATIENCE):
            async for event in self.watch(name):
                if event.HasField("ended"):
                    return event.ended.recording
        raise AssertionError("the stream ended without its last event")


@contextmanager
def running_system(
    dsn: str, aws: Aws, issuer: Issuer, keys: Path, folder: Path, **settings: str
) -> Iterator[System]:
    """Run the service on a database until the block ends."""
    profile = Profile(ServiceKeys.load(keys / "private" / "profile.pem", keys / "public"))
    match = Match(ServiceKeys.load(keys / "private" / "match.pem", keys / "public"))
    with ExitStack() as stack:
        env = {
            **aws.settings(),
            "TIMBRE_TOKEN_ISSUER": issuer.url,
            "TIMBRE_TOKEN_JWKS": issuer.jwks_url,
            "TIMBRE_TOKEN_CLIENTS": issuer.claims()["client_id"],
            "TIMBRE_SERVICE_KEYS": str(keys / "public"),
            "MEDIA_SERVICE_KEY": str(keys / "private" / "media.pem"),
            "MEDIA_DATABASE": dsn,
            "MEDIA_AUDIO": f"s3://{aws.resources.bucket}",
            "MEDIA_PROFILE": f"127.0.0.1:{stack.enter_context(profile.serving())}",
            "MEDIA_MATCH": f"127.0.0.1:{stack.enter_context(match.serving())}",
            "MEDIA_LISTEN": f"127.0.0.1:{free_port()}",
            **settings,
        }
        process = stack.enter_context(_process("serve", env, folder, "MEDIA_HEALTH"))
        port = int(env["MEDIA_LISTEN"].rpartition(":")[2])
        yield System(port, dsn, aws, issuer, profile, match, env, keys, folder, process)


@contextmanager
def _process(part: str, env: Mapping[str, str], folder: Path, health: str) -> Iterator[Popen[bytes]]:
    address = f"127.0.0.1:{free_port()}"
    child = Child(
        name=f"media {part}",
        argv=[sys.executable, "-m", "services.media", part],
        healthy=lambda: grpc_serves(address),
        env={**env, health: address},
    )
    with serving(child, folder / f"{part}-{secrets.token_hex(3)}.log", patience=PATIENCE) as process:
        yield process


@dataclass(slots=True)
class Refusal:
    """What a refused call says beside its code and reason."""

    message: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict[str, str])
    retry: bool = False


@contextmanager
def refused(code: grpc.StatusCode, reason: str) -> Iterator[Refusal]:
    """The call in the block fails with this code and reason; what else it says is known behind the block."""
    refusal = Refusal()
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        yield refusal
    assert caught.value.code() is code, caught.value.details()
    trailers = dict(caught.value.trailing_metadata() or ())
    written = trailers["grpc-status-details-bin"]
    assert isinstance(written, bytes)
    status = status_pb2.Status.FromString(written)
    info = error_details_pb2.ErrorInfo()
    assert any(detail.Unpack(info) for detail in status.details)
    assert info.reason == reason
    refusal.message = status.message
    refusal.metadata = dict(info.metadata)
    refusal.retry = any(detail.Unpack(error_details_pb2.RetryInfo()) for detail in status.details)


def logs(folder: Path) -> list[dict[str, Any]]:
    """Every line that media has logged."""
    lines = [line for path in folder.glob("*.log") for line in path.read_text().splitlines()]
    return [json.loads(line) for line in lines if line.startswith("{")]
