"""
A Cognito that fails in every way an AWS service may, over a real socket, in the JSON 1.1 protocol that boto3 speaks. It
counts the calls that arrive.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from contextlib import suppress
from enum import StrEnum
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

PRIVATE = "ada@private.example"
"""Whom every error message of this server names."""


class Fault(StrEnum):
    THROTTLED = "throttled"
    BROKEN = "broken"  # 500 in Cognito's own words
    DOWN = "down"  # 503 of a load balancer, in HTML
    CUT = "cut"  # hangs up without an answer
    HANG = "hang"  # takes the request and never answers
    WRONG_POOL = "wrong pool"
    EXPIRED = "expired credentials"
    FORBIDDEN = "forbidden"
    GARBAGE = "garbage"  # 200, but no JSON
    OTHER_JSON = "other JSON"  # 200 and a list
    WRONG_TYPES = "wrong types"  # 200 and members that are something else
    EMPTY = "empty"  # 200 and an object without any member
    LOST = "lost"  # no user of that name, and no answer to the question who else it may be


_ERRORS = {
    Fault.THROTTLED: (400, "TooManyRequestsException"),
    Fault.BROKEN: (500, "InternalErrorException"),
    Fault.WRONG_POOL: (400, "ResourceNotFoundException"),
    Fault.EXPIRED: (400, "ExpiredTokenException"),
    Fault.FORBIDDEN: (400, "AccessDeniedException"),
    Fault.LOST: (400, "UserNotFoundException"),
}


class FaultyCognito:
    """Use as a context manager. `fault` may be changed at any time."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self.calls: list[str] = []
        self.closing = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    def __init__(self, cognito: FaultyCognito, *connection: Any) -> None:
        self._cognito = cognito
        super().__init__(*connection)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("content-length", 0)))
        service, _, operation = self.headers.get("x-amz-target", "").partition(".")
        assert service == "AWSCognitoIdentityProviderService"
        self._cognito.calls.append(operation)
        special: dict[Fault, Callable[[], object]] = {
            Fault.CUT: self._cut,
            Fault.HANG: self._cognito.closing.wait,
            Fault.DOWN: lambda: self._answer(503, f"<html>{PRIVATE} is down</html>"),
            Fault.GARBAGE: lambda: self._answer(200, f"<html>{PRIVATE}</html>"),
            Fault.OTHER_JSON: lambda: self._answer(200, f'["{PRIVATE}"]'),
            Fault.WRONG_TYPES: lambda: self._answer(200, '{"Users": 5, "UserAttributes": 5}'),
            Fault.EMPTY: lambda: self._answer(200, "{}"),
        }
        lost = self._cognito.fault is Fault.LOST and operation == "ListUsers"
        if act := special.get(Fault.EMPTY if lost else self._cognito.fault):
            act()
            return
        status, code = _ERRORS[self._cognito.fault]
        self._answer(status, json.dumps({"__type": code, "message": f"not for {PRIVATE}"}))

    def _cut(self) -> None:
        self.close_connection = True

    def _answer(self, status: int, body: str) -> None:
        self.send_response(status)
        self.send_header("content-type", "application/x-amz-json-1.1")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        with suppress(OSError):
            self.wfile.write(body.encode())

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it
        """Keep test output quiet."""
