"""
media on the wire.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from uuid import UUID

from google.protobuf.empty_pb2 import Empty

from services.kit.interceptors import Context, current_caller
from services.kit.logs import describe, get_logger
from services.kit.pages import PageTokens
from services.kit.status import as_timbre_error
from services.media import wire
from services.media.errors import InvalidUpdateMask
from services.media.service.clips import ClipService
from services.media.service.recordings import RecordingService
from services.media.service.transcripts import TranscriptService
from services.media.service.uploads import UploadService
from timbre.media.v1 import media_pb2 as pb
from timbre.media.v1.media_pb2_grpc import MediaServiceServicer

DEFAULT_PAGE = 20


class MediaServicer(MediaServiceServicer):
    """Requests into use cases, recordings and transcripts into replies. No rule lives here."""

    def __init__(
        self,
        uploads: UploadService,
        recordings: RecordingService,
        transcripts: TranscriptService,
        clips: ClipService,
        pages: PageTokens,
    ) -> None:
        self._uploads = uploads
        self._recordings = recordings
        self._transcripts = transcripts
        self._clips = clips
        self._pages = pages

    async def CreateRecording(
        self, request: pb.CreateRecordingRequest, context: Context
    ) -> pb.CreateRecordingResponse:
        caller = current_caller()
        request_id = UUID(request.request_id) if request.request_id else None
        if request.HasField("typed"):
            recording = await self._uploads.create_typed(
                caller,
                text=request.typed.text,
                language=request.typed.language,
                prompt=request.prompt,
                request_id=request_id,
            )
            return pb.CreateRecordingResponse(recording=wire.recording(recording))
        recording, ticket = await self._uploads.create_spoken(
            caller,
            content_type=request.spoken.content_type,
            size_bytes=request.spoken.size_bytes,
            sha256=request.spoken.sha256 or None,
            prompt=request.prompt,
            request_id=request_id,
        )
        return pb.CreateRecordingResponse(
            recording=wire.recording(recording), ticket=wire.ticket(ticket) if ticket else None
        )

    async def CompleteRecording(self, request: pb.CompleteRecordingRequest, context: Context) -> pb.Recording:
        return wire.recording(await self._uploads.complete(current_caller(), wire.id_of(request.name)))

    async def RetryRecording(self, request: pb.RetryRecordingRequest, context: Context) -> pb.Recording:
        return wire.recording(await self._recordings.retry(current_caller(), wire.id_of(request.name)))

    async def ReanalyzeRecordings(
        self, request: pb.ReanalyzeRecordingsRequest, context: Context
    ) -> pb.ReanalyzeRecordingsResponse:
        count = await self._recordings.reanalyze(current_caller())
        return pb.ReanalyzeRecordingsResponse(recording_count=count)

    async def GetRecording(self, request: pb.GetRecordingRequest, context: Context) -> pb.Recording:
        return wire.recording(await self._recordings.get(current_caller(), wire.id_of(request.name)))

    async def ListRecordings(
        self, request: pb.ListRecordingsRequest, context: Context
    ) -> pb.ListRecordingsResponse:
        caller = current_caller()
        bound_to = f"recordings {caller.user_id}"
        size = request.page_size or DEFAULT_PAGE
        cursor = self._pages.read(request.page_token, bound_to=bound_to)
        before = (datetime.fromisoformat(cursor[0]), UUID(cursor[1])) if cursor else None
        found = await self._recordings.list(caller, size + 1, before)
        page = found[:size]
        reply = pb.ListRecordingsResponse(recordings=map(wire.recording, page))
        if len(found) > size:
            last = page[-1]
            position = [last.create_time.isoformat(), str(last.id)]
            reply.next_page_token = self._pages.make(position, bound_to=bound_to)
        return reply

    async def DeleteRecording(self, request: pb.DeleteRecordingRequest, context: Context) -> Empty:
        await self._recordings.delete(current_caller(), wire.id_of(request.name))
        return Empty()

    async def WatchRecording(
        self, request: pb.WatchRecordingRequest, context: Context
    ) -> AsyncIterator[pb.WatchRecordingResponse]:
        begun = False
        try:
            async for event in self._recordings.watch(current_caller(), wire.id_of(request.name)):
                begun = True
                yield wire.watch_event(event)
        except Exception as error:
            # Over HTTP nobody sees a status behind the first event, so it is told as an event.
            if not begun:
                raise
            get_logger().warning("watch broke", **describe(error))
            yield wire.watch_error(as_timbre_error(error))

    async def GetTranscript(self, request: pb.GetTranscriptRequest, context: Context) -> pb.Transcript:
        recording_id = wire.id_of(request.name)
        return wire.transcript(recording_id, await self._transcripts.get(current_caller(), recording_id))

    async def GetClip(self, request: pb.GetClipRequest, context: Context) -> pb.Clip:
        match_id, fact_id = wire.fact_of(request.name)
        return wire.clip(request.name, await self._clips.get(current_caller(), match_id, fact_id))

    async def UpdateTranscript(self, request: pb.UpdateTranscriptRequest, context: Context) -> pb.Transcript:
        if set(request.update_mask.paths) - {"text"}:
            raise InvalidUpdateMask(field="update_mask")
        sent = request.transcript
        recording_id = wire.id_of(sent.name)
        corrected = await self._transcripts.correct(
            current_caller(), recording_id, text=sent.text, etag=sent.etag
        )
        return wire.transcript(recording_id, corrected)
