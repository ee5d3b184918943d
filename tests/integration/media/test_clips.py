"""A voice is heard by whoever may hear it, for the seconds that the fact rests on, while its speaker agrees."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import grpc
import httpx
import pytest

from services.media.adapters.decode import decode
from tests.integration.media.harness import Person, System, refused
from tests.integration.media.neighbours import SHARE_CLIPS
from tests.unit.media.audio import encoded, loudness, tones
from timbre.match.v1 import match_pb2
from timbre.media.v1 import media_pb2
from timbre.profile.v1 import profile_pb2

NOT_FOUND = grpc.StatusCode.NOT_FOUND


async def hummed(person: Person, system: System) -> str:
    """A recording of three tones, a second and a half each, as if it had been checked."""
    name = await person.speak(encoded(tones(440, 1000, 2500)))
    await person.ended(name)
    system.execute("UPDATE recordings SET duration_ms = 4500 WHERE id = %s", name.removeprefix("recordings/"))
    return name


def evidence(recording: str, start_ms: int = 1950, end_ms: int = 2600) -> profile_pb2.Evidence:
    """Within the tone in the middle, also with a quarter of a second on either side."""
    return profile_pb2.Evidence(recording=recording, quote="hum", start_ms=start_ms, end_ms=end_ms)


def own(system: System, person: Person, place: profile_pb2.Evidence) -> str:
    """Name of the clip of a fact of this person's own."""
    fact = f"facts/{uuid.uuid4()}"
    system.profile.evidence[person.user, fact] = place
    return f"matches/me/{fact}/clip"


def shown(system: System, viewer: Person, speaker: Person, place: profile_pb2.Evidence) -> str:
    """Name of the clip of a fact that the viewer is shown, and that its speaker shares."""
    name = f"matches/{uuid.uuid4()}/facts/{uuid.uuid4()}/clip"
    system.match.clips[viewer.user, name] = match_pb2.ResolveClipResponse(
        user_id=speaker.user, evidence=place
    )
    system.profile.consents[speaker.user, SHARE_CLIPS] = [True]
    return name


def clips_of(system: System, recording: str) -> list[str]:
    row = system.row(recording)
    assert row
    return system.objects(f"{row['audio_key']}/")


async def test_ones_own_fact_is_heard_without_any_consent(
    ada: Person, system: System, tmp_path: Path
) -> None:
    name = own(system, ada, evidence(await hummed(ada, system)))
    asked = system.profile.calls.count(f"CheckConsent {ada.user}")
    clip = await ada.clip(name)
    assert (clip.name, clip.content_type) == (name, "audio/mp4")
    assert clip.duration.ToTimedelta() == timedelta(milliseconds=1150)
    left = clip.expire_time.ToDatetime(UTC) - datetime.now(UTC)
    assert timedelta(minutes=4) < left <= timedelta(minutes=5)
    assert system.profile.calls.count(f"CheckConsent {ada.user}") == asked

    async with httpx.AsyncClient() as client:
        reply = await client.get(clip.url)
    assert reply.status_code == 200
    assert reply.headers["content-type"] == "audio/mp4"
    assert reply.headers["content-disposition"] == 'inline; filename="clip.m4a"'
    played = tmp_path / "clip"
    played.write_bytes(reply.content)
    heard = await decode(played)
    assert abs(heard.duration - clip.duration.ToTimedelta()) < timedelta(milliseconds=60)
    before, inside, after = (loudness(heard, hertz) for hertz in (440, 1000, 2500))
    assert inside > 0.1
    assert max(before, after) < inside / 100


async def test_a_match_hears_what_is_shared_until_it_is_not(ada: Person, bob: Person, system: System) -> None:
    name = shown(system, bob, ada, evidence(await hummed(ada, system)))
    assert (await bob.clip(name)).url
    system.profile.consents[ada.user, SHARE_CLIPS] = [False]
    with refused(NOT_FOUND, "CLIP_NOT_FOUND"):
        await bob.clip(name)


async def test_a_consent_withdrawn_while_the_clip_is_made_counts(
    ada: Person, bob: Person, system: System
) -> None:
    name = shown(system, bob, ada, evidence(await hummed(ada, system)))
    system.profile.consents[ada.user, SHARE_CLIPS] = [True, False]
    with refused(NOT_FOUND, "CLIP_NOT_FOUND"):
        await bob.clip(name)


async def test_a_clip_is_made_once_and_goes_with_its_recording(
    ada: Person, bob: Person, system: System
) -> None:
    recording = await hummed(ada, system)
    name = shown(system, bob, ada, evidence(recording))
    clips = await asyncio.gather(*(bob.clip(name) for _ in range(6)))
    (key,) = clips_of(system, recording)
    assert key.endswith("/clips/1700-2850.m4a")
    assert len({clip.url.partition("?")[0] for clip in clips}) == 1
    made = system.aws.emulator.client("s3").head_object(Bucket=system.aws.resources.bucket, Key=key)
    await bob.clip(name)
    again = system.aws.emulator.client("s3").head_object(Bucket=system.aws.resources.bucket, Key=key)
    assert again["LastModified"] == made["LastModified"]
    await ada.delete(recording)
    with refused(NOT_FOUND, "CLIP_NOT_FOUND"):
        await bob.clip(name)
    async with asyncio.timeout(60):
        while system.objects(key):
            await asyncio.sleep(0.05)


