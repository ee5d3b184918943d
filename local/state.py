"""
Everything the local stack remembers, under one folder: who runs it, its secrets, keys and addresses.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from local.setup import ROOT

DEFAULT = ROOT / ".data"


class AlreadyRunning(Exception):
    """Somebody else runs the stack of this folder; the message says who and where."""


@dataclass(frozen=True, slots=True)
class State:
    """The folder. Only its owner can enter it."""

    root: Path

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def public_keys(self) -> Path:
        return self.root / "keys/public"

    def private_key(self, service: str) -> Path:
        return self.root / f"keys/private/{service}.pem"

    def secret(self, name: str) -> str:
        """Return the secret `name`, made at random the first time; it is safe in URLs."""
        path = self.root / "secrets.json"
        known: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
        if name not in known:
            known[name] = secrets.token_urlsafe(24)
            _write_private(path, json.dumps(known, indent=1).encode())
        return known[name]

    @property
    def receipt_key(self) -> Path:
        """Signs receipts of erasures. Its public half is not among the services': nobody calls with it."""
        return self.root / "keys/private/receipt.pem"

    @property
    def public_receipt_key(self) -> Path:
        """What an operator publishes, so that receipts can be verified."""
        return self.root / "keys/receipt.pem"

    def make_keys(self, services: tuple[str, ...]) -> None:
        """Give each caller its Ed25519 key pair, unless it has one, and make the one that signs receipts."""
        self.public_keys.mkdir(parents=True, exist_ok=True)
        for service in services:
            _make_key(self.private_key(service), self.public_keys / f"{service}.pem")
        _make_key(self.receipt_key, self.public_receipt_key)

    def publish(self, running: dict[str, Any]) -> None:
        """Tell other commands what runs; they read it with `running`."""
        _write_private(
            self.root / "stack.json", json.dumps({"pid": os.getpid(), **running}, indent=1).encode()
        )

    def withdraw(self) -> None:
        """Nothing runs any more."""
        (self.root / "stack.json").unlink(missing_ok=True)

    def running(self) -> dict[str, Any] | None:
        """Return what `publish` was told, if the process that told it still owns the folder."""
        path = self.root / "stack.json"
        return json.loads(path.read_text()) if path.exists() and self._is_owned() else None

    def _is_owned(self) -> bool:
        with (self.root / "lock").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
            return False


@contextmanager
def owned(root: Path = DEFAULT) -> Iterator[State]:
    """
    Own the folder while the block lasts; made if missing. Ownership ends with the process, however it ends.

    Raises:
        AlreadyRunning: another process owns it.
    """
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    state = State(root.resolve())
    # Opened without truncating: until it is ours, it holds the pid of whoever runs.
    with (root / "lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(_who(state)) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        try:
            yield state
        finally:
            state.withdraw()


def _who(state: State) -> str:
    pid = (state.root / "lock").read_text()
    running = state.running()
    where = f"at {running['gateway']}" if running else "and is still starting"
    return f"process {pid} already runs the stack in {state.root} {where}"


def _make_key(private: Path, public: Path) -> None:
    if private.exists() and public.exists():
        return
    key = Ed25519PrivateKey.generate()
    private.parent.mkdir(exist_ok=True, mode=0o700)
    _write_private(private, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))


def _write_private(path: Path, content: bytes) -> None:
    # Born with its mode and complete: nobody can read it early, and a crash leaves the old one.
    temporary = path.with_suffix(".new")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    temporary.replace(path)
