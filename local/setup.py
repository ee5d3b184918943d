"""
Makes `.venv-emulator`: the AWS emulator pins versions that the services must not share.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
EMULATOR_PYTHON = ROOT / ".venv-emulator/bin/python"
_LOCK = ROOT / "local/emulator.lock"


def setup() -> None:
    """
    Make the emulator's environment from its lock file, unless that is done.

    Raises:
        subprocess.CalledProcessError: pip could not install; it has said why.
    """
    folder = EMULATOR_PYTHON.parents[1]
    stamp = folder / "lock.sha256"
    digest = hashlib.sha256(_LOCK.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == digest:
        return
    venv.EnvBuilder(clear=True, symlinks=True).create(folder)
    # This environment's pip installs into the other one, which saves it a pip of its own.
    command = [sys.executable, "-m", "pip", "--python", str(EMULATOR_PYTHON), "install", "--require-hashes"]
    command += ["--quiet", "--disable-pip-version-check", "--no-input", "-r", str(_LOCK)]
    subprocess.run(command, check=True)
    stamp.write_text(digest)  # last, so that an interrupted set-up starts over
