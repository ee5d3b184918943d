"""
The command line for the index: `python -m services.match index …`, under the service's own settings.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import Final

import uvloop

from services.kit import logs
from services.kit.config import Common, ConfigError, load
from services.kit.logs import describe, get_logger
from services.kit.postgres import for_everybody, open_database
from services.match.adapters.behind import Backlog
from services.match.adapters.postgres import Store
from services.match.adapters.spaces import Register
from services.match.app import open_spaces
from services.match.config import MatchConfig
from services.match.errors import IndexUnavailable
from services.match.indexing import Indexing
from services.match.maintenance import Maintenance, Outcome, Refused

_COMMANDS: Final = {
    "status": "tell which spaces are kept, how full they are, and what is configured otherwise",
    "drift": "compare ids and versions in each index with the database",
    "prepare": "fill a second space for another model; from then on both are kept up to date",
    "compare": "ask both spaces for the matches of some people: how many of the first ten are the same",
    "cut-over": "have the prepared space serve; the other is kept up to date",
    "roll-back": "have the space serve again that did before",
    "drop": "forget the space that does not serve",
    "rebuild": "make the index that serves anew from the database, as it is configured now",
}
_STATUSES: Final = (
    "Leaves with 0 when all is well, 1 when something differs or failed, 2 when it was refused."
)


def run(arguments: Sequence[str]) -> int:
    """Run one command, print a line for each result, and return the exit status."""
    asked = _parser().parse_args(arguments)
    try:
        settings, common = load(MatchConfig, Common)
        logs.configure("match", style=common.log)
        outcomes = uvloop.run(for_everybody(command(asked, settings, common)))
    except (ConfigError, Refused) as error:
        print(f"refused: {error}", file=sys.stderr)  # noqa: T201 - a person reads this
        return 2
    except IndexUnavailable:
        print("failed: the index cannot be reached; repeat the command", file=sys.stderr)  # noqa: T201 - as above
        return 1
    except Exception as error:  # noqa: BLE001 - what vendors say may hold what nobody is to read
        get_logger().error("index command failed", **describe(error))
        print("failed: the log has the reason; repeat the command", file=sys.stderr)  # noqa: T201 - as above
        return 1
    for outcome in outcomes:
        print(("ok: " if outcome.well else "not ok: ") + outcome.line)  # noqa: T201 - as above
    return 0 if all(outcome.well for outcome in outcomes) else 1


async def command(asked: argparse.Namespace, settings: MatchConfig, common: Common) -> list[Outcome]:
    """Open what the service opens, and do what was asked. A command never adopts a changed configuration."""
    async with AsyncExitStack() as stack:
        # A page of a rebuild is one statement and one write; a server that is far away takes its time.
        database = await open_database(settings.database, stack, statement_timeout_ms=60_000)
        store, backlog = Store(database), Backlog(database)
        spaces = await open_spaces(settings, common, store, Register(database), stack, adopt=False)
        work = Maintenance(store, spaces, backlog, Indexing(backlog, spaces))
        if asked.command in {"status", "drift"}:
            return await (work.status() if asked.command == "status" else work.drift())
        one = {
            "prepare": lambda: work.prepare(asked.embeddings),
            "compare": lambda: work.compare(asked.people, asked.at_least),
            "cut-over": work.cut_over,
            "roll-back": work.roll_back,
            "drop": lambda: work.drop(settings.embeddings),
            "rebuild": work.rebuild,
        }
        return [await one[asked.command]()]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m services.match index",
        description="Operate the vector index (docs/decisions/0017-qdrant.md).",
        epilog=_STATUSES,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    made = {
        name: commands.add_parser(name, help=text, description=text, epilog=_STATUSES)
        for name, text in _COMMANDS.items()
    }
    made["prepare"].add_argument(
        "embeddings", metavar="SPACE", help="the model, as MATCH_EMBEDDINGS names it"
    )
    made["compare"].add_argument("--people", type=int, default=200, help="how many to ask for (200)")
    made["compare"].add_argument(
        "--at-least", type=float, default=0.0, help="leave with 1 when the average is lower (0)"
    )
    return parser
