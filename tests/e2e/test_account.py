"""What is known of a user goes home with them whole, and is gone when they are: proven by looking everywhere."""

from __future__ import annotations

import asyncio
import json
import secrets
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest

from local.people import CAST
from local.stack import Running
from tests.e2e.conftest import SignUp, Someone
from tests.e2e.people import erase, person_id, until
from tests.e2e.stores import Row, files, objects, rows

pytestmark = pytest.mark.asyncio(loop_scope="session")

NOT_EXPORTED = {
    "media.recordings": {
        "owner_id": "the user's id is in account.json",
        "request_sha256": "a fingerprint",
        "audio_key": "where the audio lies; the audio itself is in the archive",
        "audio_etag": "a digest of it",
        "lease_token": "who works on it",
        "lease_until": "who works on it",
        "attempts": "who works on it",
    },
    "profile.facts": {"user_id": "as above", "position": "their order", "said_key": "a digest"},
    "profile.analyses": {"user_id": "as above", "digest": "a digest"},
    "profile.tombstones": {"user_id": "as above", "key": "a digest"},
    "auth.exports": {"size_bytes": "of an archive that is not closed yet"},
    "match.reports": {"reported_id": "the other's id; the archive names them as the user knows them"},
    "match.reactions": {"other_id": "as above"},
    "match.blocks": {"other_id": "as above"},
    "match.judgements": {"other_id": "as above"},
    "match.connections": {"first_user": "as above", "second_user": "as above"},
}
"""Columns whose values mean nothing to a person, with the reason."""
TABLES_NOT_EXPORTED = {
    "request_ids": "answers to repeated calls: copies of what is exported",
    "procrastinate_jobs": "queued work: ids only",
    "procrastinate_events": "the queue's own log",
    "procrastinate_workers": "processes",
    "procrastinate_periodic_defers": "the queue's own log",
    "migrations": "the schema",
    "judge_tasks": "work to do: whose list is to be judged, and when",
    "vectors": "embeddings: numbers without meaning to a person, and how far the index is",
    "revocations": "a digest of the user's id",
    "erased_users": "a digest of the user's id",
    "inbox": "which messages of the queue were handled: their ids",
}


@dataclass(frozen=True, slots=True)
class Full:
    """A user who has left traces wherever one can."""

    someone: Someone
    user_id: str
    words: frozenset[str]
    """Unique strings from every field, the address and the user id; each is theirs alone."""
    ids: frozenset[str]
    """Of what they have made: random, and they lead nowhere once that is gone."""
    audio: bytes

    @property
    def canaries(self) -> frozenset[str]:
        return self.words | self.ids


def canary(what: str) -> str:
    return f"{what}{secrets.token_hex(6)}"


async def _full(system: Running, new_person: SignUp) -> Full:
    """Live a life that fills every table, with words that nobody else says."""
    words = {
        what: canary(what) for what in ("name", "head", "offer", "seek", "own", "prompt", "term", "fixed")
    }
    someone, partner = await new_person(words["name"]), await new_person("Partner")
    api = someone.api
    typed = (
        f"I can teach you glassblowing the {words['offer']} way."
        f" I am looking for someone to shoe my old donkey {words['seek']}."
    )
    created = await api.call("POST", "recordings", {"typed": {"text": typed}, "prompt": words["prompt"]})
    recording = created["recording"]["name"]
    await someone.awaits_end(recording)
    audio = (CAST / "rosa-d.opus").read_bytes() + secrets.token_bytes(32)
    spoken = await someone.uploads(audio, "audio/ogg")
    await api.call("POST", f"{spoken['name']}:complete", {})
    await someone.awaits_end(spoken["name"])
    corrected = {"text": f"{typed} I enjoy {words['fixed']} walks."}
    await api.call("PATCH", f"{recording}/transcript", corrected, updateMask="text")
    await someone.awaits_end(recording)
    await api.call(
        "PATCH", "profile", {"headline": words["head"], "languages": ["en"]}, updateMask="headline,languages"
    )
    fact = {"facet": "FACET_VALUE", "text": words["own"]}
    made = await api.call("POST", "facts", {"fact": fact, "requestId": str(uuid4())})
    deleted = await api.call("POST", "facts", {"fact": {**fact, "text": words["own"] + " twice"}})
    await api.call("DELETE", deleted["name"])
    consent = {"purpose": "PURPOSE_SHARE_CLIPS", "granted": True, "terms": words["term"]}
    await api.call("POST", "consents:set", consent)
    preferences = {
        "place": {"latitude": 52.25, "longitude": 4.75},
        "weights": [{"facet": "FACET_SEEK", "weight": 1.25}],
    }
    await api.call("PATCH", "preferences", preferences, updateMask="place,weights")
    extra = await _with_others(someone, partner, words)
    user_id = (await api.call("GET", "session"))["userId"]
    person = await person_id(system, someone)
    ids = {name.rpartition("/")[2] for name in (recording, spoken["name"], made["name"], deleted["name"])}
    said = frozenset({*words.values(), *extra, user_id, someone.email})
    return Full(someone, user_id, said, frozenset({*ids, str(person)}), audio)


async def _with_others(someone: Someone, partner: Someone, words: Mapping[str, str]) -> set[str]:
    """React, report and block, and be reacted to; return what was said in it."""
    await partner.types("I shoe any old donkey. I am looking for someone to teach me glassblowing.")
    theirs = await until(lambda: _first(someone, "Partner"))
    mine = await until(lambda: _first(partner, words["name"]))
    await someone.api.call("POST", f"{theirs['name']}:react", {"reaction": "REACTION_LIKE"})
    await partner.api.call("POST", f"{mine['name']}:react", {"reaction": "REACTION_LIKE"})
    comment = canary("comment")
    report = {"category": "CATEGORY_OTHER", "comment": comment}
    await someone.api.call("POST", f"{theirs['name']}:report", report)
    await someone.api.call("POST", "facetWeights:adjust", {"facet": "FACET_SEEK", "helpful": True})
    await someone.api.call("GET", "matches:search", query=words["seek"])
    return {comment}


