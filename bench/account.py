"""
How soon a decision about an account holds: a sign-out in every service, and the erasure of a user with 20 recordings
in every store. Also what a request id costs.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from statistics import median
from typing import Any
from uuid import uuid4

import grpc
import grpc.aio

from bench.measure import quantile
from bench.report import Report, Table, WrongAnswer
from bench.system import Someone, System, system
from local.api import spoken
from local.people import CAST
from timbre.auth.v1 import auth_pb2
from timbre.match.v1 import match_pb2
from timbre.media.v1 import media_pb2
from timbre.profile.v1 import profile_pb2

SIGN_OUTS = 100
ERASURES = 3
SPOKEN, TYPED = 4, 16
FACTS = 60
_PROBES: dict[str, tuple[str, Any]] = {
    "auth": ("/timbre.auth.v1.AuthService/GetSession", auth_pb2.GetSessionRequest()),
    "media": ("/timbre.media.v1.MediaService/ListRecordings", media_pb2.ListRecordingsRequest()),
    "profile": ("/timbre.profile.v1.ProfileService/GetProfile", profile_pb2.GetProfileRequest()),
    "match": ("/timbre.match.v1.MatchService/ListConnections", match_pb2.ListConnectionsRequest()),
}


async def run(report: Report) -> None:
    """Measure."""
    async with system() as up:
        seen = {service: list[float]() for service in _PROBES}
        channels = {name: grpc.aio.insecure_channel(up.up.stack.address(name)) for name in _PROBES}
        for number in range(SIGN_OUTS):
            await _sign_out(await up.sign_up(f"Out{number}"), channels, seen)
        for channel in channels.values():
            await channel.close()
        erased = [await _erase(up, number, report) for number in range(ERASURES)]
        ids = await _request_ids(await up.sign_up("Keyed"))
    report.table(_sign_out_table(seen))
    columns = (f"{SPOKEN} spoken and {TYPED} typed recordings", "objects", "rows", "s")
    report.table(Table("DeleteAccount until the receipt (goal: 60 s)", columns, erased))
    report.table(ids)


async def _sign_out(
    someone: Someone, channels: dict[str, grpc.aio.Channel], seen: dict[str, list[float]]
) -> None:
    """Sign out, and note how long each service still lets the old token in."""
    metadata = (("authorization", f"Bearer {someone.session.access_token}"),)

    async def refuses(service: str, began: float) -> None:
        path, request = _PROBES[service]
        channel: Any = channels[service]
        call = channel.unary_unary(path, request_serializer=lambda sent: sent.SerializeToString())  # pyright: ignore[reportUnknownLambdaType, reportUnknownMemberType]
        while time.perf_counter() - began < 10:  # noqa: PLR2004 - far beyond any goal
            try:
                await call(request, metadata=metadata)
            except grpc.aio.AioRpcError as error:
                if error.code() is not grpc.StatusCode.UNAUTHENTICATED:
                    raise
                seen[service].append(time.perf_counter() - began)
                return
            await asyncio.sleep(0.002)
        raise WrongAnswer(f"{service} never heard of a sign-out")

    await someone.api.call("POST", "session:signOut", {})
    began = time.perf_counter()
    await asyncio.gather(*(refuses(service, began) for service in _PROBES))


def _sign_out_table(seen: dict[str, list[float]]) -> Table:
    rows = [
        (service, len(took), *(value * 1000 for value in (median(took), quantile(took, 0.99), max(took))))
        for service, took in seen.items()
    ]
    columns = ("refused by", "sign-outs", "p50", "p99", "max")
    return Table(
        "From the answer to SignOut until the old token is refused, ms (goal: p99 2,000)", columns, rows
    )


async def _erase(up: System, number: int, report: Report) -> tuple[str, int, int, float]:
    someone = await up.sign_up(f"Leaving{number}")
    audio = (CAST / "brian-w.opus").read_bytes()
    names: list[str] = []
    for _ in range(SPOKEN):
        created = await someone.api.call("POST", "recordings", spoken(audio, "audio/ogg"))
        await someone.api.upload(created["ticket"], audio, "audio/ogg")
        names.append(created["recording"]["name"])
        await someone.api.call("POST", f"{names[-1]}:complete", {})
    for take in range(TYPED):
        body = {
            "typed": {
                "text": f"I can teach you song number {take}. I am looking for a singer of verse {take}."
            }
        }
        names.append((await someone.api.call("POST", "recordings", body))["recording"]["name"])
    for name in names:
        await _until(lambda name=name: _ended(someone, name))
    report.say(f"  erasing somebody with {len(names)} recordings")
    began = time.perf_counter()
    erasure = await someone.api.call("DELETE", "account")

    async def done() -> dict[str, Any] | None:
        now = await someone.api.call("GET", erasure["name"])
        return now if now["state"] == "STATE_DONE" else None

    payload = (await _until(done))["receipt"]["payload"]
    took = time.perf_counter() - began
    counts: dict[str, dict[str, int]] = json.loads(payload)["counts"]
    removed = [(kind, count) for stores in counts.values() for kind, count in stores.items()]
    stored = sum(count for kind, count in removed if kind.startswith("s3"))
    kept = sum(count for kind, count in removed if kind.startswith("postgres"))
    return f"erasure {number + 1}", stored, kept, took


async def _ended(someone: Someone, name: str) -> dict[str, Any] | None:
    now = await someone.api.call("GET", name)
    return now if now["state"] in ("STATE_READY", "STATE_FAILED") else None


async def _until(look: Callable[[], Awaitable[dict[str, Any] | None]]) -> dict[str, Any]:
    async with asyncio.timeout(300):
        while True:
            if found := await look():
                return found
            await asyncio.sleep(0.05)


async def _request_ids(someone: Someone) -> Table:
    """CreateFact with and without a request id, in turns, and its repeat."""
    took: dict[str, list[float]] = {"without a request id": [], "with one": [], "its repeat": []}
    for number in range(FACTS):
        fact = {"facet": "FACET_INTEREST", "text": f"number {number}"}
        keyed = {"fact": fact, "requestId": str(uuid4())}
        for name, body in zip(took, ({"fact": fact}, keyed, keyed), strict=True):
            began = time.perf_counter()
            await someone.api.call("POST", "facts", body)
            took[name].append(time.perf_counter() - began)
    rows = [(name, len(each), median(each) * 1000, quantile(each, 0.9) * 1000) for name, each in took.items()]
    return Table("CreateFact through the gateway, ms", ("", "calls", "p50", "p90"), rows)
