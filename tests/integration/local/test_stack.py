from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from io import StringIO
from pathlib import Path

import httpx
import psutil
import pytest
from rich.console import Console

from local.accounts import Accounts
from local.demo import Cast, push
from local.output import Terminal
from local.people import Person, people
from local.showcase import show_calls, show_matches
from local.stack import PORTS, Running, running
from local.state import owned

ROOT = Path(__file__).parents[3]
PAIR = [person for person in people() if person.id in {"elena-v", "oliver-p"}]


ANY = dict.fromkeys(PORTS, 0)


def silent(_name: str, _line: str) -> None:
    """Show nothing; the logs are on disk."""


@asynccontextmanager
async def started(data: Path, persons: Sequence[Person]) -> AsyncIterator[tuple[Running, Cast]]:
    with owned(data) as own:
        async with running(own, silent, ports=ANY) as up, httpx.AsyncClient(trust_env=False) as client:
            accounts = Accounts(up.stack.emulator, up.resources)
            yield up, Cast(persons, accounts, own.secret("cast"), up.stack.gateway, client)


async def recordings(cast: Cast) -> set[str]:
    apis = [await cast.api(person) for person in cast.people]
    return {
        recording["name"] for api in apis for recording in (await api.call("GET", "recordings"))["recordings"]
    }


async def people_and_the_operator_make_any_call(data: Path) -> None:
    """What `make grpc` does; once, on a stack that is up anyway."""

    async def grpc(*arguments: str) -> tuple[int | None, str]:
        command = [sys.executable, "-m", "local", "--data", str(data), "grpc", *arguments]
        process = await asyncio.create_subprocess_exec(
            *command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        output, _ = await process.communicate()
        assert b"eyJ" not in output  # as every token begins
        return process.returncode, output.decode()

    oliver = ("--user", "oliver-p")
    code, answer = await grpc("match", "ListMatches", '{"page_size": 1}', *oliver)
    assert code == 0
    assert json.loads(answer)["matches"]
    for state in ("ACCOUNT_STATE_DISABLED", "ACCOUNT_STATE_ACTIVE"):
        assert (await grpc("auth", "SetAccountState", json.dumps({"state": state}), *oliver))[0] == 0
    code, answer = await grpc("match", "IndexProfile", "{}", *oliver)
    assert (code, "not for people who run Timbre" in answer) == (1, True)


async def every_service_finds_its_neighbours_well(data: Path) -> None:
    """What `make doctor` does; on the same stack."""
    command = [sys.executable, "-m", "local", "--data", str(data), "doctor", "--json"]
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=subprocess.PIPE)
    output, _ = await process.communicate()
    found = json.loads(output)
    assert [each for findings in found.values() for each in findings if not each["ok"]] == []
    assert process.returncode == 0
    assert set(found) == {"auth", "media", "profile", "match"}
    assert b"postgresql://" not in output


async def test_two_people_are_matched_with_proven_reasons_and_nothing_is_done_twice(tmp_path: Path) -> None:
    screen, stages = StringIO(), set[str]()

    def report(counts: Counter[str]) -> None:
        stages.update(counts)

    async with started(tmp_path / "data", PAIR) as (up, cast):
        await push(cast, report)
        before = await recordings(cast)
        terminal = Terminal(Console(file=screen, width=500))
        await show_calls(cast, await show_matches(cast, terminal), up, terminal)
        await people_and_the_operator_make_any_call(tmp_path / "data")
        await every_service_finds_its_neighbours_well(tmp_path / "data")
        pids = up.supervisor.pids
    assert len(before) == 2
    assert {"uploading", "transcribing", "ready"} <= stages
    assert "Every quote above was found" in screen.getvalue()
    assert not any(psutil.pid_exists(pid) for pid in pids.values())

    stages.clear()
    async with started(tmp_path / "data", PAIR) as (_, cast):
        await push(cast, report)
        assert await recordings(cast) == before
    assert stages == {"waiting", "signing in", "ready"}


def test_a_second_run_is_told_about_the_first_and_a_signal_stops_it_cleanly(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "local", "--data", str(tmp_path / "data")]
    with subprocess.Popen(
        [*command, "run"], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as first:
        assert first.stdout is not None
        assert "Starting Timbre" in first.stdout.readline()
        second = subprocess.run([*command, "run"], cwd=ROOT, capture_output=True, text=True, check=False)
        assert second.returncode == 1
        assert f"process {first.pid} already runs" in second.stderr
        family = psutil.Process(first.pid).children(recursive=True)
        first.send_signal(signal.SIGTERM)
        first.communicate()
    assert not any(one.is_running() and one.status() != psutil.STATUS_ZOMBIE for one in family)


@pytest.mark.parametrize("arguments", [("status",), ("token", "nora-k"), ("doctor",)])
def test_commands_for_a_running_stack_say_when_there_is_none(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    command = [sys.executable, "-m", "local", "--data", str(tmp_path), *arguments]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert "nothing runs here" in result.stderr
