"""The document against the real gateway and the real door; what the services answer is golden."""

from __future__ import annotations

import pytest

from tests.fixtures.document import OPERATIONS
from tests.fixtures.fuzz import Fuzz
from tests.integration.gateway.conftest import Edge


@pytest.mark.parametrize("operation", OPERATIONS)
def test_whatever_is_asked_the_answer_is_what_the_document_says(edge: Edge, operation: str) -> None:
    seen = Fuzz(edge.url, edge.issuer.mint(groups=["moderators"]))(operation, 6)
    assert seen[200]
