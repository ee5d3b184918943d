"""
The process that survives the supervisor by a moment, to end what the supervisor no longer can.

The kernel tells every child when the supervisor dies (`local.trampoline`), yet a child may hang on the
way out, or leave children of its own. The warden knows every process group; when its pipe closes, which
happens however the supervisor ended, it asks them to stop and then kills what is left.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import IO

PATIENCE = 3.0  # seconds between asking and killing


class Warden:
    """The supervisor's end of the pipe. Losing the warden loses nothing but the second line of defence."""

    def __init__(self) -> None:
        # A session of its own: Ctrl-C in the terminal and the end of the terminal must not reach it.
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(Path(__file__).resolve())],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def guard(self, group: int, stop_signal: signal.Signals) -> None:
        """End the process group `group` when we are gone."""
        self._tell(f"+{group} {int(stop_signal)}\n")

    def forget(self, group: int) -> None:
        """The process group has ended; its number may come to mean another one."""
        self._tell(f"-{group}\n")

    def dismiss(self) -> None:
        """Close the pipe and wait; whatever is still guarded is ended."""
        with suppress(OSError):
            self._pipe().close()
        self._process.wait()

    def _tell(self, line: str) -> None:
        with suppress(OSError):
            os.write(self._pipe().fileno(), line.encode())

    def _pipe(self) -> IO[bytes]:
        assert self._process.stdin is not None
        return self._process.stdin


def main() -> None:
    groups: dict[int, int] = {}
    for line in sys.stdin:
        if line.startswith("+"):
            group, stop_signal = (int(part) for part in line[1:].split())
            groups[group] = stop_signal
        else:
            groups.pop(int(line[1:]), None)
    end(groups)


def end(groups: dict[int, int]) -> None:
    """Ask each group (a number, and its signal) to stop; kill what remains after `PATIENCE` seconds."""
    left = {group for group, stop_signal in groups.items() if _sent(group, stop_signal)}
    deadline = time.monotonic() + PATIENCE
    while left and time.monotonic() < deadline:
        time.sleep(0.05)
        left = {group for group in left if _sent(group, 0)}
    for group in left:
        _sent(group, signal.SIGKILL)


def _sent(group: int, number: int) -> bool:
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


if __name__ == "__main__":
    main()
