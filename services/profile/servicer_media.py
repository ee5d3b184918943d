"""
What media asks and tells, on the wire.
"""

from __future__ import annotations

from typing import Final, cast

from services.kit.interceptors import Context, current_caller
from services.profile.domain import Transcript, Word
from services.profile.service.index import MAX_WAIT_SECONDS
from services.profile.servicer_base import Calls
from services.profile.wire import evidence_to_wire, id_from_name
from timbre.profile.v1 import profile_pb2 as pb

_ANSWER_SECONDS: Final = 0.2
"""What an answer needs to get back before the caller's deadline."""


class MediaCalls(Calls):
    """Calls about what the acting user said."""

    async def GetEvidence(self, request: pb.GetEvidenceRequest, context: Context) -> pb.Evidence:
        evidence = await self._do.facts.get_evidence(current_caller(), id_from_name(request.name))
        return evidence_to_wire(evidence)

    async def AnalyzeTranscript(
        self, request: pb.AnalyzeTranscriptRequest, context: Context
    ) -> pb.AnalyzeTranscriptResponse:
        outcome = await self._do.analysis.analyze_transcript(
            current_caller(),
            id_from_name(request.recording),
            request.revision,
            Transcript(
                text=request.text,
                words=tuple(Word(word.text, word.start_ms, word.end_ms) for word in request.words),
                language=request.language or "en",
                typed=request.typed,
            ),
        )
        return pb.AnalyzeTranscriptResponse(
            version=outcome.version,
            fact_count=outcome.fact_count,
            dropped_count=outcome.dropped_count,
            warnings=outcome.warnings,
        )

    async def ForgetRecording(
        self, request: pb.ForgetRecordingRequest, context: Context
    ) -> pb.ForgetRecordingResponse:
        version = await self._do.analysis.forget_recording(current_caller(), id_from_name(request.recording))
        return pb.ForgetRecordingResponse(version=version)

    async def AwaitIndex(self, request: pb.AwaitIndexRequest, context: Context) -> pb.AwaitIndexResponse:
        # None without a deadline, whatever the stubs say.
        left = cast("float | None", context.time_remaining())
        seconds = MAX_WAIT_SECONDS if left is None else max(0.0, left - _ANSWER_SECONDS)
        indexed = await self._do.waits.await_index(current_caller(), request.version, seconds=seconds)
        return pb.AwaitIndexResponse(indexed_version=indexed)
