"""
Recordings written down by Amazon Transcribe: the worker never waits for it, each job counts once whatever comes
back, and nothing of it is left behind. The emulator speaks for AWS, through a proxy where AWS would fail.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import grpc
import pytest
from botocore.exceptions import ClientError

from tests.fixtures.stack import Aws
from tests.integration.media.conftest import Starter
from tests.integration.media.harness import Person, Stage, State, System, logs, refused
from tests.integration.media.neighbours import TRANSCRIBE
from tests.integration.media.post import Post, heard, post
from tests.integration.media.proxy import Proxy, Script
from tests.integration.media.test_account import erase, everything
from tests.unit.media.audio import encoded, silence, spoken

SPEECH = encoded(spoken(3))
URL = "transcribe://eu-west-1?language=en-US,es-US"
CANNED = "deterministic placeholder speech"


@pytest.fixture(scope="module")
def proxy(aws: Aws) -> Proxy:
    return Proxy(aws.emulator.endpoint)


@pytest.fixture(scope="module")
def asking(media: Starter, proxy: Proxy) -> Iterator[System]:
    """A system without a queue, which learns everything by asking; Transcribe can be made to fail."""
    with (
        proxy.serving() as endpoint,
        media(MEDIA_SPEECH=f"{URL}&poll=1", TIMBRE_AWS_ENDPOINT=endpoint) as system,
        system.worker(),
    ):
        yield system


@pytest.fixture
def mailbox(aws: Aws) -> Iterator[Post]:
    with post(aws) as made:
        yield made


async def said(person: Person, proxy: Proxy | None = None, script: Script | None = None) -> str:
    """Say something, and let Transcribe do this about it."""
    created = await person.announce(SPEECH)
    name = created.recording.name
    if proxy and script:
        proxy.scripts[name.partition("/")[2]] = script
    assert await person.upload(created.ticket, SPEECH) in (200, 204)
    await person.complete(name)
    return name


def job_of(aws: Aws, name: str, number: int = 1) -> dict[str, Any] | None:
    job = f"timbre-local-{name.partition('/')[2]}-{number}"
    try:
        found: Any = aws.emulator.client("transcribe").get_transcription_job(TranscriptionJobName=job)
    except ClientError as error:
        if "NotFoundException" in str(error):
            return None
        raise
    return found["TranscriptionJob"]


async def forgotten(system: System, name: str) -> None:
    """Wait until nothing is left of the recording's jobs."""
    recording_id = name.partition("/")[2]
    async with asyncio.timeout(60):
        while system.count("SELECT count(*) FROM hearings WHERE recording_id = %s", recording_id):
            await asyncio.sleep(0.1)
    row = system.row(name)
    if row:
        assert system.objects(f"{row['audio_key']}/") == []


async def at_work(system: System, name: str) -> None:
    """Wait until the job is started, and the recording is in nobody's hands."""
    async with asyncio.timeout(60):
        while not (
            system.count("SELECT count(*) FROM hearings WHERE started AND name LIKE %s", f"%{name[11:]}%")
            and (row := system.row(name))
            and row["lease_until"] is None
        ):
            await asyncio.sleep(0.02)


async def test_news_of_the_job_brings_the_transcript(media: Starter, mailbox: Post, aws: Aws) -> None:
    """Asking would take ten minutes here, so it is the event that does it."""
    settings = {"MEDIA_SPEECH": f"{URL}&poll=600&vocabulary=en-US:guild&redact=true"}
    with media(MEDIA_EVENTS=mailbox.url, **settings) as system, system.worker():
        async with system.person() as ada:
            name = await said(ada)
            await at_work(system, name)
            row = system.row(name)
            assert row
            assert (row["stage"], row["attempts"], row["partial_text"]) == ("TRANSCRIBE", 0, "")
            job = job_of(aws, name)
            assert job
            assert job["LanguageOptions"] == ["en-US", "es-US"]
            assert job["LanguageIdSettings"] == {"en-US": {"VocabularyName": "guild"}}
            assert job["ContentRedaction"]["RedactionOutput"] == "redacted"
            assert job["Media"]["MediaFileUri"].endswith(row["audio_key"])
            assert (await ada.ended(name)).state == State.STATE_READY
            transcript = await ada.transcript(name)
            assert CANNED in transcript.text
            assert "[PII]" in transcript.text
            assert transcript.language == "en"
            assert len(system.profile.of(ada.user)) == 1
            await forgotten(system, name)
            assert job_of(aws, name) is None
            # Told again, and again: nobody waits for it any more.
            mailbox.send(*[heard(job["TranscriptionJobName"]) for _ in range(3)])
            async with asyncio.timeout(60):
                while system.count("SELECT count(*) FROM inbox WHERE outcome = 'UNKNOWN'") < 3:
                    await asyncio.sleep(0.1)
            assert len(system.profile.of(ada.user)) == 1


