"""
The whole document.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from google.protobuf.descriptor_pb2 import FileDescriptorSet

from gateway.contract import SERVICES, all_methods
from gateway.openapi import errors
from gateway.openapi.comments import Comments
from gateway.openapi.golden import Golden
from gateway.openapi.paths import JSON, Paths
from gateway.openapi.resources import path
from gateway.openapi.schemas import Schemas

Json = dict[str, Any]

INTRODUCTION = """\
Timbre matches people by what they say. This is its API for web pages and scripts: HTTP and JSON, from the same \
contract as its gRPC API.

**Tokens.** Send `authorization: Bearer …` with a Cognito access token, unless a method says that anybody may call it. \
Everything belongs to the caller: what is somebody else's does not exist, 404.

**JSON.** Names are lowerCamelCase. A 64-bit integer is a string. Times are RFC 3339 in UTC, durations seconds with an \
`s`, bytes base64. In answers every field is there, also when it is 0, false or empty, except objects, times and \
durations that are not set. In requests a field that is left out is the same as an empty one, and `null` is the same \
as left out. Unknown query parameters are refused. Unknown fields of a body are ignored: let your types check \
them. Answers may get new fields, and enums new values.

**Names.** Resources are named like `recordings/3f8a1c52-…`; `GET /v1/` and the name is where they are.

**Lists.** Ask for `pageSize`, and go on with `nextPageToken` as `pageToken`, all other parameters as they were, until \
it is empty. A token is good for the same query and caller only, and not for ever.

**Updates.** `PATCH` changes the fields named in `updateMask`, e.g. `?updateMask=displayName,headline`. Send the \
`etag` you have read, and nobody's change is overwritten: 409 if there was one.

**Repeating.** Calls that change something take a key, the header `Idempotency-Key` or the field `requestId`. The same \
key with the same parameters gives the same answer without a second effect, for 24 hours; with other parameters it is \
refused, 400; while the first call is still being served, 409. So a call that got no answer can simply be made again.

**Errors.** All have one shape, `Error`. Branch on `ErrorInfo.reason`, never on the message. Where waiting helps there \
is a `RetryInfo`, and a `retry-after` header from the gateway.

**Streams** are newline-delimited JSON and end with an event that says so; one that closes without it was cut: call \
again.
"""

_INFO = {
    "title": "Timbre",
    "version": "1.0.0",
    "summary": "Matches people by what they say.",
    "description": INTRODUCTION,
}
_REQUEST_ID = {
    "description": "The id of this call, in every answer and every error.",
    "schema": {"type": "string", "format": "uuid"},
}
_RETRY_AFTER = {
    "description": "Seconds to wait before trying again; from the gateway, with 429 and 503.",
    "schema": {"type": "integer", "minimum": 0},
}
_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Makes the call repeatable without a second effect: any text of your choice, a new one for each "
    "intent. The same as the field `requestId`, for which it need not be a UUID; if both are given they must be equal.",
    "schema": {"type": "string", "pattern": "^[!-~]{1,255}$"},
    "example": "7d0c8a5e-31b4-4f0e-8b1a-2f6c9d4e5a70",
}
_SECURITY = {
    "accessToken": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "A Cognito access token of a signed-in person (not the ID token).",
    }
}


def document(image: FileDescriptorSet, examples: Mapping[str, Mapping[str, Json]]) -> Json:
    """
    Return the OpenAPI document of all that clients may call, the same for the same input.

    Args:
        image: The contract's files with their comments.
        examples: For each service the golden entry of each method.

    Raises:
        LookupError: a comment or an example is missing.
        ValueError: something of the contract cannot be said in OpenAPI, or not without doubt.
    """
    comments = Comments(image)
    reasons = errors.Reasons(comments)
    methods = [(m, SERVICES[m.service].methods_by_name[m.path.rpartition("/")[2]]) for m in all_methods()]
    schemas = Schemas(comments, [descriptor.output_type for _, descriptor in methods])
    operations = Paths(comments, schemas, reasons)
    paths: dict[str, Json] = {}
    for method, descriptor in methods:
        golden = Golden(examples[method.service][descriptor.name])
        operation = operations.operation(method, descriptor, golden)
        paths.setdefault(path(method.template), {})[method.verb.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": _INFO,
        "servers": [{"url": "/", "description": "The gateway that serves this document."}],
        "security": [{"accessToken": []}],
        "tags": [{"name": name, "description": comments.of(service)} for name, service in SERVICES.items()],
        "paths": paths,
        "components": {
            "securitySchemes": _SECURITY,
            "parameters": {"IdempotencyKey": _KEY},
            "headers": {"RequestId": _REQUEST_ID, "RetryAfter": _RETRY_AFTER},
            "responses": _responses(reasons),
            "schemas": dict(sorted((schemas.components | errors.schemas(reasons)).items())),
        },
    }


def _responses(reasons: errors.Reasons) -> dict[str, Json]:
    who = [reason for reason, code in reasons.codes.items() if code == "UNAUTHENTICATED"]
    rest = ["PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "UNAVAILABLE", "DEADLINE_EXCEEDED", "INTERNAL"]
    return {
        "Unauthenticated": _response(reasons, "Nobody who may come in.", who),
        "Error": _response(
            reasons,
            "Whatever else can go wrong, at any method: 403, 404 at a path that does not exist, 413 for a body of more "
            "than 1 MiB, 429, 431, 500, 503, 504.",
            rest,
        ),
    }


def _response(reasons: errors.Reasons, text: str, names: list[str]) -> Json:
    listed = "\n".join(f"- `{name}`: {reasons.texts[name]}" for name in names)
    return {
        "description": f"{text}\n\n{listed}",
        "x-reasons": names,
        "headers": {
            "x-request-id": {"$ref": "#/components/headers/RequestId"},
            "retry-after": {"$ref": "#/components/headers/RetryAfter"},
        },
        "content": {
            JSON: {
                "schema": {"$ref": "#/components/schemas/Error"},
                "example": reasons.example(names[1] if len(names) > 1 else names[0]),
            }
        },
    }
