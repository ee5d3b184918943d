"""
A command of the project, run and watched line by line.
"""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench.report import WrongAnswer

_LAST = 15


@dataclass(slots=True)
class Command:
    """A process in a group of its own, and when it said what."""

    process: asyncio.subprocess.Process
    began: float = field(default_factory=time.perf_counter)
    said: list[str] = field(default_factory=list[str])

    async def until(self, text: str, *, seconds: float) -> float:
        """
        Read until a line has `text` in it; return the seconds since the command was started.

        Raises:
            WrongAnswer: it ended before.
            TimeoutError: it did not say so within `seconds`.
        """
        assert self.process.stdout
        async with asyncio.timeout(seconds):
            while line := (await self.process.stdout.readline()).decode(errors="replace"):
                self.said.append(line.rstrip())
                if text in line:
                    return time.perf_counter() - self.began
        raise WrongAnswer(f"the command ended before it said {text!r}:\n" + "\n".join(self.said[-_LAST:]))

    async def ended(self, *, seconds: float) -> float:
        """Wait for its end, which must be a success (or our Ctrl-C); return the seconds since it was started."""
        async with asyncio.timeout(seconds):
            output, _ = await self.process.communicate()
        self.said += output.decode(errors="replace").splitlines()
        if self.process.returncode not in (0, 130):
            raise WrongAnswer(f"exit {self.process.returncode}:\n" + "\n".join(self.said[-_LAST:]))
        return time.perf_counter() - self.began


@asynccontextmanager
async def command(
    argv: Sequence[str], *, cwd: Path, env: Mapping[str, str] | None = None
) -> AsyncIterator[Command]:
    """Start a command; when the block ends it is interrupted if it still runs, and soon killed."""
    process = await asyncio.create_subprocess_exec(
        *argv,
        cwd=cwd,
        env=env,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
        limit=1 << 20,
    )
    try:
        yield Command(process)
    finally:
        for number, patience in ((signal.SIGINT, 15.0), (signal.SIGKILL, 5.0)):
            if process.returncode is None:
                os.killpg(process.pid, number)
                await asyncio.wait([asyncio.ensure_future(process.wait())], timeout=patience)
