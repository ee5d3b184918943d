"""A whole user: everything there is can be taken home, and after the erasure nothing is left or comes back."""

from __future__ import annotations

import asyncio
import json
import os
import uuid
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import grpc
import grpc.aio
import pytest

from services.kit.account_data import MAX_CHUNK
from tests.integration.media.harness import Person, State, System, logs, refused, running_system
from tests.unit.media.audio import encoded, silence
from timbre.account.v1 import data_pb2 as pb
from timbre.account.v1.data_pb2_grpc import AccountDataServiceStub

TEXT = "I keep a purple elephant in my garage."
PROMPT = "What is it that you keep?"


@asynccontextmanager
async def account_data(system: System) -> AsyncIterator[AccountDataServiceStub]:
    async with grpc.aio.insecure_channel(f"127.0.0.1:{system.port}") as channel:
        yield AccountDataServiceStub(channel)


async def export(system: System, user: str) -> dict[str, bytes]:
    """The files of the archive; each is told in consecutive pieces of bounded size."""
    files: defaultdict[str, bytes] = defaultdict(bytes)
    last = ""
    async with account_data(system) as stub:
        replies: Any = stub.ExportUser(pb.ExportUserRequest(), metadata=system.as_service("auth", user))
        async for reply in replies:
            assert len(reply.content) <= MAX_CHUNK
            assert reply.path == last or reply.path not in files
            files[reply.path] += reply.content
            last = reply.path
    return dict(files)


async def erase(system: System, user: str) -> Mapping[str, int]:
    async with account_data(system) as stub:
        reply = await stub.EraseUser(pb.EraseUserRequest(), metadata=system.as_service("auth", user))
    return dict(reply.counts)


async def test_everything_is_exported(ada: Person, bob: Person, system: System) -> None:
    audio = os.urandom(2_500_000)
    said = await ada.speak(audio, prompt=PROMPT, request_id=str(uuid.uuid4()))
    typed = await ada.type(TEXT, prompt=PROMPT, request_id=str(uuid.uuid4()))
    deleted = await ada.type("I regret this.", request_id=str(uuid.uuid4()))
    others = await bob.type("I sing in the shower.")
    for name in (said, typed, deleted):
        await ada.ended(name)
    await bob.ended(others)
    with system.profile.holding("ForgetRecording", ada.user):  # so that its removal is still to be done
        await ada.delete(deleted)
        files = await export(system, ada.user)
    said_id, typed_id, deleted_id = (name.removeprefix("recordings/") for name in (said, typed, deleted))
    assert set(files) == {
        "recordings.json",
        "requests.json",
        "removals.json",
        f"transcripts/{typed_id}.json",
        f"audio/{said_id}.webm",
    }
    assert files[f"audio/{said_id}.webm"] == audio
    recordings = {recording["id"]: recording for recording in json.loads(files["recordings.json"])}
    assert set(recordings) == {said_id, typed_id}
    assert recordings[said_id]["failure"] == "AUDIO_UNSUPPORTED"
    assert "not audio in a format we know" in recordings[said_id]["failure_message"]
    transcript = json.loads(files[f"transcripts/{typed_id}.json"])
    assert transcript["text"] == TEXT
    words = [word["word"] for segment in transcript["segments"] for word in segment["words"]]
    assert words == TEXT.split()
    assert json.loads(files["removals.json"])[0]["recording_id"] == deleted_id
    assert {made["recording_id"] for made in json.loads(files["requests.json"])} == {
        said_id,
        typed_id,
        deleted_id,
    }
    assert b"shower" not in b"".join(files.values())


async def test_no_column_is_forgotten_in_the_export(ada: Person, system: System) -> None:
    """Every value of the user's rows is found in the archive, but for what concerns only our machines."""
    for name in (await ada.speak(encoded(silence(2)), prompt=PROMPT), await ada.type(TEXT, prompt=PROMPT)):
        await ada.ended(name)
    files = await export(system, ada.user)
    archive = b"".join(content for path, content in files.items() if path.endswith(".json")).decode()
    machinery = {"attempts", "lease_token", "lease_until", "hearing_epoch"}
    for row in system.rows("SELECT * FROM recordings WHERE owner_id = %s", ada.user):
        for column, value in row.items():
            if value is None or column in machinery:
                continue
            written = value.isoformat() if isinstance(value, datetime) else str(value)
            assert json.dumps(written, ensure_ascii=False)[1:-1] in archive, column


