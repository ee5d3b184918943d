"""The rules of the layout, as tests: who may import whom, the same shape in every service, sizes."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from services.kit.policy import policies
from timbre.api.v1 import reasons_pb2
from timbre.auth.v1 import auth_pb2
from timbre.match.v1 import match_pb2
from timbre.media.v1 import media_pb2
from timbre.profile.v1 import profile_pb2

ROOT = Path(__file__).parents[1]
SERVICES = ("auth", "media", "profile", "match")
PYTHON = sorted(path for path in (ROOT / "services").rglob("*.py"))
LONGEST_MODULE = 400


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", PYTHON, ids=name_of)
def test_services_meet_only_on_the_wire(path: Path) -> None:
    own = path.relative_to(ROOT / "services").parts[0]
    met = {name.split(".")[1] for name in imported(path) if name.startswith("services.")}
    assert met <= {own, "kit"}


@pytest.mark.parametrize("path", PYTHON, ids=name_of)
def test_services_know_nothing_of_the_local_stack_or_the_tests(path: Path) -> None:
    assert not {name.split(".")[0] for name in imported(path)} & {"local", "tests", "bench", "gateway"}


@pytest.mark.parametrize("path", sorted((ROOT / "services").glob("*/domain.py")), ids=name_of)
def test_the_domain_knows_no_vendor_and_no_wire(path: Path) -> None:
    vendors = {
        "grpc",
        "boto3",
        "psycopg",
        "qdrant_client",
        "qdrant_edge",
        "faster_whisper",
        "timbre",
        "google",
    }
    assert not {name.split(".")[0] for name in imported(path)} & vendors


@pytest.mark.parametrize("path", PYTHON, ids=name_of)
def test_only_servicers_and_wiring_read_the_wire(path: Path) -> None:
    """Use cases take domain objects; protobuf stays in servicers, adapters, `app.py` and the kit."""
    parts = path.relative_to(ROOT / "services").parts
    if parts[0] == "kit" or "adapters" in parts or path.stem.startswith(("app", "servicer", "wire")):
        return
    assert not {name for name in imported(path) if name.startswith("timbre.")}


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_has_the_same_shape(service: str) -> None:
    folder = ROOT / "services" / service
    for name in ("__init__.py", "__main__.py", "config.py", "app.py"):
        assert (folder / name).is_file(), name
    assert list(folder.glob("servicer*")), "servicer"
    for name in ("domain.py", "errors.py", "queries.sql", "migrations", "adapters"):
        assert (folder / name).exists(), name
    # A port exists when two adapters exist: auth's neighbours have one each, in the cloud and here.
    assert (folder / "ports.py").exists() == (service != "auth")
    assert list(folder.glob("service*")), "service"


@pytest.mark.parametrize("path", PYTHON, ids=name_of)
def test_modules_stay_small(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= LONGEST_MODULE


@pytest.mark.parametrize("path", sorted((ROOT / "services").rglob("__init__.py")), ids=name_of)
def test_every_package_says_what_it_is(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text()))


def test_every_method_has_a_policy_and_only_services_lack_a_path() -> None:
    modules = (auth_pb2, media_pb2, profile_pb2, match_pb2)
    services = [service for module in modules for service in module.DESCRIPTOR.services_by_name.values()]
    assert len(policies(services)) == sum(len(service.methods) for service in services)


def test_every_reason_the_code_gives_is_in_the_contract() -> None:
    known = {name.removeprefix("REASON_") for name in reasons_pb2.Reason.keys()}  # noqa: SIM118 - an enum
    for path in PYTHON:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Assign) and [ast.unparse(target) for target in node.targets] == [
                "reason"
            ]:
                assert ast.literal_eval(node.value) in known, path
            if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == "reason" and node.value:
                assert ast.literal_eval(node.value) in known, path
