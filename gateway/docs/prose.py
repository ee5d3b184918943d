"""
Markdown of the contract's comments as HTML, with links from the names of methods and schemas to where they are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from markdown_it import MarkdownIt
from markupsafe import Markup

_TAG = re.compile(r"(<[^>]+>)")
_WORD = re.compile(r"\b[A-Za-z][A-Za-z.]*\b")
_NO_LINKS = ("a", "pre")


class Prose:
    """Renders texts; HTML in them is text."""

    def __init__(self, links: Mapping[str, str]) -> None:
        """
        Args:
            links: For each name that is explained somewhere the anchor of the place.
        """
        self._links = links
        self._markdown = MarkdownIt("commonmark", {"html": False})

    def block(self, text: str, here: str = "") -> Markup:
        """Return paragraphs and lists; what is explained `here` is not linked."""
        return Markup(self._linked(self._markdown.render(text), here))  # noqa: S704 - rendered from escaped text

    def line(self, text: str, here: str = "") -> Markup:
        """Return one paragraph without its frame."""
        return Markup(self._linked(self._markdown.renderInline(text), here))  # noqa: S704 - as above

    def _linked(self, html: str, here: str) -> str:
        parts = _TAG.split(html)
        closed = 0
        for at, part in enumerate(parts):
            if part.startswith("<"):
                name = part.strip("</>").split(" ", 1)[0]
                if name in _NO_LINKS:
                    closed += -1 if part.startswith("</") else 1
            elif not closed:
                parts[at] = _WORD.sub(lambda found: self._link(found[0], here), part)
        return "".join(parts)

    def _link(self, word: str, here: str) -> str:
        bare = word.rstrip(".")
        anchor = self._links.get(bare)
        if not anchor or anchor == here:
            return word
        return f'<a href="#{anchor}">{bare}</a>{word[len(bare) :]}'
