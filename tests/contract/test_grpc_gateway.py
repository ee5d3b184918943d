"""
The HTTP annotations mean to others what they mean to our gateway: the generators of grpc-gateway read them.

They are Go programs, packaged by Debian (`golang-grpc-gateway`); where they are not installed there is nothing to ask.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from gateway.contract import SERVICES, all_methods

GENERATE = "import sys; sys.path.insert(0, 'protos'); import generate; generate.protoc(*sys.argv[1:])"
FILES = {name: service.file.name for name, service in SERVICES.items()}
OTHERS = ("timbre/api/v1/policy.proto", "buf/validate/validate.proto")


def generate(plugin: str, service: str, out: Path, options: str) -> Path:
    """Run one of grpc-gateway's generators over a service's file; return what it wrote."""
    program = shutil.which(f"protoc-gen-{plugin}")
    if program is None:
        pytest.skip(f"protoc-gen-{plugin} is not installed (Debian: golang-grpc-gateway)")
    arguments = (f"--plugin=protoc-gen-{plugin}={program}", f"--{plugin}_out={options}:{out}", FILES[service])
    command = [sys.executable, "-c", GENERATE, *arguments]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    (file,) = (path for path in out.rglob("*") if path.is_file())
    return file


@pytest.mark.parametrize("service", FILES)
def test_it_makes_a_proxy_of_every_method_for_clients_and_of_no_other(service: str, tmp_path: Path) -> None:
    packages = ",".join(f"M{name}=timbre/{Path(name).stem}" for name in (*FILES.values(), *OTHERS))
    code = generate("grpc-gateway", service, tmp_path, packages).read_text()
    made = set(re.findall(r"pattern_(\w+)_0 ", code))
    ours = [method for method in all_methods() if method.service == service]
    assert made == {method.path.rpartition(".")[2].replace("/", "_") for method in ours}


@pytest.mark.parametrize("service", FILES)
def test_it_finds_the_same_paths_bodies_and_parameters(service: str, tmp_path: Path) -> None:
    document = json.loads(generate("swagger", service, tmp_path, "json_names_for_fields=true").read_text())
    theirs: dict[str, Any] = {
        operation["operationId"]: (
            path,
            verb.upper(),
            [each["in"] for each in operation.get("parameters", [])],
        )
        for path, item in document["paths"].items()
        for verb, operation in item.items()
    }
    ours = {method.path.rpartition("/")[2]: method for method in all_methods() if method.service == service}
    assert theirs.keys() == ours.keys()
    for name, (path, verb, places) in theirs.items():
        method = ours[name]
        assert path == method.template
        assert verb == method.verb
        assert ("body" in places) == bool(method.body)
        assert ("path" in places) == bool(method.bound)
