"""
The AWS emulator's process, run by the interpreter of `.venv-emulator`: ministack, made safe to rely on.

It differs from `ministack` in two ways. State is written shortly after it changed: ministack alone writes
it at a clean end only, and a killed emulator would forget every account. And of its own control paths
only the health checks answer: `/_ministack/reset` wipes everything for whoever asks, without credentials.
The saving functions are not public, which is why the version is pinned.
"""

# pyright: basic, reportMissingImports=false
# ministack is in another environment than the one that is type-checked.

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import ministack.app as ministack
from ministack.core import persistence

Message = MutableMapping[str, Any]
App = Callable[
    [Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]
]

_OPEN_CONTROL_PATHS = ("/_ministack/health", "/_ministack/ready")
_READY = "/_ministack/ready"
_READING = ("GET", "HEAD", "OPTIONS")
_DELAY = 0.25  # seconds; a save takes 20 to 90 ms, so many changes share one


class Guarded:
    """The emulator's ASGI application with autosave, and without its control paths."""

    def __init__(self, app: App, identity: str) -> None:
        self._app = app
        self._identity = identity.encode()
        self._pending: asyncio.TimerHandle | None = None

    async def __call__(
        self,
        scope: Message,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif scope["path"].startswith("/_") and not self._answers(scope):
            await send({"type": "http.response.start", "status": 404, "headers": []})
            await send({"type": "http.response.body"})
        else:
            try:
                await self._app(scope, receive, send)
            finally:
                if scope["method"] not in _READING and self._pending is None:
                    # On the event loop, where no request can change what is being written.
                    self._pending = asyncio.get_running_loop().call_later(_DELAY, self._save)

    def _answers(self, scope: Message) -> bool:
        # Who asks for one emulator must not take another for it that happens to be on the port.
        asked_for = scope["query_string"]
        if scope["path"] == _READY and asked_for:
            return asked_for == self._identity
        return scope["path"] in _OPEN_CONTROL_PATHS

    def _save(self) -> None:
        self._pending = None
        persistence.save_all(ministack._build_persistence_save_dict())  # noqa: SLF001  # see above


if __name__ == "__main__":
    os.umask(0o077)  # accounts and signing keys are in there
    ministack.app = Guarded(ministack.app, os.environ["EMULATOR_IDENTITY"])
    ministack.main()
