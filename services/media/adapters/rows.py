"""Rows of media's tables, into the domain and out of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from services.media.domain import (
    Announcement,
    Failure,
    Origin,
    Recording,
    Segment,
    Stage,
    State,
    Transcript,
    Word,
)


def transcript_params(recording_id: UUID, transcript: Transcript) -> dict[str, Any]:
    segments = [
        [segment.text, [[word.text, word.start_ms, word.end_ms, word.confidence] for word in segment.words]]
        for segment in transcript.segments
    ]
    return {"id": recording_id, "text": transcript.text, "segments": Jsonb(segments)}


def transcript_from(row: DictRow) -> Transcript:
    return Transcript(
        text=row["text"],
        segments=tuple(
            Segment(text, tuple(Word(*word) for word in words)) for text, words in row["segments"]
        ),
        language=row["language"],
        engine=row["engine"],
        revision=row["revision"],
        update_time=row["update_time"],
    )


def recording_from(row: DictRow) -> Recording:
    spoken = row["audio_key"] is not None
    return Recording(
        id=row["id"],
        owner_id=row["owner_id"],
        origin=Origin(row["origin"]),
        state=State(row["state"]),
        stage=Stage(row["stage"]) if row["stage"] else None,
        progress=row["progress"],
        failure=Failure(row["failure"]) if row["failure"] else None,
        prompt=row["prompt"],
        announced=Announcement(
            content_type=row["content_type"],
            size_bytes=row["size_bytes"],
            sha256=row["sha256"],
            key=row["audio_key"],
        )
        if spoken
        else None,
        ticket_until=row["ticket_until"],
        etag=row["audio_etag"],
        duration=timedelta(milliseconds=row["duration_ms"]) if row["duration_ms"] is not None else None,
        partial_text=row["partial_text"],
        profile_version=row["profile_version"],
        create_time=row["create_time"],
        update_time=row["update_time"],
    )
