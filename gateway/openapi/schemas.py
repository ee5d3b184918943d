"""
Messages and enums of the contract as component schemas, in the form they have in JSON (proto3 JSON as Envoy prints
it: defaults present, unset messages absent).

What is sent and what comes back differ, so a message that is used both ways has up to three schemas: `Fact` comes
back, `FactInput` is sent inside a request, `FactPatch` is the body of an update.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor

from gateway.openapi import rules
from gateway.openapi.comments import Comments

Json = dict[str, Any]

NEVER_SENT = "Never sent."
"""The comment of enum values that are not part of the JSON API."""

_SCALARS: dict[int, Json] = {
    FieldDescriptor.TYPE_STRING: {"type": "string"},
    FieldDescriptor.TYPE_BOOL: {"type": "boolean"},
    FieldDescriptor.TYPE_INT32: {"type": "integer", "format": "int32"},
    FieldDescriptor.TYPE_INT64: {"type": "string", "format": "int64", "pattern": "^(0|-?[1-9][0-9]{0,18})$"},
    FieldDescriptor.TYPE_FLOAT: {"type": "number", "format": "float"},
    FieldDescriptor.TYPE_DOUBLE: {"type": "number", "format": "double"},
    FieldDescriptor.TYPE_BYTES: {"type": "string", "contentEncoding": "base64", "format": "byte"},
}
_WELL_KNOWN: dict[str, Json] = {
    "google.protobuf.Timestamp": {"type": "string", "format": "date-time"},
    "google.protobuf.Duration": {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]{1,9})?s$"},
    "google.protobuf.FieldMask": {"type": "string", "pattern": r"^[a-z][A-Za-z0-9.]*(,[a-z][A-Za-z0-9.]*)*$"},
}
_EMPTY = "google.protobuf.Empty"


class Way(StrEnum):
    """In which direction a message travels; the value ends the name of its schema."""

    OUT = ""
    IN = "Input"
    PATCH = "Patch"


class Schemas:
    """The component schemas that were asked for, and all that these need."""

    def __init__(self, comments: Comments, answers: list[Descriptor]) -> None:
        """
        Args:
            answers: What methods return: a message among them, or inside one, has a name of its own for requests.
        """
        self.components: dict[str, Json] = {}
        self._comments = comments
        self._owners: dict[str, str] = {}
        self._answered: set[str] = set()
        for answer in answers:
            self._mark(answer)

    def message(self, message: Descriptor, way: Way, without: frozenset[str] = frozenset()) -> Json:
        """Return a reference to the schema of a message, less the fields that are elsewhere in the request."""
        if is_empty(message):
            self.components["Empty"] = {
                "type": "object",
                "description": "Nothing but that it worked.",
                "maxProperties": 0,
            }
            return {"$ref": "#/components/schemas/Empty"}
        name = _name(message) + (way if way is Way.PATCH or message.full_name in self._answered else "")
        if self._claim(name, message):
            self.components[name] = self._object(message, way, without)
        return {"$ref": f"#/components/schemas/{name}"}

    def field(self, field: FieldDescriptor, way: Way) -> Json:
        """Return the schema of a field, with its description."""
        given = rules.rules(field)
        entry = field.message_type if _is_map(field) else None
        if entry:
            schema: Json = {
                "type": "object",
                "additionalProperties": self._value(entry.fields_by_name["value"], {}, way),
            }
        elif field.is_repeated:
            items = given.get("repeated", {}).get("items", {})
            schema = {"type": "array", "items": self._value(field, items, way), **rules.keywords(given)}
        else:
            schema = self._value(field, given, way)
        schema["description"] = self._comments.of(field, field.containing_type)
        if way is Way.OUT and "OUTPUT_ONLY" in rules.behaviors(field):
            schema["readOnly"] = True
        return schema

    def required(self, field: FieldDescriptor, way: Way) -> bool:
        """Whether the field is always there, or must always be sent."""
        if way is Way.OUT:
            alone = field.message_type is None and field.containing_oneof is None
            return alone or field.is_repeated
        if rules.refuses_unset(rules.rules(field)) and not field.containing_oneof:
            return True
        return way is Way.IN and "REQUIRED" in rules.behaviors(field)

    def _object(self, message: Descriptor, way: Way, without: frozenset[str]) -> Json:
        fields = [
            field
            for field in message.fields
            if field.name not in without
            and (way is Way.OUT or not rules.behaviors(field) & {"OUTPUT_ONLY", "IDENTIFIER"})
        ]
        schema: Json = {"type": "object", "description": self._describe(message, way)}
        if required := [field.json_name for field in fields if self.required(field, way)]:
            schema["required"] = required
        schema["properties"] = {field.json_name: self.field(field, way) for field in fields}
        for oneof in message.oneofs:
            members = [field.json_name for field in oneof.fields]
            schema["x-oneof"] = {oneof.name: members}
            if way is not Way.OUT and rules.options(oneof).get("[buf.validate.oneof]", {}).get("required"):
                schema["oneOf"] = [{"required": [member]} for member in members]
        return schema

    def _describe(self, message: Descriptor, way: Way) -> str:
        text = self._comments.of(message, message)
        if way is Way.PATCH:
            text += "\n\nAs sent in an update: only what `updateMask` names is changed."
        for oneof in message.oneofs:
            names = ", ".join(f"`{field.json_name}`" for field in oneof.fields)
            required = rules.options(oneof).get("[buf.validate.oneof]", {}).get("required")
            text += f"\n\n{'Exactly' if required else 'At most'} one of {names} is set."
        return text

    def _value(self, field: FieldDescriptor, given: Json, way: Way) -> Json:
        if field.enum_type:
            required = way is Way.IN and "REQUIRED" in rules.behaviors(field)
            schema: Json = self._enum(field.enum_type)
            if way is not Way.OUT and (names := rules.enum_names(given, field.enum_type, required=required)):
                schema["enum"] = names
            return schema
        if field.message_type:
            known = _WELL_KNOWN.get(field.message_type.full_name)
            inner = Way.OUT if way is Way.OUT else Way.IN
            return {**(known or self.message(field.message_type, inner)), **rules.keywords(given)}
        schema = {**_SCALARS[field.type], **rules.keywords(given)}
        needs_text = field.type == FieldDescriptor.TYPE_STRING and "pattern" not in schema
        if needs_text and way is Way.IN and "REQUIRED" in rules.behaviors(field):
            schema = {**schema, "minLength": max(1, schema.get("minLength", 1))}
        return schema

    def _enum(self, enum: EnumDescriptor) -> Json:
        name = _name(enum)
        if self._claim(name, enum):
            texts = {value.name: self._comments.value(enum, value.name) for value in enum.values}
            texts = {value: text for value, text in texts.items() if text != NEVER_SENT}
            meaning = "\n".join(f"- `{value}`: {text}" for value, text in texts.items())
            self.components[name] = {
                "type": "string",
                "description": f"{self._comments.of(enum)}\n\n{meaning}",
                "enum": list(texts),
                "x-enum-descriptions": texts,
            }
        return {"$ref": f"#/components/schemas/{name}"}

    def _claim(self, name: str, element: Descriptor | EnumDescriptor) -> bool:
        """Whether the schema is to be made now; two elements of one name would be one schema."""
        owner = self._owners.setdefault(name, element.full_name)
        if owner != element.full_name:
            raise ValueError(f"{owner} and {element.full_name} would both be the schema {name}")
        if name in self.components:
            return False
        self.components[name] = {}  # a message may contain itself
        return True

    def _mark(self, message: Descriptor) -> None:
        if message.full_name not in self._answered:
            self._answered.add(message.full_name)
            for field in message.fields:
                if field.message_type and not _is_map(field):
                    self._mark(field.message_type)


def is_empty(message: Descriptor) -> bool:
    """Whether the message says nothing but that it worked."""
    return message.full_name == _EMPTY


def _is_map(field: FieldDescriptor) -> bool:
    return bool(field.message_type and field.message_type.GetOptions().map_entry)


def _name(element: Descriptor | EnumDescriptor) -> str:
    """The name inside its package: `Recording.State` for an enum of a message."""
    return element.full_name.removeprefix(element.file.package + ".")
