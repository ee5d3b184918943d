"""What failed goes on from where it failed, what is withdrawn stays undone, and a request id makes one recording."""

from __future__ import annotations

import asyncio
import uuid

import grpc
import pytest

from tests.integration.media.harness import Person, State, System, refused
from tests.integration.media.neighbours import TRANSCRIBE
from tests.unit.media.audio import encoded, silence, spoken
from timbre.media.v1 import media_pb2 as pb

NOT_FOUND = grpc.StatusCode.NOT_FOUND
PRECONDITION = grpc.StatusCode.FAILED_PRECONDITION
UNAVAILABLE = grpc.StatusCode.UNAVAILABLE


def failed_in(system: System, name: str, stage: str | None, failure: str = "STEP_FAILED") -> None:
    """Let it look as if this step had failed."""
    system.execute(
        "UPDATE recordings SET state = 'FAILED', failure = %s, failed_stage = %s, stage = NULL, attempts = 8"
        " WHERE id = %s",
        failure,
        stage,
        name.removeprefix("recordings/"),
    )


def jobs(system: System, name: str) -> int:
    sql = "SELECT count(*) FROM procrastinate_jobs WHERE args ->> 'recording_id' = %s"
    return system.count(sql, name.removeprefix("recordings/"))


@pytest.mark.parametrize(
    ("stage", "analyses"), [("ANALYZE", 2), ("INDEX", 1), pytest.param(None, 2, id="before stages were kept")]
)
async def test_a_retry_goes_on_from_the_step_that_failed(
    ada: Person, system: System, stage: str | None, analyses: int
) -> None:
    name = await ada.type("I paint walls.")
    await ada.ended(name)
    failed_in(system, name, stage)
    again = await ada.retry(name)
    assert not again.HasField("failure")
    assert (await ada.ended(name)).state == State.STATE_READY
    assert len(system.profile.of(ada.user)) == analyses
    assert (await ada.transcript(name)).revision == 1


@pytest.mark.parametrize(
    ("stage", "state", "expected"),
    [
        ("CHECK", State.STATE_QUEUED, "CHECK"),
        ("TRANSCRIBE", State.STATE_TRANSCRIBING, "TRANSCRIBE"),
        ("ANALYZE", State.STATE_ANALYZING, "ANALYZE"),
        ("INDEX", State.STATE_ANALYZING, "INDEX"),
        (None, State.STATE_QUEUED, "CHECK"),
    ],
)
async def test_a_retry_puts_the_step_back_in_the_queue_once(
    lonely: System, stage: str | None, state: State.ValueType, expected: str
) -> None:
    async with lonely.person() as ada:
        name = await ada.speak(encoded(silence(2)))
        lonely.execute("DELETE FROM procrastinate_jobs")
        failed_in(lonely, name, stage)
        before = lonely.row(name)
        retried = await asyncio.gather(*(ada.retry(name) for _ in range(4)))
        assert [recording.state for recording in retried] == [state] * 4
        row = lonely.row(name)
        assert before
        assert row
        assert (row["stage"], row["attempts"], row["failed_stage"]) == (expected, 0, None)
        assert row["lease_token"] == before["lease_token"] + 1
        assert jobs(lonely, name) == 1


async def test_what_is_ready_or_on_its_way_is_returned_as_it_is(lonely: System) -> None:
    async with lonely.person() as ada:
        name = await ada.type("I paint walls.")
        assert await ada.retry(name) == await ada.get(name)
        assert jobs(lonely, name) == 1
        with lonely.worker():
            ready = await ada.ended(name)
        assert await ada.retry(name, request_id=str(uuid.uuid4())) == ready


async def test_what_cannot_succeed_is_not_retried(ada: Person, bob: Person) -> None:
    uploading = (await ada.announce(b"abc")).recording.name
    with refused(PRECONDITION, "RECORDING_NOT_RETRYABLE"):
        await ada.retry(uploading)
    silent = await ada.speak(encoded(silence(2)))
    assert not (await ada.ended(silent)).failure.retryable
    with refused(PRECONDITION, "RECORDING_NOT_RETRYABLE"):
        await ada.retry(silent)
    for absent in (silent, f"recordings/{uuid.uuid4()}"):
        with refused(NOT_FOUND, "RECORDING_NOT_FOUND"):
            await bob.retry(absent)


async def test_nobody_is_recorded_who_does_not_agree(ada: Person, system: System) -> None:
    system.profile.consents[ada.user, TRANSCRIBE] = [False]
    with refused(PRECONDITION, "CONSENT_REQUIRED") as refusal:
        await ada.announce(b"abc")
    assert refusal.metadata == {"purpose": "TRANSCRIBE"}
    listed = await ada.stub.ListRecordings(pb.ListRecordingsRequest(), metadata=ada.metadata)
    assert not listed.recordings
    assert (await ada.ended(await ada.type("I paint walls."))).state == State.STATE_READY


async def test_a_consent_withdrawn_before_the_check_stops_it_until_it_is_given_again(
    ada: Person, system: System
) -> None:
    system.profile.consents[ada.user, TRANSCRIBE] = [True, False]
    name = await ada.speak(encoded(silence(2)))
    ended = await ada.ended(name)
    assert (ended.failure.reason, ended.failure.retryable) == ("CONSENT_WITHDRAWN", True)
    with refused(PRECONDITION, "CONSENT_REQUIRED") as refusal:
        await ada.retry(name)
    assert refusal.metadata == {"purpose": "TRANSCRIBE"}
    system.profile.consents[ada.user, TRANSCRIBE] = [True]
    await ada.retry(name)
    assert (await ada.ended(name)).failure.reason == "AUDIO_SILENT"


