"""
A way to the AWS emulator on which Amazon Transcribe can be made to fail as it does on AWS: a real socket, the real
wire format, everything else passed on as it is.
"""

from __future__ import annotations

import http.client
import json
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import urlsplit

_HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}
_STATUS = {"LimitExceededException": 429, "ThrottlingException": 400, "AccessDeniedException": 400}


@dataclass(slots=True)
class Script:
    """What Transcribe does about one recording."""

    start: list[str] = field(default_factory=list[str])
    """Error codes with which the next calls to start are refused."""
    get: list[str] = field(default_factory=list[str])
    """Error codes with which the next calls to ask are refused."""
    job: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    """What the next answers about the job say instead; the last one holds from then on."""
    result: list[bytes] = field(default_factory=list[bytes])
    """What the next reads of the result find instead."""
    calls: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    """Operations, and the names of their jobs."""

    def names(self, operation: str) -> list[str]:
        return [name for called, name in self.calls if called == operation]


class Proxy:
    """Stands between media and the emulator."""

    def __init__(self, target: str) -> None:
        self.target = urlsplit(target).netloc
        self.scripts: defaultdict[str, Script] = defaultdict(Script)
        """By the recording's id."""

    def script_of(self, text: str) -> Script | None:
        return next((script for recording, script in list(self.scripts.items()) if recording in text), None)

    @contextmanager
    def serving(self) -> Iterator[str]:
        handler = type("Handler", (_Handler,), {"proxy": self})
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


class _Handler(BaseHTTPRequestHandler):
    proxy: ClassVar[Proxy]
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Say nothing."""

    def _pass(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        operation = self.headers.get("X-Amz-Target", "").rpartition(".")[2]
        transcribe = "transcribe" in self.headers.get("X-Amz-Target", "").lower()
        script = self.proxy.script_of(body.decode() if transcribe else self.path)
        if transcribe and script:
            self._transcribe(script, operation, body)
            return
        status, headers, reply = self._forward(body)
        if script and self.command == "GET" and "/transcripts/" in self.path and script.result:
            reply = script.result.pop(0)
        self._answer(status, headers, reply)

    def _transcribe(self, script: Script, operation: str, body: bytes) -> None:
        script.calls.append((operation, json.loads(body)["TranscriptionJobName"]))
        refusals = {"StartTranscriptionJob": script.start, "GetTranscriptionJob": script.get}.get(operation)
        if refusals:
            code = refusals.pop(0)
            reply = json.dumps({"__type": code, "Message": "told to refuse"}).encode()
            self._answer(_STATUS.get(code, 500), [("x-amzn-ErrorType", code)], reply)
            return
        status, headers, reply = self._forward(body)
        if operation == "GetTranscriptionJob" and script.job and status == http.HTTPStatus.OK:
            answer: dict[str, Any] = json.loads(reply)
            answer["TranscriptionJob"] |= script.job.pop(0) if len(script.job) > 1 else script.job[0]
            reply = json.dumps(answer).encode()
        self._answer(status, headers, reply)

    def _forward(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        connection = http.client.HTTPConnection(self.proxy.target, timeout=40)
        try:
            connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():  # with the Host that the signature covers
                connection.putheader(name, value)
            connection.endheaders(body)
            reply = connection.getresponse()
            return reply.status, reply.getheaders(), reply.read()
        finally:
            connection.close()

    def _answer(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in _HOP_BY_HOP:
                self.send_header(name, value)
        told = {name.lower(): value for name, value in headers}.get("content-length", "0")
        self.send_header("Content-Length", told if self.command == "HEAD" else str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = _pass  # noqa: N815 - the library's names
