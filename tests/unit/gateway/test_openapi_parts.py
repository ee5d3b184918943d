"""What the generator reads from comments and rules, and what it refuses to guess."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf import descriptor_pb2, descriptor_pool

from gateway.contract import SERVICES
from gateway.openapi import rules
from gateway.openapi.__main__ import image
from gateway.openapi.comments import Comments, summary
from gateway.openapi.document import document
from gateway.openapi.errors import Failure, Reasons, split
from gateway.openapi.golden import Golden
from gateway.openapi.resources import path, variables
from gateway.openapi.schemas import Schemas, Way

MEDIA, PROFILE = SERVICES["media"], SERVICES["profile"]


@pytest.fixture(scope="module")
def comments() -> Comments:
    return Comments(image())


@pytest.fixture(scope="module")
def reasons(comments: Comments) -> Reasons:
    return Reasons(comments)


@pytest.mark.parametrize(
    ("comment", "expected"),
    [
        ("GetSession returns the session. It reads nothing.", "Returns the session"),
        ("SignOut ends every session of\nthe caller: at once.", "Ends every session of the caller"),
        ("ReactToMatch says LIKE or PASS; the last counts.", "Says LIKE or PASS"),
        ("DeleteFact removes it (for good) and more.", "Removes it"),
        ("UpdateProfile changes what `updateMask` names.", "Changes what updateMask names"),
        (
            "SayMuch says " + "very " * 10 + "much, and " + "then " * 20 + "more.",
            "Says " + "very " * 10 + "much",
        ),
    ],
)
def test_a_summary_is_the_first_clause(comment: str, expected: str) -> None:
    assert summary(comment) == expected


def test_a_comment_becomes_paragraphs_with_names_as_in_json(comments: Comments) -> None:
    text = comments.method(MEDIA.methods_by_name["CreateRecording"])
    assert "Idempotent by `requestId`: the same id" in text
    assert "\n\n" in text
    assert "- INVALID_ARGUMENT / REQUEST_ID_REUSED: same requestId, other parameters.\n" in text
    ended = MEDIA.file.message_types_by_name["RetryRecordingRequest"].fields_by_name["request_id"]
    assert comments.of(ended, ended.containing_type).startswith("requestId makes")


def test_names_that_are_not_fields_here_stay_as_they_are(comments: Comments) -> None:
    """The receipt's payload is a JSON text of its own, with names of its own."""
    receipt = SERVICES["auth"].file.message_types_by_name["ErasureReceipt"]
    text = comments.of(receipt.fields_by_name["payload"], receipt)
    assert "`user_sha256`" in text
    assert "`create_time`" in text


def test_what_has_no_comment_stops_the_generator(comments: Comments) -> None:
    with pytest.raises(LookupError, match=r"made\.up"):
        comments.at("made.up")


@pytest.mark.parametrize(
    ("listed", "expected"),
    [
        ("", []),
        ("Errors: NOT_FOUND / FACT_NOT_FOUND.", [Failure("FACT_NOT_FOUND")]),
        (
            """Errors:
- NOT_FOUND / RECORDING_NOT_FOUND, NOT_FOUND / TRANSCRIPT_NOT_FOUND.
- ABORTED / CONCURRENT_CHANGE: the `etag` is old.""",
            [
                Failure("RECORDING_NOT_FOUND"),
                Failure("TRANSCRIPT_NOT_FOUND"),
                Failure("CONCURRENT_CHANGE", "The `etag` is old."),
            ],
        ),
        ("Errors: UNAVAILABLE: not there; call again.", [Failure("UNAVAILABLE", "Not there; call again.")]),
        (
            "Errors: FAILED_PRECONDITION / FAILED_PRECONDITION: too many.",
            [Failure("FAILED_PRECONDITION", "Too many.")],
        ),
        (
            """Errors: NOT_FOUND / MATCH_NOT_FOUND: hidden, or gone;
FAILED_PRECONDITION / PROFILE_NOT_READY or CONSENT_REQUIRED, as always.""",
            [
                Failure("MATCH_NOT_FOUND", "Hidden, or gone."),
                Failure("PROFILE_NOT_READY"),
                Failure("CONSENT_REQUIRED"),
            ],
        ),
        (
            "Errors: UNAUTHENTICATED with TOKEN_MISSING or TOKEN_EXPIRED.",
            [Failure("TOKEN_MISSING"), Failure("TOKEN_EXPIRED")],
        ),
    ],
)
def test_errors_are_read_from_their_list(reasons: Reasons, listed: str, expected: list[Failure]) -> None:
    assert reasons.failures("made.up", f"Up does it.\n\n{listed}") == expected


@pytest.mark.parametrize(
    "listed",
    ["Errors: it may fail.", "Errors: NOT_FOUND / NONSENSE.", "Errors: ABORTED / FACT_NOT_FOUND: no such."],
)
def test_errors_that_cannot_be_read_without_doubt_stop_the_generator(reasons: Reasons, listed: str) -> None:
    with pytest.raises(ValueError, match=r"made\.up"):
        reasons.failures("made.up", f"Up does it.\n\n{listed}")


