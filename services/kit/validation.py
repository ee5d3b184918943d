"""
Requests against the rules in the contract (protovalidate), before any code of ours sees them.
"""

from __future__ import annotations

from google.protobuf.message import Message
from google.rpc import error_details_pb2
from protovalidate import Validator
from protovalidate._gen.buf.validate import validate_pb

from services.kit.errors import InvalidArgument


class InvalidRequest(InvalidArgument):
    """The request breaks a rule of the contract."""


class Rules:
    """The rules of every message; compiled once a message type, on first use."""

    def __init__(self) -> None:
        self._validator = Validator()

    def check(self, request: Message) -> None:
        """
        Raises:
            InvalidRequest: with one field violation for each broken rule.
        """
        broken = self._validator.collect_violations(request)
        if not broken:
            return
        violations = [
            error_details_pb2.BadRequest.FieldViolation(
                field=_path(violation.proto.field),
                description=violation.proto.message,
                reason="INVALID_REQUEST",
            )
            for violation in broken
        ]
        first = violations[0]
        error = InvalidRequest(f"{first.field}: {first.description}" if first.field else first.description)
        error.details.append(error_details_pb2.BadRequest(field_violations=violations))
        raise error


def _path(field: validate_pb.FieldPath | None) -> str:
    """Write a field path as `a.b[2].c`; a rule about the whole message has none."""
    path = ""
    for element in field.elements if field else ():
        path += f".{element.field_name}"
        if element.subscript and element.subscript.field == "index":
            path += f"[{element.subscript.value}]"
    return path[1:]
