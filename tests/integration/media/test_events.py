"""News by SQS: it finishes uploads whose browser died, and whatever else comes out of the queue does no harm."""

from __future__ import annotations

import asyncio
import uuid
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from tests.fixtures.stack import Aws
from tests.integration.media.conftest import Starter
from tests.integration.media.harness import State, System, logs
from tests.integration.media.post import Post, arrived, heard, post, until_empty
from tests.integration.media.test_account import erase, everything
from tests.unit.media.audio import encoded, silence

SILENCE = encoded(silence(2))


@pytest.fixture(scope="module")
def mailbox(aws: Aws) -> Iterator[Post]:
    with post(aws, visibility=1) as made:
        yield made


@pytest.fixture(scope="module")
def newsy(media: Starter, mailbox: Post) -> Iterator[System]:
    """A system whose worker takes news out of a queue."""
    with media(MEDIA_EVENTS=mailbox.url) as system, system.worker():
        yield system


def outcomes(system: System, name: str) -> Counter[str]:
    rows = system.rows("SELECT outcome FROM inbox WHERE recording_id = %s", name.partition("/")[2])
    return Counter(row["outcome"] for row in rows)


def noted(system: System, event_id: str) -> str | None:
    rows = system.rows("SELECT outcome FROM inbox WHERE event_id = %s", event_id)
    return rows[0]["outcome"] if rows else None


def checks(system: System, name: str) -> int:
    """How often the first step of the recording was done, and with it how often its upload was accepted."""
    row = system.row(name)
    assert row
    return row["lease_token"]


async def test_an_upload_is_completed_by_the_event_when_the_browser_is_gone(newsy: System) -> None:
    async with newsy.person() as ada:
        created = await ada.announce(SILENCE)
        assert await ada.upload(created.ticket, SILENCE) in (200, 204)
        ended = await ada.ended(created.recording.name)
    assert ended.failure.reason == "AUDIO_SILENT"
    assert outcomes(newsy, created.recording.name) == {"TAKEN": 1}


async def test_call_and_event_at_once_lead_to_one_transition(newsy: System, mailbox: Post) -> None:
    async with newsy.person() as ada:
        created = await ada.announce(SILENCE)
        name, key = created.recording.name, created.ticket.fields["key"]
        assert await ada.upload(created.ticket, SILENCE) in (200, 204)
        again = [arrived(newsy.aws.resources.bucket, key) for _ in range(3)]
        await asyncio.gather(asyncio.to_thread(mailbox.send, *again), *(ada.complete(name) for _ in range(3)))
        ended = await ada.ended(name)
        await asyncio.to_thread(until_empty, mailbox)
    assert ended.failure.reason == "AUDIO_SILENT"
    assert checks(newsy, name) == 1
    assert outcomes(newsy, name).total() == 4


async def test_the_same_news_ten_times_counts_once(newsy: System, mailbox: Post) -> None:
    async with newsy.person() as ada:
        created = await ada.announce(b"abc")
        name, key = created.recording.name, created.ticket.fields["key"]
        event = arrived(newsy.aws.resources.bucket, key)
        await asyncio.to_thread(mailbox.send, *[event] * 10)  # before anything has arrived
        await asyncio.to_thread(until_empty, mailbox)
        assert outcomes(newsy, name) == {"TAKEN": 1}
        assert (await ada.get(name)).state == State.STATE_UPLOADING
    duplicates = [line for line in events(newsy) if line.get("recording") == name.partition("/")[2]]
    assert Counter(line["reason"] for line in duplicates) == {"TAKEN": 1, "DUPLICATE": 9}


