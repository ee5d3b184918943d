"""
`python -m services.<name> doctor`: asks every neighbour that is configured, harmlessly, and says in one line each
what was found and what to do. Also asked before a start in production, which does not go on with settings that
cannot work.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from time import monotonic

from services.kit.logs import describe

PATIENCE_SECONDS = 8.0
MOST_SKEW_SECONDS = 30.0
"""Tokens live for minutes and AWS refuses requests that are five off; this is the time to be told."""


class Trouble(Exception):
    """
    What a check found to be wrong.

    Args:
        said: What is wrong, without any secret.
        fix: What to do about it.
        lasting: Waiting will not help: a setting, a right or a version is wrong. A start gives up.
    """

    def __init__(self, said: str, fix: str, *, lasting: bool) -> None:
        super().__init__(said)
        self.said = said
        self.fix = fix
        self.lasting = lasting


@dataclass(frozen=True, slots=True)
class Check:
    """One neighbour, by the setting that names it, and how to ask it."""

    neighbour: str
    look: Callable[[], Awaitable[str]]
    """Return what was found to be right, or raise `Trouble`."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of one check."""

    neighbour: str
    ok: bool
    said: str
    fix: str = ""
    lasting: bool = False
    ms: int = 0

    def __str__(self) -> str:
        line = f"{'✓' if self.ok else '✗'} {self.neighbour}: {self.said}"
        return line if self.ok else f"{line} → {self.fix}"


async def examine(checks: Sequence[Check]) -> list[Finding]:
    """Make every check, all at once, each for `PATIENCE_SECONDS` at most; in the order given."""
    return await asyncio.gather(*map(_examine, checks))


async def _examine(check: Check) -> Finding:
    start = monotonic()

    def found(said: str, fix: str = "", *, ok: bool = False, lasting: bool = False) -> Finding:
        return Finding(check.neighbour, ok, said, fix, lasting, round((monotonic() - start) * 1000))

    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return found(await check.look(), ok=True)
    except Trouble as trouble:
        return found(trouble.said, trouble.fix, lasting=trouble.lasting)
    except TimeoutError:
        return found("does not answer", "see whether it runs, and whether a firewall is in the way")
    except Exception as error:  # noqa: BLE001 - a check must not hide the others; the text may hold a secret
        return found(f"fails with {describe(error)['error_type']}", "look at the logs of the neighbour")


def report(findings: Sequence[Finding], *, as_json: bool) -> str:
    """What was found, for people line by line, or as a JSON array."""
    if as_json:
        return json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=1)
    return "\n".join(map(str, findings))


def same_time(theirs: datetime | None, who: str) -> None:
    """
    Compare the clock here with another.

    Raises:
        Trouble: they are too far apart for tokens and signatures to be believed.
    """
    if theirs is None:
        return
    ahead = (datetime.now(UTC) - theirs).total_seconds()
    if abs(ahead) > MOST_SKEW_SECONDS:
        where = "ahead of" if ahead > 0 else "behind"
        said = f"the clock here is {abs(ahead):.0f} s {where} that of {who}"
        raise Trouble(said, "set this machine's clock by NTP", lasting=True)


def http_time(date: str | None) -> datetime | None:
    """Read a `Date` header; None when it is missing or nonsense."""
    try:
        return parsedate_to_datetime(date) if date else None
    except ValueError:
        return None
