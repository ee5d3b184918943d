"""
What a schema means, in a few words.
"""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

Json = dict[str, Any]

_FORMATS = {"date-time": "time", "int64": "int64 string", "byte": "base64", "uuid": "UUID"}
_LONGEST_PATTERN = 60
_UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


def type_of(schema: Json) -> Markup:
    """Return the type, with a link if it is explained elsewhere."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return Markup('<a href="#schema-{0}">{0}</a>').format(name)
    if schema.get("type") == "array":
        return Markup("list of {}").format(type_of(schema["items"]))
    if "additionalProperties" in schema:
        return Markup("map of {}").format(type_of(schema["additionalProperties"]))
    if schema.get("contentEncoding") == "base64":
        return Markup("base64")
    kind: str | list[str] = schema.get("type", "any")
    name = kind if isinstance(kind, str) else " or ".join(kind)
    return Markup("{}").format(_FORMATS.get(schema.get("format", ""), name))


def limits(schema: Json) -> list[str]:
    """Return the rules a value must keep to, each in a few words."""
    found = [
        _span(schema, "minLength", "maxLength", "characters"),
        _span(schema, "minimum", "maximum", ""),
        _span(schema, "x-minimum", "x-maximum", ""),
        _span(schema, "minItems", "maxItems", "entries"),
        "no entry twice" if schema.get("uniqueItems") else "",
        "one of " + ", ".join(schema["enum"]) if "enum" in schema else "",
        f"always {schema['const']}" if "const" in schema else "",
        *schema.get("x-rules", []),
    ]
    pattern = schema.get("pattern", "")
    if _UUID in pattern and schema.get("format") != "uuid":
        found.append("a UUID, or empty" if pattern.endswith("?$") else "with a UUID")
    elif (
        pattern
        and _UUID not in pattern
        and len(pattern) <= _LONGEST_PATTERN
        and schema.get("format") != "int64"
    ):
        found.append(pattern)
    return [each for each in found if each]


def _span(schema: Json, least: str, most: str, unit: str) -> str:
    low, high = schema.get(least), schema.get(most)
    match low, high:
        case None, None:
            return ""
        case _, None:
            text = f"at least {low:,}"
        case None, _:
            text = f"at most {high:,}"
        case _:
            text = f"{low:,} to {high:,}"
    return f"{text} {unit}".strip()
