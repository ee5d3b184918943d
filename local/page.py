"""
The web page on this machine: built when its sources changed and Node is there, and told where everything is.

python -m local.page: check it with its own tools (contract, types, lint, format, tests).
"""

from __future__ import annotations

import fcntl
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from local.aws import Resources
from local.setup import ROOT

FRONTEND = ROOT / "frontend"
LEAST_NODE = (20, 19)
_LOCK = ROOT / ".venv/.page.lock"
_SOURCES = ("src", "public", "build", "index.html", "package-lock.json", "vite.config.ts", "tsconfig.json")


class NoPageError(Exception):
    """There is no page; the message says why in one line."""


def install() -> None:
    """
    Install what the lock file names, unless that is done.

    Raises:
        NoPageError: there is no Node, or npm could not install.
    """
    _need_node()
    with _alone():
        _install()


def built(say: Callable[[str], None]) -> Path:
    """
    Return the folder of the built page; build it if a source is newer than it.

    Raises:
        NoPageError: there is no Node, or the page cannot be built.
    """
    _need_node()
    with _alone():
        _install(say)
        stamp = FRONTEND / "node_modules/.timbre-built"
        digest = _digest(_files(_SOURCES))
        if not (FRONTEND / "dist/index.html").exists() or _text(stamp) != digest:
            say("Building the page …")
            _run("npm", "run", "build", "--silent")
            stamp.write_text(digest)
        return FRONTEND / "dist"


def place(dist: Path, folder: Path, config: dict[str, object]) -> Path:
    """Copy the built page into `folder`, where later builds leave it alone, with its configuration."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(dist, folder)
    (folder / "config.json").write_text(json.dumps(config, indent=1))
    return folder


def config(resources: Resources, sign_in: str, receipt_key: Path) -> dict[str, object]:
    """
    Return what the page reads as `/config.json`.

    Args:
        sign_in: Where the hosted sign-in pages are. The emulator serves them under its own address.
        receipt_key: The public key that signs receipts of erasures.
    """
    return {
        "api": "",
        "signIn": {
            "issuer": resources.issuer,
            "clientId": resources.client,
            "domain": sign_in,
            "providers": [],
        },
        "analytics": {"vercel": False, "speedInsights": False},
        "receiptKeys": [receipt_key.read_text()],
    }


def check(*script: str) -> int:
    """Run a script of the page, which prints what it finds; 0 when there is nothing, or when there is no Node."""
    try:
        install()
    except NoPageError as error:
        print(f"NOT CHECKED: {error}", file=sys.stderr)  # noqa: T201
        return 0
    return subprocess.run(["npm", "run", "--silent", *script], cwd=FRONTEND, check=False).returncode


def _need_node() -> None:
    node, npm = shutil.which("node"), shutil.which("npm")
    version = (
        subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
        if node
        else ""
    )
    found = tuple(int(part) for part in re.findall(r"\d+", version)[:2])
    if not npm or found < LEAST_NODE:
        least = ".".join(map(str, LEAST_NODE))
        raise NoPageError(
            f"The page needs Node {least} or newer with npm; here is {version.strip() or 'none'}."
        )


def _install(say: Callable[[str], None] = lambda _: None) -> None:
    stamp = FRONTEND / "node_modules/.timbre-installed"
    digest = _digest([FRONTEND / "package-lock.json"])
    if _text(stamp) != digest:
        say("Installing what the page is built with (once) …")
        _run("npm", "ci", "--no-audit", "--no-fund", "--loglevel=error")
        stamp.write_text(digest)  # last, so that an interrupted installation starts over


def _run(*command: str) -> None:
    result = subprocess.run(command, cwd=FRONTEND, capture_output=True, text=True, check=False)
    if result.returncode:
        lines = [line for line in (result.stdout + result.stderr).splitlines() if line.strip()]
        raise NoPageError(
            f"The page cannot be built: `{' '.join(command)}` in frontend/ says: {' | '.join(lines[-5:])}"
        )


def _files(names: Iterable[str]) -> Iterator[Path]:
    for name in names:
        path = FRONTEND / name
        yield from (sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path])


def _digest(files: Iterable[Path]) -> str:
    whole = sha256()
    for file in files:
        whole.update(f"{file.relative_to(FRONTEND)}\n".encode())
        whole.update(sha256(file.read_bytes()).digest())
    return whole.hexdigest()


def _text(file: Path) -> str:
    return file.read_text() if file.exists() else ""


@contextmanager
def _alone() -> Iterator[None]:
    """Two systems on one machine share the folder; one of them builds, the other waits for it."""
    _LOCK.parent.mkdir(exist_ok=True)
    with _LOCK.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    sys.exit(check("check"))
