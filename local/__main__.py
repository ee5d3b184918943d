"""
python -m local run | demo | setup | token PERSON | grpc SERVICE [METHOD [JSON]] | status | doctor [--json]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
from collections import Counter
from collections.abc import Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
from botocore.exceptions import BotoCoreError, ClientError
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from local import state
from local.accounts import Accounts
from local.calls import SOMEBODY, CallRefused, call, listing, sign_in
from local.cloud import CONSENTS
from local.demo import Cast, DemoFailed, push
from local.doctor import examine, lines
from local.output import Terminal
from local.people import Person, people
from local.setup import setup
from local.showcase import show_calls, show_matches
from local.stack import SERVICES, Running, running
from local.state import AlreadyRunning, State
from local.supervisor import StartFailed

_ORDER = ("waiting", "signing in", "uploading", "queued", "transcribing", "analyzing", "ready")


async def run(data: Path, terminal: Terminal, *, stay: bool, emulates_cloud: bool) -> None:
    """Start everything, push the cast, show what came of it; with `stay`, remain until cancelled."""
    cast = people()
    with state.owned(data) as own:
        terminal.say(f"Starting Timbre; its logs are in {own.logs}")
        starting = running(own, terminal.show, terminal.notice, emulates_cloud=emulates_cloud, with_page=stay)
        async with starting as up:
            await _demo(own, up, cast, terminal)
            if stay:
                terminal.logs = True
                terminal.say("Running. Ctrl-C stops everything.")
                await asyncio.Event().wait()


async def _demo(own: State, up: Running, persons: list[Person], terminal: Terminal) -> None:
    accounts = Accounts(up.stack.emulator, up.resources)
    async with httpx.AsyncClient(trust_env=False) as client:
        consents = CONSENTS if up.stack.emulates_cloud else ()
        cast = Cast(persons, accounts, own.secret("cast"), up.stack.gateway, client, consents)
        await _push(cast, terminal)
        person = await show_matches(cast, terminal)
        await show_calls(cast, person, up, terminal)


async def _push(cast: Cast, terminal: Terminal) -> None:
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, TextColumn("{task.fields[stages]}"), console=terminal.console) as progress:
        task = progress.add_task("The cast speaks", total=len(cast.people), stages="")
        before = 0

        def report(stages: Counter[str]) -> None:
            nonlocal before
            counts = "  ".join(f"{stages[stage]} {stage}" for stage in _ORDER[:-1] if stages[stage])
            progress.update(task, completed=stages["ready"], stages=counts)
            # A pipe shows no bar.
            if not terminal.console.is_terminal and stages["ready"] > before:
                terminal.say(f"{stages['ready']} of {len(cast.people)} ready")
            before = stages["ready"]

        await push(cast, report)


def token(data: Path, person: str) -> str:
    """Sign a person of the cast in at the running stack and return the access token."""
    return sign_in(*_running(data), person).access_token


def grpc(data: Path, terminal: Terminal, service: str, method: str, *, request: str, person: str) -> int:
    """Call a method at the running stack; without one, list them."""
    if not method:
        terminal.say(listing(service))
        return 0
    return call(*_running(data), service, method, data=request, person=person)


def status(data: Path, terminal: Terminal) -> None:
    """Print what runs, and where."""
    own, now = _running(data)
    terminal.say(f"Timbre runs as process {now['pid']}; its logs are in {own.logs}")
    for name, port in now["ports"].items():
        terminal.say(f"  {name:<15} 127.0.0.1:{port}")


def doctor(data: Path, *, as_json: bool) -> int:
    """Let every service look at its neighbours; 1 when any found trouble."""
    found = asyncio.run(examine(*_running(data)))
    print(json.dumps(found, ensure_ascii=False, indent=1) if as_json else "\n".join(lines(found)))  # noqa: T201
    return 0 if all(each["ok"] for findings in found.values() for each in findings) else 1


def _running(data: Path) -> tuple[State, dict[str, Any]]:
    own = State(data)
    now = own.running()
    if now is None:
        raise DemoFailed("nothing runs here; `make run` starts it")
    return own, now


def main() -> int:
    """Run one command. 0: it did what it says; 1: it could not, and said why."""
    arguments = _arguments()
    terminal = Terminal(logs=getattr(arguments, "logs", False))
    try:
        match arguments.command:
            case "run":
                _until_stopped(run(arguments.data, terminal, stay=True, emulates_cloud=bool(arguments.cloud)))
            case "demo":
                work = run(arguments.data, terminal, stay=False, emulates_cloud=bool(arguments.cloud))
                return _until_stopped(work)
            case "token":
                print(token(arguments.data, arguments.person))  # noqa: T201  # the answer, for a shell to take
            case "grpc":
                return grpc(
                    arguments.data,
                    terminal,
                    arguments.service,
                    arguments.method,
                    request=arguments.request,
                    person=arguments.user,
                )
            case "status":
                status(arguments.data, terminal)
            case "doctor":
                return doctor(arguments.data, as_json=arguments.json)
            case _:
                setup()
    except (AlreadyRunning, CallRefused, DemoFailed, StartFailed) as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    except (ClientError, BotoCoreError, OSError, RuntimeError) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)  # noqa: T201
        return 1
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m local", description="Timbre on this machine.")
    parser.add_argument("--data", type=Path, default=state.DEFAULT, help="where everything is kept")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, text in (("run", "start everything and stay up"), ("demo", "start, show a match, stop")):
        command = commands.add_parser(name, help=text)
        command.add_argument("--logs", action="store_true", help="show all logs from the start")
        command.add_argument("--cloud", choices=["emulated"], help="use the adapters of production")
    commands.add_parser("setup", help="make .venv-emulator")
    commands.add_parser("token", help="print an access token").add_argument(
        "person", help="an id of the cast"
    )
    command = commands.add_parser("grpc", help="call a method of a service, or list them")
    command.add_argument("service", choices=SERVICES)
    command.add_argument("method", nargs="?", default="", help="its name; without it, all are listed")
    command.add_argument("request", nargs="?", default="", help="the request in JSON")
    command.add_argument("--user", default=SOMEBODY, help="an id of the cast: who calls")
    commands.add_parser("status", help="say what runs, and where")
    command = commands.add_parser("doctor", help="ask every neighbour of every service")
    command.add_argument("--json", action="store_true", help="for machines")
    return parser.parse_args()


def _until_stopped(work: Coroutine[Any, Any, None]) -> int:
    """Run `work` to its end, or stop it cleanly on Ctrl-C, SIGTERM or a closed terminal; 130 then."""

    async def stoppable() -> int:
        task = asyncio.ensure_future(work)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # nohup stays nohup
                loop.add_signal_handler(number, task.cancel)
        with suppress(asyncio.CancelledError):
            await task
            return 0
        return 130

    return asyncio.run(stoppable())


if __name__ == "__main__":
    os.chdir(state.ROOT)
    sys.exit(main())
