"""Recordings, transcripts and removals in PostgreSQL: one method a query, rows in and out of the domain."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg.rows import DictRow

from services.kit.postgres import Connection, Database, fetch_one, queries
from services.media.adapters.rows import recording_from, transcript_from, transcript_params
from services.media.domain import (
    Announcement,
    Claim,
    Failure,
    Origin,
    Recording,
    Stage,
    State,
    Transcript,
)

LEASE_SECONDS = 10.0
"""How long a claim holds without a renewal; a dead worker's recording goes on after it."""

_SQL = queries("services.media")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRecording:
    """What CreateRecording stores, and the client's id for it."""

    id: UUID
    owner_id: str
    origin: Origin
    prompt: str
    announced: Announcement | None
    ticket_until: datetime | None
    request_id: UUID | None
    fingerprint: bytes


@dataclass(frozen=True, slots=True)
class Removal:
    """What is left of a deleted recording; an upload may still arrive for `wait_seconds`."""

    recording_id: UUID
    owner_id: str
    audio_key: str | None
    wait_seconds: int


class Recordings:
    """The tables of media. Methods with a `connection` belong to the caller's transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def transaction(self) -> AbstractAsyncContextManager[Connection]:
        return self._database.transaction()

    async def add(self, connection: Connection, new: NewRecording) -> Recording | None:
        """Store a new recording; None when its owner has used the request id before."""
        if new.request_id and not await fetch_one(connection, _SQL["insert_request"], _request(new)):
            return None
        spoken = new.announced
        row = await fetch_one(
            connection,
            _SQL["insert_recording"],
            {
                "id": new.id,
                "owner_id": new.owner_id,
                "origin": new.origin,
                "prompt": new.prompt,
                "content_type": spoken.content_type if spoken else None,
                "size_bytes": spoken.size_bytes if spoken else None,
                "sha256": spoken.sha256 if spoken else None,
                "audio_key": spoken.key if spoken else None,
                "ticket_until": new.ticket_until,
                "state": State.UPLOADING if spoken else State.QUEUED,
                "stage": None if spoken else Stage.ANALYZE,
            },
        )
        return recording_from(row) if row else None

    async def by_request(self, owner_id: str, request_id: UUID) -> tuple[UUID, bytes] | None:
        """Which recording a request id has made, if only once, and the fingerprint of what was asked for."""
        params = {"owner_id": owner_id, "request_id": request_id}
        row = await self._database.one(_SQL["get_request"], params)
        return (row["recording_id"], row["request_sha256"]) if row else None

    async def purge_requests(self) -> None:
        """Forget what request ids have made after a day."""
        await self._database.one(_SQL["purge_requests"])

    async def extend_ticket(self, owner_id: str, recording_id: UUID, until: datetime) -> Recording | None:
        """Note a fresh ticket; None when the recording is no longer uploading."""
        params = {"id": recording_id, "owner_id": owner_id, "ticket_until": until}
        return _maybe(await self._database.one(_SQL["extend_ticket"], params))

    async def get(self, owner_id: str, recording_id: UUID) -> Recording | None:
        params = {"id": recording_id, "owner_id": owner_id}
        return _maybe(await self._database.one(_SQL["get_recording"], params))

    async def find(self, recording_id: UUID) -> Recording | None:
        """One recording, whoever owns it: for work that is for everybody."""
        return _maybe(await self._database.one(_SQL["find_recording"], {"id": recording_id}))

    async def page(
        self, owner_id: str, limit: int, before: tuple[datetime, UUID] | None
    ) -> Sequence[Recording]:
        """Newest first, beginning after `before` (create_time and id of the last one seen)."""
        time, recording_id = before or (None, None)
        params = {"owner_id": owner_id, "limit": limit, "before_time": time, "before_id": recording_id}
        return [recording_from(row) for row in await self._database.all(_SQL["list_recordings"], params)]

    async def accept_upload(
        self, connection: Connection, recording: Recording, etag: str
    ) -> Recording | None:
        """UPLOADING → QUEUED; None when it is not uploading any more."""
        params = {"id": recording.id, "owner_id": recording.owner_id, "etag": etag}
        return _maybe(await fetch_one(connection, _SQL["accept_upload"], params))

    async def refuse_upload(self, recording: Recording, failure: Failure) -> Recording | None:
        """UPLOADING → FAILED; None when it is not uploading any more."""
        params = {"id": recording.id, "owner_id": recording.owner_id, "failure": failure}
        return _maybe(await self._database.one(_SQL["refuse_upload"], params))

    async def retry(self, connection: Connection, recording: Recording) -> Recording | None:
        """FAILED → the step that failed; None when it is not FAILED any more, or for another reason."""
        params = {"id": recording.id, "owner_id": recording.owner_id, "failure": recording.failure}
        return _maybe(await fetch_one(connection, _SQL["retry"], params))

    async def reanalyze(self, connection: Connection, owner_id: str) -> Sequence[UUID]:
        """Send every transcript that is at rest back to its analysis; return whose recordings they are."""
        cursor = await connection.execute(_SQL["reanalyze"], {"owner_id": owner_id})
        return [row["id"] for row in await cursor.fetchall()]

    async def delete(self, connection: Connection, owner_id: str, recording_id: UUID) -> bool:
        """Delete a recording and remember what is left to clean up; False when there is none."""
        params: dict[str, Any] = {"id": recording_id, "owner_id": owner_id}
        row = await fetch_one(connection, _SQL["delete_recording"], params)
        if row:
            params |= {"audio_key": row["audio_key"], "ticket_until": row["ticket_until"]}
            await connection.execute(_SQL["insert_removal"], params)
        return row is not None

    async def transcript(self, owner_id: str, recording_id: UUID) -> Transcript | None:
        params = {"id": recording_id, "owner_id": owner_id}
        row = await self._database.one(_SQL["get_transcript"], params)
        return transcript_from(row) if row else None

    async def put_transcript(
        self, connection: Connection, recording_id: UUID, transcript: Transcript
    ) -> None:
        params = {
            "revision": transcript.revision,
            "language": transcript.language,
            "engine": transcript.engine,
        }
        await connection.execute(
            _SQL["put_transcript"], {**params, **transcript_params(recording_id, transcript)}
        )

    async def revise_transcript(
        self, connection: Connection, owner_id: str, recording_id: UUID, revised: Transcript
    ) -> Transcript | None:
        """Replace the revision before, and analyze again; None, to be rolled back, when somebody was faster."""
        params = {
            "owner_id": owner_id,
            "revision": revised.revision - 1,
            **transcript_params(recording_id, revised),
        }
        # The recording first: whoever locks both, locks them in this order.
        await connection.execute(_SQL["restart_analysis"], params)
        row = await fetch_one(connection, _SQL["revise_transcript"], params)
        return transcript_from(row) if row else None

    async def claim(self, recording_id: UUID, stage: Stage) -> Claim | None:
        """Take the right to work on a stage; None when it is done, gone, or in other hands."""
        params = {"id": recording_id, "stage": stage, "state": stage.state, "lease_seconds": LEASE_SECONDS}
        row = await self._database.one(_SQL["claim"], params)
        return Claim(recording_from(row), stage, row["lease_token"], row["attempts"]) if row else None

    async def renew(self, claim: Claim) -> bool:
        """Hold the claim for another lease; False when it is lost."""
        params = {**_held(claim), "lease_seconds": LEASE_SECONDS}
        return await self._database.one(_SQL["renew_lease"], params) is not None

    async def note_progress(self, claim: Claim, progress: float, partial_text: str = "") -> bool:
        """Tell watchers how far the stage is; False when the claim is lost."""
        params = {**_held(claim), "progress": progress, "partial_text": partial_text}
        params["lease_seconds"] = LEASE_SECONDS
        async with self._database.transaction() as connection:
            # A lost note costs nothing, so nobody waits for the disk.
            await connection.execute("SET LOCAL synchronous_commit = off")
            return await fetch_one(connection, _SQL["note_progress"], params) is not None

    async def advance(
        self,
        connection: Connection,
        claim: Claim,
        stage: Stage | None,
        *,
        duration: timedelta | None = None,
        profile_version: int | None = None,
    ) -> bool:
        """Hand the recording to its next stage, or to its readers; False when the claim is lost."""
        params = {
            **_held(claim),
            "stage": stage,
            "state": stage.state if stage else State.READY,
            "duration_ms": round(duration.total_seconds() * 1000) if duration is not None else None,
            "profile_version": profile_version,
        }
        return await fetch_one(connection, _SQL["advance"], params) is not None

    async def fail(self, claim: Claim, failure: Failure) -> bool:
        """End the recording, for now or for good; False when the claim is lost."""
        params = {**_held(claim), "failure": failure, "retryable": failure.retryable}
        return await self._database.one(_SQL["fail"], params) is not None

    async def release(self, claim: Claim, *, counted: bool) -> bool:
        """Give the claim back; a counted attempt brings the recording closer to failing. False when it was lost."""
        params = {**_held(claim), "uncounted": 0 if counted else 1}
        return await self._database.one(_SQL["release"], params) is not None

    async def abandoned(self) -> Sequence[tuple[UUID, Stage]]:
        """Recordings at work that nobody works on or will."""
        rows = await self._database.all(_SQL["abandoned"])
        return [(row["id"], Stage(row["stage"])) for row in rows]

    async def overdue_uploads(self) -> Sequence[Recording]:
        return [recording_from(row) for row in await self._database.all(_SQL["overdue_uploads"])]

    async def removal(self, recording_id: UUID) -> Removal | None:
        row = await self._database.one(_SQL["get_removal"], {"id": recording_id})
        if row is None:
            return None
        return Removal(recording_id, row["owner_id"], row["audio_key"], row["wait_seconds"] or 0)

    async def removed(self, recording_id: UUID) -> None:
        """Everything of the recording is gone."""
        await self._database.one(_SQL["delete_removal"], {"id": recording_id})

    async def late_uploads(self) -> Sequence[tuple[str, bool]]:
        """Key prefixes of erased users to be emptied now, and whether that is for the last time."""
        rows = await self._database.all(_SQL["due_late_uploads"])
        return [(row["key_prefix"], row["over"]) for row in rows]

    async def late_upload_over(self, key_prefix: str) -> None:
        """Nothing can arrive below this prefix any more."""
        await self._database.one(_SQL["delete_late_upload"], {"key_prefix": key_prefix})

    async def forgotten_removals(self) -> Sequence[UUID]:
        return [row["recording_id"] for row in await self._database.all(_SQL["forgotten_removals"])]


def _request(new: NewRecording) -> dict[str, Any]:
    return {
        "id": new.id,
        "owner_id": new.owner_id,
        "request_id": new.request_id,
        "request_sha256": new.fingerprint,
    }


def _held(claim: Claim) -> dict[str, Any]:
    return {"id": claim.recording.id, "token": claim.token}


def _maybe(row: DictRow | None) -> Recording | None:
    return recording_from(row) if row else None
