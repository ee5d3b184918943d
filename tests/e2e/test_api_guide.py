"""Every command of docs/api.md does what it says: the blocks run as one script, as a reader would paste them."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from local.stack import Running
from tests.e2e.conftest import SignUp

pytestmark = pytest.mark.asyncio(loop_scope="session")

GUIDE = Path(__file__).parents[2] / "docs/api.md"
TOOLS = ("curl", "jq", "openssl")
LIMIT_SECONDS = 120


@pytest.fixture(scope="module")
def tools() -> None:
    """What the guide asks its reader for; installed where we may."""
    missing = [tool for tool in TOOLS if not shutil.which(tool)]
    if missing and os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "install", "-y", "-qq", *missing], check=False, capture_output=True)
    if missing := [tool for tool in TOOLS if not shutil.which(tool)]:
        pytest.skip(f"the guide's commands need {', '.join(missing)}, which cannot be installed here")


@pytest.mark.usefixtures("tools")
async def test_every_block_of_the_guide_runs(system: Running, sign_up: SignUp, tmp_path: Path) -> None:
    partner, reader = await sign_up("Rufus"), await sign_up("Reader")
    await partner.types("I photograph pottery and glass. I would love to learn to sail a dinghy.")
    blocks = re.findall(r"^```sh\n(.*?)^```$", GUIDE.read_text(), flags=re.MULTILINE | re.DOTALL)
    assert len(blocks) > 10
    script = "set -euo pipefail\n" + "\n".join(
        f"echo '--- block {number}'\n{block}" for number, block in enumerate(blocks, 1)
    )
    environment = {
        "PATH": os.environ["PATH"],
        "GATEWAY": system.stack.gateway,
        "TOKEN": reader.session.access_token,
        "WORK": str(tmp_path),
    }
    process = await asyncio.create_subprocess_exec(
        "bash", "-c", script, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    try:
        async with asyncio.timeout(LIMIT_SECONDS):
            output, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    assert process.returncode == 0, output.decode()[-3000:]
