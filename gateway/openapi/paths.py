"""
Methods of the contract as operations: where they are, what they take, and what they answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from google.protobuf.descriptor import FieldDescriptor, MethodDescriptor

from gateway.contract import Method
from gateway.openapi.comments import Comments, summary
from gateway.openapi.errors import Failure, Reasons, split
from gateway.openapi.golden import Golden
from gateway.openapi.resources import mask_pattern, variables
from gateway.openapi.rules import message_of
from gateway.openapi.schemas import Schemas, Way

Json = dict[str, Any]

JSON = "application/json"
_STREAM = (
    "A stream of newline-delimited JSON: each line is one {name}, sent when it happens, and flushed at once. Read it "
    "line by line; do not wait for the end. The schema is that of one line."
)


class Paths:
    """Writes operations, and asks for the schemas that they name."""

    def __init__(self, comments: Comments, schemas: Schemas, reasons: Reasons) -> None:
        self._comments = comments
        self._schemas = schemas
        self._reasons = reasons

    def operation(self, method: Method, descriptor: MethodDescriptor, golden: Golden) -> Json:
        """Return the operation of one method."""
        comment = self._comments.method(descriptor)
        text, _ = split(comment)
        operation: Json = {
            "operationId": descriptor.name[0].lower() + descriptor.name[1:],
            "tags": [method.service],
            "summary": summary(text),
            "description": text,
            "x-grpc-method": method.path.removeprefix("/"),
        }
        if method.policy.group:
            operation["x-required-group"] = method.policy.group
        if not method.needs_user:
            operation["security"] = []
        if parameters := [*self._parameters(method, descriptor, golden)]:
            operation["parameters"] = parameters
        if method.body:
            operation["requestBody"] = self._body(method, descriptor, golden)
        failures = self._reasons.failures(method.path, comment)
        operation["responses"] = {
            "200": self._answer(method, descriptor, golden),
            **self._refusals(method, failures),
            "default": {"$ref": "#/components/responses/Error"},
        }
        return operation

    def _parameters(self, method: Method, descriptor: MethodDescriptor, golden: Golden) -> Iterator[Json]:
        for variable in variables(method.template, descriptor):
            yield {
                "name": variable.name,
                "in": "path",
                "required": True,
                "description": variable.description,
                "schema": variable.schema,
                "example": golden.path(method.template)[variable.name],
            }
        if method.policy.keyed:
            yield {"$ref": "#/components/parameters/IdempotencyKey"}
        if method.body == "*":
            return
        elsewhere = {method.body, method.bound.partition(".")[0]}
        for field in descriptor.input_type.fields:
            if field.name not in elsewhere:
                yield self._query(method, descriptor, field, golden)

    def _query(
        self, method: Method, descriptor: MethodDescriptor, field: FieldDescriptor, golden: Golden
    ) -> Json:
        schema = self._schemas.field(field, Way.IN)
        if field.message_type and field.message_type.full_name == "google.protobuf.FieldMask":
            resource = message_of(descriptor.input_type.fields_by_name[method.body])
            schema["pattern"] = mask_pattern(resource)
        parameter: Json = {
            "name": field.json_name,
            "in": "query",
            "required": self._schemas.required(field, Way.IN),
            "description": schema.pop("description"),
            "schema": schema,
        }
        if (example := golden.query(field.json_name, schema)) is not None:
            parameter["example"] = example
        return parameter

    def _body(self, method: Method, descriptor: MethodDescriptor, golden: Golden) -> Json:
        bound = frozenset({method.bound.rpartition(".")[2]})
        if method.body == "*":
            schema = self._schemas.message(descriptor.input_type, Way.IN, bound)
        else:
            field = descriptor.input_type.fields_by_name[method.body]
            way = Way.PATCH if method.verb == "PATCH" else Way.IN
            schema = self._schemas.message(message_of(field), way, bound)
        component = self._schemas.components[schema["$ref"].rpartition("/")[2]]
        return {
            "description": component["description"],
            "required": method.body != "*" or "required" in component or "oneOf" in component,
            "content": {JSON: {"schema": schema, "example": golden.body}},
        }

    def _answer(self, method: Method, descriptor: MethodDescriptor, golden: Golden) -> Json:
        schema = self._schemas.message(descriptor.output_type, Way.OUT)
        component = self._schemas.components[schema["$ref"].rpartition("/")[2]]
        content: Json = {"schema": schema}
        answer: Json = {
            "description": component["description"],
            "headers": {"x-request-id": {"$ref": "#/components/headers/RequestId"}},
            "content": {JSON: content},
        }
        if method.streams:
            answer["description"] = _STREAM.format(name=descriptor.output_type.name)
            answer["x-stream"] = "newline-delimited"
            content["examples"] = {next(iter(event)): {"value": event} for event in golden.response}
        else:
            content["example"] = golden.response
        return answer

    def _refusals(self, method: Method, named: list[Failure]) -> Json:
        by_status: dict[int, dict[str, str]] = {}
        for failure in (*named, *_everywhere(method)):
            group = by_status.setdefault(self._reasons.status(failure.reason), {})
            group.setdefault(failure.reason, failure.remark or self._reasons.texts[failure.reason])
        return {
            str(status): {"$ref": "#/components/responses/Unauthenticated"}
            if status == _UNAUTHENTICATED
            else self._refusal(group)
            for status, group in sorted(by_status.items())
        }

    def _refusal(self, group: dict[str, str]) -> Json:
        return {
            "description": "\n".join(f"- `{reason}`: {text}" for reason, text in group.items()),
            "x-reasons": list(group),
            "content": {
                JSON: {
                    "schema": {"$ref": "#/components/schemas/Error"},
                    "example": self._reasons.example(next(iter(group))),
                }
            },
        }


_UNAUTHENTICATED = 401


def _everywhere(method: Method) -> Iterator[Failure]:
    """What a method answers because of what it is, whether its comment says so or not."""
    yield Failure("INVALID_REQUEST")
    if method.policy.keyed:
        yield Failure("REQUEST_ID_REUSED")
        if not method.policy.open_to_erased:
            yield Failure("REQUEST_IN_PROGRESS")
    if method.needs_user:
        yield Failure("TOKEN_MISSING")
    if method.policy.group:
        yield Failure("PERMISSION_DENIED")
