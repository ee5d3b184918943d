"""
Resource names: `{name=recordings/*}` in the contract is `recordings/{recording}` to HTTP clients, who put an id into
a path rather than a name into a variable.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor, MethodDescriptor

from gateway.openapi import rules

Json = dict[str, Any]

_BINDING = re.compile(r"\{([a-z_.]+)=([^}]+)\}")
_UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable of a path."""

    name: str
    description: str
    schema: Json


def path(template: str) -> str:
    """Return the path of an annotation, with a variable for each id."""
    return _BINDING.sub(lambda found: "/".join(_segments(found[2])), template)


def variables(template: str, method: MethodDescriptor) -> Iterator[Variable]:
    """
    Yield the variables of a path, each with its rule.

    Raises:
        ValueError: the rule of the name that is bound has another shape than the path.
    """
    found = _BINDING.search(template)
    if not found:
        return
    pattern = rules.rules(_field(method.input_type, found[1])).get("string", {}).get("pattern", "")
    core = pattern.removeprefix("^").removesuffix("$")
    if core.startswith("(") and core.endswith(")?"):
        core = core[1:-2]
    segments, parts = _segments(found[2]), core.split("/")
    if len(segments) != len(parts):
        raise ValueError(f"{method.full_name}: {pattern!r} is not the rule of {found[2]}")
    for number, (segment, part) in enumerate(zip(segments, parts, strict=True)):
        if segment.startswith("{"):
            schema: Json = {"type": "string", "pattern": f"^{part}$"}
            if part == _UUID:
                schema["format"] = "uuid"
            name = segment.strip("{}")
            before = "/".join(segments[:number])
            yield Variable(name, f"The {name}'s id: what stands behind `{before}/` in its `name`.", schema)


def mask_pattern(resource: Descriptor) -> str:
    """Return the pattern of an update mask: names of the fields that a user may change, comma separated."""
    fixed = {"OUTPUT_ONLY", "IDENTIFIER"}
    names = [
        field.json_name
        for field in resource.fields
        if field.name != "etag" and not rules.behaviors(field) & fixed
    ]
    one = f"({'|'.join(names)})"
    return f"^{one}(,{one})*$"


def _segments(template: str) -> list[str]:
    parts = template.split("/")
    return [f"{{{_singular(parts[at - 1])}}}" if part == "*" else part for at, part in enumerate(parts)]


def _singular(collection: str) -> str:
    return collection.removesuffix("es") if collection.endswith("ches") else collection.removesuffix("s")


def _field(message: Descriptor, path: str) -> FieldDescriptor:
    head, _, rest = path.partition(".")
    field = message.fields_by_name[head]
    return _field(rules.message_of(field), rest) if rest else field
