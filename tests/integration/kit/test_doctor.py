"""What the doctor finds, at the real parts and with each of them broken; and that it tells no secret."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from local.ports import free_port
from services.kit import checks, checks_aws
from services.kit.config import Common
from services.kit.doctor import Check, Finding, examine, report
from tests.fixtures.stack import Aws, Databases


async def finding(check: Check) -> Finding:
    (found,) = await examine([check])
    assert (found.fix == "") == found.ok
    return found


@pytest.fixture
def aws_env(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, value in aws.emulator.credentials.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


class TestDatabase:
    async def test_the_right_one(self, database: Databases) -> None:
        found = await finding(checks.database("MEDIA_DATABASE", database("media")["media"], "services.media"))
        assert found.ok
        assert "as media in schema media" in found.said

    async def test_a_wrong_password(self, database: Databases) -> None:
        dsn = database("media")["media"].replace(database.server.passwords["media"], "not-the-password")
        found = await finding(checks.database("MEDIA_DATABASE", dsn, "services.media"))
        assert (found.said, found.lasting) == ("refuses the password", True)
        assert "MEDIA_DATABASE" in found.fix
        assert "not-the-password" not in str(found)

    async def test_a_dead_port(self) -> None:
        dsn = f"postgresql://media:s3cret@127.0.0.1:{free_port()}/timbre"
        found = await finding(checks.database("MEDIA_DATABASE", dsn, "services.media"))
        assert (found.ok, found.said, found.lasting) == (False, "cannot be reached", False)

    async def test_another_database(self, database: Databases) -> None:
        found = await finding(
            checks.database("MEDIA_DATABASE", database.server.dsn("media", "nowhere"), "services.media")
        )
        assert found.said == "has no such database or role"

    async def test_migrations_that_are_missing(self, database: Databases) -> None:
        dsn = database("profile")["profile"]
        found = await finding(checks.database("PROFILE_DATABASE", dsn, "services.media"))
        assert "migrations are not applied" in found.said
        assert found.fix == "run `python -m services.media migrate`"

    async def test_a_role_above_row_level_security(self, database: Databases) -> None:
        database("media")
        name = database.made[-1]
        found = await finding(
            checks.database("MEDIA_DATABASE", database.server.admin(name), "services.media")
        )
        assert "above row-level security" in found.said

    async def test_a_standby_in_place_of_the_writer(self, database: Databases) -> None:
        dsn = database("media")["media"]
        database.server.execute("ALTER DATABASE {} SET default_transaction_read_only = on", database.made[-1])
        found = await finding(checks.database("MEDIA_DATABASE", dsn, "services.media"))
        assert found.said == "this server takes no writes"
        assert (await finding(checks.database("X_READER", dsn, "services.media", writes=False))).ok


@pytest.mark.usefixtures("aws_env")
class TestAws:
    async def test_what_is_right(self, aws: Aws) -> None:
        resources, endpoint = aws.resources, aws.emulator.endpoint
        found = await examine(
            [
                checks_aws.bucket("MEDIA_AUDIO", f"s3://{resources.bucket}", endpoint),
                checks_aws.user_pool("AUTH_USER_POOL", resources.user_pool, frozenset({"web"}), endpoint),
                checks_aws.queue("MEDIA_EVENTS", resources.events_queue, endpoint),
                checks_aws.transcribe("MEDIA_SPEECH", resources.region, endpoint),
            ]
        )
        assert [each.said for each in found if not each.ok] == []

    async def test_a_wrong_bucket_pool_and_queue(self, aws: Aws) -> None:
        endpoint = aws.emulator.endpoint
        found = await examine(
            [
                checks_aws.bucket("MEDIA_AUDIO", "s3://somebody-elses", endpoint),
                checks_aws.user_pool("AUTH_USER_POOL", "eu-west-1_nobodys", frozenset(), endpoint),
                checks_aws.queue("MEDIA_EVENTS", f"{aws.resources.events_queue}-not", endpoint),
            ]
        )
        for each in found:
            assert not each.ok
            assert each.lasting
            assert "does not exist in this region" in each.said
            assert each.neighbour in each.fix

    async def test_a_queue_without_dead_letters(self, aws: Aws) -> None:
        url = aws.resources.dead_events_queue
        found = await finding(checks_aws.queue("MEDIA_EVENTS", url, aws.emulator.endpoint))
        assert "no dead letters" in found.said

    async def test_another_region(self, aws: Aws, aws_env: pytest.MonkeyPatch) -> None:
        aws_env.setenv("AWS_DEFAULT_REGION", "us-east-1")
        bucket = checks_aws.bucket("MEDIA_AUDIO", f"s3://{aws.resources.bucket}", aws.emulator.endpoint)
        found = await finding(bucket)
        assert "is in eu-west-1, and this is us-east-1" in found.said
        assert found.fix == "correct AWS_DEFAULT_REGION"

    async def test_credentials_that_are_none(self, aws: Aws, aws_env: pytest.MonkeyPatch) -> None:
        bucket = checks_aws.bucket("MEDIA_AUDIO", f"s3://{aws.resources.bucket}", aws.emulator.endpoint)
        aws_env.setenv("AWS_ACCESS_KEY_ID", "AKIASTRANGER")
        assert (await finding(bucket)).said == "AWS does not know these credentials"
        aws_env.delenv("AWS_ACCESS_KEY_ID")
        aws_env.delenv("AWS_SECRET_ACCESS_KEY")
        assert (await finding(bucket)).said == "there are no credentials of AWS"

    async def test_nobody_there(self) -> None:
        bucket = checks_aws.bucket("MEDIA_AUDIO", "s3://bucket", f"http://127.0.0.1:{free_port()}")
        found = await finding(bucket)
        assert (found.said, found.lasting) == ("AWS cannot be reached", False)


@asynccontextmanager
async def web(
    status: str, body: str, *, skew: timedelta = timedelta(), kind: str = "application/json"
) -> AsyncIterator[str]:
    """A server that answers everything the same, by a clock of its own."""
    date = format_datetime(datetime.now(UTC) + skew, usegmt=True)
    answer = (
        f"HTTP/1.1 {status}\r\nDate: {date}\r\nContent-Type: {kind}\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}"
    )

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer.encode())
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


def believing(jwks: str) -> Check:
    return checks.issuer(Common.model_construct(token_jwks=jwks))


async def test_the_keys_of_tokens(aws: Aws) -> None:
    assert (await finding(believing(aws.resources.jwks))).ok
    assert (await finding(believing(f"http://127.0.0.1:{free_port()}/"))).said == "cannot be reached"
    for status, body, said in (
        ("404 Not Found", "", "answers 404 instead of keys"),
        ("200 OK", "<html>", "answers something else than keys"),
        ("200 OK", '{"keys": []}', "publishes no keys"),
    ):
        async with web(status, body) as url:
            assert (await finding(believing(url))).said == said


@pytest.mark.parametrize("seconds", [-400, 400])
async def test_a_clock_that_is_off(seconds: int) -> None:
    async with web("200 OK", '{"keys": [{}]}', skew=timedelta(seconds=seconds)) as url:
        found = await finding(believing(url))
    assert found.said.startswith("the clock here is ")
    assert ("behind" if seconds > 0 else "ahead of") in found.said
    assert "NTP" in found.fix
    assert found.lasting


async def test_aws_at_another_time(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "made-up")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    refusal = "<Error><Code>RequestTimeTooSkewed</Code></Error>"
    async with web("403 Forbidden", refusal, skew=timedelta(hours=1), kind="application/xml") as url:
        found = await finding(checks_aws.bucket("MEDIA_AUDIO", "s3://bucket", url))
    assert "behind that of AWS" in found.said
    async with web(
        "400 Bad Request", "<Error><Code>ExpiredToken</Code></Error>", kind="application/xml"
    ) as url:
        found = await finding(checks_aws.bucket("MEDIA_AUDIO", "s3://bucket", url))
    assert found.said == "the credentials have expired"


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("200 OK", "knows gpt-x"),
        ("401 Unauthorized", "refuses the key"),
        ("404 Not Found", "knows no model gpt-x"),
        ("500 Internal Server Error", "answers 500"),
    ],
)
async def test_a_server_with_a_key(status: str, said: str) -> None:
    async with web(status, "{}") as url:
        check = checks.api(
            "PROFILE_ANALYZER", url, "s3cret", key_variable="PROFILE_OPENAI_KEY", model="gpt-x"
        )
        found = await finding(check)
    assert found.said == said
    assert "s3cret" not in str(found)


async def test_one_check_that_breaks_hides_no_other() -> None:
    async def breaks() -> str:
        raise RuntimeError("s3cret")

    async def fine() -> str:
        return "fine"

    found = await examine([Check("A", breaks), Check("B", fine)])
    assert [each.ok for each in found] == [False, True]
    told = report(found, as_json=False) + report(found, as_json=True)
    assert "s3cret" not in told
    assert json.loads(report(found, as_json=True))[1]["said"] == "fine"


@pytest.fixture
def settings(database: Databases, aws: Aws, tmp_path: Path) -> dict[str, str]:
    """What profile is started with."""
    key = Ed25519PrivateKey.generate()
    keys = tmp_path / "keys"
    keys.mkdir()
    private = tmp_path / "profile.pem"
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (keys / "profile.pem").write_bytes(public)
    return {
        **aws.settings(),
        "TIMBRE_SERVICE_KEYS": str(keys),
        "PROFILE_SERVICE_KEY": str(private),
        "PROFILE_DATABASE": database("profile")["profile"],
        "PROFILE_MATCH": f"127.0.0.1:{free_port()}",
    }


async def profile(settings: dict[str, str], *arguments: str) -> tuple[int, str, str]:
    environ = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ} | settings
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "services.profile",
        *arguments,
        env=environ,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, complaint = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode or 0, output.decode(), complaint.decode()


async def test_the_command_says_it_line_by_line(settings: dict[str, str]) -> None:
    code, output, _ = await profile(settings, "doctor", "--json")
    found: list[dict[str, Any]] = json.loads(output)
    assert code == 1
    assert {each["neighbour"]: each["ok"] for each in found} == {
        "PROFILE_DATABASE": True,
        "TIMBRE_TOKEN_JWKS": True,
        "PROFILE_ANALYZER": True,
        "PROFILE_MATCH": False,
    }
    assert found[3]["fix"] == "start it, or correct PROFILE_MATCH"


async def test_a_start_stops_at_what_cannot_work_and_waits_for_who_is_away(settings: dict[str, str]) -> None:
    wrong = settings["PROFILE_DATABASE"].replace("profile:", "profile:s3cret", 1)
    code, output, complaint = await profile(
        settings | {"PROFILE_DATABASE": wrong, "TIMBRE_DOCTOR": "true"}, "serve"
    )
    assert (code, output) == (2, "")
    assert complaint.splitlines() == [
        "profile cannot start:",
        "✗ PROFILE_DATABASE: refuses the password → PROFILE_DATABASE: correct the password in it",
    ]


async def test_settings_that_are_wrong_are_all_told_before_anybody_is_asked(settings: dict[str, str]) -> None:
    broken = settings | {"TIMBRE_ENV": "production", "PROFILE_MATHC": "x", "TIMBRE_AUTH": "127.0.0.1:1"}
    code, _, complaint = await profile(broken, "doctor")
    assert code == 2
    assert [line.partition(":")[0] for line in complaint.splitlines()[1:]] == [
        "PROFILE_ANALYZER",
        "PROFILE_DATABASE",
        "PROFILE_MATHC",
        "TIMBRE_AWS_ENDPOINT",
        "TIMBRE_TOKEN_JWKS",
    ]
    assert settings["PROFILE_DATABASE"] not in complaint
