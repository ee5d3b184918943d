"""
Stand-ins for profile and match: small servicers behind real sockets, which verify the service tokens they get,
note what they are told, and can be told to wait, to refuse, or that somebody is erased.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent import futures
from contextlib import contextmanager
from typing import Any, ClassVar

import grpc
from google.protobuf.message import Message
from grpc_status import rpc_status

from services.kit.access import Caller, Gatekeeper
from services.kit.errors import NotFound, TimbreError
from services.kit.revocations import Revocation, Revocations, hashed
from services.kit.revocations import State as Revoked
from services.kit.service_tokens import ServiceKeys, ServiceTokens
from services.kit.status import to_status
from timbre.match.v1 import match_pb2
from timbre.profile.v1 import profile_pb2

PATIENCE = 120
"""Seconds to wait for what takes one on a quiet machine."""
TRANSCRIBE = profile_pb2.PURPOSE_TRANSCRIBE
SHARE_CLIPS = profile_pb2.PURPOSE_SHARE_CLIPS

Method = tuple[type[Message], Callable[[str, Any], Message]]


class StandIn:
    """A service of a few methods."""

    service: ClassVar[str]

    def __init__(self, keys: ServiceKeys) -> None:
        self._revocations = Revocations.none()
        self._gatekeeper = Gatekeeper(ServiceTokens(keys), revocations=self._revocations)
        self.lock = threading.Lock()
        self.held: dict[str, threading.Event] = {}
        """By method and user, e.g. `AwaitIndex ada`: calls wait for the event."""
        self.refusals: dict[str, list[grpc.StatusCode]] = {}
        """By method and user: the next calls are refused with these codes."""
        self.calls: list[str] = []
        """Method and user of each call that was let in."""

    def methods(self) -> Mapping[str, Method]:
        raise NotImplementedError

    def erase(self, user: str) -> None:
        """From now on nobody may act for this user."""
        self._revocations.add({hashed(user): Revocation(Revoked.ERASED, time.time())})

    @contextmanager
    def holding(self, method: str, user: str) -> Iterator[threading.Event]:
        """Let calls of this method for this user wait until the block ends, or until the event is set."""
        gate = self.held[f"{method} {user}"] = threading.Event()
        try:
            yield gate
        finally:
            gate.set()
            del self.held[f"{method} {user}"]

    def _method(self, name: str, request: type[Message], answer: Callable[[str, Any], Message]) -> Any:
        def call(message: Message, context: grpc.ServicerContext) -> Message:
            try:
                return answer(self._admit(name, context), message)
            except TimbreError as error:
                context.abort_with_status(rpc_status.to_status(to_status(error, "of-a-stand-in")))  # pyright: ignore[reportUnknownMemberType]
            raise AssertionError

        def written(reply: Message) -> bytes:
            return reply.SerializeToString()

        return grpc.unary_unary_rpc_method_handler(
            call, request_deserializer=request.FromString, response_serializer=written
        )

    def _admit(self, method: str, context: grpc.ServicerContext) -> str:
        caller: Caller = asyncio.run(self._gatekeeper.authenticate(context.invocation_metadata()))
        assert caller.service == "media"
        key = f"{method} {caller.user_id}"
        with self.lock:
            self.calls.append(key)
            code = self.refusals[key].pop(0) if self.refusals.get(key) else None
        if code:
            context.abort(code, "told to refuse")
        if gate := self.held.get(key):
            gate.wait(PATIENCE)
        return caller.user_id

    @contextmanager
    def serving(self) -> Iterator[int]:
        handlers = {name: self._method(name, *how) for name, how in self.methods().items()}
        server = grpc.server(futures.ThreadPoolExecutor(16), options=[("grpc.so_reuseport", 0)])
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(self.service, handlers),))
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        try:
            yield port
        finally:
            for gate in list(self.held.values()):
                gate.set()
            server.stop(0).wait()


class Profile(StandIn):
    """Analyzes nothing, and remembers what it was given."""

    service = "timbre.profile.v1.ProfileService"

    def __init__(self, keys: ServiceKeys) -> None:
        super().__init__(keys)
        self.analyzed: list[tuple[str, profile_pb2.AnalyzeTranscriptRequest]] = []
        self.forgotten: list[tuple[str, str]] = []
        self.consents: dict[tuple[str, profile_pb2.Purpose.ValueType], list[bool]] = {}
        """By user and purpose, what is answered, one call after the other; the last holds from then on."""
        self.evidence: dict[tuple[str, str], profile_pb2.Evidence] = {}
        """By user and fact, e.g. `("ada", "facts/…")`."""

    def methods(self) -> Mapping[str, Method]:
        return {
            "AnalyzeTranscript": (profile_pb2.AnalyzeTranscriptRequest, self._analyze),
            "AwaitIndex": (profile_pb2.AwaitIndexRequest, self._index),
            "ForgetRecording": (profile_pb2.ForgetRecordingRequest, self._forget),
            "CheckConsent": (profile_pb2.CheckConsentRequest, self._consent),
            "GetEvidence": (profile_pb2.GetEvidenceRequest, self._evidence),
        }

    def of(self, user: str) -> list[profile_pb2.AnalyzeTranscriptRequest]:
        """What was analyzed for a user, in order."""
        with self.lock:
            return [request for owner, request in self.analyzed if owner == user]

    def _analyze(
        self, user: str, request: profile_pb2.AnalyzeTranscriptRequest
    ) -> profile_pb2.AnalyzeTranscriptResponse:
        with self.lock:
            self.analyzed.append((user, request))
        return profile_pb2.AnalyzeTranscriptResponse(version=request.revision, fact_count=1)

    def _index(self, _user: str, request: profile_pb2.AwaitIndexRequest) -> profile_pb2.AwaitIndexResponse:
        return profile_pb2.AwaitIndexResponse(indexed_version=request.version)

    def _forget(
        self, user: str, request: profile_pb2.ForgetRecordingRequest
    ) -> profile_pb2.ForgetRecordingResponse:
        with self.lock:
            self.forgotten.append((user, request.recording))
        return profile_pb2.ForgetRecordingResponse(version=1)

    def _consent(
        self, user: str, request: profile_pb2.CheckConsentRequest
    ) -> profile_pb2.CheckConsentResponse:
        with self.lock:
            answers = self.consents.get((user, request.purpose), [request.purpose == TRANSCRIBE])
            granted = answers.pop(0) if len(answers) > 1 else answers[0]
        return profile_pb2.CheckConsentResponse(granted=granted)

    def _evidence(self, user: str, request: profile_pb2.GetEvidenceRequest) -> profile_pb2.Evidence:
        found = self.evidence.get((user, request.name))
        if found is None:
            raise NotFound
        return found


class Match(StandIn):
    """Knows what it was told of who may hear whom."""

    service = "timbre.match.v1.MatchService"

    def __init__(self, keys: ServiceKeys) -> None:
        super().__init__(keys)
        self.clips: dict[tuple[str, str], match_pb2.ResolveClipResponse] = {}
        """By viewer and name of the clip."""

    def methods(self) -> Mapping[str, Method]:
        return {"ResolveClip": (match_pb2.ResolveClipRequest, self._resolve)}

    def _resolve(self, user: str, request: match_pb2.ResolveClipRequest) -> match_pb2.ResolveClipResponse:
        found = self.clips.get((user, request.name))
        if found is None:
            raise NotFound
        return found
