from __future__ import annotations

import base64
import json
import secrets
import subprocess
import time
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from botocore.exceptions import ClientError

from local.accounts import Accounts
from local.aws import deploy
from local.emulator import Emulator
from local.ports import free_port
from local.serving import serving
from tests.fixtures.stack import ORIGIN, Aws

OPUS = b"OggS" + b"\0" * 96
LIMIT = 1000


def ticket(aws: Aws, *, kind: str = "audio/ogg", seconds: int = 60) -> tuple[str, dict[str, str]]:
    """A presigned POST as media hands it out, and its key."""
    key = f"recordings/{secrets.token_hex(8)}"
    s3: Any = aws.emulator.client("s3")
    post = s3.generate_presigned_post(
        aws.resources.bucket,
        key,
        Fields={"Content-Type": kind},
        Conditions=[{"Content-Type": kind}, ["content-length-range", 1, LIMIT]],
        ExpiresIn=seconds,
    )
    return post["url"], post["fields"]


async def upload(url: str, fields: dict[str, str], body: bytes = OPUS, **headers: str) -> httpx.Response:
    async with httpx.AsyncClient() as client:
        return await client.post(url, data=fields, files={"file": ("take", body)}, headers=headers)


def subject(token: str) -> str:
    return json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))["sub"]


async def test_the_template_deploys_twice_and_keeps_what_it_made(aws: Aws) -> None:
    assert deploy(aws.emulator, [ORIGIN]) == aws.resources


async def test_an_upload_within_its_policy_is_stored(aws: Aws) -> None:
    url, fields = ticket(aws)
    assert (await upload(url, fields)).status_code == 204
    stored = aws.emulator.client("s3").head_object(Bucket=aws.resources.bucket, Key=fields["key"])
    assert stored["ContentLength"] == len(OPUS)
    assert stored["ContentType"] == "audio/ogg"


@pytest.mark.parametrize(
    ("change", "body"),
    [
        ({}, b""),
        ({}, b"x" * (LIMIT + 1)),
        ({"Content-Type": "text/html"}, OPUS),
        ({"key": "recordings/somebody-else"}, OPUS),
        ({"x-amz-signature": "0" * 64}, OPUS),
    ],
    ids=["empty", "too big", "other type", "other key", "forged"],
)
async def test_an_upload_outside_its_policy_is_refused(aws: Aws, change: dict[str, str], body: bytes) -> None:
    url, fields = ticket(aws)
    assert (await upload(url, {**fields, **change}, body)).status_code in {400, 403}
    with pytest.raises(ClientError):
        aws.emulator.client("s3").head_object(Bucket=aws.resources.bucket, Key=fields["key"])


async def test_an_expired_ticket_is_refused(aws: Aws) -> None:
    url, fields = ticket(aws, seconds=-1)
    assert (await upload(url, fields)).status_code == 403


async def test_nobody_reads_audio_without_a_signature(aws: Aws) -> None:
    url, fields = ticket(aws)
    await upload(url, fields)
    async with httpx.AsyncClient() as client:
        assert (await client.get(f"{url}/{fields['key']}")).status_code == 403


async def test_only_the_web_page_may_upload_from_a_browser(aws: Aws) -> None:
    url, _ = ticket(aws)
    asks = {"Access-Control-Request-Method": "POST"}
    async with httpx.AsyncClient() as client:
        ours = await client.options(url, headers={"Origin": ORIGIN, **asks})
        theirs = await client.options(url, headers={"Origin": "https://evil.example", **asks})
    assert ours.headers["access-control-allow-origin"] == ORIGIN
    assert theirs.status_code == 403
    assert "access-control-allow-origin" not in theirs.headers


async def test_the_news_of_an_upload_reaches_the_queue(aws: Aws) -> None:
    url, fields = ticket(aws)
    await upload(url, fields)
    sqs: Any = aws.emulator.client("sqs")
    keys: set[str] = set()
    # Other tests' uploads and jobs are announced too; the run's time limit ends this.
    while fields["key"] not in keys:
        reply = sqs.receive_message(QueueUrl=aws.resources.events_queue, MaxNumberOfMessages=10)
        details = [json.loads(message["Body"])["detail"] for message in reply.get("Messages", [])]
        keys |= {detail["object"]["key"] for detail in details if "object" in detail}