async def test_of_nobody_nothing_is_exported_and_only_to_auth(ada: Person, system: System) -> None:
    assert await export(system, str(uuid.uuid4())) == {}
    async with account_data(system) as stub:
        for metadata in (lambda: ada.metadata, lambda: system.as_service("profile", ada.user)):
            with refused(grpc.StatusCode.PERMISSION_DENIED, "PERMISSION_DENIED"):
                replies: Any = stub.ExportUser(pb.ExportUserRequest(), metadata=metadata())
                await anext(aiter(replies))
            with refused(grpc.StatusCode.PERMISSION_DENIED, "PERMISSION_DENIED"):
                await stub.EraseUser(pb.EraseUserRequest(), metadata=metadata())


async def test_after_the_erasure_nothing_is_left(lonely: System) -> None:
    async with lonely.person() as ada, lonely.person() as bob:
        request_id = str(uuid.uuid4())
        said = await ada.speak(encoded(silence(2)), prompt=PROMPT, request_id=request_id)
        typed = await ada.type(TEXT, prompt=PROMPT)
        deleted = await ada.type("I regret this.", request_id=str(uuid.uuid4()))
        await ada.delete(deleted)
        others = await bob.type("I sing in the shower.")
        row = lonely.row(said)
        assert row
        s3, bucket = lonely.aws.emulator.client("s3"), lonely.aws.resources.bucket
        s3.put_object(Bucket=bucket, Key=f"{row['audio_key']}/clips/0-900.m4a", Body=b"clip")
        s3.create_multipart_upload(Bucket=bucket, Key=f"{row['audio_key']}/parts")

        counts = await erase(lonely, ada.user)
        assert counts == {
            "postgres.recordings": 2,
            "postgres.transcripts": 1,
            "postgres.removals": 1,
            "postgres.recording_requests": 2,
            "postgres.request_ids": 2,
            "postgres.jobs": 4,
            "postgres.inbox": 0,
            "s3.object_versions": 2,
            "s3.multipart_uploads": 1,
            "transcribe.jobs": 0,
        }
        prefix = row["audio_key"].rpartition("/")[0].rpartition("/")[0] + "/"
        assert lonely.objects(prefix) == []
        assert not s3.list_multipart_uploads(Bucket=bucket, Prefix=prefix).get("Uploads")
        ids = [name.removeprefix("recordings/") for name in (said, typed, deleted)]
        content = everything(lonely)
        for secret in (ada.user, "elephant", PROMPT, request_id, row["audio_key"], *ids):
            assert secret not in content
        assert bob.user in content
        assert (await bob.get(others)).state == State.STATE_QUEUED

        assert set((await erase(lonely, ada.user)).values()) == {0}
        for attempt in (ada.announce(b"abc"), ada.type(TEXT), ada.type(TEXT, request_id=request_id)):
            with refused(grpc.StatusCode.UNAUTHENTICATED, "ACCOUNT_ERASED"):
                await attempt


async def test_an_upload_that_comes_after_the_erasure_does_not_stay(ada: Person, system: System) -> None:
    created = await ada.announce(b"abc")
    key = created.ticket.fields["key"]
    prefix = "/".join(key.split("/")[:2]) + "/"
    await erase(system, ada.user)
    assert await ada.upload(created.ticket, b"abc") in (200, 204)
    assert system.objects(prefix) == [key]
    late = "FROM late_uploads WHERE key_prefix = %s"
    assert system.count(f"SELECT extract(epoch FROM until - now())::int {late}", prefix) == pytest.approx(
        360, abs=30
    )
    # While tickets are out, the place is swept and stays noted; behind the last one it is forgotten.
    system.execute("UPDATE late_uploads SET sweep_time = now() WHERE key_prefix = %s", prefix)
    async with asyncio.timeout(60):
        while system.objects(prefix):
            await asyncio.sleep(0.05)
    assert system.count(f"SELECT count(*) {late}", prefix) == 1
    assert await ada.upload(created.ticket, b"abc") in (200, 204)
    system.execute("UPDATE late_uploads SET sweep_time = now(), until = now() WHERE key_prefix = %s", prefix)
    async with asyncio.timeout(60):
        while system.count(f"SELECT count(*) {late}", prefix):
            await asyncio.sleep(0.05)
    assert system.objects(prefix) == []


