"""
From the document to the page: everything that the template shows, worked out beforehand.
"""

from __future__ import annotations

import base64
import json
import shlex
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from gateway.docs.prose import Prose
from gateway.docs.types import limits, type_of

Json = dict[str, Any]

_HERE = Path(__file__).parent
_STYLE = _HERE / "page.css"
_STATUS = {
    "400": "Bad request",
    "401": "Unauthenticated",
    "403": "Forbidden",
    "404": "Not found",
    "409": "Conflict",
    "503": "Unavailable",
    "default": "Others",
}


def page(document: Json) -> str:
    """Return the page as HTML, the same for the same document."""
    environment = Environment(
        loader=FileSystemLoader(_HERE),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    prose = Prose(_links(document))
    sent = _sent(document)
    return environment.get_template("page.html").render(
        info=document["info"],
        introduction=[prose.block(part) for part in document["info"]["description"].split("\n\n")],
        tags=[_tag(tag, document, prose) for tag in document["tags"]],
        schemas=[
            _schema(name, schema, name in sent, prose)
            for name, schema in document["components"]["schemas"].items()
        ],
        style=Markup(_STYLE.read_text()),  # noqa: S704 - ours
    )


def policy() -> str:
    """Return the Content-Security-Policy of the page: its own style sheet, and nothing else."""
    # The template puts the style sheet between the tags as it is, so that this is its hash.
    digest = base64.b64encode(sha256(_STYLE.read_bytes()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    )


def _links(document: Json) -> dict[str, str]:
    names = {name: f"schema-{name}" for name in document["components"]["schemas"]}
    # The error's reason is a message of the same name as a word that prose uses for other things.
    for word in (
        "Reason",
        "Match",
        "Error",
        "Block",
        "Report",
        "Version",
        "Place",
        "Filter",
        "Format",
        "Count",
        "Empty",
    ):
        names.pop(word, None)
    for _, _, operation in _operations(document):
        method = operation["x-grpc-method"].rpartition("/")[2]
        names[method] = operation["operationId"]
    return names


def _operations(document: Json) -> Iterator[tuple[str, str, Json]]:
    for path, item in document["paths"].items():
        for verb, operation in item.items():
            yield path, verb.upper(), operation


def _tag(tag: Json, document: Json, prose: Prose) -> Json:
    return {
        "name": tag["name"],
        "description": prose.block(tag["description"]),
        "operations": [
            _operation(path, verb, operation, document, prose)
            for path, verb, operation in _operations(document)
            if tag["name"] in operation["tags"]
        ],
    }


def _operation(path: str, verb: str, operation: Json, document: Json, prose: Prose) -> Json:
    here = operation["operationId"]
    parameters = [_resolve(parameter, document) for parameter in operation.get("parameters", [])]
    body = operation.get("requestBody")
    answer = operation["responses"]["200"]
    return {
        "id": here,
        "verb": verb,
        "path": _breakable(path),
        "summary": operation["summary"],
        "description": prose.block(operation["description"], here),
        "who": _who(operation),
        "grpc": _breakable(operation["x-grpc-method"]),
        "streams": "x-stream" in answer,
        "parameters": [_parameter(each, prose) for each in parameters],
        "body": body and _fields(_media(body)["schema"], document, True, prose),
        "body_note": prose.block(body["description"].partition("\n\n")[2]) if body else "",
        "answer": {
            "type": type_of(_media(answer)["schema"]),
            "description": prose.line(answer["description"].partition("\n\n")[0]),
            "fields": _fields(_media(answer)["schema"], document, False, prose),
        },
        "errors": [
            _error(status, _resolve(response, document), "$ref" in response, prose)
            for status, response in operation["responses"].items()
            if status != "200"
        ],
        "curl": _curl(path, verb, operation, parameters),
        "example": _example(_media(answer)),
    }


def _breakable(path: str) -> Markup:
    """A path that narrow screens may break, and that is still itself when it is copied."""
    return Markup("/<wbr>").join(path.split("/"))


def _who(operation: Json) -> str:
    if operation.get("security") == []:
        return "anybody"
    group = operation.get("x-required-group")
    return f"{group} only" if group else "signed in"


def _media(holder: Json) -> Json:
    return holder["content"]["application/json"]


def _resolve(thing: Json, document: Json) -> Json:
    if "$ref" not in thing:
        return thing
    found: Json = document
    for step in thing["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return found


def _parameter(parameter: Json, prose: Prose) -> Json:
    row = _row(parameter["name"], parameter["schema"], parameter["description"], prose)
    return {**row, "in": parameter["in"], "required": parameter["required"], "optional": False}


def _row(name: str, schema: Json, description: str, prose: Prose) -> Json:
    return {
        "name": name,
        "type": type_of(schema),
        "limits": limits(schema),
        "description": prose.line(description),
    }


def _fields(reference: Json, document: Json, sent: bool, prose: Prose) -> list[Json]:
    return _properties(_resolve(reference, document), sent, prose)


def _properties(schema: Json, sent: bool, prose: Prose) -> list[Json]:
    """One row for each field: what is sent may be required, what comes back may be absent."""
    required = schema.get("required", [])
    return [
        {
            **_row(name, field, field["description"], prose),
            "required": sent and name in required,
            "optional": not sent and name not in required,
        }
        for name, field in schema.get("properties", {}).items()
    ]


def _sent(document: Json) -> frozenset[str]:
    """Names of the schemas that are parts of requests."""
    found: set[str] = set()

    def visit(thing: object) -> None:
        match thing:
            case {"$ref": str(reference)} if (name := reference.rpartition("/")[2]) not in found:
                found.add(name)
                visit(document["components"]["schemas"].get(name))
            case dict():
                for value in cast("Json", thing).values():
                    visit(value)
            case list():
                for value in cast("list[object]", thing):
                    visit(value)
            case _:
                pass

    for _, _, operation in _operations(document):
        visit(operation.get("requestBody"))
    return frozenset(found)


def _schema(name: str, schema: Json, sent: bool, prose: Prose) -> Json:
    anchor = f"schema-{name}"
    values = schema.get("x-enum-descriptions", {})
    return {
        "id": anchor,
        "name": name,
        "description": prose.block(schema["description"].partition("\n\n- `")[0], anchor),
        "fields": _properties(schema, sent, prose),
        "values": [(value, prose.line(text)) for value, text in values.items()],
        "options": [type_of(option) for option in schema.get("oneOf", []) if "$ref" in option],
    }


def _error(status: str, response: Json, shared: bool, prose: Prose) -> Json:
    lines = response["description"].splitlines()
    reasons = [line.removeprefix("- `").split("`: ", 1) for line in lines if line.startswith("- `")]
    return {
        "status": status,
        "title": _STATUS[status],
        "shared": shared,
        "text": prose.line(lines[0]) if shared else "",
        "reasons": [(name, prose.line(text)) for name, text in reasons],
    }


def _curl(path: str, verb: str, operation: Json, parameters: list[Json]) -> str:
    """Return a command that makes the call of the example."""
    for parameter in parameters:
        if parameter["in"] == "path":
            path = path.replace(f"{{{parameter['name']}}}", quote(parameter["example"], safe=""))
    query = {
        parameter["name"]: str(parameter["example"]).lower()
        if isinstance(parameter["example"], bool)
        else parameter["example"]
        for parameter in parameters
        if parameter["in"] == "query" and "example" in parameter
    }
    url = f'"$TIMBRE{path}{"?" if query else ""}{urlencode(query, safe=",")}"'
    flags = "-N " if "x-stream" in operation["responses"]["200"] else ""
    lines = [f"curl {flags}{url}" if verb == "GET" else f"curl {flags}-X {verb} {url}"]
    if operation.get("security") != []:
        lines.append('-H "authorization: Bearer $TOKEN"')
    if "requestBody" in operation:
        body = _media(operation["requestBody"])["example"]
        lines.append("-H 'content-type: application/json'")
        lines.append("-d " + shlex.quote(json.dumps(body, indent=2, ensure_ascii=False) if body else "{}"))
    return " \\\n  ".join(lines)


def _example(media: Json) -> str:
    if "examples" in media:
        return "\n".join(json.dumps(each["value"], ensure_ascii=False) for each in media["examples"].values())
    return json.dumps(media["example"], indent=2, ensure_ascii=False)
