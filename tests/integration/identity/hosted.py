"""
The two sides of a sign-in on the hosted pages: the app that begins it and redeems the code (authorization code with
PKCE, RFC 6749 and 7636), and the browser in between, which submits forms as they were served and keeps cookies.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any, Self
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx

from local.emulator import Emulator


def challenge(verifier: str) -> str:
    """What an app tells about its verifier beforehand (`S256`)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """One app client, and where its sign-in page is."""

    pages: str
    client: str
    callback: str
    logout: str = ""

    def begin(self) -> Attempt:
        return Attempt(self)

    def renew(self, refresh_token: str, **changes: str) -> httpx.Response:
        """Ask the token endpoint for new tokens of the same session."""
        form = {"grant_type": "refresh_token", "client_id": self.client, "refresh_token": refresh_token}
        return self.ask_for_tokens({**form, **changes})

    def ask_for_tokens(self, form: dict[str, str]) -> httpx.Response:
        with httpx.Client(trust_env=False) as http:
            return http.post(f"{self.pages}/oauth2/token", data=form)

    def signed_in(self, email: str, password: str) -> dict[str, Any]:
        """Go the whole way, and return what the token endpoint answers."""
        attempt = self.begin()
        with Browser() as browser:
            form = browser.open(f"{self.pages}/oauth2/authorize", **attempt.parameters())
            answer = browser.submit(form, username=email, password=password)
        redeemed = attempt.redeem(attempt.code_of(answer))
        assert redeemed.status_code == 200, redeemed.text
        return redeemed.json()


@dataclass(frozen=True, slots=True)
class Attempt:
    """One sign-in as the app remembers it."""

    app: App
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48), repr=False)
    state: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(16))

    def parameters(self, **changes: str) -> dict[str, str]:
        return {
            "response_type": "code",
            "client_id": self.app.client,
            "redirect_uri": self.app.callback,
            "scope": "openid email",
            "state": self.state,
            "nonce": self.nonce,
            "code_challenge": challenge(self.verifier),
            "code_challenge_method": "S256",
            **changes,
        }

    def code_of(self, answer: httpx.Response) -> str:
        """The code that the browser brings back to the app, if it belongs to this attempt."""
        assert answer.status_code == 302, answer.text
        back = answer.headers["location"]
        assert back.partition("?")[0] == self.app.callback
        brought = parse_qs(urlsplit(back).query, strict_parsing=True)
        assert brought["state"] == [self.state]
        assert brought.keys() == {"code", "state"}
        return brought["code"][0]

    def redeem(self, code: str, **changes: str) -> httpx.Response:
        """Ask the token endpoint for the tokens of a code; a change to the empty string leaves a field out."""
        form = {
            "grant_type": "authorization_code",
            "client_id": self.app.client,
            "redirect_uri": self.app.callback,
            "code": code,
            "code_verifier": self.verifier,
            **changes,
        }
        return self.app.ask_for_tokens({name: value for name, value in form.items() if value})


@dataclass(frozen=True, slots=True)
class Form:
    """A form as it was served, hidden fields and all."""

    action: str
    fields: dict[str, str]
    text: str
    """The whole page."""


class Browser:
    """Follows no redirect by itself: where one leads is what tests want to know. Use as a context manager."""

    def __init__(self) -> None:
        self.http = httpx.Client(trust_env=False, follow_redirects=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def get(self, url: str, **parameters: str) -> httpx.Response:
        return self.http.get(url, params=parameters or None)

    def open(self, url: str, **parameters: str) -> Form:
        """Open a page that has one form."""
        return form_of(self.get(url, **parameters))

    def submit(self, form: Form, **fields: str) -> httpx.Response:
        assert fields.keys() <= form.fields.keys(), "the page asks for something else"
        return self.http.post(form.action, data={**form.fields, **fields})


def form_of(page: httpx.Response) -> Form:
    assert page.status_code == 200, page.text
    reader = _FormReader()
    reader.feed(page.text)
    assert reader.method == "post"
    return Form(urljoin(str(page.url), reader.action), reader.fields, page.text)


class _FormReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.action, self.method = "", ""
        self.fields: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action, self.method = given.get("action", ""), given.get("method", "get").lower()
        elif tag == "input" and "name" in given:
            self.fields[given["name"]] = given.get("value", "")


def at_emulator(emulator: Emulator, url: str) -> str:
    """
    The emulator's address for one on the pool's sign-in domain. On AWS that domain serves the pages; the emulator
    names it in redirects and answers for it under its own address.
    """
    parts = urlsplit(url)
    assert parts.scheme == "https"
    assert parts.hostname
    assert parts.hostname.endswith(".amazoncognito.com")
    return f"{emulator.endpoint}{parts.path}?{parts.query}"