async def _first(someone: Someone, name: str) -> dict[str, Any] | None:
    return next((each for each in await someone.matches() if each["card"]["displayName"] == name), None)


async def _archive(someone: Someone) -> zipfile.ZipFile:
    export = await someone.api.call("POST", "exports", {})

    async def packed() -> dict[str, Any] | None:
        now = await someone.api.call("GET", export["name"])
        return now if now["state"] != "STATE_RUNNING" else None

    ready = await until(packed)
    assert ready["state"] == "STATE_READY"
    answer = await someone.http.get(ready["url"])
    assert answer.headers["content-disposition"].startswith("attachment")
    assert int(ready["sizeBytes"]) == len(answer.content)
    return zipfile.ZipFile(BytesIO(answer.content))


def _leaves(value: Any) -> Iterator[str]:
    """Every value inside a column, as text that an archive can be searched for."""
    match value:
        case None | "" | bool():
            return
        case dict():
            for inner in value.values():  # pyright: ignore[reportUnknownVariableType]
                yield from _leaves(inner)
        case list():
            for inner in value:  # pyright: ignore[reportUnknownVariableType]
                yield from _leaves(inner)
        case datetime():
            yield value.isoformat()[:19]
        case float():
            yield str(round(value, 4)).rstrip("0")[:5]
        case _:
            yield str(value)


def _belong(row: Row, full: Full) -> bool:
    return any(mark in row.text for mark in full.canaries)


async def test_an_export_holds_every_value_of_every_row(system: Running, new_person: SignUp) -> None:
    full = await _full(system, new_person)
    archive = await _archive(full.someone)
    assert archive.testzip() is None
    names = archive.namelist()
    assert len(names) == len(set(names))
    assert "README.md" in names
    texts = {name: archive.read(name) for name in names}
    whole = b"\n".join(content for name, content in texts.items() if name.endswith((".json", ".md"))).decode()
    readme = texts["README.md"].decode()
    assert [name for name in names if name.split("/")[0] not in readme + "README.md"] == []
    missing = {
        (row.table, column, leaf)
        for row in rows(system)
        if row.table.partition(".")[2] not in TABLES_NOT_EXPORTED and _belong(row, full) and _mine(row, full)
        for column, value in row.columns.items()
        if column not in NOT_EXPORTED.get(row.table, {})
        for leaf in _leaves(value)
        if leaf not in whole and json.dumps(leaf, ensure_ascii=False)[1:-1] not in whole
    }
    assert missing == set()
    assert full.audio in texts.values()


def _mine(row: Row, full: Full) -> bool:
    """Rows in which somebody else speaks about the user are that somebody's."""
    owner = row.columns.get("user_id", row.columns.get("owner_id", full.user_id))
    return owner == full.user_id


async def test_an_erasure_leaves_nothing_anywhere(system: Running, new_person: SignUp) -> None:
    """A search for every word, every id and the audio through all stores, and the logs, finds none."""
    full = await _full(system, new_person)
    await _archive(full.someone)  # exports are stores, too
    found = _traces(system, full)
    assert {place.split(".")[0].split("/")[0] for place in found} >= {
        "auth",
        "media",
        "profile",
        "match",
        "object",
    }
    done = await erase(full.someone)
    payload = json.loads(done["receipt"]["payload"])
    counts: dict[str, dict[str, int]] = payload["counts"]
    assert counts.keys() == {"auth", "media", "profile", "match"}
    assert sum(sum(stores.values()) for stores in counts.values()) > 20
    await asyncio.sleep(3)  # the emulator writes its state to disk once a second
    assert _traces(system, full) == set()
    # Logs name recordings, the queue of S3's events keys, the index's own log people: ids that lead nowhere now.
    left = {
        name
        for name, content in files(system, "logs", "emulator", "index")
        if full.audio in content or any(word.encode() in content for word in full.words)
    }
    assert left == set()


def _traces(system: Running, full: Full) -> set[str]:
    marks = full.canaries | {mark.encode().hex() for mark in full.canaries}
    tables = {row.table for row in rows(system) if any(mark in row.text for mark in marks)}
    stored = {
        f"object/{key}"
        for key, content in objects(system)
        if full.audio in content or any(mark in key or mark.encode() in content for mark in full.canaries)
    }
    return tables | stored


async def test_what_is_delivered_again_brings_nobody_back(system: Running, new_person: SignUp) -> None:
    """A ticket that is still good lets an upload in after the erasure; it is removed, and nothing comes of it."""
    someone = await new_person("Late")
    audio = (CAST / "brian-w.opus").read_bytes()
    body = {"spoken": {"contentType": "audio/ogg", "sizeBytes": len(audio)}}
    created = await someone.api.call("POST", "recordings", body)
    await erase(someone)
    before = {key for key, _ in objects(system)}
    await someone.api.upload(created["ticket"], audio, "audio/ogg")
    assert {key for key, _ in objects(system)} - before

    async def removed() -> bool | None:
        return True if not {key for key, _ in objects(system)} - before else None

    await until(removed)
    recording = created["recording"]["name"].partition("/")[2]
    assert [row.table for row in rows(system) if recording in row.text] == []
