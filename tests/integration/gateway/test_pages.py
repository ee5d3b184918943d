"""What the gateway serves itself: the API's description, to anybody, for programs and for people."""

from __future__ import annotations

import base64
import json
import re
from hashlib import sha256
from pathlib import Path

import pytest

from tests.integration.gateway.conftest import Edge, reason

PAGES = ("/openapi.json", "/docs")
PUBLISHED = Path("gateway/openapi.json")


def test_the_document_is_the_one_that_is_committed(edge: Edge) -> None:
    response = edge.call("GET", "/openapi.json", "")
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    assert response.json() == json.loads(PUBLISHED.read_text())


def test_the_page_shows_every_operation_and_every_schema(edge: Edge) -> None:
    response = edge.call("GET", "/docs", "")
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    document = json.loads(PUBLISHED.read_text())
    operations = [op["operationId"] for item in document["paths"].values() for op in item.values()]
    anchors = set(re.findall(r' id="([^"]+)"', response.text))
    assert {*operations, *(f"schema-{name}" for name in document["components"]["schemas"])} <= anchors
    assert set(re.findall(r'href="#([^"]+)"', response.text)) <= anchors


def test_the_page_needs_nothing_from_elsewhere_and_may_load_nothing(edge: Edge) -> None:
    response = edge.call("GET", "/docs", "")
    policy = response.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    (style,) = re.findall(r"<style>(.*?)</style>", response.text, re.DOTALL)
    assert base64.b64encode(sha256(style.encode()).digest()).decode() in policy
    assert not re.findall(
        r"<(?:script|link|img|iframe|form)\b|\bstyle=|\bon\w+=|url\(|@import", response.text
    )
    assert set(re.findall(r'(?:href|src)="([^#"][^"]*)"', response.text)) == {"/openapi.json"}


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_compressed_and_keeps_the_headers_of_every_answer(edge: Edge, path: str) -> None:
    response = edge.call("GET", path, "")
    assert response.headers["content-encoding"] == "gzip"
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "x-request-id" in response.headers
    assert not [name for name in response.headers if name == "server" or name.startswith("x-envoy")]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_can_be_read_and_nothing_else(edge: Edge, path: str) -> None:
    assert edge.call("HEAD", path, "").status_code == 200
    assert reason(edge.call("POST", path, json={})) == (404, "NOT_FOUND")
    assert reason(edge.call("GET", path + "/x")) == (404, "NOT_FOUND")
    assert edge.call("GET", path + "/x", "").status_code == 401
