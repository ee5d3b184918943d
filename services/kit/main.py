"""
The command line every service shares: `python -m services.<name> serve | worker | migrate`.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import TypeVar

import uvloop

from services.kit import logs
from services.kit.config import Common, ConfigError, ServiceSettings, load
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
    database: Callable[[C], str] | None = None,
) -> None:
    """
    Run one part of a service until it is told to stop; leave with status 2 when the settings are wrong.

    Args:
        service: Its name, which is also its package below `services`.
        config: Its settings class.
        serve: Opens the gRPC server.
        worker: Opens the worker of its durable jobs, if it has any.
        database: Where its schema lives, if it owns one.
    """
    commands: dict[str, Callable[[C, Common], object]] = {"serve": lambda c, s: _stay(serve, c, s)}
    if worker:
        commands["worker"] = lambda c, s: _stay(worker, c, s)
    if database:
        package, jobs = f"services.{service}", worker is not None
        commands["migrate"] = lambda c, _: uvloop.run(migrate(database(c), package, jobs=jobs))
    command = commands.get(sys.argv[1] if len(sys.argv) == 2 else "")  # noqa: PLR2004 - program and command
    if not command:
        sys.exit(f"usage: python -m services.{service} {'|'.join(commands)}")
    try:
        settings, common = load(config, Common)
    except ConfigError as error:
        print(f"{service} cannot start:\n{error}", file=sys.stderr)  # noqa: T201 - before there are logs
        sys.exit(2)
    logs.configure(service, style=common.log)
    command(settings, common)


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
