"""
    python -m gateway render --out DIR

Writes DIR/envoy.yaml and the files it names from the GATEWAY_* variables and has Envoy check them.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from gateway.envoy import InvalidConfigError, validate
from gateway.render import DESCRIPTOR, write
from gateway.settings import SettingsError, from_environ


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m gateway")
    commands = parser.add_subparsers(dest="command", required=True)
    render = commands.add_parser("render", help="write Envoy's configuration from the GATEWAY_* variables")
    render.add_argument("--out", type=Path, required=True, metavar="DIR")
    out: Path = parser.parse_args().out
    try:
        config = write(from_environ(os.environ, descriptor=out.absolute() / DESCRIPTOR))
        validate(config)
    except (SettingsError, InvalidConfigError) as error:
        sys.exit(f"the gateway cannot be rendered:\n{error}")
    print(config)  # noqa: T201 - the answer of the command


if __name__ == "__main__":
    main()
