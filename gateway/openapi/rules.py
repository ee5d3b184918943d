"""
Validation rules of the contract (`buf.validate`) as JSON Schema. A rule that has no counterpart here stops the
generator, so that none is left out unnoticed.
"""

from __future__ import annotations

import re
from typing import Any

from google.protobuf import json_format
from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor, OneofDescriptor

from gateway.openapi.comments import camel

Json = dict[str, Any]

_WORDS = {
    "minLen": "minLength",
    "maxLen": "maxLength",
    "pattern": "pattern",
    "gte": "minimum",
    "lte": "maximum",
    "gt": "exclusiveMinimum",
    "lt": "exclusiveMaximum",
    "minItems": "minItems",
    "maxItems": "maxItems",
    "unique": "uniqueItems",
}
_INTEGERS = ("int32", "uint32", "int64", "uint64")
_WIDE = ("int64", "uint64")  # strings in JSON


def options(element: FieldDescriptor | OneofDescriptor) -> Json:
    """Return the options as plain data: the generated stubs of google/api do not fit those of protobuf."""
    return json_format.MessageToDict(element.GetOptions())


def message_of(field: FieldDescriptor) -> Descriptor:
    """Return the type of a field that holds messages."""
    assert field.message_type is not None
    return field.message_type


def behaviors(field: FieldDescriptor) -> frozenset[str]:
    """Return what `google.api.field_behavior` says: REQUIRED, OUTPUT_ONLY, IDENTIFIER, …."""
    return frozenset(options(field).get("[google.api.field_behavior]", []))


def rules(field: FieldDescriptor) -> Json:
    """Return the field's rules, by kind."""
    return options(field).get("[buf.validate.field]", {})


def keywords(given: Json) -> Json:
    """
    Return the rules of one value as keywords of JSON Schema. Those of enums are in `enum_names`.

    Raises:
        ValueError: a rule has no counterpart.
    """
    out: Json = {}
    for kind, rule in given.items():
        match kind:
            case "required" | "enum":
                continue
            case "cel":
                out["x-rules"] = [camel(each["message"]) for each in rule]
            case "repeated":
                out |= _plain({name: value for name, value in rule.items() if name != "items"}, kind)
            case "string" if rule.get("uuid"):
                out["format"] = "uuid"
            case kind if kind in _WIDE:
                out |= _wide(rule)
            case "string" | "int32" | "uint32" | "float" | "double":
                out |= _plain(rule, kind)
            case _:
                raise ValueError(f"no counterpart of the rule {kind}: {rule}")
    return out


def enum_names(given: Json, enum: EnumDescriptor, *, required: bool) -> list[str] | None:
    """Return the only values that the rules allow; `None` when all are."""
    rule = given.get("enum", {})
    excluded = {0} if required else set[int]()
    excluded |= {int(number) for number in rule.get("notIn", [])}
    allowed = {int(number) for number in rule.get("in", enum.values_by_number)} - excluded
    names = [value.name for value in enum.values if value.number in allowed]
    return None if len(names) == len(enum.values) else names


def refuses_unset(given: Json) -> bool:
    """Whether the rules refuse what the field has when it is left out: the zero of its type."""
    for kind, rule in given.items():
        match kind:
            case "required":
                return bool(rule)
            case "string" if int(rule.get("minLen", 0)) or not re.search(rule.get("pattern", ""), ""):
                return True
            case "enum" if 0 in rule.get("notIn", []) or 0 not in rule.get("in", [0]):
                return True
            case "int32" | "int64" | "float" | "double" if float(rule.get("gte", 0)) > 0:
                return True
            case _:
                pass
    return False


def _plain(rule: Json, kind: str) -> Json:
    unknown = rule.keys() - _WORDS.keys()
    if unknown:
        raise ValueError(f"no counterpart of the rules {sorted(unknown)} of {kind}")
    whole = kind in {*_INTEGERS, "string", "repeated"}
    return {
        _WORDS[name]: int(value) if whole and isinstance(value, str) and name != "pattern" else value
        for name, value in rule.items()
    }


def _wide(rule: Json) -> Json:
    """Limits of a number that is a string in JSON: its form, and the numbers for whoever reads them."""
    limits = _plain(rule, "int64")
    out = {f"x-{name}": value for name, value in limits.items()}
    if "minimum" in limits and limits["minimum"] >= 0:
        out["pattern"] = "^[1-9][0-9]{0,18}$" if limits["minimum"] else "^(0|[1-9][0-9]{0,18})$"
    return out
