"""People speak, are understood, and are matched: real audio, through the gateway, every part real."""

from __future__ import annotations

from typing import Any

import pytest

from local.api import ApiError
from local.reasons import Transcripts, unproven
from tests.e2e.conftest import SignUp, Someone

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def transcripts(someone: Someone) -> Transcripts:
    recordings = (await someone.api.call("GET", "recordings"))["recordings"]
    found = [await someone.api.call("GET", f"{recording['name']}/transcript") for recording in recordings]
    return Transcripts(someone.name, found)


def match_with(name: str, matches: list[dict[str, Any]]) -> dict[str, Any]:
    return next(match for match in matches if match["card"]["displayName"] == name)


async def test_two_who_speak_are_matched_and_every_reason_was_said(sign_up: SignUp) -> None:
    """Nora offers what Priya seeks and seeks what Priya offers; both learn it in their own words."""
    nora, priya, hannah = await sign_up("Nora"), await sign_up("Priya"), await sign_up("Hannah")
    for someone, cast_id in ((nora, "nora-k"), (priya, "priya-m"), (hannah, "hannah-z")):
        recording = await someone.speaks(cast_id)
        assert recording["state"] == "STATE_READY", recording.get("failure")

    matches = await nora.matches()
    match = match_with("Priya", matches)
    assert matches[0] == match, "the partner comes first"
    directions = {reason["direction"] for reason in match["reasons"]}
    assert {"DIRECTION_THEY_ANSWER", "DIRECTION_I_ANSWER"} <= directions
    assert unproven(match["reasons"], await transcripts(nora), await transcripts(priya)) == []

    back = match_with("Nora", await priya.matches())
    assert unproven(back["reasons"], await transcripts(priya), await transcripts(nora)) == []

    # What neither can see of the other: who they are to Cognito, and numbers that could be probed.
    assert "score" not in str(matches)

    liked = await nora.api.call("POST", f"{match['name']}:react", {"reaction": "REACTION_LIKE"})
    assert not liked["match"]["connected"]
    assert (await nora.api.call("GET", "connections")).get("connections", []) == []
    liked = await priya.api.call("POST", f"{back['name']}:react", {"reaction": "REACTION_LIKE"})
    assert liked["match"]["connected"]
    for one, other in ((nora, "Priya"), (priya, "Nora")):
        [connection] = (await one.api.call("GET", "connections"))["connections"]
        assert connection["card"]["displayName"] == other
        assert all(match["card"]["displayName"] != other for match in await one.matches())


async def test_what_is_watched_is_what_happens(sign_up: SignUp) -> None:
    """The stream tells every state in order, the words as they are heard, and ends with the end."""
    someone = await sign_up("Watched")
    recording = await someone.uploads((await _audio("grace-l")), "audio/ogg")
    await someone.api.call("POST", f"{recording['name']}:complete", {})
    events = [event async for event in someone.api.watch(recording["name"])]
    order = ["STATE_QUEUED", "STATE_TRANSCRIBING", "STATE_ANALYZING", "STATE_READY"]
    states = [event["state"] for event in events]
    assert states == sorted(states, key=order.index)
    assert states[-1] == "STATE_READY"
    assert "STATE_TRANSCRIBING" in states


async def _audio(cast_id: str) -> bytes:
    from local.people import CAST  # noqa: PLC0415

    return (CAST / f"{cast_id}.opus").read_bytes()


async def test_the_same_upload_completed_twice_is_one_recording(sign_up: SignUp) -> None:
    someone = await sign_up("Twice")
    recording = await someone.uploads(await _audio("peter-n"), "audio/ogg")
    first = await someone.api.call("POST", f"{recording['name']}:complete", {})
    second = await someone.api.call("POST", f"{recording['name']}:complete", {})
    assert first["name"] == second["name"]
    assert (await someone.awaits_end(recording["name"]))["state"] == "STATE_READY"
    assert len((await someone.api.call("GET", "recordings"))["recordings"]) == 1
    versions = (await someone.api.call("GET", "profile/versions"))["versions"]
    assert [version["cause"] for version in versions].count("ANALYSIS") == 1


async def test_silence_is_refused_with_a_reason(sign_up: SignUp, silence: bytes) -> None:
    someone = await sign_up("Silent")
    recording = await someone.uploads(silence, "audio/wav")
    await someone.api.call("POST", f"{recording['name']}:complete", {})
    ended = await someone.awaits_end(recording["name"])
    assert ended["state"] == "STATE_FAILED"
    assert ended["failure"]["reason"] == "AUDIO_SILENT"
    assert ended["failure"]["retryable"] is False


@pytest.fixture
def silence() -> bytes:
    """Three seconds of nothing, as WAV (RIFF: header, 16 kHz mono 16 bit)."""
    samples = bytes(2 * 16_000 * 3)
    rate = (16_000).to_bytes(4, "little")
    form = b"\x01\x00\x01\x00" + rate + (32_000).to_bytes(4, "little") + b"\x02\x00\x10\x00"
    body = b"WAVEfmt \x10\x00\x00\x00" + form + b"data" + len(samples).to_bytes(4, "little") + samples
    return b"RIFF" + len(body).to_bytes(4, "little") + body


async def test_nobody_sees_anothers_recording(sign_up: SignUp) -> None:
    owner, stranger = await sign_up("Owner"), await sign_up("Stranger")
    recording = await owner.types("I can teach the accordion. I am looking for a dance partner.")
    missing = "recordings/00000000-0000-4000-8000-000000000000"
    for method, path in (
        ("GET", "{}"),
        ("GET", "{}/transcript"),
        ("POST", "{}:complete"),
        ("DELETE", "{}"),
    ):
        answers: list[tuple[int, str, str]] = []
        for name in (recording["name"], missing):
            body: dict[str, Any] | None = {} if method == "POST" else None
            with pytest.raises(ApiError) as refused:
                await stranger.api.call(method, path.format(name), body)
            answers.append((refused.value.status, refused.value.reason, str(refused.value)))
        assert answers[0] == answers[1], "another's and a missing one look the same"
        assert answers[0][0] == 404
    assert (await owner.api.call("GET", recording["name"]))["state"] == "STATE_READY"
