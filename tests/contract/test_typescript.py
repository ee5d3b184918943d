"""The document suffices: types made from it compile, a client written with them too, and its mistakes do not."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

CLIENT = Path(__file__).with_name("typescript")
DOCUMENT = Path("gateway/openapi.json").absolute()


def run(folder: Path, *command: str) -> None:
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=240, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.skipif(
    not (shutil.which("node") and shutil.which("npm")), reason="needs node and npm (20 or newer)"
)
def test_types_from_the_document_compile(tmp_path: Path) -> None:
    folder = tmp_path / "typescript"
    shutil.copytree(CLIENT, folder)
    run(folder, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
    run(folder, "node_modules/.bin/openapi-typescript", str(DOCUMENT), "--output", "timbre.ts")
    run(folder, "node_modules/.bin/tsc", "--project", ".")
    assert "createRecording" in (folder / "timbre.ts").read_text()


def test_the_lock_names_no_registry() -> None:
    """What is pinned are versions and hashes; where they come from is each machine's business."""
    text = (CLIENT / "package-lock.json").read_text()
    assert '"resolved"' not in text
    assert text.count('"integrity"') > 10
