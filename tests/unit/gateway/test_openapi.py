"""The published document: valid, complete, explained, true to its own examples, and what the protos say today."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from gateway.contract import all_methods
from gateway.openapi import __main__ as generator
from tests.fixtures.document import DOCUMENT, OPERATIONS, errors
from timbre.api.v1 import reasons_pb2

Json = dict[str, Any]

SCHEMAS: dict[str, Json] = DOCUMENT["components"]["schemas"]
operation = pytest.mark.parametrize("operation", OPERATIONS.values(), ids=list(OPERATIONS))


def parts(thing: object, *at: str) -> Iterator[tuple[tuple[str, ...], Json]]:
    """Every object in the document, with the way to it."""
    if isinstance(thing, dict):
        known = cast("Json", thing)
        yield at, known
        for name, value in known.items():
            yield from parts(value, *at, name)
    elif isinstance(thing, list):
        for number, value in enumerate(cast("list[object]", thing)):
            yield from parts(value, *at, str(number))


def resolve(thing: Json) -> Json:
    if "$ref" not in thing:
        return thing
    found: Any = DOCUMENT
    for step in thing["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return found


def test_it_is_what_the_protos_say() -> None:
    assert generator.text() == generator.PUBLISHED.read_text(), "run `make gen` and commit the result"


def test_it_is_openapi() -> None:
    assert DOCUMENT["openapi"].startswith("3.1.")
    validate(DOCUMENT)


def test_it_has_the_methods_that_clients_may_call_and_no_other() -> None:
    named = {operation["x-grpc-method"] for operation in OPERATIONS.values()}
    assert named == {method.path.removeprefix("/") for method in all_methods()}
    assert sum(len(item) for item in DOCUMENT["paths"].values()) == len(OPERATIONS) == len(named)
    operations = [each for item in DOCUMENT["paths"].values() for each in item.values()]
    assert len(operations) == len(named)


@operation
def test_an_operation_is_explained(operation: Json) -> None:
    assert 5 < len(operation["summary"]) <= 100
    assert "`" not in operation["summary"]
    assert len(operation["description"]) > 20
    assert "Errors:" not in operation["description"]
    (tag,) = operation["tags"]
    assert tag in {each["name"] for each in DOCUMENT["tags"]}
    for parameter in map(resolve, operation.get("parameters", [])):
        assert len(parameter["description"]) > 10
    variables = [
        each["name"] for each in map(resolve, operation.get("parameters", [])) if each["in"] == "path"
    ]
    assert operation["path"].count("{") == len(variables)
    assert all(f"{{{name}}}" in operation["path"] for name in variables)
    assert ("requestBody" in operation) == (operation["verb"] in {"post", "patch"})


@operation
def test_an_operation_says_who_may_call_and_what_can_go_wrong(operation: Json) -> None:
    (method,) = (each for each in all_methods() if each.path == f"/{operation['x-grpc-method']}")
    assert (operation.get("security") == []) == (not method.needs_user)
    assert operation.get("x-required-group", "") == method.policy.group
    responses = operation["responses"]
    assert ("401" in responses) == method.needs_user
    assert ("403" in responses) == bool(method.policy.group)
    assert {"200", "400", "default"} <= responses.keys()
    for status, response in responses.items():
        described = resolve(response)
        assert len(described["description"]) > 5
        if status != "200":
            assert described["content"]["application/json"]["schema"] == {
                "$ref": "#/components/schemas/Error"
            }
            assert set(described["x-reasons"]) <= set(SCHEMAS["ErrorReason"]["enum"])


@operation
def test_an_operation_that_can_be_repeated_takes_a_key(operation: Json) -> None:
    (method,) = (each for each in all_methods() if each.path == f"/{operation['x-grpc-method']}")
    parameters = [resolve(each) for each in operation.get("parameters", [])]
    assert ("Idempotency-Key" in {each["name"] for each in parameters}) == method.policy.keyed
    if method.policy.keyed and "requestBody" in operation:
        schema = resolve(operation["requestBody"]["content"]["application/json"]["schema"])
        assert "requestId" in schema["properties"]


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_and_all_its_properties_are_explained(name: str) -> None:
    assert len(SCHEMAS[name]["description"]) > 5
    for at, part in parts(SCHEMAS[name]):
        properties: dict[str, Json] = part.get("properties", {}) if at[-1:] != ("properties",) else {}
        for field, schema in properties.items():
            assert len(schema["description"]) > 5, field
            assert "_" not in field or field.startswith("@"), field


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_a_schema(name: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[name])
    assert "$ref" not in SCHEMAS[name]


def test_every_reference_leads_somewhere_and_every_component_is_used() -> None:
    references = {part["$ref"] for _, part in parts(DOCUMENT) if "$ref" in part}
    for reference in references:
        assert resolve({"$ref": reference})
    kinds = ("schemas", "parameters", "responses", "headers")
    components = {f"#/components/{kind}/{name}" for kind in kinds for name in DOCUMENT["components"][kind]}
    assert references == components


def test_every_example_is_an_example() -> None:
    checked = 0
    for at, part in parts(DOCUMENT):
        if "schema" not in part or "examples" in at:
            continue
        values = [part["example"]] if "example" in part else []
        values += [each["value"] for each in part.get("examples", {}).values()]
        for value in values:
            assert errors(value, part["schema"]) == [], at
            checked += 1
    assert checked > 2 * len(OPERATIONS)


@operation
def test_an_operation_has_an_example_of_its_request_and_of_its_answer(operation: Json) -> None:
    answer = operation["responses"]["200"]["content"]["application/json"]
    assert "example" in answer or "x-stream" in operation["responses"]["200"]
    if "requestBody" in operation:
        assert "example" in operation["requestBody"]["content"]["application/json"]
    for parameter in map(resolve, operation.get("parameters", [])):
        if parameter["required"]:
            assert "example" in parameter


def test_the_schema_of_an_error_knows_every_reason() -> None:
    known = {name.removeprefix("REASON_") for name in reasons_pb2.Reason.keys()} - {"UNSPECIFIED"}  # noqa: SIM118
    assert set(SCHEMAS["ErrorReason"]["enum"]) == known


def test_a_made_up_value_breaks_the_schema_it_is_held_against() -> None:
    """The validator of these tests resolves references and checks formats."""
    recording = SCHEMAS["Recording"]
    good = DOCUMENT["paths"]["/v1/recordings/{recording}"]["get"]["responses"]["200"]
    value = good["content"]["application/json"]["example"]
    assert errors(value, recording) == []
    assert errors({**value, "state": "STATE_UNSPECIFIED"}, recording)
    assert errors({**value, "createTime": "yesterday"}, recording)
    assert errors({**value, "duration": "3 s"}, recording)
    assert errors({**value, "name": "recordings/1"}, recording)
    assert errors({name: value[name] for name in value if name != "origin"}, recording)


def test_what_is_sent_and_what_comes_back_differ() -> None:
    assert SCHEMAS["Fact"]["properties"]["source"]["readOnly"] is True
    assert "source" not in SCHEMAS["FactInput"]["properties"]
    assert SCHEMAS["FactInput"]["required"] == ["facet", "text"]
    assert "required" not in SCHEMAS["FactPatch"]
    assert SCHEMAS["TranscriptPatch"]["required"] == ["text"]  # empty text would be refused
    assert "updateTime" not in SCHEMAS["Profile"]["required"]
    assert "factCounts" in SCHEMAS["Profile"]["required"]


def test_limits_come_from_the_rules() -> None:
    page = next(
        each for each in DOCUMENT["paths"]["/v1/facts"]["get"]["parameters"] if each["name"] == "pageSize"
    )
    assert page["schema"] == {"type": "integer", "format": "int32", "minimum": 0, "maximum": 200}
    size = SCHEMAS["CreateRecordingRequest.Spoken"]["properties"]["sizeBytes"]
    assert (size["type"], size["format"], size["x-maximum"]) == ("string", "int64", 25_000_000)
    languages = SCHEMAS["ProfilePatch"]["properties"]["languages"]
    assert (languages["maxItems"], languages["uniqueItems"]) == (10, True)
    assert SCHEMAS["ReactToMatchRequest"]["properties"]["reaction"]["enum"] == [
        "REACTION_LIKE",
        "REACTION_PASS",
    ]
    assert SCHEMAS["CreateRecordingRequest"]["oneOf"] == [{"required": ["spoken"]}, {"required": ["typed"]}]
    mask = DOCUMENT["paths"]["/v1/facts/{fact}"]["patch"]["parameters"][1]
    assert (mask["name"], mask["required"]) == ("updateMask", True)
    assert mask["schema"]["pattern"] == "^(facet|text|hidden)(,(facet|text|hidden))*$"
