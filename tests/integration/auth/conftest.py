"""One auth and one worker for all tests that do not stop them, and parts of one for those that do."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.fixtures.stack import Aws, Databases, PostgresServer
from tests.fixtures.tokens import write_service_keys
from tests.integration.auth.harness import Person, System, a_system


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keys")
    write_service_keys(folder, ["auth", "media", "profile", "match", "operator"])
    write_service_keys(folder / "receipt", ["receipt"])
    return folder


@pytest.fixture(scope="session")
def system(
    postgres_server: PostgresServer, aws: Aws, keys: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[System]:
    """A service and a worker that all tests share; each test is somebody else."""
    databases = Databases(postgres_server)
    folder = tmp_path_factory.mktemp("auth")
    with a_system(databases("auth")["auth"], aws, keys, folder) as system, system.service(), system.worker():
        yield system


@pytest.fixture
def lonely(database: Databases, aws: Aws, keys: Path, tmp_path: Path) -> Iterator[System]:
    """What auth needs, with neither service nor worker running."""
    with a_system(database("auth")["auth"], aws, keys, tmp_path) as system:
        yield system


@pytest.fixture
async def ada(system: System) -> AsyncIterator[Person]:
    async with system.person() as person:
        yield person


@pytest.fixture
async def bob(system: System) -> AsyncIterator[Person]:
    async with system.person() as person:
        yield person