async def test_a_job_of_an_erased_user_ends_without_a_word(lonely: System) -> None:
    async with lonely.person() as ada:
        with lonely.worker(), lonely.profile.holding("AnalyzeTranscript", ada.user) as gate:
            name = await ada.type(TEXT)
            async with asyncio.timeout(60):
                while f"AnalyzeTranscript {ada.user}" not in lonely.profile.calls:
                    await asyncio.sleep(0.05)
            assert (await erase(lonely, ada.user))["postgres.jobs"] == 1
            assert name.removeprefix("recordings/") not in everything(lonely)
            gate.set()
            async with asyncio.timeout(60):
                while lonely.count("SELECT count(*) FROM procrastinate_jobs"):
                    await asyncio.sleep(0.05)
        warnings = [line for line in logs(lonely.folder) if line["level"] != "info"]
        assert [line for line in warnings if "hears clear English" not in str(line)] == []
        assert lonely.count("SELECT count(*) FROM transcripts") == 0


async def test_a_deletion_is_completed_when_profile_has_erased_the_user_already(lonely: System) -> None:
    async with lonely.person() as ada:
        await ada.delete(await ada.type(TEXT))
        lonely.profile.erase(ada.user)
        with lonely.worker():
            async with asyncio.timeout(60):
                while lonely.count("SELECT count(*) FROM removals"):
                    await asyncio.sleep(0.05)
        assert "job failed" not in {line["event"] for line in logs(lonely.folder)}


async def test_an_erasure_without_the_store_is_completed_by_the_next_call(
    lonely: System, tmp_path_factory: pytest.TempPathFactory
) -> None:
    async with lonely.person() as ada:
        name = await ada.speak(encoded(silence(2)))
        row = lonely.row(name)
        assert row
        folder = tmp_path_factory.mktemp("cut-off")
        away = {"TIMBRE_AWS_ENDPOINT": "http://127.0.0.1:9"}
        dsn, aws, issuer, keys = lonely.dsn, lonely.aws, lonely.issuer, lonely.keys
        with (
            running_system(dsn, aws, issuer, keys, folder, **away) as cut_off,
            refused(grpc.StatusCode.UNAVAILABLE, "UNAVAILABLE"),
        ):
            await erase(cut_off, ada.user)
        assert lonely.row(name) is None
        assert lonely.objects(row["audio_key"]) == [row["audio_key"]]
        counts = await erase(lonely, ada.user)
        assert (counts["s3.object_versions"], counts["postgres.recordings"]) == (1, 0)
        assert lonely.objects(row["audio_key"]) == []


async def test_an_erasure_that_nobody_repeats_is_completed_by_the_sweep(lonely: System) -> None:
    """Also where the audio lies below a prefix of an older secret."""
    async with lonely.person() as ada:
        name = await ada.speak(encoded(silence(2)))
        older = f"u/{uuid.uuid4().hex}/{name.partition('/')[2]}/take"
        s3, bucket = lonely.aws.emulator.client("s3"), lonely.aws.resources.bucket
        lonely.execute("UPDATE recordings SET audio_key = %s", older)
        await erase(lonely, ada.user)
        s3.put_object(Bucket=bucket, Key=older, Body=b"what a broken call has left")
        lonely.execute("UPDATE late_uploads SET sweep_time = now()")
        with lonely.worker():
            async with asyncio.timeout(60):
                while lonely.objects(older):
                    await asyncio.sleep(0.05)


def everything(system: System) -> str:
    """Every row of every table, as text."""
    tables = [
        row["name"]
        for row in system.rows(
            "SELECT format('%%I', table_name) AS name FROM information_schema.tables"
            " WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'"
        )
    ]
    assert "recordings" in tables
    return "\n".join(
        str(row["all_of_it"])
        for table in tables
        for row in system.rows(f"SELECT row_to_json(t)::text AS all_of_it FROM {table} AS t")
    )
