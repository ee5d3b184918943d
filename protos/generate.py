"""
Generate the Python code of the contract, or the image that `buf` reads.

    python protos/generate.py python DIR     code and type stubs, default DIR: protos/gen/python
    python protos/generate.py image FILE     one descriptor set with imports and comments
    python protos/generate.py released FILE  the same of the last release: the newest tag v*, or protos/RELEASED

`buf/validate/validate.proto` comes in no package as a file, but its descriptor is inside
`protovalidate`; protoc takes it from there. Nothing is downloaded and nothing is vendored.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import grpc_tools
from google.protobuf import descriptor_pb2
from google.rpc import error_details_pb2
from protovalidate._gen.buf.validate import validate_pb

HERE = Path(__file__).parent
WELL_KNOWN = Path(grpc_tools.__file__).parent / "_proto"
GOOGLEAPIS = Path(error_details_pb2.__file__).parents[2]
VALIDATE = "buf/validate/validate.proto"


def protoc(*arguments: str, protos: Path = HERE) -> None:
    """Run protoc over the contract in `protos`, with every import in reach."""
    with tempfile.TemporaryDirectory() as scratch:
        rules = descriptor_pb2.FileDescriptorSet()
        rules.file.add().MergeFromString(validate_pb.desc().proto.to_binary())
        rules_file = Path(scratch) / "validate.binpb"
        rules_file.write_bytes(rules.SerializeToString())
        imports = (f"-I{protos}", f"-I{WELL_KNOWN}", f"-I{GOOGLEAPIS}", f"--descriptor_set_in={rules_file}")
        subprocess.run([sys.executable, "-m", "grpc_tools.protoc", *imports, *arguments], check=True)


def contract(protos: Path = HERE) -> list[str]:
    return sorted(str(path.relative_to(protos)) for path in protos.glob("timbre/**/*.proto"))


def python(out: Path) -> None:
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    protoc(f"--python_out={out}", VALIDATE)
    protoc(f"--python_out={out}", f"--mypy_out=quiet:{out}", *contract())
    services = [path for path in contract() if "\nservice " in (HERE / path).read_text()]
    protoc(f"--grpc_python_out={out}", f"--mypy_grpc_out=quiet,only_async:{out}", *services)


def image(out: Path, protos: Path = HERE) -> None:
    arguments = ("--include_imports", "--include_source_info", f"--descriptor_set_out={out}")
    protoc(*arguments, *contract(protos), protos=protos)


def release() -> str:
    """Return the revision that clients have: of the newest release tag behind us, or else what RELEASED names."""
    found = git("describe", "--tags", "--match", "v*", "--abbrev=0")
    return found.stdout.decode().strip() if not found.returncode else (HERE / "RELEASED").read_text().strip()


def released(out: Path) -> None:
    """
    Write the image of the contract as it was released.

    A checkout without that history has nothing to compare with: the command says so and fails.
    """
    revision = release()
    listed = git("ls-tree", "-r", "--name-only", revision, "protos/timbre")
    if listed.returncode:
        sys.exit(
            f"the release {revision} is not in this checkout's history: {listed.stderr.decode().strip()}"
        )
    with tempfile.TemporaryDirectory() as scratch:
        for name in listed.stdout.decode().splitlines():
            path = Path(scratch) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(git("show", f"{revision}:{name}").stdout)
        image(out, Path(scratch) / "protos")


def git(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Ask git about this checkout; it may not be one."""
    return subprocess.run(["git", "-C", str(HERE.parent), *arguments], capture_output=True, check=False)


def main() -> None:
    match sys.argv[1:]:
        case ["python", *rest]:
            python(Path(*rest or [HERE / "gen/python"]))
        case ["image", out]:
            image(Path(out))
        case ["released", out]:
            released(Path(out))
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
