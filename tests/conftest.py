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
    """Give each of several processes whole folders: what a folder's tests share is started once."""
    for item in items:
        item.add_marker(pytest.mark.xdist_group(str(item.path.parent)))
