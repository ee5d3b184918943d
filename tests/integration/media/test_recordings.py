"""A recording from the first word to the last, through the real door, the real store and the real worker."""

from __future__ import annotations

import asyncio
import uuid
from itertools import pairwise
from typing import Any

import grpc
import pytest

from tests.integration.media.harness import Person, Stage, State, System, refused
from tests.unit.media.audio import encoded, silence, spoken
from timbre.media.v1 import media_pb2 as pb

NOT_FOUND = grpc.StatusCode.NOT_FOUND
INVALID = grpc.StatusCode.INVALID_ARGUMENT


async def test_a_spoken_recording_becomes_ready_while_its_watcher_reads_along(
    ada: Person, system: System
) -> None:
    """One voice through everything, since hearing it takes seconds; it claims to be webm and is m4a."""
    audio = encoded(spoken(6), "m4a")
    created = await ada.announce(audio, "webm", prompt="Who are you?")
    assert await ada.upload(created.ticket, audio) in (200, 204)
    name = created.recording.name
    await ada.complete(name)
    events = [event async for event in ada.watch(name)]

    changes = [event.recording for event in events if event.HasField("recording")]
    states = [change.state for change in changes]
    assert states == sorted(states)
    for stage in Stage.values():
        progress = [change.progress for change in changes if change.stage == stage]
        assert progress == sorted(progress)
    partial = [event.partial_transcript for event in events if event.partial_transcript]
    assert partial
    assert all(longer.startswith(shorter) for shorter, longer in pairwise(partial))
    ready = events[-1].ended.recording
    assert (ready.state, ready.stage) == (State.STATE_READY, Stage.STAGE_UNSPECIFIED)
    assert ready.prompt == "Who are you?"
    assert 5.5 < ready.duration.ToTimedelta().total_seconds() < 6.5

    before = await ada.transcript(name)
    old = words_of(before)
    assert before.text.startswith(partial[-1])
    assert "".join(word.text for word in old) == "".join(before.text.split())
    assert all(word.start_ms < word.end_ms <= 6500 for word in old)
    assert (before.language, before.engine, before.revision) == ("en", "whisper-base", 1)
    (analyzed,) = system.profile.of(ada.user)
    assert (analyzed.recording, analyzed.revision, analyzed.text) == (name, 1, before.text)
    assert [word.text for word in analyzed.words] == [word.text for word in old]
    assert not analyzed.typed

    text = " ".join(["Ladislaus", *before.text.split()[1:]])
    after = await ada.correct(name, text, etag=before.etag)
    assert [word.text for word in words_of(after)] == text.split()
    assert times_of(after) == times_of(before)
    assert (after.revision, after.text) == (2, text)
    assert after.etag != before.etag
    assert (await ada.ended(name)).state == State.STATE_READY
    assert [request.revision for request in system.profile.of(ada.user)] == [1, 2]
    assert system.profile.of(ada.user)[1].text == text


async def test_a_typed_recording_takes_the_same_path_without_a_voice(ada: Person, system: System) -> None:
    name = await ada.type("I build bridges.\nI look for a geologist.", prompt="Who are you?")
    assert (await ada.ended(name)).state == State.STATE_READY
    recording = await ada.get(name)
    assert recording.origin == pb.Recording.ORIGIN_TYPED
    assert not recording.HasField("duration")
    transcript = await ada.transcript(name)
    assert [segment.text for segment in transcript.segments] == [
        "I build bridges.",
        "I look for a geologist.",
    ]
    assert {(word.start_ms, word.end_ms) for part in transcript.segments for word in part.words} == {(0, 0)}
    assert (transcript.confidence, transcript.engine, transcript.language) == (1, "typed", "en")
    (analyzed,) = system.profile.of(ada.user)
    assert analyzed.typed


async def test_the_same_request_id_gives_the_same_recording_and_a_fresh_ticket(ada: Person) -> None:
    request_id = str(uuid.uuid4())
    first = await ada.announce(b"abc", request_id=request_id)
    again = await ada.announce(b"abc", request_id=request_id)
    assert again.recording == first.recording
    assert again.ticket.fields["key"] == first.ticket.fields["key"]
    assert again.ticket.expire_time.ToDatetime() >= first.ticket.expire_time.ToDatetime()
    assert await ada.upload(again.ticket, b"abc") in (200, 204)
    with refused(INVALID, "REQUEST_ID_REUSED"):
        await ada.announce(b"abcd", request_id=request_id)
    with refused(INVALID, "REQUEST_ID_REUSED"):
        await ada.type("abc", request_id=request_id)


async def test_typing_twice_with_one_request_id_is_typing_once(ada: Person, system: System) -> None:
    request_id = str(uuid.uuid4())
    names = {await ada.type("I paint walls.", request_id=request_id) for _ in range(3)}
    assert len(names) == 1
    await ada.ended(names.pop())
    assert len(system.profile.of(ada.user)) == 1


async def test_two_people_may_use_the_same_request_id(ada: Person, bob: Person) -> None:
    request_id = str(uuid.uuid4())
    assert await ada.type("I paint.", request_id=request_id) != await bob.type(
        "I sing.", request_id=request_id
    )


