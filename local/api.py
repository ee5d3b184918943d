"""
Timbre's JSON API through the gateway, as one person.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Any

import httpx

from local.accounts import Session

_TIMEOUT = httpx.Timeout(30.0)
_CUTS = 20
_SILENCE = httpx.Timeout(30.0, read=60.0)  # a watch sends a heartbeat at least every 15 s


class ApiError(Exception):
    """A call was refused. The message holds status, reason and the server's words."""

    def __init__(self, status: int, reason: str, message: str) -> None:
        super().__init__(f"{status} {reason}: {message}")
        self.status = status
        self.reason = reason


class Api:
    """Calls with one person's access token. Shares the connections of `client`."""

    def __init__(self, client: httpx.AsyncClient, gateway: str, session: Session) -> None:
        self._client = client
        self._gateway = gateway
        self._headers = {"authorization": f"Bearer {session.access_token}"}

    async def call(
        self, method: str, path: str, body: dict[str, Any] | None = None, /, **query: str | int
    ) -> dict[str, Any]:
        """
        Call `/v1/<path>` and return the answer.

        Raises:
            ApiError: it was refused.
        """
        url = f"{self._gateway}/v1/{path}"
        reply = await self._client.request(
            method, url, json=body, params=query, headers=self._headers, timeout=_TIMEOUT
        )
        if reply.is_error:
            raise _error(reply.status_code, reply.text)
        return reply.json()

    async def upload(self, ticket: dict[str, Any], audio: bytes, content_type: str) -> None:
        """
        Send audio to the store with the form of an upload ticket. Our token stays here.

        Raises:
            ApiError: the store refused it.
        """
        # The store reads the form in order and takes the file as the last field.
        file = {"file": ("recording", audio, content_type)}
        reply = await self._client.post(ticket["url"], data=ticket["fields"], files=file, timeout=_TIMEOUT)
        if reply.is_error:
            raise ApiError(reply.status_code, "UPLOAD_REFUSED", reply.text[:300])

    async def watch(self, recording: str) -> AsyncIterator[dict[str, Any]]:
        """
        Yield the recording whenever it has changed, until it has ended (then for the last time).

        Raises:
            ApiError: the watch was refused, or was cut again and again.
        """
        for _ in range(_CUTS):
            try:
                async for event in self._events(recording):
                    if "recording" in event:
                        yield event["recording"]
                    elif "ended" in event:
                        yield event["ended"].get("recording", {})
                        return
            except httpx.TransportError:
                pass
            except ApiError as error:
                if error.status != HTTPStatus.SERVICE_UNAVAILABLE:
                    raise
            # A stream that closes without its terminal event was cut; the next one starts with the present.
            await asyncio.sleep(0.5)
        raise ApiError(503, "UNAVAILABLE", f"the watch of a recording was cut {_CUTS} times")

    async def _events(self, recording: str) -> AsyncIterator[dict[str, Any]]:
        url = f"{self._gateway}/v1/{recording}:watch"
        async with self._client.stream("GET", url, headers=self._headers, timeout=_SILENCE) as reply:
            if reply.is_error:
                raise _error(reply.status_code, (await reply.aread()).decode())
            async for line in reply.aiter_lines():
                yield json.loads(line)


def spoken(audio: bytes, content_type: str) -> dict[str, Any]:
    """The body of CreateRecording for audio."""
    digest = hashlib.sha256(audio).hexdigest()
    return {"spoken": {"contentType": content_type, "sizeBytes": len(audio), "sha256": digest}}


def _error(status: int, text: str) -> ApiError:
    try:
        body = json.loads(text)
        reasons = [detail["reason"] for detail in body.get("details", []) if "reason" in detail]
        return ApiError(status, reasons[0] if reasons else "UNKNOWN", body.get("message", ""))
    except (ValueError, AttributeError):
        return ApiError(status, "UNKNOWN", text[:300])
