"""
What a child process is: its command, its environment, how to tell that it works and how to end it.
"""

from __future__ import annotations

import os
import pwd
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_TRAMPOLINE = Path(__file__).with_name("trampoline.py")
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TZ", "NO_COLOR")


@dataclass(frozen=True, slots=True)
class User:
    """Somebody to become before the program starts; only root can."""

    uid: int
    gid: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """One process of the stack."""

    name: str
    argv: Sequence[str]
    healthy: Callable[[], Awaitable[bool]]
    """True once others may rely on it. May raise `OSError` instead of saying False."""
    env: Mapping[str, str] = field(default_factory=dict[str, str])
    """Added to the few variables every child gets; nothing else of our environment leaks in."""
    cwd: Path = field(default_factory=Path.cwd)
    stop_signal: signal.Signals = signal.SIGTERM
    """Asks for a clean end; also what the kernel sends when the supervisor dies."""
    user: User | None = None

    def command(self) -> list[str]:
        """The argv that starts it tied to this process: when we die, it gets `stop_signal`."""
        user = f"{self.user.uid}:{self.user.gid}" if self.user else "-"
        # -I -S: the trampoline needs nothing but the standard library, and starts in 20 ms that way.
        trampoline = [sys.executable, "-I", "-S", str(_TRAMPOLINE)]
        return [*trampoline, str(os.getpid()), str(int(self.stop_signal)), user, *self.argv]

    def environment(self) -> dict[str, str]:
        """The whole environment of the process."""
        return {**inherited(), **self.env}


def inherited() -> dict[str, str]:
    """The few variables that every process of the stack gets from ours."""
    return {name: os.environ[name] for name in _KEPT if name in os.environ}


def unprivileged() -> User | None:
    """
    Whom to become for a program that refuses root: `nobody` as root, oneself (None) otherwise.

    Raises:
        RuntimeError: root on a machine without a user `nobody`.
    """
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        message = "PostgreSQL refuses to run as root and this machine has no user 'nobody' to run it as"
        raise RuntimeError(message) from None
    return User(entry.pw_uid, entry.pw_gid)
