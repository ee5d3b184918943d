"""How work is put in the queue: one kind of job for each stage, and one for what a deletion leaves."""

from __future__ import annotations

from uuid import UUID

from services.kit.jobs import Jobs
from services.kit.postgres import Connection
from services.media.domain import Stage

REMOVE = "remove"
ARRIVED = "arrived"


async def enqueue(jobs: Jobs, connection: Connection, stage: Stage, recording_id: UUID) -> None:
    """Have a worker look at this stage of the recording once the transaction commits."""
    await jobs.defer(
        connection, job_name(stage), once=f"{stage}:{recording_id}", recording_id=str(recording_id)
    )


async def enqueue_look(jobs: Jobs, connection: Connection, recording_id: UUID, *, after_seconds: int) -> None:
    """Have a worker ask after a while how the recogniser's job is. News of the job does not wait for this."""
    await jobs.defer(
        connection,
        job_name(Stage.TRANSCRIBE),
        once=f"look:{recording_id}",
        after_seconds=after_seconds,
        recording_id=str(recording_id),
    )


async def enqueue_arrival(jobs: Jobs, connection: Connection, recording_id: UUID) -> None:
    """Have a worker look at what was uploaded for the recording."""
    await jobs.defer(connection, ARRIVED, once=f"{ARRIVED}:{recording_id}", recording_id=str(recording_id))


async def enqueue_removal(
    jobs: Jobs, connection: Connection, recording_id: UUID, *, after_seconds: int = 0
) -> None:
    """Have a worker remove what a deleted recording left behind."""
    await jobs.defer(
        connection,
        REMOVE,
        once=f"{REMOVE}:{recording_id}",
        after_seconds=after_seconds,
        recording_id=str(recording_id),
    )


def job_name(stage: Stage) -> str:
    return stage.value.lower()
