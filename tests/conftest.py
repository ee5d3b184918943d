"""
What every test may ask for. The fixtures live in `tests/fixtures/`, one file for each neighbour.
"""

from __future__ import annotations

pytest_plugins = ["tests.fixtures.stack"]
