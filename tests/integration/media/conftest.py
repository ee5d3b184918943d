"""One media service and one worker for all tests that do not stop them, and single ones for those that do."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.fixtures.stack import Aws, Databases, PostgresServer
from tests.fixtures.tokens import Issuer, write_service_keys
from tests.integration.media.harness import Person, System, running_system


@pytest.fixture(scope="session")
def issuer() -> Iterator[Issuer]:
    with Issuer() as issuer:
        yield issuer


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keys")
    write_service_keys(folder, ["auth", "match", "media", "profile"])
    return folder


@pytest.fixture(scope="session")
def system(
    postgres_server: PostgresServer,
    aws: Aws,
    issuer: Issuer,
    keys: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[System]:
    """A service and a worker that all tests share; each test is somebody else."""
    databases = Databases(postgres_server)
    folder = tmp_path_factory.mktemp("media")
    with running_system(databases("media")["media"], aws, issuer, keys, folder) as system, system.worker():
        yield system


@pytest.fixture
def lonely(database: Databases, aws: Aws, issuer: Issuer, keys: Path, tmp_path: Path) -> Iterator[System]:
    """A service of the test's own, without a worker."""
    with running_system(database("media")["media"], aws, issuer, keys, tmp_path) as system:
        yield system


@pytest.fixture
async def ada(system: System) -> AsyncIterator[Person]:
    async with system.person() as person:
        yield person


@pytest.fixture
async def bob(system: System) -> AsyncIterator[Person]:
    async with system.person() as person:
        yield person
