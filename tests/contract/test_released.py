"""The contract does not break those who use the last release."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

BIN = Path(sys.executable).parent
GENERATE = Path("protos/generate.py")


def make(kind: str, out: Path) -> subprocess.CompletedProcess[str]:
    """Have the contract's image written, of today or of the release."""
    path = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        [sys.executable, str(GENERATE), kind, str(out)],
        capture_output=True,
        text=True,
        env={**os.environ, "PATH": path},
        check=False,
    )


@pytest.fixture
def released(tmp_path: Path) -> Path:
    out = tmp_path / "released.binpb"
    if (result := make("released", out)).returncode:
        pytest.skip(f"this checkout has no history to compare with: {result.stderr.strip()}")
    return out


def breaking(image: Path, against: Path) -> subprocess.CompletedProcess[str]:
    command = [str(BIN / "buf"), "breaking", str(image), "--against", str(against), "--config", "buf.yaml"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_contract_breaks_no_client_of_the_last_release(released: Path, tmp_path: Path) -> None:
    image = tmp_path / "contract.binpb"
    assert make("image", image).returncode == 0
    result = breaking(image, released)
    assert result.returncode == 0, result.stdout


def test_a_contract_that_takes_something_away_is_found_out(released: Path, tmp_path: Path) -> None:
    """The release has less than today's contract: going back would break today's clients."""
    image = tmp_path / "contract.binpb"
    assert make("image", image).returncode == 0
    if released.read_bytes() == image.read_bytes():
        pytest.skip("nothing has changed since the release")
    result = breaking(released, image)
    assert result.returncode == 100
    assert "deleted" in result.stdout
