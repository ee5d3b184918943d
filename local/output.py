"""
What the terminal shows: the processes' lines with coloured names, and the rest through the same console.
"""

from __future__ import annotations

import zlib

from rich.console import Console
from rich.text import Text

_COLOURS = ("cyan", "green", "magenta", "yellow", "blue", "bright_cyan", "bright_green", "bright_magenta")
_WIDTH = 15


class Terminal:
    """Prints below a progress bar without disturbing it; no colour with NO_COLOR or into a pipe."""

    def __init__(self, console: Console | None = None, *, logs: bool = True) -> None:
        """
        Args:
            logs: Whether `show` prints; the lines are in `.data/logs` anyway.
        """
        self.console = console or Console()
        self.logs = logs

    def show(self, name: str, line: str) -> None:
        """Print one line of the process `name`."""
        if self.logs:
            self.notice(name, line)

    def notice(self, name: str, line: str) -> None:
        """Print what must be seen, whatever `logs` says."""
        colour = _COLOURS[zlib.crc32(name.encode()) % len(_COLOURS)]  # the same in every run
        for part in line.splitlines() or [""]:
            self.console.print(Text.assemble((f"{name:<{_WIDTH}}", colour), " ", part), soft_wrap=True)

    def say(self, text: str | Text = "") -> None:
        """Print a sentence of our own. Never parsed as markup: it may quote people."""
        self.console.print(text, soft_wrap=True, markup=False, highlight=False)