async def test_without_news_the_worker_asks(asking: System, aws: Aws) -> None:
    async with asking.person() as ada:
        name = await said(ada)
        events = [event async for event in ada.watch(name)]
        assert not any(event.partial_transcript for event in events)
        assert CANNED in (await ada.transcript(name)).text
        await forgotten(asking, name)
        assert job_of(aws, name) is None


async def test_silence_costs_nothing(asking: System, proxy: Proxy) -> None:
    async with asking.person() as ada:
        created = await ada.announce(quiet := encoded(silence(2)))
        script = proxy.scripts[created.recording.name.partition("/")[2]]
        assert await ada.upload(created.ticket, quiet) in (200, 204)
        await ada.complete(created.recording.name)
        assert (await ada.ended(created.recording.name)).failure.reason == "AUDIO_SILENT"
    assert script.calls == []


async def test_throttling_delays_and_costs_no_attempt(asking: System, proxy: Proxy) -> None:
    script = Script(start=["LimitExceededException"], get=["InternalFailureException"])
    async with asking.person() as ada:
        name = await said(ada, proxy, script)
        seen = [event.recording async for event in ada.watch(name)]
        progress = [recording.progress for recording in seen if recording.stage == Stage.STAGE_TRANSCRIBE]
        assert progress == sorted(progress)
        assert progress[-1] > 0
        assert (await ada.get(name)).state == State.STATE_READY
    assert len(set(script.names("StartTranscriptionJob"))) == 1
    assert len(script.names("StartTranscriptionJob")) == 2
    busy = [line for line in logs(asking.folder) if line["event"] == "the recogniser is busy"]
    assert len([line for line in busy if line["recording"] in name]) == 2


@pytest.mark.parametrize(
    ("why", "reason", "retryable"),
    [
        ("Unsupported media format. It is not one.", "AUDIO_UNSUPPORTED", False),
        ("The data in your input media file isn't valid. Check it.", "AUDIO_DAMAGED", False),
    ],
)
async def test_what_transcribe_says_of_the_audio_ends_it(
    asking: System, proxy: Proxy, why: str, reason: str, retryable: bool
) -> None:
    failed = {"TranscriptionJobStatus": "FAILED", "FailureReason": why}
    async with asking.person() as ada:
        name = await said(ada, proxy, Script(job=[failed]))
        ended = await ada.ended(name)
    assert (ended.failure.reason, ended.failure.retryable) == (reason, retryable)


async def test_a_job_that_failed_is_followed_by_another(asking: System, proxy: Proxy) -> None:
    failed = {"TranscriptionJobStatus": "FAILED", "FailureReason": "Internal Failure. Please try again."}
    script = Script(job=[failed, {}])
    async with asking.person() as ada:
        name = await said(ada, proxy, script)
        assert (await ada.ended(name)).state == State.STATE_READY
    started = script.names("StartTranscriptionJob")
    assert [job.rpartition("-")[2] for job in started] == ["1", "2"]
    await forgotten(asking, name)
    assert set(script.names("DeleteTranscriptionJob")) == set(started)


async def test_a_job_that_never_ends_is_given_up_and_may_be_tried_again(asking: System, proxy: Proxy) -> None:
    script = Script(job=[{"TranscriptionJobStatus": "IN_PROGRESS"}])
    async with asking.person() as ada:
        name = await said(ada, proxy, script)
        await at_work(asking, name)
        asking.execute(
            "UPDATE hearings SET create_time = now() - interval '1 hour' WHERE recording_id = %s",
            name.partition("/")[2],
        )
        ended = await ada.ended(name)
        assert (ended.failure.reason, ended.failure.retryable) == ("STEP_FAILED", True)
        script.job[:] = [{}]
        await ada.retry(name)
        assert (await ada.ended(name)).state == State.STATE_READY
    assert [job.rpartition("-")[2] for job in script.names("StartTranscriptionJob")] == ["1", "2"]