async def test_a_consent_withdrawn_behind_the_check_leaves_nothing_written_down(
    ada: Person, system: System
) -> None:
    system.profile.consents[ada.user, TRANSCRIBE] = [True, True, False]
    name = await ada.speak(encoded(spoken(3)))
    assert (await ada.ended(name)).failure.reason == "CONSENT_WITHDRAWN"
    row = system.row(name)
    assert row
    assert row["failed_stage"] == "TRANSCRIBE"
    with refused(NOT_FOUND, "TRANSCRIPT_NOT_FOUND"):
        await ada.transcript(name)


async def test_without_an_answer_about_the_consent_nothing_is_assumed(ada: Person, system: System) -> None:
    key = f"CheckConsent {ada.user}"
    system.profile.refusals[key] = [UNAVAILABLE]
    audio = encoded(silence(2))
    with refused(UNAVAILABLE, "UNAVAILABLE") as refusal:
        await ada.announce(audio)
    assert refusal.retry
    created = await ada.announce(audio)
    assert await ada.upload(created.ticket, audio) in (200, 204)
    system.profile.refusals[key] = [UNAVAILABLE] * 2  # the worker asks again
    await ada.complete(created.recording.name)
    assert (await ada.ended(created.recording.name)).failure.reason == "AUDIO_SILENT"


async def reanalyze(system: System, person: Person, service: str = "profile") -> int:
    reply = await person.stub.ReanalyzeRecordings(
        pb.ReanalyzeRecordingsRequest(), metadata=system.as_service(service, person.user)
    )
    return reply.recording_count


async def test_every_transcript_at_rest_is_analyzed_again(lonely: System) -> None:
    async with lonely.person() as ada, lonely.person() as bob:
        ready, failed, unheard, busy = [await ada.type(f"I know number {number}.") for number in range(4)]
        others = await bob.type("I sing.")
        await ada.announce(b"abc")
        lonely.execute("UPDATE recordings SET state = 'READY', stage = NULL WHERE owner_id = %s", bob.user)
        lonely.execute(
            "UPDATE recordings SET state = 'READY', stage = NULL WHERE id = %s", ready.partition("/")[2]
        )
        failed_in(lonely, failed, "INDEX")
        failed_in(lonely, unheard, "CHECK", "AUDIO_SILENT")
        lonely.execute("DELETE FROM procrastinate_jobs")
        assert await reanalyze(lonely, ada) == 2
        assert await reanalyze(lonely, ada, "profile") == 0
        assert [jobs(lonely, name) for name in (ready, failed, unheard, busy, others)] == [1, 1, 0, 0, 0]
        states = [(await ada.get(name)).state for name in (ready, failed, unheard)]
        assert states == [State.STATE_ANALYZING, State.STATE_ANALYZING, State.STATE_FAILED]


async def test_a_new_analysis_gets_the_same_revision(ada: Person, system: System) -> None:
    name = await ada.type("I paint walls.")
    await ada.ended(name)
    assert await reanalyze(system, ada) == 1
    assert (await ada.ended(name)).state == State.STATE_READY
    assert [request.revision for request in system.profile.of(ada.user)] == [1, 1]


async def test_only_profile_may_have_everything_analyzed_again(ada: Person, system: System) -> None:
    for metadata in (ada.metadata, system.as_service("match", ada.user)):
        with refused(grpc.StatusCode.PERMISSION_DENIED, "PERMISSION_DENIED"):
            await ada.stub.ReanalyzeRecordings(pb.ReanalyzeRecordingsRequest(), metadata=metadata)


async def test_a_call_whose_answer_was_never_remembered_makes_no_second_recording(
    ada: Person, system: System
) -> None:
    """The process died between the commit and the door's note."""
    typed, said = str(uuid.uuid4()), str(uuid.uuid4())
    name = await ada.type("I paint walls.", request_id=typed)
    created = await ada.announce(b"abc", request_id=said)
    system.execute("DELETE FROM request_ids WHERE user_id = %s", ada.user)
    assert await ada.type("I paint walls.", request_id=typed) == name
    again = await ada.announce(b"abc", request_id=said)
    assert again.recording.name == created.recording.name
    assert again.ticket.fields["key"] == created.ticket.fields["key"]
    system.execute("DELETE FROM request_ids WHERE user_id = %s", ada.user)
    with refused(grpc.StatusCode.INVALID_ARGUMENT, "REQUEST_ID_REUSED"):
        await ada.announce(b"abcd", request_id=said)


async def test_a_repeated_call_does_not_bring_a_deleted_recording_back(ada: Person, system: System) -> None:
    request_id = str(uuid.uuid4())
    first = await ada.announce(b"abc", request_id=request_id)
    await ada.delete(first.recording.name)
    for _ in range(2):
        with refused(NOT_FOUND, "RECORDING_NOT_FOUND"):
            await ada.announce(b"abc", request_id=request_id)
        system.execute("DELETE FROM request_ids WHERE user_id = %s", ada.user)
    system.execute(
        "UPDATE recording_requests SET create_time = now() - interval '25 hours' WHERE owner_id = %s",
        ada.user,
    )
    async with asyncio.timeout(60):
        while system.count("SELECT count(*) FROM recording_requests WHERE owner_id = %s", ada.user):
            await asyncio.sleep(0.1)
    assert (await ada.announce(b"abc", request_id=request_id)).recording.name != first.recording.name
