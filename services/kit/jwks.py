"""
The issuer's public keys, kept close: verification goes on while the issuer is down, slow or wrong, and no
stream of forged tokens can make this service pester it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from ipaddress import ip_address
from typing import Self

import httpx
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from services.kit import jose
from services.kit.errors import Unavailable
from services.kit.logs import describe, get_logger

MAX_DOCUMENT = 64 * 1024
"""Bytes of a key set; Cognito's has under one thousand."""
MAX_TIMEOUT = 3.0
"""Seconds that a caller with an unknown key id may be made to wait."""


class KeysUnavailable(Unavailable):
    """The keys that verify access tokens cannot be fetched right now; try again."""

    reason = "TOKEN_KEYS_UNAVAILABLE"


class Jwks:
    """
    The keys at one URL, by key id.

    Known keys never wait: past `max_age` they are fetched again in the background, and while that fails they
    stay good until `max_stale`. An unknown key id waits for one fetch, shared by all who ask. Fetches start
    at least `cooldown` apart, however the last one ended, and in between *every* unknown id is refused from
    memory: there is no list of refused ids for an attacker to fill, and a new key is found at most
    `cooldown` after it was published.

    Use as an async context manager: entering fetches once. An issuer that is down then does not stop the
    start; tokens are refused with `KeysUnavailable` until it is back.
    """

    def __init__(
        self,
        url: str,
        *,
        clock: Callable[[], float] = time.monotonic,
        timeout: float = 2.0,
        cooldown: float = 10.0,
        max_age: float = 300.0,
        max_stale: float = 24 * 3600.0,
        plain_http: bool = False,
    ) -> None:
        """
        Args:
            url: Where the keys are; redirects are not followed.
            clock: Seconds that never go backwards.
            timeout: Seconds for a whole fetch, at most 3.
            cooldown: Seconds between the starts of two fetches.
            max_age: Seconds after which known keys are fetched again: how long a withdrawn key stays good.
            max_stale: Seconds that known keys stay good when nothing can be fetched.
            plain_http: Allow `http` to other machines than this one: an emulator on a private network.

        Raises:
            ValueError: the URL is neither https nor on this machine, or the times do not fit together.
        """
        self._url = httpx.URL(url)
        if self._url.scheme != "https" and not (
            self._url.scheme == "http" and (plain_http or _is_loopback(self._url.host))
        ):
            raise ValueError("the key set URL must be https")
        if not 0 < timeout <= MAX_TIMEOUT or not timeout <= cooldown <= max_age <= max_stale:
            raise ValueError("the times of the key cache do not fit together")
        self._clock, self._timeout, self._cooldown = clock, timeout, cooldown
        self._max_age, self._max_stale = max_age, max_stale
        # Neither proxies nor credentials from the environment may come between us and the issuer.
        self._http = httpx.AsyncClient(follow_redirects=False, trust_env=False, timeout=timeout)
        self._keys: dict[str, RSAPublicKey] = {}
        self._fetched = self._attempted = float("-inf")
        self._flight: asyncio.Task[None] | None = None
        self._answered = False

    async def __aenter__(self) -> Self:
        if flight := self._fetch_if_due():
            await asyncio.shield(flight)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._flight:
            self._flight.cancel()
            with suppress(asyncio.CancelledError):
                await self._flight
        await self._http.aclose()

    def known(self, kid: str) -> RSAPublicKey | None:
        """Return the key if it is known and not too old. Never waits; may start a fetch in the background."""
        age = self._clock() - self._fetched
        if age > self._max_age:
            self._fetch_if_due()
        return self._keys.get(kid) if age <= self._max_stale else None

    async def find(self, kid: str) -> RSAPublicKey | None:
        """
        Return the key, fetching the set if it is not known; `None` when the issuer has no such key.

        Raises:
            KeysUnavailable: the key is not known and the last fetch failed, so nobody can tell.
        """
        key = self.known(kid)
        if key is None and (flight := self._fetch_if_due()):
            await asyncio.shield(flight)  # one caller's cancellation must not end the fetch of the others
            key = self.known(kid)
        if key is None and not self._answered:
            wait = max(0.0, self._attempted + self._cooldown - self._clock())
            raise KeysUnavailable(retry_after=timedelta(seconds=wait))
        return key

    def _fetch_if_due(self) -> asyncio.Task[None] | None:
        """Return the fetch under way, or a new one unless it is too soon."""
        if self._flight is None or self._flight.done():
            now = self._clock()
            if now - self._attempted < self._cooldown:
                return None
            self._attempted, self._answered = now, False
            self._flight = asyncio.create_task(self._fetch())
        return self._flight

    async def _fetch(self) -> None:
        try:
            async with asyncio.timeout(self._timeout):  # httpx's own timeout starts anew with every packet
                fetched = jose.read_key_set(await self._download())
        except (httpx.HTTPError, TimeoutError, jose.Malformed) as error:
            get_logger().warning("token keys were not fetched", address=self._url.host, **describe(error))
            return
        # A key that did not change stays the same object: verdicts that rest on it need no second look.
        self._keys = {
            kid: key if key != self._keys.get(kid) else self._keys[kid] for kid, key in fetched.items()
        }
        self._fetched, self._answered = self._clock(), True

    async def _download(self) -> bytes:
        # Identity encoding and raw bytes: a compressed body could grow past the limit inside the decoder.
        async with self._http.stream("GET", self._url, headers={"accept-encoding": "identity"}) as response:
            response.raise_for_status()
            body = bytearray()
            async for chunk in response.aiter_raw():
                body += chunk
                if len(body) > MAX_DOCUMENT:
                    raise jose.Malformed("the key set is too big")
            return bytes(body)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