async def test_news_of_others_changes_nothing(newsy: System, mailbox: Post) -> None:
    bucket = newsy.aws.resources.bucket
    async with newsy.person() as ada:
        key = (await ada.announce(b"abc")).ticket.fields["key"]
        sent = {
            "FOREIGN": arrived("somebody-elses", key),
            "UNKNOWN": arrived(bucket, f"{key}/clips/0-900.m4a"),
            "OTHER": arrived(bucket, key) | {"detail-type": "Object Deleted"},
        }
        lost = heard(f"timbre-local-{uuid.uuid4()}-1")
        await asyncio.to_thread(mailbox.send, *sent.values(), lost)
        await asyncio.to_thread(until_empty, mailbox)
    assert {noted(newsy, event["id"]) for event in sent.values()} == set(sent)
    assert [noted(newsy, event["id"]) for event in sent.values()] == list(sent)
    assert noted(newsy, lost["id"]) == "UNKNOWN"


async def test_nothing_comes_back_by_late_news(newsy: System, mailbox: Post) -> None:
    bucket = newsy.aws.resources.bucket
    async with newsy.person() as ada:
        deleted, erased = await ada.announce(b"abc"), await ada.announce(b"abc")
        before = arrived(bucket, erased.ticket.fields["key"])
        await asyncio.to_thread(mailbox.send, before)
        await asyncio.to_thread(until_empty, mailbox)
        await ada.delete(deleted.recording.name)
        assert (await erase(newsy, ada.user))["postgres.inbox"] == 1
        late = [arrived(bucket, created.ticket.fields["key"]) for created in (deleted, erased)]
        await asyncio.to_thread(mailbox.send, before, *late)
        await asyncio.to_thread(until_empty, mailbox)
    assert [noted(newsy, event["id"]) for event in (before, *late)] == ["UNKNOWN"] * 3
    content = everything(newsy)
    assert erased.recording.name.partition("/")[2] not in content
    assert erased.ticket.fields["key"] not in content


async def test_what_nobody_understands_goes_to_the_dead_letters(newsy: System, mailbox: Post) -> None:
    bucket = newsy.aws.resources.bucket
    marks = [uuid.uuid4().hex for _ in range(3)]
    poison: list[Any] = [
        f'{{"purple elephant": "{marks[0]}"',
        {"id": marks[1], "source": "aws.s3", "detail-type": "Object Created", "detail": {}},
        arrived(bucket, f"u/\0{marks[2]}"),
    ]
    async with newsy.person() as ada:
        created = await ada.announce(b"abc")
        await asyncio.to_thread(mailbox.send, *poison, arrived(bucket, created.ticket.fields["key"]))
        async with asyncio.timeout(60):
            dead: set[str] = set()
            while len(dead) < len(marks):
                dead |= {mark for body in mailbox.dead() for mark in marks if mark in body}
                await asyncio.sleep(0.2)
    assert outcomes(newsy, created.recording.name) == {"TAKEN": 1}  # those behind it are not held up
    lines = [line for line in logs(newsy.folder) if line["event"] == "event not understood"]
    assert {line["level"] for line in lines} == {"error"}
    assert {line["attempt"] for line in lines} == {1, 2, 3}
    text = "".join(path.read_text() for path in newsy.folder.glob("*.log"))
    assert "elephant" not in text


async def test_old_news_is_forgotten(newsy: System, mailbox: Post) -> None:
    event = arrived("somebody-elses", "u/1")
    await asyncio.to_thread(mailbox.send, event)
    await asyncio.to_thread(until_empty, mailbox)
    newsy.execute(
        "UPDATE inbox SET receive_time = now() - interval '6 days' WHERE event_id = %s", event["id"]
    )
    async with asyncio.timeout(60):
        while noted(newsy, event["id"]):
            await asyncio.sleep(0.1)


async def test_without_a_queue_within_reach_the_worker_works_on(media: Starter, aws: Aws) -> None:
    gone = f"{aws.emulator.endpoint}/000000000000/never-made"
    with media(MEDIA_EVENTS=gone) as system, system.worker():
        async with system.person() as ada:
            assert (await ada.ended(await ada.type("I paint walls."))).state == State.STATE_READY
        async with asyncio.timeout(30):
            while not any(line["event"] == "events have to wait" for line in logs(system.folder)):
                await asyncio.sleep(0.1)


def events(system: System) -> list[dict[str, str]]:
    return [line for line in logs(system.folder) if line["event"] == "event"]
