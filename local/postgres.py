"""
PostgreSQL on this machine: made on first use, reached by password over loopback only, one role and one
schema a service.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from local.binaries import binaries
from local.child import Child, User, unprivileged

DATABASE = "timbre"
SERVICES = ("auth", "media", "profile", "match")
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "shared_buffers": "32MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # A log line must not carry what somebody said: no row contents, no statement that failed.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_checkpoints": "off",
}
# The data directory is the working directory, and the server calls it by this name: a process that was
# put there before it dropped root need not be able to enter the folders above, which may be closed.
_HERE = "/proc/self/cwd"


def dsn(user: str, password: str, port: int, database: str = DATABASE) -> str:
    """The address of a database. Passwords are our own url-safe tokens, so nothing needs quoting."""
    return f"postgresql://{user}:{password}@127.0.0.1:{port}/{database}"


def create(data: Path, password: str, *, fsync: bool = True) -> None:
    """
    Make the data directory unless it is there; `postgres` becomes the superuser with `password`.

    Raises:
        RuntimeError: initdb failed; the message is its own.
    """
    if data.exists():
        return
    user = unprivileged()
    building = data.with_name(f"{data.name}.new")  # an interrupted initdb must not look like a database
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(parents=True, mode=0o700)
    if user:
        os.chown(building, user.uid, user.gid)
    _initdb(building, password, user, sync=fsync)
    building.rename(data)


def _initdb(data: Path, password: str, user: User | None, *, sync: bool) -> None:
    # The password passes through memory, never through a file or an argument that `ps` shows.
    secret = os.memfd_create("password")
    try:
        os.write(secret, password.encode())
        command = [str(binaries(user) / "initdb"), "-D", _HERE, "-U", "postgres", "--auth=scram-sha-256"]
        command += [f"--pwfile=/proc/self/fd/{secret}", "--encoding=UTF8", "--locale=C.UTF-8"]
        command += [] if sync else ["--no-sync"]
        if user:
            os.fchown(secret, user.uid, user.gid)
        result = subprocess.run(
            command,
            cwd=data,
            env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
            pass_fds=(secret,),
            capture_output=True,
            text=True,
            check=False,
            user=user.uid if user else None,
            group=user.gid if user else None,
            extra_groups=[] if user else None,
        )
    finally:
        os.close(secret)
    if result.returncode != 0:
        raise RuntimeError(f"initdb failed: {result.stderr.strip()}")


def server(data: Path, port: int, password: str, *, fsync: bool = True) -> Child:
    """Describe the server process of `data`, made by `create`, on 127.0.0.1:`port`."""
    user = unprivileged()
    argv = [str(binaries(user) / "postgres"), "-D", _HERE, "-p", str(port)]
    settings = _SETTINGS if fsync else {**_SETTINGS, "fsync": "off", "full_page_writes": "off"}
    for name, value in settings.items():
        argv += ["-c", f"{name}={value}"]
    address = dsn("postgres", password, port, "postgres")

    async def healthy() -> bool:
        return await asyncio.to_thread(answers, address)

    return Child(
        name="postgres",
        argv=argv,
        env={"LC_ALL": "C.UTF-8"},
        cwd=data,
        user=user,
        stop_signal=signal.SIGINT,  # fast shutdown; SIGTERM would wait for every client to leave
        healthy=healthy,
    )


def answers(address: str) -> bool:
    """Whether a server accepts connections at `address`."""
    try:
        with psycopg.connect(address, connect_timeout=2):
            return True
    except psycopg.OperationalError:
        return False


def reclaim(data: Path) -> None:
    """
    End a server that still owns `data` though its supervisor is gone, and forget one that died.

    To be called while we alone own the stack, before `server` is started. PostgreSQL refuses to start
    when the pid in its lock file is alive, which after a reboot may be anything.
    """
    lock = data / "postmaster.pid"
    deadline = time.monotonic() + 5
    while lock.exists():
        pid = int(lock.read_text().split("\n", 1)[0])
        if not _serves(pid, data):
            lock.unlink(missing_ok=True)
            return
        os.kill(pid, signal.SIGINT if time.monotonic() < deadline else signal.SIGQUIT)
        time.sleep(0.1)


def _serves(pid: int, data: Path) -> bool:
    try:
        return Path(f"/proc/{pid}/cwd").samefile(data)
    except OSError:
        return False


def provision(admin: str, passwords: Mapping[str, str]) -> None:
    """
    Bring the database, and each service's role and schema, to what the stack needs; repeatable.

    Args:
        admin: The superuser's address, any database.
        passwords: One for each service; they become the roles' passwords.
    """
    with psycopg.connect(admin, autocommit=True) as connection:
        for service in SERVICES:
            _provision_role(connection, service, passwords[service])
        create_database(connection, DATABASE)


def _provision_role(connection: psycopg.Connection, service: str, password: str) -> None:
    role = sql.Identifier(service)
    if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (service,)).fetchone():
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(role))
    # Sent as a SCRAM verifier, so that the password itself can appear in no server log.
    verifier = connection.pgconn.encrypt_password(password.encode(), service.encode(), b"scram-sha-256")
    connection.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(role, verifier.decode()))
    # On the role, not on role and database: a database cloned for a test keeps it.
    connection.execute(sql.SQL("ALTER ROLE {} SET search_path = {}").format(role, role))


def create_database(connection: psycopg.Connection, name: str) -> None:
    """Create the database `name` with a schema for each service, unless it is there."""
    if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone():
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    info = connection.info
    address = make_conninfo(info.dsn, dbname=name, password=info.password)
    with psycopg.connect(address, autocommit=True) as inside:
        database = sql.Identifier(name)
        inside.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
        inside.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
        for service in SERVICES:
            role = sql.Identifier(service)
            inside.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, role))
            inside.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {} AUTHORIZATION {}").format(role, role))
