"""
The caller's connections.
"""

from __future__ import annotations

from services.kit.access import Caller
from services.kit.pages import PageTokens
from services.match.adapters.postgres import Store
from services.match.domain import Connection, Page
from services.match.service.viewing import DEFAULT_PAGE, read_cursor


class Connections:
    """People who like each other with the caller."""

    def __init__(self, store: Store, pages: PageTokens) -> None:
        self._store = store
        self._pages = pages

    async def list_connections(self, caller: Caller, page_size: int, page_token: str) -> Page[Connection]:
        """Return the caller's connections, newest first; also somebody who is hidden now."""
        bound_to = f"connections {caller.user_id}"
        before = read_cursor(self._pages.read(page_token, bound_to=bound_to))
        size = page_size or DEFAULT_PAGE
        found = await self._store.connections(caller.user_id, size + 1, before)
        page = tuple(found[:size])
        if len(found) <= size:
            return Page(page, "")
        cursor = [page[-1].create_time.isoformat(), str(page[-1].id)]
        return Page(page, self._pages.make(cursor, bound_to=bound_to))
