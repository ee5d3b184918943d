"""
The command line every service shares: `python -m services.<name> serve | worker | migrate | doctor [--json]`.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import TypeVar

import uvloop

from services.kit import logs
from services.kit.config import Common, ConfigError, ServiceSettings, load
from services.kit.doctor import Check, examine, report
from services.kit.postgres import migrate
from services.kit.server import until_stopped

C = TypeVar("C", bound=ServiceSettings)
Open = Callable[[C, Common], AbstractAsyncContextManager[object]]


def main(
    service: str,
    config: type[C],
    *,
    serve: Open[C],
    worker: Open[C] | None = None,
    database: Callable[[C], str],
    neighbours: Callable[[C, Common], Sequence[Check]],
) -> None:
    """
    Run one part of a service until it is told to stop. Leaves with status 2 when the settings are wrong, and
    `doctor` with 1 when it found any trouble.

    Args:
        service: Its name, which is also its package below `services`.
        config: Its settings class.
        serve: Opens the gRPC server.
        worker: Opens the worker of its durable jobs, if it has any.
        database: Where its schema lives.
        neighbours: The checks of its doctor.
    """

    def stay(part: Open[C], settings: C, common: Common) -> None:
        if common.doctor or common.env == "production":
            _refuse_what_cannot_work(service, neighbours(settings, common))
        _stay(part, settings, common)

    package, jobs = f"services.{service}", worker is not None
    commands: dict[str, Callable[[C, Common], object]] = {
        "serve": lambda c, s: stay(serve, c, s),
        "migrate": lambda c, _: uvloop.run(migrate(database(c), package, jobs=jobs)),
        "doctor": lambda c, s: _doctor(neighbours(c, s), as_json=False),
        "doctor --json": lambda c, s: _doctor(neighbours(c, s), as_json=True),
    }
    if worker:
        commands["worker"] = lambda c, s: stay(worker, c, s)
    command = commands.get(" ".join(sys.argv[1:]))
    if not command:
        sys.exit(f"usage: python -m services.{service} {'|'.join(commands)}")
    try:
        settings, common = load(config, Common)
    except ConfigError as error:
        print(f"{service} cannot start:\n{error}", file=sys.stderr)  # noqa: T201 - before there are logs
        sys.exit(2)
    logs.configure(service, style=common.log)
    command(settings, common)


def _doctor(checks: Sequence[Check], *, as_json: bool) -> None:
    findings = uvloop.run(examine(checks))
    print(report(findings, as_json=as_json))  # noqa: T201 - the answer
    sys.exit(0 if all(finding.ok for finding in findings) else 1)


def _refuse_what_cannot_work(service: str, checks: Sequence[Check]) -> None:
    """Stop when waiting will not help. Who is merely away may be back by the time they are needed."""
    wrong = [finding for finding in uvloop.run(examine(checks)) if finding.lasting]
    if wrong:
        print(f"{service} cannot start:\n{report(wrong, as_json=False)}", file=sys.stderr)  # noqa: T201 - as above
        sys.exit(2)


def _stay(open_part: Open[C], settings: C, common: Common) -> None:
    async def stay() -> None:
        async with open_part(settings, common):
            await until_stopped()

    try:
        uvloop.run(stay())
    except (asyncio.CancelledError, KeyboardInterrupt):
        pass
    except ConfigError as error:
        print(error, file=sys.stderr)  # noqa: T201 - a person reads this
        sys.exit(2)
