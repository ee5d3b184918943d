"""
profile, on the wire: where transcripts are understood and consents are kept. Every call is made for the
recording's owner.
"""

from __future__ import annotations

import asyncio
from uuid import UUID

import grpc
import grpc.aio

from services.kit.clients import Neighbour
from services.kit.revocations import AccountErased
from services.media.adapters.answers import meant_for_callers, reason_of
from services.media.domain import Purpose, Spoken, Transcript
from timbre.profile.v1 import profile_pb2 as pb
from timbre.profile.v1.profile_pb2_grpc import ProfileServiceStub

ANALYZE_SECONDS = 60.0
FORGET_SECONDS = 10.0
INDEX_SECONDS = 60.0
ASK_SECONDS = 5.0
_CALL_SECONDS = 6.0
_PAUSE_SECONDS = 0.2


class Profile:
    """The calls of the recording path and of clips. None is retried here: jobs run again, callers call again."""

    def __init__(self, neighbour: Neighbour) -> None:
        self._neighbour = neighbour
        self._stub = ProfileServiceStub(neighbour.channel)

    async def analyze(self, owner_id: str, recording_id: UUID, transcript: Transcript, *, typed: bool) -> int:
        """Have a transcript turned into facts; return the profile version that has them. Idempotent."""
        reply = await self._stub.AnalyzeTranscript(
            pb.AnalyzeTranscriptRequest(
                recording=f"recordings/{recording_id}",
                revision=transcript.revision,
                text=transcript.text,
                words=[
                    pb.TimedWord(text=word.text, start_ms=word.start_ms, end_ms=word.end_ms)
                    for word in transcript.words
                ],
                language=transcript.language,
                typed=typed,
            ),
            metadata=self._neighbour.metadata(owner_id),
            timeout=ANALYZE_SECONDS,
        )
        return reply.version

    async def await_index(self, owner_id: str, version: int) -> None:
        """
        Return once this version can be matched.

        Raises:
            grpc.aio.AioRpcError: not within a minute, or the call failed.
        """
        loop = asyncio.get_running_loop()
        give_up = loop.time() + INDEX_SECONDS
        while True:
            try:
                await self._stub.AwaitIndex(
                    pb.AwaitIndexRequest(version=version),
                    metadata=self._neighbour.metadata(owner_id),
                    timeout=_CALL_SECONDS,
                )
            except grpc.aio.AioRpcError as error:
                # UNAVAILABLE is the answer "not yet"; the job keeps its lease while it asks again.
                if error.code() is not grpc.StatusCode.UNAVAILABLE or loop.time() > give_up:
                    raise
                await asyncio.sleep(_PAUSE_SECONDS)
            else:
                return

    async def forget(self, owner_id: str, recording_id: UUID) -> None:
        """Have the facts of a deleted recording removed for good. Idempotent."""
        try:
            await self._stub.ForgetRecording(
                pb.ForgetRecordingRequest(recording=f"recordings/{recording_id}"),
                metadata=self._neighbour.metadata(owner_id),
                timeout=FORGET_SECONDS,
            )
        except grpc.aio.AioRpcError as error:
            # Of a user who is erased, profile has forgotten everything.
            if reason_of(error) != AccountErased.reason:
                raise

    async def consents(self, user_id: str, purpose: Purpose) -> bool:
        """
        Whether the user gives the consent to a purpose now.

        Raises:
            AccountErased: the user is.
            NeighbourUnavailable: profile did not answer.
        """
        try:
            reply = await self._stub.CheckConsent(
                pb.CheckConsentRequest(purpose=pb.Purpose.Value(f"PURPOSE_{purpose.value}")),
                metadata=self._neighbour.metadata(user_id),
                timeout=ASK_SECONDS,
            )
        except grpc.aio.AioRpcError as error:
            raise meant_for_callers(error) from None
        return reply.granted

    async def evidence(self, user_id: str, fact_id: UUID) -> Spoken | None:
        """
        Where a fact of the user's own was spoken; None when there is no such fact, or nothing was spoken for it.

        Raises:
            AccountErased: the user is.
            NeighbourUnavailable: profile did not answer.
        """
        try:
            reply = await self._stub.GetEvidence(
                pb.GetEvidenceRequest(name=f"facts/{fact_id}"),
                metadata=self._neighbour.metadata(user_id),
                timeout=ASK_SECONDS,
            )
        except grpc.aio.AioRpcError as error:
            if error.code() is grpc.StatusCode.NOT_FOUND:
                return None
            raise meant_for_callers(error) from None
        return spoken_from(user_id, reply)


def spoken_from(speaker_id: str, evidence: pb.Evidence) -> Spoken | None:
    """Where this was spoken, if it was."""
    if evidence.typed:
        return None
    recording_id = UUID(evidence.recording.removeprefix("recordings/"))
    return Spoken(speaker_id, recording_id, evidence.start_ms, evidence.end_ms)
