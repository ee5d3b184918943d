"""
media, profile and match as auth sees them: small servers behind real sockets that verify service tokens, hold
files and rows of users, and can be told to wait or to refuse.
"""

from __future__ import annotations

import asyncio
import threading
from collections import defaultdict
from collections.abc import Iterator
from concurrent import futures
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import grpc

from services.kit.access import Gatekeeper
from services.kit.service_tokens import ServiceKeys, ServiceTokens
from timbre.account.v1 import data_pb2 as pb

PATIENCE = 60
NAMES = ("match", "media", "profile")


class Holder:
    """One service that holds data of users."""

    def __init__(self, name: str, keys: Path) -> None:
        self.name = name
        tokens = ServiceTokens(ServiceKeys.load(keys / "private" / f"{name}.pem", keys / "public"))
        self._gatekeeper = Gatekeeper(tokens)
        self._lock = threading.Lock()
        self.files: defaultdict[str, list[tuple[str, bytes]]] = defaultdict(list)
        """By user: pieces of files, in the order in which they are sent."""
        self.rows: dict[str, int] = {}
        """By user: how many there are to erase."""
        self.erasures: list[str] = []
        """Users, one for each call."""
        self.refusals: dict[str, list[grpc.StatusCode]] = {}
        """By method and user, e.g. `EraseUser ada`: the next calls are refused with these codes."""
        self.held: dict[str, threading.Event] = {}
        """By method and user: calls wait for the event."""
        self.waiting = threading.Event()
        """Set once a call waits."""

    @contextmanager
    def holding(self, method: str, user: str) -> Iterator[threading.Event]:
        """Let calls of this method for this user wait until the block ends, or until the event is set."""
        self.waiting.clear()
        gate = self.held[f"{method} {user}"] = threading.Event()
        try:
            yield gate
        finally:
            gate.set()
            del self.held[f"{method} {user}"]

    def _admit(self, method: str, context: grpc.ServicerContext) -> str:
        caller = asyncio.run(self._gatekeeper.authenticate(context.invocation_metadata()))
        assert caller.service == "auth"
        key = f"{method} {caller.user_id}"
        with self._lock:
            code = self.refusals[key].pop(0) if self.refusals.get(key) else None
        if code:
            context.abort(code, "told to refuse")
        if gate := self.held.get(key):
            self.waiting.set()
            gate.wait(PATIENCE)
        return caller.user_id

    def _export(
        self, _request: pb.ExportUserRequest, context: grpc.ServicerContext
    ) -> Iterator[pb.ExportUserResponse]:
        for path, content in self.files[self._admit("ExportUser", context)]:
            yield pb.ExportUserResponse(path=path, content=content)

    def _erase(self, _request: pb.EraseUserRequest, context: grpc.ServicerContext) -> pb.EraseUserResponse:
        user = self._admit("EraseUser", context)
        with self._lock:
            self.erasures.append(user)
            return pb.EraseUserResponse(counts={"postgres.rows": self.rows.pop(user, 0)})

    @contextmanager
    def serving(self) -> Iterator[str]:
        """Serve until the block ends; yields the address."""
        handlers: dict[str, Any] = {
            "ExportUser": grpc.unary_stream_rpc_method_handler(
                self._export,
                request_deserializer=pb.ExportUserRequest.FromString,
                response_serializer=pb.ExportUserResponse.SerializeToString,
            ),
            "EraseUser": grpc.unary_unary_rpc_method_handler(
                self._erase,
                request_deserializer=pb.EraseUserRequest.FromString,
                response_serializer=pb.EraseUserResponse.SerializeToString,
            ),
        }
        server = grpc.server(futures.ThreadPoolExecutor(16), options=[("grpc.so_reuseport", 0)])
        service = grpc.method_handlers_generic_handler("timbre.account.v1.AccountDataService", handlers)
        server.add_generic_rpc_handlers((service,))
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        try:
            yield f"127.0.0.1:{port}"
        finally:
            for gate in list(self.held.values()):
                gate.set()
            server.stop(0).wait()


@contextmanager
def serving_all(keys: Path) -> Iterator[tuple[dict[str, Holder], dict[str, str]]]:
    """All three, and their addresses."""
    holders = {name: Holder(name, keys) for name in NAMES}
    with ExitStack() as stack:
        yield holders, {name: stack.enter_context(holder.serving()) for name, holder in holders.items()}