async def test_completing_twice_and_at_once_changes_nothing(ada: Person, system: System) -> None:
    audio = encoded(silence(2))
    created = await ada.announce(audio)
    assert await ada.upload(created.ticket, audio) in (200, 204)
    name = created.recording.name
    await asyncio.gather(*(ada.complete(name) for _ in range(4)))
    ended = await ada.ended(name)
    assert ended.failure.reason == "AUDIO_SILENT"
    assert await ada.complete(name) == ended
    row = system.row(name)
    assert row
    assert row["lease_token"] == 1  # checked once


async def test_another_persons_recording_looks_like_none(ada: Person, bob: Person) -> None:
    name = await ada.type("I collect rain sounds.")
    await ada.ended(name)
    nobodys = f"recordings/{uuid.uuid4()}"
    for absent in (name, nobodys):
        with refused(NOT_FOUND, "RECORDING_NOT_FOUND"):
            await bob.get(absent)
        with refused(NOT_FOUND, "RECORDING_NOT_FOUND"):
            await bob.complete(absent)
        with refused(NOT_FOUND, "RECORDING_NOT_FOUND"):
            await bob.delete(absent)
        with refused(NOT_FOUND, "RECORDING_NOT_FOUND"):
            await bob.transcript(absent)
        with refused(NOT_FOUND, "RECORDING_NOT_FOUND"):
            await bob.correct(absent, "I collect stamps.")
        with refused(NOT_FOUND, "RECORDING_NOT_FOUND"):
            await anext(bob.watch(absent))
    assert (await bob.stub.ListRecordings(pb.ListRecordingsRequest(), metadata=bob.metadata)).recordings == []
    assert (await ada.transcript(name)).text == "I collect rain sounds."


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"exp": 1_000_000_000}, "TOKEN_EXPIRED"),
        ({"token_use": "id"}, "TOKEN_INVALID"),
        ({"client_id": "another-app"}, "TOKEN_INVALID"),
        ({"iss": "https://issuer.example"}, "TOKEN_INVALID"),
    ],
)
async def test_only_a_valid_access_token_opens_the_door(
    ada: Person, system: System, claims: dict[str, Any], reason: str
) -> None:
    metadata = (("authorization", f"Bearer {system.issuer.mint(sub=ada.user, **claims)}"),)
    with refused(grpc.StatusCode.UNAUTHENTICATED, reason):
        await ada.stub.ListRecordings(pb.ListRecordingsRequest(), metadata=metadata)
    watching = ada.stub.WatchRecording(
        pb.WatchRecordingRequest(name=f"recordings/{uuid.uuid4()}"), metadata=metadata
    )
    with refused(grpc.StatusCode.UNAUTHENTICATED, reason):
        await anext(aiter(watching))


async def test_lists_are_paged_newest_first_and_new_ones_do_not_shift_them(ada: Person, bob: Person) -> None:
    names = [await ada.type(f"I know number {number}.") for number in range(5)]
    seen: list[str] = []
    token = ""
    while True:
        request = pb.ListRecordingsRequest(page_size=2, page_token=token)
        page = await ada.stub.ListRecordings(request, metadata=ada.metadata)
        seen += [recording.name for recording in page.recordings]
        if not (token := page.next_page_token):
            break
        await ada.type("One more.")
        with refused(INVALID, "INVALID_PAGE_TOKEN"):
            await bob.stub.ListRecordings(
                request := pb.ListRecordingsRequest(page_token=token), metadata=bob.metadata
            )
    assert seen == names[::-1]


@pytest.mark.parametrize("token", ["nonsense", "AAAA", "😀"])
async def test_a_made_up_page_token_is_refused(ada: Person, token: str) -> None:
    with refused(INVALID, "INVALID_PAGE_TOKEN"):
        await ada.stub.ListRecordings(pb.ListRecordingsRequest(page_token=token), metadata=ada.metadata)


async def test_a_correction_that_changes_nothing_changes_nothing(ada: Person, system: System) -> None:
    name = await ada.type("I paint walls.")
    await ada.ended(name)
    before = await ada.transcript(name)
    assert await ada.correct(name, "I paint walls.") == before
    assert (await ada.get(name)).state == State.STATE_READY
    assert len(system.profile.of(ada.user)) == 1


async def test_a_correction_of_an_older_revision_is_refused(ada: Person) -> None:
    name = await ada.type("I paint walls.")
    before = await ada.transcript(name)
    await ada.correct(name, "I paint houses.", etag=before.etag)
    with refused(grpc.StatusCode.ABORTED, "CONCURRENT_CHANGE"):
        await ada.correct(name, "I paint cars.", etag=before.etag)
    assert (await ada.transcript(name)).text == "I paint houses."


async def test_a_correction_during_the_analysis_wins(ada: Person, system: System) -> None:
    with system.profile.holding("AnalyzeTranscript", ada.user):
        name = await ada.type("I paint wools.")
        await until_stage(ada, name, Stage.STAGE_ANALYZE, State.STATE_ANALYZING)
        await ada.correct(name, "I paint walls.")
    assert (await ada.ended(name)).state == State.STATE_READY
    row = system.row(name)
    assert row
    assert row["profile_version"] == 2


