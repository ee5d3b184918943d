from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from local.child import Child
from local.supervisor import StartFailed, Supervisor

ROOT = Path(__file__).parents[3]
TRAMPOLINE = ROOT / "local/trampoline.py"

DIARY = """
import signal, sys, time
name, diary = sys.argv[1:]
def write(mark):
    with open(diary, "a") as file: file.write(mark + name + "\\n")
def stop(*_): write("-"); sys.exit(0)
signal.signal(signal.SIGTERM, stop)
write("+")
while True: time.sleep(1)
"""

STUBBORN = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
other = subprocess.Popen([sys.executable, "-I", "-S", "-c", "import time; time.sleep(1000)"])
print("grandchild", other.pid, flush=True)
open(sys.argv[1], "w").close()
while True: time.sleep(1)
"""

# A shell may start the tests with SIGINT ignored, which children inherit; the owner shall hear it all the same.
OWNER = f"""
import asyncio, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from pathlib import Path
from local.child import Child
from local.supervisor import Supervisor
folder = Path(sys.argv[1])
async def healthy(): return (folder / "up").exists()
async def main():
    child = Child(name="stubborn", argv=[sys.executable, "-I", "-S", "-c", {STUBBORN!r}, str(folder / "up")],
                  healthy=healthy)
    async with Supervisor(folder, lambda _, line: print(line, flush=True)) as supervisor:
        await supervisor.start(child)
        print("child", supervisor.pids["stubborn"], flush=True)
        await asyncio.Event().wait()
asyncio.run(main())
"""


def python(name: str, script: str, *arguments: str, healthy: Callable[[], bool]) -> Child:
    async def check() -> bool:
        return healthy()

    return Child(name=name, argv=[sys.executable, "-I", "-S", "-c", script, *arguments], healthy=check)


def diary_of(diary: Path, name: str) -> Child:
    return python(name, DIARY, name, str(diary), healthy=lambda: f"+{name}" in lines(diary))


def lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not condition():
            await asyncio.sleep(0.02)


def is_gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


class Heard(list[str]):
    """What the supervisor showed."""

    def __call__(self, name: str, line: str) -> None:
        self.append(f"{name}: {line}")


async def test_each_stage_waits_for_the_one_before_and_stops_in_reverse(tmp_path: Path) -> None:
    diary = tmp_path / "diary"
    async with Supervisor(tmp_path / "logs", Heard()) as supervisor:
        for name in ("database", "service", "gateway"):
            await supervisor.start(diary_of(diary, name))
    assert lines(diary) == ["+database", "+service", "+gateway", "-gateway", "-service", "-database"]


async def test_one_that_ends_is_started_again(tmp_path: Path) -> None:
    diary, heard = tmp_path / "diary", Heard()
    async with Supervisor(tmp_path / "logs", heard) as supervisor:
        await supervisor.start(diary_of(diary, "service"))
        first = supervisor.pids["service"]
        os.kill(first, signal.SIGKILL)
        await until(lambda: len(lines(diary)) == 2)
        assert supervisor.pids["service"] != first
    assert any("ended (SIGKILL); it starts again" in line for line in heard)
    assert lines(diary) == ["+service", "+service", "-service"]


async def test_one_that_fails_at_first_may_still_start(tmp_path: Path) -> None:
    script = "import sys, time; file = open(sys.argv[1], 'a'); file.write('x'); file.close()\n"
    script += "if len(open(sys.argv[1]).read()) < 2: sys.exit(1)\nwhile True: time.sleep(1)"
    count = tmp_path / "count"
    child = python("slow", script, str(count), healthy=lambda: count.exists() and len(count.read_text()) == 2)
    async with Supervisor(tmp_path / "logs", Heard()) as supervisor:
        await supervisor.start(child)


async def test_one_that_keeps_dying_stops_the_start_with_its_last_words(tmp_path: Path) -> None:
    child = python("broken", "print('no such table'); raise SystemExit(3)", healthy=lambda: False)
    diary = tmp_path / "diary"
    with pytest.raises(StartFailed, match=r"broken keeps ending \(exit 3\)(.|\n)*no such table"):
        async with Supervisor(tmp_path / "logs", Heard()) as supervisor:
            await supervisor.start(diary_of(diary, "database"))
            await supervisor.start(child)
    assert lines(diary) == ["+database", "-database"]


async def test_one_that_keeps_dying_later_is_reported_with_its_last_words(tmp_path: Path) -> None:
    up, heard = tmp_path / "up", Heard()
    script = "import os, sys, time\nif os.path.exists(sys.argv[1]): raise SystemExit('the disk is full')\n"
    script += "open(sys.argv[1], 'w').close()\nwhile True: time.sleep(1)"
    async with Supervisor(tmp_path / "logs", heard) as supervisor:
        await supervisor.start(python("service", script, str(up), healthy=up.exists))
        os.kill(supervisor.pids["service"], signal.SIGKILL)
        await until(lambda: any("the disk is full" in line and "last lines" in line for line in heard))


async def test_a_program_that_is_not_there_is_named(tmp_path: Path) -> None:
    async def healthy() -> bool:
        return False

    missing = Child(name="envoy", argv=["/no/such/program"], healthy=healthy)
    with pytest.raises(StartFailed, match="/no/such/program"):
        async with Supervisor(tmp_path / "logs", Heard()) as supervisor:
            await supervisor.start(missing)


async def test_one_that_is_never_healthy_is_named(tmp_path: Path) -> None:
    child = python("mute", "import time; time.sleep(1000)", healthy=lambda: False)
    with pytest.raises(StartFailed, match="mute was not healthy"):
        async with Supervisor(tmp_path / "logs", Heard()) as supervisor:
            await supervisor.start(child, patience=0.5)


async def test_a_deaf_child_and_its_own_children_are_killed_at_the_end(tmp_path: Path) -> None:
    up, heard = tmp_path / "up", Heard()
    async with Supervisor(tmp_path / "logs", heard) as supervisor:
        await supervisor.start(python("stubborn", STUBBORN, str(up), healthy=up.exists))
        await until(lambda: len(heard) > 0)
        pids = [supervisor.pids["stubborn"], int(heard[0].split()[-1])]
    await until(lambda: all(map(is_gone, pids)))


async def test_children_of_a_dead_child_do_not_outlive_it(tmp_path: Path) -> None:
    up, heard = tmp_path / "up", Heard()
    async with Supervisor(tmp_path / "logs", heard) as supervisor:
        await supervisor.start(python("stubborn", STUBBORN, str(up), healthy=up.exists))
        await until(lambda: len(heard) > 0)
        grandchild = int(heard[0].split()[-1])
        os.kill(supervisor.pids["stubborn"], signal.SIGKILL)
        await until(lambda: is_gone(grandchild))


def start_owner(folder: Path) -> tuple[subprocess.Popen[str], list[int]]:
    """A separate supervisor; with the pids of its child and of its child's child."""
    process = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(folder)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    told = dict(process.stdout.readline().split() for _ in range(2))
    return process, [int(told["child"]), int(told["grandchild"])]


