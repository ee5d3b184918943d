"""Each method of the contract as JSON: what the service was asked, and what the client reads, letter by letter."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gateway.contract import Method, all_methods
from tests.integration.gateway.conftest import Edge

GOLDEN = Path(__file__).parent / "golden"
YEAR_2100 = 4102444800


def golden(method: Method) -> Any:
    return json.loads((GOLDEN / f"{method.service}.json").read_text())[method.path.rpartition("/")[2]]


def exact(text: str) -> Any:
    """JSON with the order of keys, and 1 told from 1.0."""
    return json.loads(text, object_pairs_hook=list, parse_int=str, parse_float=str)


@pytest.mark.parametrize("method", all_methods(), ids=lambda method: method.path)
def test_every_method_reads_and_writes_json_as_agreed(edge: Edge, method: Method) -> None:
    expected = golden(method)
    verb, path = expected["request"].split(" ")
    with edge.client(edge.issuer.mint(exp=YEAR_2100)) as client:
        response = client.request(verb, path, json=expected.get("body"))
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    if method.streams:
        assert [json.loads(line) for line in response.text.splitlines()] == expected["response"]
        return
    assert exact(response.text) == exact(json.dumps(expected["response"]))
    if "received" in expected:
        assert json.loads(response.headers["x-received"]) == expected["received"]
