"""
What every test may ask for. The fixtures live in `tests/fixtures/`, one file for each neighbour.
"""

from __future__ import annotations

from collections.abc import Iterator

import boto3
import pytest

pytest_plugins = ["tests.fixtures.stack"]


@pytest.fixture(autouse=True)
def _own_credentials() -> Iterator[None]:
    """boto3 keeps the first credentials that a process has, and a test's environment is its own."""
    yield
    boto3.DEFAULT_SESSION = None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give each of several processes whole files, and the end-to-end tests, which share one system, to one."""
    for item in items:
        file = item.nodeid.partition("::")[0]
        shares = item.path.parent.name == "e2e" and "system" in getattr(item, "fixturenames", ())
        item.add_marker(pytest.mark.xdist_group("the system" if shares else file))
