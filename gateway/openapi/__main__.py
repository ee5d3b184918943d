"""
    python -m gateway.openapi [FILE]

Writes the document, to gateway/openapi.json unless told otherwise (`make gen`).
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from google.protobuf.descriptor_pb2 import FileDescriptorSet

from gateway.openapi.document import document

ROOT = Path(__file__).parents[2]
PUBLISHED = ROOT / "gateway/openapi.json"
GOLDEN = ROOT / "tests/integration/gateway/golden"


def image() -> FileDescriptorSet:
    """Return the contract with its comments, which generated Python code does not keep."""
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch) / "contract.binpb"
        command = (sys.executable, str(ROOT / "protos/generate.py"), "image", str(out))
        subprocess.run(command, check=True)  # noqa: S603 - ours
        return FileDescriptorSet.FromString(out.read_bytes())


def text() -> str:
    """Return the document as it is published."""
    examples = {path.stem: json.loads(path.read_text()) for path in sorted(GOLDEN.glob("*.json"))}
    return json.dumps(document(image(), examples), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    Path(*sys.argv[1:2] or [PUBLISHED]).write_text(text())
