"""
The errors: their one shape, and which of them a method gives, read from the `Errors:` part of its comment.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from google.rpc.code_pb2 import Code

from gateway.openapi.comments import Comments, camel
from services.kit.status import DOMAIN
from timbre.api.v1 import reasons_pb2

Json = dict[str, Any]

STATUS = {
    "INVALID_ARGUMENT": 400,
    "FAILED_PRECONDITION": 400,
    "UNAUTHENTICATED": 401,
    "PERMISSION_DENIED": 403,
    "NOT_FOUND": 404,
    "ABORTED": 409,
    "RESOURCE_EXHAUSTED": 429,
    "INTERNAL": 500,
    "UNAVAILABLE": 503,
    "DEADLINE_EXCEEDED": 504,
}
"""The HTTP status of each gRPC code that Timbre uses."""

REASONS = reasons_pb2.DESCRIPTOR.enum_types_by_name["Reason"]
PREFIX = "REASON_"

_HEADING = re.compile(r"^Errors:", re.MULTILINE)
_WORD = re.compile(r"\b[A-Z][A-Z_]+[A-Z]\b")


@dataclass(frozen=True, slots=True)
class Failure:
    """One way in which a method fails."""

    reason: str
    """Without prefix, e.g. `RECORDING_NOT_FOUND`."""
    remark: str = ""
    """When this method gives it, if the contract says more than the reason itself does."""


class Reasons:
    """What the contract says about each reason."""

    def __init__(self, comments: Comments) -> None:
        self.texts: dict[str, str] = {}
        """What each reason means."""
        self.codes: dict[str, str] = {}
        """The gRPC code of each reason; what can only be the reason of a failed recording has none."""
        for value in REASONS.values[1:]:
            name = value.name.removeprefix(PREFIX)
            whole = camel(comments.value(REASONS, value.name))
            code, found, text = whole.partition(": ")
            known = bool(found) and code in STATUS
            self.texts[name] = _sentence(text) if known else whole
            if known:
                self.codes[name] = code

    def status(self, reason: str) -> int:
        """Return the HTTP status of errors with this reason."""
        return STATUS[self.codes[reason]]

    def example(self, reason: str) -> Json:
        """Return a whole error."""
        details: list[Json] = [
            {"@type": _TYPE + "ErrorInfo", "reason": reason, "domain": DOMAIN, "metadata": {}},
            {
                "@type": _TYPE + "RequestInfo",
                "requestId": "5f0c1d6e-2b7a-4c3d-9e8f-0a1b2c3d4e5f",
                "servingData": "",
            },
        ]
        if reason == "INVALID_REQUEST":
            wrong = {"field": "name", "description": "must match the pattern", "reason": "string.pattern"}
            details.append({"@type": _TYPE + "BadRequest", "fieldViolations": [wrong]})
        return {"code": Code.Value(self.codes[reason]), "message": self.texts[reason], "details": details}

    def failures(self, method: str, comment: str) -> list[Failure]:
        """
        Return the errors that a method's comment lists.

        Raises:
            ValueError: the list names a reason that is not in the contract, or under another code.
        """
        _, errors = split(comment)
        starts = [found.start() for found in _WORD.finditer(errors) if self._begins(errors, found)]
        items = [errors[start:end] for start, end in pairwise([*starts, len(errors)])]
        if errors and not items:
            raise ValueError(f"{method}: no error can be read from {errors!r}")
        return [failure for item in items for failure in self._item(method, item)]

    def _begins(self, errors: str, found: re.Match[str]) -> bool:
        return found[0] in STATUS and not errors[: found.start()].endswith("/ ")

    def _item(self, method: str, item: str) -> list[Failure]:
        head, _, remark = item.partition(":")
        code, *names = _WORD.findall(head)
        for name in names or [code]:
            if self.codes.get(name) != code:
                raise ValueError(f"{method}: {name} is no reason of {code}")
        remark = _sentence(remark.strip(" \n-;,.")) if len(names) < 2 else ""  # noqa: PLR2004 - one reason, one remark
        return [Failure(name, remark) for name in names or [code]]


def split(comment: str) -> tuple[str, str]:
    """Take a method's comment apart: what it does, and its errors."""
    text, *errors = _HEADING.split(comment, maxsplit=1)
    return text.strip(), "".join(errors).strip()