async def test_only_the_text_can_be_updated(ada: Person) -> None:
    name = await ada.type("I paint walls.")
    request = pb.UpdateTranscriptRequest(transcript=pb.Transcript(name=f"{name}/transcript", text="I sing."))
    request.update_mask.paths.append("language")
    with refused(INVALID, "INVALID_UPDATE_MASK"):
        await ada.stub.UpdateTranscript(request, metadata=ada.metadata)
    assert (await ada.transcript(name)).text == "I paint walls."


async def test_there_is_no_transcript_before_there_is_one(ada: Person) -> None:
    created = await ada.announce(b"abc")
    with refused(NOT_FOUND, "TRANSCRIPT_NOT_FOUND"):
        await ada.transcript(created.recording.name)
    with refused(NOT_FOUND, "TRANSCRIPT_NOT_FOUND"):
        await ada.correct(created.recording.name, "I was never there.")


async def test_a_deleted_recording_is_gone_everywhere(ada: Person, system: System) -> None:
    name = await ada.speak(encoded(silence(2)))
    await ada.ended(name)
    row = system.row(name)
    assert row
    assert system.objects(row["audio_key"]) == [row["audio_key"]]
    await ada.delete(name)
    for gone in (ada.get, ada.transcript, ada.delete):
        with refused(NOT_FOUND, "RECORDING_NOT_FOUND"):
            await gone(name)
    async with asyncio.timeout(60):
        while system.objects(row["audio_key"]) or (ada.user, name) not in system.profile.forgotten:
            await asyncio.sleep(0.05)


async def test_an_upload_after_the_deletion_does_not_stay(ada: Person, system: System) -> None:
    audio = encoded(silence(2))
    created = await ada.announce(audio)
    await ada.delete(created.recording.name)
    recording_id = created.recording.name.removeprefix("recordings/")
    async with asyncio.timeout(60):
        while (ada.user, created.recording.name) not in system.profile.forgotten:
            await asyncio.sleep(0.05)
    assert await ada.upload(created.ticket, audio) in (200, 204)
    assert system.count(f"SELECT count(*) FROM removals WHERE recording_id = '{recording_id}'") == 1
    # Five minutes later the ticket is over.
    system.execute(
        "UPDATE removals SET ticket_until = now() - interval '2 minutes' WHERE recording_id = %s",
        recording_id,
    )
    system.execute(
        "UPDATE procrastinate_jobs SET scheduled_at = now() WHERE args ->> 'recording_id' = %s", recording_id
    )
    async with asyncio.timeout(60):
        while system.count(f"SELECT count(*) FROM removals WHERE recording_id = '{recording_id}'"):
            await asyncio.sleep(0.05)
    assert system.objects(created.ticket.fields["key"]) == []


async def test_a_watcher_is_told_of_the_deletion(ada: Person) -> None:
    created = await ada.announce(b"abc")
    events = ada.watch(created.recording.name)
    assert (await anext(events)).recording.state == State.STATE_UPLOADING
    await ada.delete(created.recording.name)
    last = [event async for event in events][-1]
    assert last.ended.deleted
    assert not last.ended.HasField("recording")


async def test_a_quiet_stream_has_a_heartbeat(ada: Person) -> None:
    created = await ada.announce(b"abc")
    events = ada.watch(created.recording.name)
    assert (await anext(events)).HasField("recording")
    async with asyncio.timeout(15):
        assert (await anext(events)).HasField("heartbeat")


async def test_the_key_says_nothing_about_the_person(ada: Person) -> None:
    one = await ada.announce(b"abc")
    other = await ada.announce(b"abc")
    first, second = (created.ticket.fields["key"].split("/") for created in (one, other))
    assert first[:2] == second[:2]
    assert ada.user not in one.ticket.fields["key"]
    assert one.recording.name == f"recordings/{first[2]}"
    assert first[3] != second[3]


async def test_a_neighbour_that_fails_for_a_moment_is_asked_again(ada: Person, system: System) -> None:
    system.profile.refusals[f"AnalyzeTranscript {ada.user}"] = [grpc.StatusCode.UNAVAILABLE] * 2
    system.profile.refusals[f"AwaitIndex {ada.user}"] = [grpc.StatusCode.UNAVAILABLE] * 2
    name = await ada.type("I paint walls.")
    assert (await ada.ended(name)).state == State.STATE_READY


def words_of(transcript: pb.Transcript) -> list[pb.Word]:
    return [word for segment in transcript.segments for word in segment.words]


def times_of(transcript: pb.Transcript) -> list[tuple[int, int]]:
    return [(word.start_ms, word.end_ms) for word in words_of(transcript)]


async def until_stage(person: Person, name: str, stage: Stage.ValueType, state: State.ValueType) -> None:
    async for event in person.watch(name):
        if (event.recording.stage, event.recording.state) == (stage, state):
            return
    raise AssertionError("it ended before")