async def test_kill_9_of_the_supervisor_leaves_no_orphan(tmp_path: Path) -> None:
    owner, pids = start_owner(tmp_path)
    wardens = [one.pid for one in psutil.Process(owner.pid).children() if one.pid not in pids]
    with owner:
        owner.kill()
        owner.wait()
    # The child ignores SIGTERM and its own child was never told: only the warden can end both.
    await until(lambda: all(map(is_gone, [*pids, *wardens])))


async def test_a_lost_warden_is_not_needed_while_the_supervisor_ends_well(tmp_path: Path) -> None:
    owner, pids = start_owner(tmp_path)
    with owner:
        for one in psutil.Process(owner.pid).children():
            if one.pid not in pids:
                one.kill()
        owner.send_signal(signal.SIGINT)
        owner.wait()
    await until(lambda: all(map(is_gone, pids)))


def test_the_trampoline_refuses_when_its_parent_has_gone() -> None:
    command = [sys.executable, str(TRAMPOLINE), "1", "15", "-", "/bin/true"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert "the parent is already gone" in result.stderr


async def test_lines_go_to_the_log_and_the_environment_does_not_leak(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    monkeypatch.setenv("MEDIA_AUDIO", "s3://somebody-elses")
    script = "import os, time\nprint(sorted(os.environ))\nprint('x' * 200_000)\nprint('end', flush=True)\n"
    script += "time.sleep(1000)"
    log = tmp_path / "logs/service.log"
    async with Supervisor(tmp_path / "logs", Heard()) as supervisor:
        await supervisor.start(python("service", script, healthy=lambda: "end" in lines(log)))
    written = log.read_text()
    assert "PATH" in written
    assert "PYTHONPATH" not in written
    assert "MEDIA_AUDIO" not in written
    assert written.count("x") == 200_000
