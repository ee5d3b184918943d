"""
From nothing to a first match, as somebody does it who has just heard of Timbre: clone, `make demo`. Packages come
out of pip's cache when they are in it; an index that must be asked first is part of the time. Takes minutes.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from bench.command import command
from bench.report import Report, Table
from local.setup import ROOT

_KEPT = ("PATH", "HOME", "LANG")


async def run(report: Report) -> None:
    """Measure."""
    with tempfile.TemporaryDirectory(prefix="timbre-first-") as folder:
        clone = Path(folder) / "timbre"
        # What is committed, through the same door as a network clone.
        async with command(["git", "clone", "--quiet", f"file://{ROOT}", str(clone)], cwd=ROOT) as cloning:
            cloned = await cloning.ended(seconds=60)
        environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
        # A pip that is told of an index or proxy by its variables keeps being told; nothing else is passed on.
        environment |= {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
        async with command(["make", "demo"], cwd=clone, env=environment) as demo:
            installed = await demo.until("Starting Timbre", seconds=1200)
            spoke = await demo.until(" ready", seconds=300)
            shown = await demo.until("Matches of", seconds=900)
            ended = await demo.ended(seconds=30)
    rows = [
        ("git clone", cloned),
        ("environments made, packages installed", installed),
        ("stack started, first person ready", spoke - installed),
        ("the rest of the cast, until the matches", shown - spoke),
        ("clone until first match", cloned + shown),
        ("… without the environments", cloned + shown - installed),
        ("stop", ended - shown),
    ]
    report.table(Table("Fresh clone until the first match", ("phase", "seconds"), rows))
