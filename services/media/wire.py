"""Domain objects as messages."""

from __future__ import annotations

from uuid import UUID

from services.kit.errors import TimbreError, Unavailable
from services.media.adapters.s3 import Ticket
from services.media.domain import Recording, Segment, Stage, Transcript
from services.media.service.clips import CONTENT_TYPE, Clip
from services.media.service.recordings import Changed, Ended, Heartbeat, Stopping, WatchEvent
from timbre.media.v1 import media_pb2 as pb


def id_of(name: str) -> UUID:
    """The uuid in `recordings/{uuid}` or `recordings/{uuid}/transcript`, whose form is checked already."""
    return UUID(name.split("/")[1])


def fact_of(name: str) -> tuple[UUID | None, UUID]:
    """The uuids in `matches/{uuid}/facts/{uuid}/clip`; None stands for `me`."""
    _, match, _, fact, _ = name.split("/")
    return None if match == "me" else UUID(match), UUID(fact)


def recording(stored: Recording) -> pb.Recording:
    message = pb.Recording(
        name=f"recordings/{stored.id}",
        state=pb.Recording.State.Value(f"STATE_{stored.state.value}"),
        progress=stored.progress,
        origin=pb.Recording.Origin.Value(f"ORIGIN_{stored.origin.value}"),
        prompt=stored.prompt,
    )
    if stored.stage:
        message.stage = pb.Recording.Stage.Value(f"STAGE_{stored.stage.value}")
    if stored.failure:
        message.failure.reason = stored.failure.value
        message.failure.message = stored.failure.message
        message.failure.retryable = stored.failure.retryable
    if stored.duration is not None:
        message.duration.FromTimedelta(stored.duration)
    message.create_time.FromDatetime(stored.create_time)
    message.update_time.FromDatetime(stored.update_time)
    return message


def ticket(made: Ticket) -> pb.UploadTicket:
    message = pb.UploadTicket(url=made.url, fields=made.fields)
    message.expire_time.FromDatetime(made.expire_time)
    return message


def clip(name: str, made: Clip) -> pb.Clip:
    message = pb.Clip(name=name, url=made.url, content_type=CONTENT_TYPE)
    message.duration.FromTimedelta(made.duration)
    message.expire_time.FromDatetime(made.expire_time)
    return message


def transcript(recording_id: UUID, stored: Transcript) -> pb.Transcript:
    message = pb.Transcript(
        name=f"recordings/{recording_id}/transcript",
        text=stored.text,
        segments=map(_segment, stored.segments),
        language=stored.language,
        confidence=stored.confidence,
        revision=stored.revision,
        engine=stored.engine,
        etag=stored.etag,
    )
    if stored.update_time:
        message.update_time.FromDatetime(stored.update_time)
    return message


def watch_event(event: WatchEvent) -> pb.WatchRecordingResponse:
    match event:
        case Changed(changed):
            partial = changed.partial_text if changed.stage is Stage.TRANSCRIBE else ""
            return pb.WatchRecordingResponse(recording=recording(changed), partial_transcript=partial)
        case Heartbeat():
            return pb.WatchRecordingResponse(heartbeat=pb.WatchRecordingResponse.Heartbeat())
        case Ended(last):
            ended = pb.WatchRecordingResponse.Ended(
                recording=recording(last) if last else None, deleted=last is None
            )
            return pb.WatchRecordingResponse(ended=ended)
        case Stopping():
            return watch_error(Unavailable("The service restarts; watch again."))


def watch_error(error: TimbreError) -> pb.WatchRecordingResponse:
    return pb.WatchRecordingResponse(
        error=pb.WatchRecordingResponse.Error(
            code=error.code.value[0], reason=error.reason, message=error.message
        )
    )


def _segment(stored: Segment) -> pb.Segment:
    words = [
        pb.Word(text=word.text, start_ms=word.start_ms, end_ms=word.end_ms, confidence=word.confidence)
        for word in stored.words
    ]
    return pb.Segment(text=stored.text, words=words)