async def test_a_result_that_is_none_is_read_again_and_not_paid_again(asking: System, proxy: Proxy) -> None:
    others = json.dumps({"jobName": "somebody-elses", "results": {"items": []}}).encode()
    script = Script(result=[b'{"results": {', others])
    async with asking.person() as ada:
        name = await said(ada, proxy, script)
        assert (await ada.ended(name)).state == State.STATE_READY
        assert CANNED in (await ada.transcript(name)).text
    assert script.result == []
    assert len(script.names("StartTranscriptionJob")) == 1


async def test_a_worker_that_died_behind_the_call_finds_its_job(media: Starter, aws: Aws) -> None:
    """The job exists, and nobody has noted that it was started: the same name, the same job."""
    with media(MEDIA_SPEECH=f"{URL}&poll=1") as system:
        async with system.person() as ada:
            name = await said(ada)
            row = system.row(name)
            assert row
            job = f"timbre-local-{row['id']}-1"
            system.execute("UPDATE recordings SET hearing_epoch = 1")
            system.execute(
                "INSERT INTO hearings (name, recording_id, owner_sha256, audio_key)"
                " VALUES (%s, %s, sha256(convert_to(%s, 'UTF8')), %s)",
                *(job, row["id"], ada.user, row["audio_key"]),
            )
            aws.emulator.client("transcribe").start_transcription_job(
                TranscriptionJobName=job,
                LanguageCode="en-US",
                Media={"MediaFileUri": f"s3://{aws.resources.bucket}/{row['audio_key']}"},
                OutputBucketName=aws.resources.bucket,
                OutputKey=f"{row['audio_key']}/transcripts/{job}/{job}.json",
            )
            with system.worker():
                assert (await ada.ended(name)).state == State.STATE_READY
                await forgotten(system, name)
            assert job_of(aws, name, 2) is None


async def test_withdrawn_consent_stops_what_is_on_its_way(asking: System, aws: Aws) -> None:
    async with asking.person() as ada:
        asking.profile.consents[ada.user, TRANSCRIBE] = [True, True, True, False]
        name = await said(ada)
        assert (await ada.ended(name)).failure.reason == "CONSENT_WITHDRAWN"
        await forgotten(asking, name)
        assert job_of(aws, name) is None


async def test_a_deletion_removes_the_running_job_and_its_words(asking: System, aws: Aws) -> None:
    async with asking.person() as ada:
        name = await said(ada)
        await at_work(asking, name)
        row = asking.row(name)
        assert row
        await ada.delete(name)
        asking.execute("UPDATE hearings SET forget_time = now() WHERE forget_time IS NOT NULL")
        async with asyncio.timeout(60):
            while (job := job_of(aws, name)) and job["TranscriptionJobStatus"] == "IN_PROGRESS":
                await asyncio.sleep(0.1)
        asking.execute("UPDATE hearings SET forget_time = now() WHERE forget_time IS NOT NULL")
        await forgotten(asking, name)
        assert job_of(aws, name) is None
        assert asking.objects(row["audio_key"]) == []


async def test_an_erasure_counts_the_running_job_and_is_not_over_before_it_is_gone(
    media: Starter, aws: Aws
) -> None:
    proxy = Proxy(aws.emulator.endpoint)
    script = Script(job=[{"TranscriptionJobStatus": "IN_PROGRESS"}])
    with (
        proxy.serving() as endpoint,
        media(MEDIA_SPEECH=f"{URL}&poll=600", TIMBRE_AWS_ENDPOINT=endpoint) as system,
    ):
        async with system.person() as ada:
            with system.worker():
                name = await said(ada, proxy, script)
                await at_work(system, name)
            assert (await erase(system, ada.user))["transcribe.jobs"] == 1
            with refused(grpc.StatusCode.UNAVAILABLE, "UNAVAILABLE") as refusal:
                await erase(system, ada.user)
            assert refusal.retry
            async with asyncio.timeout(60):
                while (job := job_of(aws, name)) and job["TranscriptionJobStatus"] == "IN_PROGRESS":
                    await asyncio.sleep(0.1)
            script.job.clear()
            assert (await erase(system, ada.user))["transcribe.jobs"] == 0
            assert set((await erase(system, ada.user)).values()) == {0}
        assert job_of(aws, name) is None
        content = everything(system)
        assert name.partition("/")[2] not in content
        assert ada.user not in content
