"""
The web page as the gateway serves it: its files by their names, and its first one for every address that the page
routes itself. What browsers are told about it is read from `frontend/vercel.json`, which tells Vercel the same.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from gateway.pages import Page

VERCEL = Path(__file__).resolve().parents[1] / "frontend/vercel.json"
_FIRST = "index.html"
_POLICY = "content-security-policy"
_ANYWHERE = "https:"
"""Stands in the policy for hosts that are not known when `vercel.json` is written."""
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "application/javascript; charset=utf-8",  # not text/javascript: Envoy would not compress it
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}


def site(folder: Path | None, hosts: Sequence[str]) -> tuple[Page, ...]:
    """
    Return a page for each file of the built web page; the last one is for all addresses that it routes itself.

    Args:
        folder: Where the built page is; there are no pages without it.
        hosts: Origins that the page may talk to besides its own.

    Raises:
        FileNotFoundError: there is no `index.html` in the folder.
    """
    if folder is None:
        return ()
    first = folder / _FIRST
    if not first.is_file():
        raise FileNotFoundError(first)
    files = sorted(file for file in folder.rglob("*") if file.suffix in _TYPES)
    named = [_page(f"/{file.relative_to(folder).as_posix()}", file, hosts) for file in files if file != first]
    return *named, _page("/", first, hosts)


def own_addresses() -> str:
    """
    Return what the addresses look like that the page routes itself, as a regular expression. No file and no gRPC
    method is among them: those have a dot.
    """
    (rewrite,) = _vercel()["rewrites"]
    return rewrite["source"]


def _page(path: str, file: Path, hosts: Sequence[str]) -> Page:
    headers = {"cache-control": "no-cache", **_headers(path), "content-type": _TYPES[file.suffix]}
    if file.suffix == ".html":
        headers[_POLICY] = policy(headers[_POLICY], hosts)
    else:
        del headers[_POLICY]  # it is about documents
    cache = headers.pop("cache-control")
    return Page(path, file, headers, cache=cache)


def policy(text: str, hosts: Sequence[str]) -> str:
    """Name the hosts in a content security policy that lets the page talk to anybody."""
    directives = (directive.split() for directive in text.split(";"))
    return "; ".join(" ".join(_named(directive, hosts)) for directive in directives)


def _named(directive: Sequence[str], hosts: Sequence[str]) -> list[str]:
    sources = [source for source in directive if source != _ANYWHERE]
    return sources if len(sources) == len(directive) else [*sources, *hosts]


def _headers(path: str) -> Mapping[str, str]:
    return {
        header["key"].lower(): header["value"]
        for rule in _vercel()["headers"]
        if re.fullmatch(rule["source"], path)
        for header in rule["headers"]
    }


def _vercel() -> dict[str, Any]:
    return json.loads(VERCEL.read_text())
