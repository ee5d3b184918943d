"""
python -m bench [NAME…]: run these benchmarks, or all quick ones, and print what they found.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
import warnings
from collections.abc import Awaitable, Callable
from importlib import import_module

import httpx
import structlog

from bench.report import Report, WrongAnswer
from local.api import ApiError
from local.supervisor import StartFailed
from services.kit.config import DevelopmentWarning
from services.kit.postgres import EVERYBODY, act_for

BENCHMARKS = {
    "ranking": "are partners found, and do look-alikes stay behind them (synthetic scenarios)",
    "wer": "word error rate of the local model over the demo cast",
    "door": "what authentication, validation and the log cost each call",
    "account": "how soon a sign-out and an erasure hold everywhere, and what a request id costs",
    "reads": "GetProfile and ListMatches among 10,000 people, beside their floors",
    "pipeline": "a recording of 60 s until READY, and what the pipeline adds to hearing and understanding",
    "page": "the page's first visit on a slow phone: script, paint, press (needs Node and Chromium)",
    "stack": "second start, idle memory, stop",
    "first": "fresh clone until the first match (slow; only when named)",
}
_ONLY_WHEN_NAMED = {"first"}


def main() -> int:
    """Run what was asked for. 0: all ran; 1: one could not, or gave a wrong answer."""
    lines = "\n".join(f"  {name:<10} {text}" for name, text in BENCHMARKS.items())
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description=f"Measure Timbre.\n\n{lines}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="all but the slow ones when omitted")
    names: list[str] = parser.parse_args().names or [
        name for name in BENCHMARKS if name not in _ONLY_WHEN_NAMED
    ]
    if unknown := [name for name in names if name not in BENCHMARKS]:
        parser.error(f"no benchmark is called {', '.join(unknown)}")
    # Code of the services runs here too, for floors; its notices are not ours.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    warnings.simplefilter("ignore", DevelopmentWarning)
    for name in names:
        report = Report(name)
        run: Callable[[Report], Awaitable[None]] = import_module(f"bench.{name}").run
        try:
            asyncio.run(_timed(run, report))
        except (WrongAnswer, StartFailed, ApiError, httpx.HTTPError, TimeoutError, OSError) as error:
            print(f"{name}: {type(error).__name__}: {error}", file=sys.stderr)
            return 1
        report.close()
    return 0


async def _timed(run: Callable[[Report], Awaitable[None]], report: Report) -> None:
    act_for(EVERYBODY)
    # A benchmark that hangs must not stay: its processes end with the block they were started in.
    async with asyncio.timeout(1800):
        await run(report)


if __name__ == "__main__":
    sys.exit(main())
