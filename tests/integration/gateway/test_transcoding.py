"""Each method of the contract as JSON: what the service was asked, and what the client reads, letter by letter."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gateway.contract import Method, all_methods
from tests.integration.gateway.conftest import Edge, reason, refusal

GOLDEN = Path(__file__).parent / "golden"
YEAR_2100 = 4102444800


def golden(method: Method) -> Any:
    return json.loads((GOLDEN / f"{method.service}.json").read_text())[method.path.rpartition("/")[2]]


def exact(text: str) -> Any:
    """JSON in which 1 differs from 1.0."""
    return json.loads(
        text, parse_int=lambda digits: f"int {digits}", parse_float=lambda digits: f"float {digits}"
    )


@pytest.mark.parametrize("method", all_methods(), ids=lambda method: method.path)
def test_every_method_reads_and_writes_json_as_agreed(edge: Edge, method: Method) -> None:
    expected = golden(method)
    verb, path = expected["request"].split(" ")
    token = edge.issuer.mint(exp=YEAR_2100, groups=["moderators"])
    response = edge.call(verb, path, token, json=expected.get("body"))
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    if method.streams:
        assert [json.loads(line) for line in response.text.splitlines()] == expected["response"]
        return
    assert exact(response.text) == exact(json.dumps(expected["response"]))
    if "received" in expected:
        assert json.loads(response.headers["x-received"]) == expected["received"]


def test_a_field_may_be_named_as_in_the_contract_too(edge: Edge) -> None:
    response = edge.call("PATCH", "/v1/profile?update_mask=display_name", json={"display_name": "Ada"})
    assert json.loads(response.headers["x-received"]) == {
        "profile": {"displayName": "Ada"},
        "updateMask": "displayName",
    }
    listed = edge.call("GET", "/v1/facts?page_size=200&facet=facet_seek")
    assert json.loads(listed.headers["x-received"]) == {"facet": "FACET_SEEK", "pageSize": 200}


def test_a_number_may_be_written_for_an_int64_and_an_enum(edge: Edge) -> None:
    body = {"spoken": {"contentType": "audio/ogg", "sizeBytes": 4096}}
    created = edge.call("POST", "/v1/recordings", json=body)
    assert json.loads(created.headers["x-received"])["spoken"]["sizeBytes"] == "4096"
    given = edge.call("POST", "/v1/consents:set", json={"purpose": 4, "granted": True})
    assert json.loads(given.headers["x-received"]) == {"purpose": "PURPOSE_SHARE_CLIPS", "granted": True}


def test_a_repeated_and_a_nested_field_survive_in_a_body(edge: Edge) -> None:
    body = {"formats": [], "place": {"latitude": -12.5}, "weights": [{"facet": "FACET_GOAL", "weight": 1}]}
    response = edge.call("PATCH", "/v1/preferences?updateMask=formats,place,weights", json=body)
    assert json.loads(response.headers["x-received"]) == {
        "preferences": {
            "place": {"latitude": -12.5},
            "weights": [{"facet": "FACET_GOAL", "weight": 1.0}],
        },
        "updateMask": "formats,place,weights",
    }


def test_patch_does_not_guess_the_mask_from_the_body(edge: Edge) -> None:
    """The service refuses an update without a mask rather than clearing what was left out."""
    response = edge.call("PATCH", "/v1/profile", json={"displayName": "Ada"})
    error = refusal(response)
    assert (error["status"], error["ErrorInfo"]["reason"]) == (400, "INVALID_REQUEST")
    assert error["BadRequest"]["fieldViolations"][0]["field"] == "update_mask"


def test_unknown_fields_and_null_in_a_body_are_dropped(edge: Edge) -> None:
    """Envoy has no option against it: docs/decisions/0011-unknown-fields.md."""
    body = {"displayName": "Ada", "headline": None, "nonsense": {"a": 1}}
    response = edge.call("PATCH", "/v1/profile?updateMask=displayName", json=body)
    assert json.loads(response.headers["x-received"])["profile"] == {"displayName": "Ada"}
    nested = {
        "fact": {"facet": "FACET_SEEK", "text": "a", "nonsense": [1]},
        "nonsense": True,
        "requestID": "x",
    }
    response = edge.call("POST", "/v1/facts", json=nested)
    assert json.loads(response.headers["x-received"]) == {"fact": {"facet": "FACET_SEEK", "text": "a"}}
    listed: dict[str, Any] = {"weights": [{"facet": "FACET_GOAL", "weight": 1, "nonsense": {}}]}
    response = edge.call("PATCH", "/v1/preferences?updateMask=weights", json=listed)
    received = json.loads(response.headers["x-received"])["preferences"]
    assert received == {"weights": [{"facet": "FACET_GOAL", "weight": 1.0}]}


def test_a_misspelt_field_that_is_required_is_missed(edge: Edge) -> None:
    response = edge.call(
        "POST", "/v1/consents:set", json={"purposes": "PURPOSE_SHARE_CLIPS", "granted": True}
    )
    assert reason(response) == (400, "INVALID_REQUEST")
    assert refusal(response)["BadRequest"]["fieldViolations"][0]["field"] == "purpose"


def test_a_name_in_the_body_that_differs_from_the_path_is_refused(edge: Edge) -> None:
    recording = "/v1/recordings/00000000-0000-4000-8000-000000000001:complete"
    fact = "/v1/facts/00000000-0000-4000-8000-000000000003?updateMask=text"
    assert reason(edge.call("POST", recording, json={"name": "recordings/other"})) == (400, "INVALID_REQUEST")
    assert reason(edge.call("PATCH", fact, json={"name": "facts/other"})) == (400, "INVALID_REQUEST")


@pytest.mark.parametrize(
    ("verb", "path", "body", "field"),
    [
        ("GET", "/v1/profile?nonsense=1", None, "nonsense"),
        ("GET", "/v1/facts?facet.nonsense=1", None, "facet"),
        ("GET", "/v1/matches:search?query=boats&query.nonsense=1", None, "query"),
        ("PATCH", "/v1/profile?updateMask=headline&profile.nonsense=1", "{}", "nonsense"),
        ("PATCH", "/v1/preferences?updateMask=place&preferences.place.nonsense=1", "{}", "nonsense"),
        ("DELETE", "/v1/account?nonsense.deeper=1", None, "nonsense"),
        ("POST", "/v1/facts?fact.nonsense=1", "{}", "nonsense"),
        ("GET", "/v1/facts?facet=NONSENSE", None, "facet"),
        ("GET", "/v1/facts?pageSize=many", None, "page"),
        ("POST", "/v1/facts", '{"fact": {"facet": "NONSENSE"}}', "facet"),
        ("POST", "/v1/facts", '{"fact": {"text": ["a"]}}', "fact"),
        ("POST", "/v1/facts", '{"fact"', ""),
    ],
)
def test_what_does_not_fit_the_method_is_refused_by_name(
    edge: Edge, verb: str, path: str, body: str | None, field: str
) -> None:
    response = edge.call(verb, path, content=body)
    assert reason(response) == (400, "INVALID_REQUEST")
    assert field in refusal(response)["message"]


def test_a_wrong_verb_or_path_is_not_found(edge: Edge) -> None:
    assert reason(edge.call("PUT", "/v1/profile")) == (404, "NOT_FOUND")
    assert reason(edge.call("GET", "/v1/nonsense")) == (404, "NOT_FOUND")
    assert reason(edge.call("GET", "/nonsense")) == (404, "NOT_FOUND")


def test_a_page_token_comes_back_as_it_was_given(edge: Edge) -> None:
    token = "a+b/c==&x=%2F ü"
    response = edge.call("GET", "/v1/matches", params={"pageToken": token})
    assert json.loads(response.headers["x-received"]) == {"pageToken": token}


def test_a_big_answer_arrives_whole_and_compressed(edge: Edge) -> None:
    response = edge.ask("big:3000000")
    assert response.headers["content-encoding"] == "gzip"
    assert len(response.json()["nextPageToken"]) == 3_000_000