async def test_an_access_token_says_what_services_check(aws: Aws) -> None:
    session = aws.sign_up()
    async with httpx.AsyncClient() as client:
        keys = jwt.PyJWKSet.from_dict((await client.get(aws.resources.jwks)).json())
    key = keys[jwt.get_unverified_header(session.access_token)["kid"]]
    claims = jwt.decode(session.access_token, key, algorithms=["RS256"], issuer=aws.resources.issuer)
    assert claims["token_use"] == "access"
    assert claims["client_id"] == aws.resources.client
    assert claims["exp"] - claims["iat"] == 15 * 60
    assert "aud" not in claims
    assert aws.resources.issuer == f"https://cognito-idp.eu-west-1.amazonaws.com/{aws.resources.user_pool}"


async def test_signing_in_again_is_the_same_person(aws: Aws) -> None:
    email = f"{secrets.token_hex(8)}@example.org"
    assert subject(aws.sign_up(email).access_token) == subject(aws.sign_up(email).access_token)


async def test_a_wrong_password_and_a_wrong_code_are_refused(aws: Aws) -> None:
    email = f"{secrets.token_hex(8)}@example.org"
    aws.sign_up(email)
    with pytest.raises(ClientError, match="NotAuthorized"):
        aws.accounts.sign_in(email, "not the password it has")
    cognito: Any = aws.emulator.client("cognito-idp")
    stranger = f"{secrets.token_hex(8)}@example.org"
    cognito.sign_up(ClientId=aws.resources.client, Username=stranger, Password="a password for tests")
    with pytest.raises(ClientError, match="CodeMismatch"):
        cognito.confirm_sign_up(ClientId=aws.resources.client, Username=stranger, ConfirmationCode="000000")


async def test_it_cannot_be_wiped_and_refuses_foreign_credentials(aws: Aws) -> None:
    async with httpx.AsyncClient(base_url=aws.emulator.endpoint) as client:
        assert (await client.post("/_ministack/reset")).status_code == 404
        assert (await client.get("/_ministack/ses/messages")).status_code == 404
    stranger = Emulator(aws.emulator.port, aws.emulator.state, "AKIASTRANGER", "guessed")
    with pytest.raises(ClientError):
        stranger.client("s3").list_objects_v2(Bucket=aws.resources.bucket)


def test_accounts_and_audio_survive_a_kill(tmp_path: Path) -> None:
    emulator = Emulator(free_port(), tmp_path / "state", "timbre-tests", "secret")
    with serving(emulator.child(), tmp_path / "log") as process:
        resources = deploy(emulator, [ORIGIN])
        before = Accounts(emulator, resources).sign_in("ada@example.org", "a password for tests")
        emulator.client("s3").put_object(Bucket=resources.bucket, Key="take", Body=OPUS)
        saved = tmp_path / "state/cognito.json"
        while not saved.exists() or "ada@example.org" not in saved.read_text():
            time.sleep(0.05)
        process.kill()
        process.wait()
    with serving(emulator.child(), tmp_path / "log"):
        assert deploy(emulator, [ORIGIN]) == resources
        after = Accounts(emulator, resources).sign_in("ada@example.org", "a password for tests")
        assert emulator.client("s3").get_object(Bucket=resources.bucket, Key="take")["Body"].read() == OPUS
    assert subject(after.access_token) == subject(before.access_token)


def test_it_listens_on_one_loopback_port_only(aws: Aws) -> None:
    listing = subprocess.run(["ss", "-ltnpH"], capture_output=True, text=True, check=True).stdout
    mine = [line for line in listing.splitlines() if f":{aws.emulator.port} " in line]
    pid = mine[0].split("pid=")[1].split(",")[0]
    sockets = [line.split()[3] for line in listing.splitlines() if f"pid={pid}," in line]
    assert sockets == [f"127.0.0.1:{aws.emulator.port}"]