Spoil = Callable[[System, Person, Person, str], str]


def unknown(_system: System, _viewer: Person, _speaker: Person, _recording: str) -> str:
    return f"matches/{uuid.uuid4()}/facts/{uuid.uuid4()}/clip"


def not_my_fact(_system: System, _viewer: Person, _speaker: Person, _recording: str) -> str:
    return f"matches/me/facts/{uuid.uuid4()}/clip"


def not_shared(system: System, viewer: Person, speaker: Person, recording: str) -> str:
    name = shown(system, viewer, speaker, evidence(recording))
    system.profile.consents[speaker.user, SHARE_CLIPS] = [False]
    return name


def typed(system: System, viewer: Person, speaker: Person, recording: str) -> str:
    place = evidence(recording, 0, 0)
    place.typed = True
    return shown(system, viewer, speaker, place)


def no_recording(system: System, viewer: Person, speaker: Person, _recording: str) -> str:
    return shown(system, viewer, speaker, evidence(f"recordings/{uuid.uuid4()}"))


def not_the_speakers(system: System, viewer: Person, _speaker: Person, recording: str) -> str:
    """The recording is there, but it is not the one's who is said to speak in it."""
    return shown(system, viewer, viewer, evidence(recording))


def behind_the_end(system: System, viewer: Person, speaker: Person, recording: str) -> str:
    return shown(system, viewer, speaker, evidence(recording, 5000, 6000))


def erased(system: System, viewer: Person, speaker: Person, recording: str) -> str:
    name = shown(system, viewer, speaker, evidence(recording))
    system.profile.erase(speaker.user)
    return name


def overwritten(system: System, viewer: Person, speaker: Person, recording: str) -> str:
    row = system.row(recording)
    assert row
    system.aws.emulator.client("s3").put_object(
        Bucket=system.aws.resources.bucket, Key=row["audio_key"], Body=b"something else"
    )
    return shown(system, viewer, speaker, evidence(recording))


@pytest.mark.parametrize(
    "spoil",
    [
        unknown,
        not_my_fact,
        not_shared,
        typed,
        no_recording,
        not_the_speakers,
        behind_the_end,
        erased,
        overwritten,
    ],
)
async def test_whatever_may_not_be_heard_looks_the_same(
    ada: Person, bob: Person, system: System, spoil: Spoil
) -> None:
    name = spoil(system, bob, ada, await hummed(ada, system))
    with refused(NOT_FOUND, "CLIP_NOT_FOUND") as refusal:
        await bob.clip(name)
    assert (refusal.message, refusal.metadata) == ("There is nothing to hear by that name.", {})


async def test_without_its_neighbours_nobody_can_tell(ada: Person, bob: Person, system: System) -> None:
    name = shown(system, bob, ada, evidence(await hummed(ada, system)))
    system.match.refusals[f"ResolveClip {bob.user}"] = [grpc.StatusCode.UNAVAILABLE]
    system.profile.refusals[f"CheckConsent {ada.user}"] = [grpc.StatusCode.INTERNAL]
    for _ in range(2):
        with refused(grpc.StatusCode.UNAVAILABLE, "UNAVAILABLE") as refusal:
            await bob.clip(name)
        assert refusal.retry
    assert (await bob.clip(name)).url


async def test_a_caller_waits_no_longer_than_asked_for(ada: Person, system: System) -> None:
    """What was begun for a caller who has left is given up, and the next one is served."""
    name = own(system, ada, evidence(await hummed(ada, system)))
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await ada.stub.GetClip(media_pb2.GetClipRequest(name=name), metadata=ada.metadata, timeout=0.06)
    assert caught.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    assert (await ada.clip(name)).url


async def test_more_clips_than_turns_are_all_made(ada: Person, system: System) -> None:
    recording = await hummed(ada, system)
    names = [own(system, ada, evidence(recording, 1000 + 100 * number, 2000)) for number in range(6)]
    clips = await asyncio.gather(*(ada.clip(name) for name in names))
    assert len({clip.url.partition("?")[0] for clip in clips}) == 6
    assert len(clips_of(system, recording)) == 6


async def test_no_link_is_logged(ada: Person, system: System) -> None:
    clip = await ada.clip(own(system, ada, evidence(await hummed(ada, system))))
    written = "".join(path.read_text() for path in system.folder.glob("*.log"))
    assert "GetClip" in written
    assert clip.url.rpartition("X-Amz-Signature=")[2].partition("&")[0] not in written
