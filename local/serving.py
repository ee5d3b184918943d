"""
One child without a supervisor, for tests and one-off commands: a plain `with` that needs no event loop.
"""

from __future__ import annotations

import asyncio
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from local.child import Child


@contextmanager
def serving(child: Child, log: Path, *, patience: float = 30.0) -> Iterator[subprocess.Popen[bytes]]:
    """
    Run `child` until the block ends; its output goes to the file `log`. Call it from the main thread.

    Raises:
        RuntimeError: it ended, or was not healthy within `patience` seconds; with the end of its log.
    """
    with log.open("ab") as output:
        process = subprocess.Popen(
            child.command(),
            cwd=child.cwd,
            env=child.environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        # In a thread, because the caller may be inside an event loop already.
        with ThreadPoolExecutor(1) as thread:
            healthy = thread.submit(asyncio.run, _wait(child, process, patience)).result()
        if not healthy:
            last = "\n".join(log.read_text(errors="replace").splitlines()[-20:])
            raise RuntimeError(f"{child.name} did not start:\n{last}")
        yield process
    finally:
        process.send_signal(child.stop_signal)
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


async def _wait(child: Child, process: subprocess.Popen[bytes], patience: float) -> bool:
    deadline = time.monotonic() + patience
    while process.poll() is None and time.monotonic() < deadline:
        try:
            if await child.healthy():
                return True
        except OSError:
            pass
        await asyncio.sleep(0.02)
    return False
