"""Whatever is uploaded, or not, ends with a reason a person can act on."""

from __future__ import annotations

import hashlib

import grpc
import pytest

from tests.integration.media.harness import Person, State, System, refused
from tests.unit.media.audio import encoded, noise, quieter, silence, spoken, wav_of

FAILED_PRECONDITION = grpc.StatusCode.FAILED_PRECONDITION


@pytest.mark.parametrize(
    ("audio", "reason"),
    [
        pytest.param(encoded(silence(3)), "AUDIO_SILENT", id="silent"),
        pytest.param(encoded(noise(3)), "AUDIO_SILENT", id="noise"),
        pytest.param(encoded(quieter(spoken(5), 45)), "AUDIO_TOO_QUIET", id="too quiet"),
        pytest.param(encoded(spoken(0.5)), "AUDIO_TOO_SHORT", id="too short"),
        pytest.param(wav_of(601), "AUDIO_TOO_LONG", id="too long"),
        pytest.param(wav_of(0), "AUDIO_EMPTY", id="a file without sound"),
        pytest.param(encoded(spoken(5), "m4a")[:20_000], "AUDIO_DAMAGED", id="truncated beyond use"),
        pytest.param(b"<!doctype html><title>404</title>", "AUDIO_UNSUPPORTED", id="html named webm"),
        pytest.param(b"\x1aE\xdf\xa3" + b"nonsense" * 99, "AUDIO_DAMAGED", id="webm by its first bytes only"),
    ],
)
async def test_bad_audio_fails_for_good_with_its_reason(
    ada: Person, system: System, audio: bytes, reason: str
) -> None:
    name = await ada.speak(audio)
    ended = await ada.ended(name)
    assert (ended.state, ended.failure.reason) == (State.STATE_FAILED, reason)
    assert not ended.failure.retryable
    assert ended.failure.message.endswith(".")
    assert system.profile.of(ada.user) == []
    with refused(grpc.StatusCode.NOT_FOUND, "TRANSCRIPT_NOT_FOUND"):
        await ada.transcript(name)


async def test_a_truncated_take_with_enough_speech_is_used(ada: Person) -> None:
    whole = encoded(spoken(6))
    ended = await ada.ended(await ada.speak(whole[: len(whole) * 2 // 3]))
    assert ended.state == State.STATE_READY
    assert 2 < ended.duration.ToTimedelta().total_seconds() < 5


async def test_a_wrong_checksum_is_found(ada: Person) -> None:
    audio = encoded(spoken(3))
    name = await ada.speak(audio, sha256=hashlib.sha256(b"something else").hexdigest())
    assert (await ada.ended(name)).failure.reason == "AUDIO_CHECKSUM_MISMATCH"


async def test_without_an_announced_checksum_none_is_checked(ada: Person) -> None:
    name = await ada.speak(encoded(silence(2)), sha256="")
    assert (await ada.ended(name)).failure.reason == "AUDIO_SILENT"


async def test_too_big_is_refused_before_the_upload(ada: Person) -> None:
    with refused(grpc.StatusCode.INVALID_ARGUMENT, "INVALID_REQUEST"):
        await ada.announce(b"", size=25_000_001, sha256="")


@pytest.mark.parametrize("difference", [-1, 1], ids=["less", "more"])
async def test_the_store_refuses_another_size_than_announced(ada: Person, difference: int) -> None:
    audio = encoded(silence(2))
    created = await ada.announce(audio, size=len(audio) + difference)
    assert await ada.upload(created.ticket, audio) in (400, 403)
    with refused(FAILED_PRECONDITION, "UPLOAD_MISSING"):
        await ada.complete(created.recording.name)


async def test_the_store_refuses_another_key_or_type_than_the_tickets(ada: Person) -> None:
    audio = encoded(silence(2))
    created = await ada.announce(audio)
    other = await ada.announce(audio)
    assert await ada.upload(created.ticket, audio, key=other.ticket.fields["key"]) == 403
    assert await ada.upload(created.ticket, audio, **{"Content-Type": "text/html"}) == 403
    assert await ada.upload(created.ticket, audio, **{"x-amz-signature": "0" * 64}) == 403


async def test_completing_before_the_upload_is_a_clear_error_and_can_be_repeated(ada: Person) -> None:
    audio = encoded(silence(2))
    created = await ada.announce(audio)
    with refused(FAILED_PRECONDITION, "UPLOAD_MISSING"):
        await ada.complete(created.recording.name)
    assert await ada.upload(created.ticket, audio) in (200, 204)
    assert (await ada.complete(created.recording.name)).state != State.STATE_UPLOADING


async def test_after_the_ticket_has_expired_nothing_can_be_completed(ada: Person, system: System) -> None:
    created = await ada.announce(b"abc")
    expire(system, created.recording.name, seconds=1)
    with refused(FAILED_PRECONDITION, "TICKET_EXPIRED"):
        await ada.complete(created.recording.name)


async def test_an_upload_that_never_arrived_ends_the_recording(ada: Person, system: System) -> None:
    created = await ada.announce(b"abc")
    expire(system, created.recording.name, seconds=90)
    ended = await ada.ended(created.recording.name)
    assert ended.failure.reason == "UPLOAD_NEVER_ARRIVED"
    assert await ada.complete(created.recording.name) == ended


async def test_an_upload_whose_browser_died_is_taken_up(ada: Person, system: System) -> None:
    audio = encoded(silence(2))
    created = await ada.announce(audio)
    assert await ada.upload(created.ticket, audio) in (200, 204)
    expire(system, created.recording.name, seconds=90)
    assert (await ada.ended(created.recording.name)).failure.reason == "AUDIO_SILENT"


async def test_uploading_twice_before_completing_takes_the_last(ada: Person) -> None:
    first, second = encoded(silence(2)), encoded(silence(2), "ogg")
    size = max(len(first), len(second))
    created = await ada.announce(first.ljust(size, b"\0"), sha256="")
    for audio in (first, second):
        assert await ada.upload(created.ticket, audio.ljust(size, b"\0")) in (200, 204)
    await ada.complete(created.recording.name)
    assert (await ada.ended(created.recording.name)).state == State.STATE_FAILED


async def test_replacing_the_upload_after_completing_is_found(lonely: System) -> None:
    """There is no worker yet, so there is time to cheat."""
    async with lonely.person() as eve:
        audio = encoded(silence(2))
        created = await eve.announce(audio)
        assert await eve.upload(created.ticket, audio) in (200, 204)
        await eve.complete(created.recording.name)
        assert await eve.upload(created.ticket, bytes(len(audio))) in (200, 204)
        with lonely.worker():
            ended = await eve.ended(created.recording.name)
    assert ended.failure.reason == "AUDIO_CHECKSUM_MISMATCH"


@pytest.mark.parametrize("text", ["\u00a0\u2003", "a\0b"], ids=["only exotic space", "NUL"])
async def test_text_that_cannot_be_stored_or_split_is_refused(ada: Person, text: str) -> None:
    with refused(grpc.StatusCode.INVALID_ARGUMENT, "INVALID_REQUEST"):
        await ada.type(text)
    name = await ada.type("I paint walls.")
    with refused(grpc.StatusCode.INVALID_ARGUMENT, "INVALID_REQUEST"):
        await ada.correct(name, text)


def expire(system: System, name: str, *, seconds: int) -> None:
    """Make the ticket one that has expired so many seconds ago."""
    sql = "UPDATE recordings SET ticket_until = now() - make_interval(secs => %s) WHERE id = %s"
    system.execute(sql, seconds, name.removeprefix("recordings/"))
