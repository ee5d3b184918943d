"""
What the gateway serves itself: the API's description, for programs and for people.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gateway.docs.page import page, policy

DOCUMENT = Path(__file__).with_name("openapi.json")
"""The OpenAPI document, as `make gen` writes it."""


@dataclass(frozen=True, slots=True)
class Page:
    """A file behind a path."""

    path: str
    file: Path
    headers: Mapping[str, str]
    cache: str = "no-store"
    """Who may keep it, and how long."""


def pages(folder: Path) -> tuple[Page, ...]:
    """Return the pages, whose files are in `folder`."""
    return (
        Page("/openapi.json", folder / "openapi.json", {"content-type": "application/json"}),
        Page(
            "/docs",
            folder / "docs.html",
            {
                "content-type": "text/html; charset=utf-8",
                "content-security-policy": policy(),
                "referrer-policy": "no-referrer",
            },
        ),
    )


def write_pages(folder: Path) -> None:
    """Put the files there."""
    text = DOCUMENT.read_text()
    document, html = pages(folder)
    document.file.write_text(text)
    html.file.write_text(page(json.loads(text)))