def schemas(reasons: Reasons) -> dict[str, Json]:
    """Return the components that describe an error."""
    meaning = "\n".join(f"- `{name}`: {text}" for name, text in reasons.texts.items())
    return {
        "Error": {
            "type": "object",
            "description": "Every error, of a service and of the gateway: `google.rpc.Status`. Branch on the `reason` "
            "of its `ErrorInfo`; show `message` to people.",
            "required": ["code", "message", "details"],
            "properties": {
                "code": _integer("The gRPC code (`google.rpc.Code`), e.g. 5 for NOT_FOUND."),
                "message": _string("What went wrong, in a sentence for people, in English."),
                "details": {
                    "type": "array",
                    "description": "What a program can use: an `ErrorInfo` and a `RequestInfo` always, the others when "
                    "they help.",
                    "items": {"$ref": "#/components/schemas/ErrorDetail"},
                },
            },
        },
        "ErrorDetail": {
            "description": "One detail; `@type` says which.",
            "oneOf": [{"$ref": f"#/components/schemas/{name}"} for name in _DETAILS],
            "discriminator": {
                "propertyName": "@type",
                "mapping": {_TYPE + name: f"#/components/schemas/{name}" for name in _DETAILS},
            },
        },
        **{name: _detail(name, *detail) for name, detail in _DETAILS.items()},
        "ErrorReason": {
            "type": "string",
            "description": f"Why a call failed, or a recording did. New reasons may be added.\n\n{meaning}",
            "enum": list(reasons.texts),
            "x-enum-descriptions": reasons.texts,
        },
    }


def _string(description: str) -> Json:
    return {"type": "string", "description": description}


def _integer(description: str) -> Json:
    return {"type": "integer", "format": "int32", "description": description}


def _detail(name: str, description: str, properties: dict[str, Json]) -> Json:
    kind = {"type": "string", "const": _TYPE + name, "description": "The type of this detail."}
    return {
        "type": "object",
        "description": description,
        "required": ["@type", *properties],
        "properties": {"@type": kind, **properties},
    }


def _sentence(text: str) -> str:
    return text and text[0].upper() + text[1:] + ("" if text.endswith(".") else ".")


_TYPE = "type.googleapis.com/google.rpc."
_VIOLATION: Json = {
    "type": "object",
    "description": "One field that breaks a rule.",
    "required": ["field", "description", "reason"],
    "properties": {
        "field": _string("Path of the field as in the protos, e.g. `fact.text`."),
        "description": _string("The rule, in a sentence."),
        "reason": _string("The rule's name."),
    },
}
_DETAILS: dict[str, tuple[str, dict[str, Json]]] = {
    "ErrorInfo": (
        "Why the call failed; in every error.",
        {
            "reason": {"$ref": "#/components/schemas/ErrorReason", "description": "What to branch on."},
            "domain": {"type": "string", "const": DOMAIN, "description": "Whose reasons these are."},
            "metadata": {
                "type": "object",
                "description": "More about this case, if a method's errors say so.",
                "additionalProperties": {"type": "string"},
            },
        },
    ),
    "RequestInfo": (
        "Which call it was; in every error.",
        {
            "requestId": {
                "type": ["string", "null"],
                "description": "As in the header `x-request-id`; tell it to us when you ask about an error. Null when "
                "the request was so malformed that it got none.",
            },
            "servingData": _string("Always empty."),
        },
    ),
    "BadRequest": (
        "Which fields of the request are wrong, and how.",
        {"fieldViolations": {"type": "array", "description": "All that are wrong.", "items": _VIOLATION}},
    ),
    "RetryInfo": (
        "Trying again may help, after a while.",
        {
            "retryDelay": {
                "type": "string",
                "pattern": r"^[0-9]+(\.[0-9]{1,9})?s$",
                "description": "How long to wait, e.g. `1s`.",
            }
        },
    ),
}
