"""The page: every text is text, names lead to where they are explained, commands can be pasted."""

from __future__ import annotations

import json
import re
import shlex
from copy import deepcopy
from html import unescape
from typing import Any

import pytest

from gateway.docs.page import page
from gateway.docs.prose import Prose
from gateway.docs.types import limits, type_of
from gateway.pages import DOCUMENT

Json = dict[str, Any]
HTML = page(json.loads(DOCUMENT.read_text()))


def article(anchor: str) -> str:
    """One method's, or one schema's, part of the page."""
    found = re.search(rf'<article class="\w+" id="{re.escape(anchor)}">(.*?)</article>', HTML, re.DOTALL)
    assert found
    return found[1]


def test_markup_in_a_comment_is_text() -> None:
    document = deepcopy(json.loads(DOCUMENT.read_text()))
    evil = "<script>alert(1)</script> [x](javascript:alert(1))"
    document["tags"][0]["description"] = evil
    document["components"]["schemas"]["Fact"]["properties"]["text"]["description"] = evil
    html = page(document)
    assert "<script" not in html
    assert 'href="javascript' not in html


def test_names_lead_to_where_they_are_explained() -> None:
    prose = Prose({"GetFact": "getFact", "Fact": "schema-Fact"})
    assert prose.line("Call GetFact.") == 'Call <a href="#getFact">GetFact</a>.'
    assert prose.line("A `Fact`") == 'A <code><a href="#schema-Fact">Fact</a></code>'
    assert prose.line("Facts, not GetFacts") == "Facts, not GetFacts"
    assert prose.block("Fact is one.", "schema-Fact") == "<p>Fact is one.</p>\n"


@pytest.mark.parametrize(
    ("anchor", "who"),
    [("getErasure", "anybody"), ("listFacts", "signed in"), ("resolveReport", "moderators only")],
)
def test_a_method_says_who_may_call(anchor: str, who: str) -> None:
    assert f">{who}</span>" in article(anchor)


def test_a_command_can_be_pasted_into_a_shell() -> None:
    for operation in ("createRecording", "reportUser", "searchPeople", "deleteAccount"):
        found = re.search(r"<pre[^>]*><code>(curl .*?)</code>", article(operation), re.DOTALL)
        assert found
        words = shlex.split(unescape(found[1]))
        assert words[0] == "curl"
        assert "authorization: Bearer $TOKEN" in words
        if "-d" in words:
            assert json.loads(words[words.index("-d") + 1])
    assert "?query=somebody+with+a+gr%C3%BCne" in article("searchPeople")
    assert "Bearer" not in article("getErasure")


def test_what_is_sent_may_be_required_and_what_comes_back_may_be_absent() -> None:
    assert "required" in article("schema-FactInput")
    assert "may be absent" not in article("schema-FactInput")
    assert "may be absent" in article("schema-Fact")
    assert "required" not in article("schema-Fact")


def test_a_stream_shows_each_event_on_a_line() -> None:
    text = unescape(article("watchRecording"))
    assert "curl -N" in text
    assert '\n{"heartbeat": {}' in text


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "string"}, "string"),
        ({"type": "string", "format": "int64"}, "int64 string"),
        ({"type": "array", "items": {"type": "string", "format": "uuid"}}, "list of UUID"),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, "map of integer"),
        ({"$ref": "#/components/schemas/A"}, '<a href="#schema-A">A</a>'),
    ],
)
def test_a_type_is_told_in_a_few_words(schema: Json, expected: str) -> None:
    assert type_of(schema) == expected


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({}, []),
        ({"minLength": 1, "maxLength": 10000}, ["1 to 10,000 characters"]),
        ({"maximum": 5}, ["at most 5"]),
        ({"x-minimum": 1}, ["at least 1"]),
        ({"maxItems": 3, "uniqueItems": True}, ["at most 3 entries", "no entry twice"]),
        ({"enum": ["A", "B"]}, ["one of A, B"]),
        ({"const": "x"}, ["always x"]),
        ({"pattern": "^a$"}, ["^a$"]),
        ({"pattern": "^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})?$"}, ["a UUID, or empty"]),
        ({"x-rules": ["must be even"]}, ["must be even"]),
    ],
)
def test_limits_are_told_in_a_few_words(schema: Json, expected: list[str]) -> None:
    assert limits(schema) == expected
