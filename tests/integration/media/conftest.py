"""One media service and one worker for all tests that do not stop them, and single ones for those that do."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

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


class Starter(Protocol):
    """Starts a service with a database of its own."""

    def __call__(self, **settings: str) -> AbstractContextManager[System]: ...


@pytest.fixture(scope="session")
def media(
    postgres_server: PostgresServer,
    aws: Aws,
    issuer: Issuer,
    keys: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Starter:
    """`with media(MEDIA_EVENTS=…) as system` is a service with these settings."""

    def start(**settings: str) -> AbstractContextManager[System]:
        dsn = Databases(postgres_server)("media")["media"]
        return running_system(dsn, aws, issuer, keys, tmp_path_factory.mktemp("media"), **settings)

    return start


@pytest.fixture(scope="session")
def system(media: Starter) -> Iterator[System]:
    """A service and a worker that all tests share; each test is somebody else."""
    with media() as system, system.worker():
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
