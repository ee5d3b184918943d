"""
One running copy of a child: started through the trampoline, its output read line by line, awaited.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
from collections.abc import Callable
from contextlib import suppress

from local.child import Child

_LONGEST_LINE = 1 << 16  # bytes; a longer line is shown in pieces


class Process:
    """Leads a process group of its own, so that it and its own children can be ended together."""

    def __init__(self, child: Child, on_line: Callable[[str], None]) -> None:
        """
        Start it.

        Raises:
            OSError: the program or its directory cannot be used.
        """
        output, write_end = os.pipe()
        try:
            # From the calling thread: the kernel's parent-death signal follows the thread, not the process.
            self._popen = subprocess.Popen(
                child.command(),
                cwd=child.cwd,
                env=child.environment(),
                stdin=subprocess.DEVNULL,
                stdout=write_end,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError:
            os.close(output)
            raise
        finally:
            os.close(write_end)
        self.pid = self._popen.pid
        self._pump = asyncio.create_task(_pump(output, on_line))

    async def wait(self) -> int:
        """Return the exit code (negative: the signal), once it and everything in its group has ended."""
        descriptor = os.pidfd_open(self.pid)
        loop = asyncio.get_running_loop()
        ended = asyncio.Event()
        loop.add_reader(descriptor, ended.set)
        try:
            await ended.wait()
        finally:
            loop.remove_reader(descriptor)
            os.close(descriptor)
        # What it left behind in its group would keep its ports. Before the pid is reaped and reused.
        self.signal_group(signal.SIGKILL)
        code = self._popen.wait()
        # Somebody outside the group may still hold the pipe; the last lines normally are there by now.
        await asyncio.wait([self._pump], timeout=0.5)
        return code

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the process itself, if it still runs."""
        with suppress(ProcessLookupError):
            self._popen.send_signal(number)

    def signal_group(self, number: signal.Signals) -> None:
        """Send a signal to the process and its descendants that stayed in its group."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, number)


async def _pump(descriptor: int, on_line: Callable[[str], None]) -> None:
    reader = asyncio.StreamReader()
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(descriptor, "rb", buffering=0)
    )
    rest = b""
    try:
        while chunk := await reader.read(_LONGEST_LINE):
            *lines, rest = (rest + chunk).split(b"\n")
            if len(rest) > _LONGEST_LINE:
                lines, rest = [*lines, rest], b""
            for line in lines:
                on_line(line.decode(errors="replace"))
        if rest:
            on_line(rest.decode(errors="replace"))
    finally:
        transport.close()
