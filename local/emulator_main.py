"""
The AWS emulator's process, run by the interpreter of `.venv-emulator`: ministack, made safe to rely on.

It differs from `ministack` in three ways. State is written shortly after it changed: ministack alone writes
it at a clean end only, and a killed emulator would forget every account. And of its own control paths
only the health checks answer: `/_ministack/reset` wipes everything for whoever asks, without credentials.
And when `EMULATED_SPEECH` names an interpreter, Transcribe hears what is said, with the words' own times, by
`emulator_speech.py` in a process of that interpreter; without, it answers with the same words to everything.
The functions for these are not public, which is why the version is pinned.
"""

# pyright: basic, reportMissingImports=false
# ministack is in another environment than the one that is type-checked.

from __future__ import annotations

import asyncio
import json
import os
import tempfile
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

import ministack.app as ministack
from ministack.core import persistence
from ministack.services import s3, transcribe

Message = MutableMapping[str, Any]
App = Callable[
    [Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]
]

_OPEN_CONTROL_PATHS = ("/_ministack/health", "/_ministack/ready")
_READY = "/_ministack/ready"
_READING = ("GET", "HEAD", "OPTIONS")
_ROOT = Path(__file__).resolve().parents[1]
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


class Ears:
    """Transcribe's jobs, with real words: one at a time, while the emulator answers everybody else."""

    def __init__(self, interpreter: str) -> None:
        self._interpreter = interpreter
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()
        self._heard: dict[str, list[dict[str, Any]]] = {}
        self._run, self._document = transcribe._run_job_inner, transcribe._transcript_document  # noqa: SLF001

    async def run(self, job_name: str, run_id: str, netloc: str) -> None:
        """Hear the audio of a job before the emulator writes its result."""
        job = transcribe._live_job(job_name, run_id)  # noqa: SLF001
        bucket, key = transcribe._parse_s3_uri(job["Media"]["MediaFileUri"])  # noqa: SLF001
        audio = s3._get_object_data(bucket, key)  # noqa: SLF001
        if audio is not None:
            async with self._turn:
                self._heard[job_name] = await self._hear(audio)
        try:
            await self._run(job_name, run_id, netloc)
        finally:
            self._heard.pop(job_name, None)

    def document(self, job_name: str, text: str, settings: Any, languages: Any) -> dict[str, Any]:
        """The result as AWS writes it, with what was heard in place of the emulator's own words."""
        document = self._document(job_name, text, settings, languages)
        items = self._heard.get(job_name, [])
        words = ""
        for item in items:
            content = item["alternatives"][0]["content"]
            words += content if item["type"] == "punctuation" else f" {content}"
        document["results"] |= {"transcripts": [{"transcript": words.strip()}], "items": items}
        document["results"]["audio_segments"] = []
        return document

    async def _hear(self, audio: bytes) -> list[dict[str, Any]]:
        if self._process is None or self._process.returncode is not None:
            self._process = await asyncio.create_subprocess_exec(
                self._interpreter,
                "-m",
                "local.emulator_speech",
                cwd=_ROOT,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                limit=1 << 24,
            )
        asked, answers = self._process.stdin, self._process.stdout
        assert asked
        assert answers
        with tempfile.NamedTemporaryFile() as file:
            file.write(audio)
            file.flush()
            asked.write(f"{file.name}\n".encode())
            return json.loads(await answers.readline())


if __name__ == "__main__":
    os.umask(0o077)  # accounts and signing keys are in there
    if interpreter := os.environ.get("EMULATED_SPEECH"):
        ears = Ears(interpreter)
        transcribe._run_job_inner, transcribe._transcript_document = ears.run, ears.document  # noqa: SLF001
        transcribe._JOB_RUN_SECONDS = 0  # noqa: SLF001 - hearing takes long enough
    ministack.app = Guarded(ministack.app, os.environ["EMULATOR_IDENTITY"])
    ministack.main()
