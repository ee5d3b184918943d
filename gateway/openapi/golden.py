"""
The example of a method: its golden file entry, to which the gateway's tests hold the real Envoy letter by letter.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from gateway.openapi.resources import path

Json = dict[str, Any]


class Golden:
    """One request and its answer."""

    def __init__(self, entry: Json) -> None:
        request: str = entry["request"]
        url = urlsplit(request.partition(" ")[2])
        self._path = url.path
        self._query = dict(parse_qsl(url.query))
        self.body: Json = entry.get("body", {})
        self.response: Any = entry["response"]

    def path(self, template: str) -> dict[str, str]:
        """
        Return the values of the path's variables.

        Raises:
            ValueError: the example is of another path.
        """
        regex = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/:]+)", re.escape(path(template)))
        found = re.fullmatch(regex, self._path)
        if not found:
            raise ValueError(f"the example {self._path} does not fit {template}")
        return {name: unquote(value) for name, value in found.groupdict().items()}

    def query(self, name: str, schema: Json) -> str | int | bool | None:
        """Return the value of a query parameter, in the type of its schema; `None` when it is left out."""
        text = self._query.get(name)
        match schema.get("type"):
            case _ if text is None:
                return None
            case "integer":
                return int(text)
            case "boolean":
                return text == "true"
            case _:
                return text
