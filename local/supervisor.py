"""
Starts the processes of the stack in order, keeps them running, and leaves none behind.
"""

from __future__ import annotations

import asyncio
import signal
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

from local.child import Child
from local.process import Process
from local.warden import Warden

Show = Callable[[str, str], None]

GRACE = 4.0
"""Seconds in which everything has stopped after it was asked to; killed otherwise."""
_FIRST_DELAY, _LONGEST_DELAY = 0.2, 5.0
_STEADY = 10.0  # seconds of life after which an end counts as the first one again
_TRIES = 3  # ends in a row before we say so aloud, or give up while starting
_LAST_LINES = 20
_BIG_LOG = 10 << 20


class StartFailed(Exception):
    """A process never became healthy. The message holds its last log lines."""


class Supervisor:
    """
    Owns child processes for the length of an `async with`.

    Must be used from the main thread: the kernel ends the children when the thread that started them
    ends. Leaving the block stops everything in reverse order, within `GRACE` seconds.
    """

    def __init__(self, logs: Path, show: Show, notice: Show | None = None) -> None:
        """
        Args:
            logs: Folder for `<name>.log`; made if missing.
            show: Called with a process's name and each line it writes.
            notice: Called with its name and what is to be said about it; `show` when omitted.
        """
        self._logs = logs
        self._show = show
        self._notice = notice or show
        self._stages: list[list[_Watched]] = []

    async def __aenter__(self) -> Self:
        self._logs.mkdir(parents=True, exist_ok=True)
        self._warden = Warden()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        deadline = time.monotonic() + GRACE
        try:
            while self._stages:
                stage = self._stages.pop()
                # Half of what remains, so that the databases, which come last, always get their share.
                remaining = deadline - time.monotonic()
                await asyncio.gather(
                    *(one.stop(remaining / 2 if self._stages else remaining) for one in stage)
                )
        finally:
            self._warden.dismiss()

    async def start(self, *children: Child, patience: float = 60.0) -> None:
        """
        Start these together and return once each is healthy; they may rely on all started before.

        Raises:
            StartFailed: one kept dying or was not healthy within `patience` seconds.
        """
        stage = [_Watched(child, self._logs, self._show, self._notice, self._warden) for child in children]
        self._stages.append(stage)
        waits = [asyncio.ensure_future(one.start(patience)) for one in stage]
        try:
            await asyncio.gather(*waits)
        finally:
            for wait in waits:
                wait.cancel()

    @property
    def pids(self) -> dict[str, int]:
        """The process id of each child that runs now."""
        return {one.name: one.process.pid for stage in self._stages for one in stage if one.process}


class _Watched:
    """One child and whatever happens to it."""

    def __init__(self, child: Child, logs: Path, show: Show, notice: Show, warden: Warden) -> None:
        self.name = child.name
        self.process: Process | None = None
        self._child = child
        self._show = show
        self._notice = notice
        self._warden = warden
        self._last: deque[str] = deque(maxlen=_LAST_LINES)
        self._log = _open_log(logs / f"{child.name}.log")
        self._ends = 0  # in a row
        self._stopping = False
        self._task: asyncio.Task[None] | None = None
        self._gave_up = asyncio.get_running_loop().create_future()

    async def start(self, patience: float) -> None:
        self._task = asyncio.create_task(self._keep_running(until_healthy := asyncio.Event()))
        healthy = asyncio.create_task(self._become_healthy())
        try:
            done, _ = await asyncio.wait(
                [healthy, self._gave_up], timeout=patience, return_when=asyncio.FIRST_COMPLETED
            )
            if healthy not in done:
                reason = self._gave_up.result() if done else f"was not healthy within {patience:.0f} s"
                raise StartFailed(self._report(reason))
            healthy.result()
            until_healthy.set()
        finally:
            healthy.cancel()

    async def stop(self, grace: float) -> None:
        """Ask it to stop, wait up to `grace` seconds, then kill it and its descendants."""
        self._stopping = True
        if self._task is None:
            return
        process = self.process
        if process is None:
            self._task.cancel()  # it waits for its next try
        else:
            process.signal(self._child.stop_signal)
            await asyncio.wait([self._task], timeout=grace)
            if not self._task.done():
                process.signal_group(signal.SIGKILL)
        with suppress(asyncio.CancelledError):
            await self._task
        self._log.close()

    async def _become_healthy(self) -> None:
        while True:
            with suppress(OSError):
                if self.process is not None and await self._child.healthy():
                    return
            await asyncio.sleep(0.05)

    async def _keep_running(self, started: asyncio.Event) -> None:
        while not self._stopping:
            began = time.monotonic()
            how = await self._run_once()
            if self._stopping:
                return
            self._ends = 1 if time.monotonic() - began > _STEADY else self._ends + 1
            if self._ends >= _TRIES and not started.is_set():
                self._gave_up.set_result(f"keeps ending ({how})")
                return
            delay = min(_FIRST_DELAY * 2 ** (self._ends - 1), _LONGEST_DELAY)
            notice = f"ended ({how}); it starts again in {delay:.1f} s"
            self._notice(self.name, self._report(notice) if self._ends % _TRIES == 0 else notice)
            await asyncio.sleep(delay)

    async def _run_once(self) -> str:
        try:
            self.process = Process(self._child, self._on_line)
        except OSError as error:
            return f"cannot be started: {error}"
        pid = self.process.pid
        self._warden.guard(pid, self._child.stop_signal)
        try:
            code = await self.process.wait()
        finally:
            self.process = None
        self._warden.forget(pid)
        return f"exit {code}" if code >= 0 else signal.Signals(-code).name

    def _on_line(self, line: str) -> None:
        self._last.append(line)
        if not self._log.closed:
            print(line, file=self._log, flush=True)
        self._show(self.name, line)

    def _report(self, what: str) -> str:
        lines = "\n".join(f"    {line}" for line in self._last) or "    (it wrote nothing)"
        return f"{self.name} {what}; its last lines:\n{lines}"


def _open_log(path: Path) -> TextIO:
    if path.exists() and path.stat().st_size > _BIG_LOG:
        path.replace(path.with_suffix(".log.1"))
    return path.open("a", encoding="utf-8")
