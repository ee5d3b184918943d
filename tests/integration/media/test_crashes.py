"""Whatever dies in the middle, a recording ends READY or FAILED with a reason, and nothing is done twice."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from subprocess import Popen

import grpc
import psycopg
import pytest

from services.media.domain import Stage as Step
from tests.fixtures.stack import PostgresServer
from tests.integration.media.harness import Person, Stage, State, System, logs, refused, running_system
from tests.unit.media.audio import encoded, silence, spoken

AT_WORK = "SELECT stage, lease_until FROM recordings WHERE id = %s FOR UPDATE"


async def frozen_in(system: System, name: str, step: Step, worker: Popen[bytes]) -> psycopg.Connection:
    """
    Stop the worker in the middle of this step.

    The row is locked before the look at it, so what is seen is still true when the signal arrives: the step
    is claimed, and its result is not stored.
    """
    recording_id = name.removeprefix("recordings/")
    connection = system.connect()
    async with asyncio.timeout(120):
        while True:
            row = connection.execute(AT_WORK, [recording_id]).fetchone()
            assert row
            if row[0] == step and row[1] is not None:
                os.kill(worker.pid, signal.SIGSTOP)
                return connection
            connection.rollback()
            assert row[0] is None or list(Step).index(Step(row[0])) <= list(Step).index(step), "missed it"
            await asyncio.sleep(0.002)


@contextmanager
def holding(system: System, person: Person, step: Step) -> Iterator[None]:
    """Make the steps that are over in a moment wait for their neighbour."""
    if step not in (Step.ANALYZE, Step.INDEX):
        yield
        return
    method = {Step.ANALYZE: "AnalyzeTranscript", Step.INDEX: "AwaitIndex"}[step]
    with system.profile.holding(method, person.user):
        yield


@pytest.mark.parametrize("step", list(Step))
async def test_a_worker_killed_in_a_step_is_replaced(lonely: System, step: Step) -> None:
    async with lonely.person() as ada:
        spoke = step in (Step.CHECK, Step.TRANSCRIBE)
        name = await ada.speak(encoded(spoken(3))) if spoke else await ada.type("I paint walls.")
        with holding(lonely, ada, step), lonely.worker() as worker:
            locked = await frozen_in(lonely, name, step, worker)
            worker.kill()
            worker.wait()
            locked.close()
        with lonely.worker():
            ended = await ada.ended(name)
    assert ended.state == State.STATE_READY
    row = lonely.row(name)
    assert row
    assert row["profile_version"] == 1
    assert lonely.count("SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing')") == 0
    assert lonely.count("SELECT count(*) FROM transcripts") == 1
    if spoke:
        assert len(lonely.profile.of(ada.user)) == 1


async def test_a_worker_that_wakes_up_too_late_changes_nothing(lonely: System) -> None:
    """Its lease has run out, another one has the recording, and its result is refused by the token."""
    async with lonely.person() as ada:
        with lonely.worker() as sleeper:
            with lonely.profile.holding("AnalyzeTranscript", ada.user):
                name = await ada.type("I paint walls.")
                locked = await frozen_in(lonely, name, Step.ANALYZE, sleeper)
                locked.close()
                with lonely.worker():
                    async with asyncio.timeout(60):
                        while not (row := lonely.row(name)) or row["lease_token"] < 2:
                            await asyncio.sleep(0.05)
                    lonely.profile.held[f"AnalyzeTranscript {ada.user}"].set()
                    assert (await ada.ended(name)).state == State.STATE_READY
                    before = lonely.row(name)
                    os.kill(sleeper.pid, signal.SIGCONT)
                    async with asyncio.timeout(60):
                        while not any(line["event"] == "work was overtaken" for line in logs(lonely.folder)):
                            await asyncio.sleep(0.05)
            assert lonely.row(name) == before


async def test_audio_that_kills_every_worker_is_given_up(lonely: System) -> None:
    async with lonely.person() as ada:
        name = await ada.speak(encoded(silence(2)))
        # As if eight workers had died of it, one after the other.
        lonely.execute("UPDATE recordings SET attempts = 8")
        with lonely.worker():
            ended = await ada.ended(name)
    assert (ended.failure.reason, ended.failure.retryable) == ("STEP_FAILED", True)


async def test_a_job_that_vanished_is_made_again(lonely: System) -> None:
    async with lonely.person() as ada:
        name = await ada.type("I paint walls.")
        lonely.execute("DELETE FROM procrastinate_jobs")
        with lonely.worker():
            assert (await ada.ended(name)).state == State.STATE_READY


async def test_a_removal_whose_job_vanished_is_made_again(lonely: System) -> None:
    async with lonely.person() as ada:
        name = await ada.type("I paint walls.")
        await ada.delete(name)
        lonely.execute("DELETE FROM procrastinate_jobs")
        with lonely.worker():
            async with asyncio.timeout(60):
                while lonely.count("SELECT count(*) FROM removals"):
                    await asyncio.sleep(0.05)
        assert lonely.profile.forgotten == [(ada.user, name)]


async def test_a_neighbour_that_stays_away_fails_the_step_but_not_the_transcript(lonely: System) -> None:
    async with lonely.person() as ada:
        lonely.profile.refusals[f"AnalyzeTranscript {ada.user}"] = [grpc.StatusCode.INTERNAL] * 2
        name = await ada.type("I paint walls.")
        lonely.execute("UPDATE recordings SET attempts = 7")  # one more, and patience is over
        with lonely.worker():
            ended = await ada.ended(name)
            assert (ended.failure.reason, ended.failure.retryable) == ("STEP_FAILED", True)
            assert (await ada.transcript(name)).text == "I paint walls."
            # A correction starts over.
            lonely.profile.refusals.clear()
            await ada.correct(name, "I paint houses.")
            assert (await ada.ended(name)).state == State.STATE_READY


async def test_a_worker_that_is_told_to_stop_gives_its_work_back_at_once(lonely: System) -> None:
    async with lonely.person() as ada:
        with lonely.profile.holding("AnalyzeTranscript", ada.user) as gate:
            name = await ada.type("I paint walls.")
            with lonely.worker() as worker:
                await at(ada, name, Stage.STAGE_ANALYZE)
                worker.send_signal(signal.SIGTERM)
                worker.wait(timeout=60)
            row = lonely.row(name)
            assert row
            assert (row["lease_until"], row["attempts"]) == (None, 0)
            gate.set()
            with lonely.worker():
                assert (await ada.ended(name)).state == State.STATE_READY


async def test_a_restarted_service_knows_everything(
    lonely: System, tmp_path_factory: pytest.TempPathFactory
) -> None:
    async with lonely.person() as ada:
        audio = encoded(silence(2))
        created = await ada.announce(audio)
        events = ada.watch(created.recording.name)
        assert (await anext(events)).recording.state == State.STATE_UPLOADING
        lonely.process.send_signal(signal.SIGTERM)
        last = [event async for event in events][-1]
        assert last.error.reason == "UNAVAILABLE"
        lonely.process.wait(timeout=60)
        folder = tmp_path_factory.mktemp("again")
        keys = lonely.keys
        with running_system(lonely.dsn, lonely.aws, lonely.issuer, keys, folder) as again, again.worker():
            async with again.person(ada.user) as ada_again:
                assert await ada_again.upload(created.ticket, audio) in (200, 204)
                await ada_again.complete(created.recording.name)
                ended = await ada_again.ended(created.recording.name)
    assert ended.failure.reason == "AUDIO_SILENT"


async def test_the_database_may_drop_every_connection(
    lonely: System, postgres_server: PostgresServer
) -> None:
    async with lonely.person() as ada:
        with lonely.worker(), lonely.profile.holding("AnalyzeTranscript", ada.user) as gate:
            name = await ada.type("I paint walls.")
            events = ada.watch(name)
            while (await anext(events)).recording.state != State.STATE_ANALYZING:
                pass
            for _ in range(3):
                await asyncio.to_thread(drop_connections, lonely, postgres_server)
                await asyncio.sleep(0.3)
            gate.set()
            assert (await ada.ended(name)).state == State.STATE_READY
            assert [event async for event in events][-1].HasField("ended")


def drop_connections(system: System, server: PostgresServer) -> None:
    name = system.dsn.rpartition("/")[2]
    with psycopg.connect(server.admin()) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
        )


async def test_nothing_spoken_and_no_secret_is_logged(system: System) -> None:
    async with system.person() as ada:
        name = await ada.type("I hide a purple elephant in my garage.", prompt="What do you hide?")
        await ada.ended(name)
        created = await ada.announce(b"abc")
        with refused(grpc.StatusCode.FAILED_PRECONDITION, "UPLOAD_MISSING"):
            await ada.complete(created.recording.name)
        await ada.delete(name)
    text = "".join(path.read_text() for path in system.folder.glob("*.log"))
    assert name.removeprefix("recordings/") in text  # there are logs, and they are about this
    for secret in (
        "elephant",
        "What do you hide",
        ada.user,
        created.ticket.fields["x-amz-signature"],
        "Bearer",
    ):
        assert secret not in text


async def at(person: Person, name: str, stage: Stage.ValueType) -> None:
    async for event in person.watch(name):
        if event.recording.stage == stage and event.recording.state == State.STATE_ANALYZING:
            return
    raise AssertionError("it ended before")
