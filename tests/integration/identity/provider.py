"""
Another company's sign-in: a small OpenID provider over a real socket, which Cognito is a client of. Whoever comes to
its authorize endpoint is signed in as `person` at once. It checks what OpenID Connect tells it to check.
"""

from __future__ import annotations

import base64
import json
import secrets
import threading
import time
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.fixtures.tokens import jwk, pack, rsa_key

SCOPE = "openid email"
KEY = 42


class Provider:
    """Use as a context manager. `person`, `denies` and `broken` may be changed at any time."""

    def __init__(self, callback: str) -> None:
        self.client, self.secret, self.callback = "timbre-at-partner", secrets.token_urlsafe(16), callback
        self.person = {"sub": "partner-1", "email": "ada@partner.example", "email_verified": True}
        self.denies = self.broken = False
        self.asked: list[dict[str, str]] = []
        """What came to the authorize endpoint."""
        self.codes: dict[str, dict[str, Any]] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self.issuer = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def discovery(self) -> dict[str, Any]:
        endpoints = {"authorization": "authorize", "token": "token", "userinfo": "userinfo"}
        return {
            "issuer": self.issuer,
            "jwks_uri": f"{self.issuer}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            **{f"{name}_endpoint": f"{self.issuer}/{path}" for name, path in endpoints.items()},
        }

    def authorize(self, query: dict[str, str]) -> str | None:
        """Where the browser goes next; None when this is not a request of Cognito's."""
        self.asked.append(query)
        if (query.get("client_id"), query.get("redirect_uri")) != (self.client, self.callback):
            return None
        back = {"state": query.get("state", "")}
        if self.denies:
            return f"{self.callback}?{urlencode({'error': 'access_denied', **back})}"
        code = secrets.token_urlsafe(16)
        self.codes[code] = {**self.person, "nonce": query.get("nonce")}
        return f"{self.callback}?{urlencode({'code': code, **back})}"

    def tokens(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        basic = base64.b64encode(f"{self.client}:{self.secret}".encode()).decode()
        by_form = (form.get("client_id"), form.get("client_secret")) == (self.client, self.secret)
        if self.broken:
            return 500, {"error": "server_error"}
        if not by_form and authorization != f"Basic {basic}":
            return 401, {"error": "invalid_client"}
        person = self.codes.pop(form.get("code", ""), None)
        if person is None or form.get("redirect_uri") != self.callback:
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": self.client, "iat": now, "exp": now + 300, **person}
        said = {name: value for name, value in claims.items() if value is not None}
        id_token = pack({"alg": "RS256", "kid": "partner"}, said, rsa_key(KEY))
        return 200, {
            "access_token": f"for {person['sub']}",
            "token_type": "Bearer",
            "expires_in": 300,
            "id_token": id_token,
        }


class _Handler(BaseHTTPRequestHandler):
    def __init__(self, provider: Provider, *connection: Any) -> None:
        self._provider = provider
        super().__init__(*connection)

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        match parts.path:
            case "/.well-known/openid-configuration":
                self._answer(200, self._provider.discovery())
            case "/keys":
                self._answer(200, {"keys": [jwk(rsa_key(KEY), "partner")]})
            case "/userinfo":
                known = self.headers.get("authorization") == f"Bearer for {self._provider.person['sub']}"
                self._answer(200 if known else 401, self._provider.person if known else {})
            case "/authorize":
                if next_place := self._provider.authorize(_single(parts.query)):
                    self.send_response(302)
                    self.send_header("location", next_place)
                    self.end_headers()
                else:
                    self._answer(400, {"error": "invalid_request"})
            case _:
                self._answer(404, {})

    def do_POST(self) -> None:
        form = _single(self.rfile.read(int(self.headers.get("content-length", 0))).decode())
        if urlsplit(self.path).path == "/token":
            self._answer(*self._provider.tokens(form, self.headers.get("authorization", "")))
        else:
            self._answer(404, {})

    def _answer(self, status: int, body: dict[str, Any]) -> None:
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it
        """Keep test output quiet."""


def _single(query: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(query).items()}
