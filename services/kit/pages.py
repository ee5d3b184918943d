"""
Opaque page tokens (AIP-158): signed, expiring, and bound to the caller and the query they came from.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Sequence
from typing import Any

from services.kit.errors import InvalidArgument

LIFETIME_SECONDS = 24 * 3600
_MAC_BYTES = 16


class InvalidPageToken(InvalidArgument):
    """The page token is not valid for this query; start again without one."""

    reason = "INVALID_PAGE_TOKEN"


class PageTokens:
    """Makes and reads page tokens; all copies of a service share the secret."""

    def __init__(self, secret: bytes, clock: Callable[[], float] = time.time) -> None:
        self._key = hashlib.sha256(b"timbre page tokens\0" + secret).digest()
        self._clock = clock

    def make(self, cursor: Sequence[Any], *, bound_to: str) -> str:
        """
        Args:
            cursor: JSON values that say where the next page begins.
            bound_to: The caller and every parameter that shapes the list, page size aside.
        """
        body = json.dumps([int(self._clock()), *cursor], separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(self._mac(body, bound_to) + body).decode().rstrip("=")

    def read(self, token: str, *, bound_to: str) -> list[Any] | None:
        """
        Return the cursor, or None for the empty token of a first page.

        Raises:
            InvalidPageToken: forged, older than a day, or from another caller or query.
        """
        if not token:
            return None
        try:
            raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        except ValueError:
            raise InvalidPageToken(field="page_token") from None
        mac, body = raw[:_MAC_BYTES], raw[_MAC_BYTES:]
        if not hmac.compare_digest(mac, self._mac(body, bound_to)):
            raise InvalidPageToken(field="page_token")
        made, *cursor = json.loads(body)
        if made + LIFETIME_SECONDS < self._clock():
            raise InvalidPageToken("The page token has expired; start again without one.", field="page_token")
        return cursor

    def _mac(self, body: bytes, bound_to: str) -> bytes:
        return hmac.digest(self._key, bound_to.encode() + b"\0" + body, "sha256")[:_MAC_BYTES]