def test_the_list_of_errors_is_no_part_of_the_description() -> None:
    assert split("Up does it.\n\nErrors: NOT_FOUND.") == ("Up does it.", "NOT_FOUND.")
    assert split("Up does it.") == ("Up does it.", "")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, {}),
        ({"string": {"minLen": "1", "maxLen": "80"}}, {"minLength": 1, "maxLength": 80}),
        ({"string": {"pattern": "^a$"}}, {"pattern": "^a$"}),
        ({"string": {"uuid": True}}, {"format": "uuid"}),
        ({"int32": {"gte": 0, "lt": 5}}, {"minimum": 0, "exclusiveMaximum": 5}),
        ({"int64": {"gte": "1"}}, {"x-minimum": 1, "pattern": "^[1-9][0-9]{0,18}$"}),
        (
            {"int64": {"gte": "0", "lte": "9"}},
            {"x-minimum": 0, "x-maximum": 9, "pattern": "^(0|[1-9][0-9]{0,18})$"},
        ),
        ({"float": {"gte": 0.5}}, {"minimum": 0.5}),
        ({"repeated": {"maxItems": "3", "unique": True, "items": {}}}, {"maxItems": 3, "uniqueItems": True}),
        ({"cel": [{"message": "max_size must be even"}]}, {"x-rules": ["maxSize must be even"]}),
        ({"required": True, "enum": {"in": [1]}}, {}),
    ],
)
def test_a_rule_becomes_a_keyword(given: dict[str, Any], expected: dict[str, Any]) -> None:
    assert rules.keywords(given) == expected


@pytest.mark.parametrize(
    "given", [{"string": {"email": True}}, {"bytes": {"len": "32"}}, {"map": {"maxPairs": "3"}}]
)
def test_a_rule_without_counterpart_stops_the_generator(given: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="no counterpart"):
        rules.keywords(given)


@pytest.mark.parametrize(
    ("given", "refuses"),
    [
        ({}, False),
        ({"required": True}, True),
        ({"string": {"minLen": "1"}}, True),
        ({"string": {"maxLen": "1"}}, False),
        ({"string": {"pattern": "^(a)?$"}}, False),
        ({"string": {"pattern": "\\S"}}, True),
        ({"enum": {"in": [1, 2]}}, True),
        ({"enum": {"definedOnly": True}}, False),
        ({"enum": {"notIn": [0]}}, True),
        ({"int64": {"gte": "1"}}, True),
        ({"int32": {"gte": 0}}, False),
        ({"double": {"gte": -90}}, False),
    ],
)
def test_what_may_not_be_left_out_follows_from_its_rules(given: dict[str, Any], refuses: bool) -> None:
    assert rules.refuses_unset(given) is refuses


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("/v1/profile", "/v1/profile"),
        ("/v1/{name=recordings/*}:watch", "/v1/recordings/{recording}:watch"),
        ("/v1/{name=matches/*/facts/*/clip}", "/v1/matches/{match}/facts/{fact}/clip"),
        ("/v1/{name=profile/versions/*}:restore", "/v1/profile/versions/{version}:restore"),
    ],
)
def test_a_name_becomes_the_ids_in_it(template: str, expected: str) -> None:
    assert path(template) == expected


def test_the_rule_of_a_name_is_shared_out_among_its_ids() -> None:
    method = MEDIA.methods_by_name["GetClip"]
    match, fact = variables("/v1/{name=matches/*/facts/*/clip}", method)
    assert match.schema["pattern"].startswith("^(me|[0-9a-f]{8}")
    assert (fact.name, fact.schema["format"]) == ("fact", "uuid")
    with pytest.raises(ValueError, match="GetClip"):
        list(variables("/v1/{name=matches/*}", method))


def test_an_example_of_another_path_stops_the_generator() -> None:
    golden = Golden({"request": "GET /v1/facts/1?pageSize=2&hidden=true&facet=A", "response": {}})
    assert golden.path("/v1/{name=facts/*}") == {"fact": "1"}
    assert golden.query("pageSize", {"type": "integer"}) == 2
    assert golden.query("hidden", {"type": "boolean"}) is True
    assert golden.query("facet", {"$ref": "#/x"}) == "A"
    assert golden.query("pageToken", {"type": "string"}) is None
    with pytest.raises(ValueError, match="does not fit"):
        golden.path("/v1/{name=recordings/*}")


def test_a_method_without_an_example_stops_the_generator() -> None:
    with pytest.raises(LookupError):
        document(image(), {name: {} for name in SERVICES})


def test_two_messages_of_one_name_stop_the_generator() -> None:
    pool = descriptor_pool.DescriptorPool()
    file = descriptor_pb2.FileDescriptorProto(name="made/up.proto", package="made.up", syntax="proto3")
    file.message_type.add(name="Fact")
    file.source_code_info.location.add(path=[4, 0], leading_comments=" Fact is another.\n")
    pool.Add(file)
    files = image()
    files.file.append(file)
    fact = PROFILE.file.message_types_by_name["Fact"]
    schemas = Schemas(Comments(files), [fact])
    schemas.message(fact, Way.OUT)
    with pytest.raises(ValueError, match="would both be the schema Fact"):
        schemas.message(pool.FindMessageTypeByName("made.up.Fact"), Way.OUT)
