"""
Whom the caller does not want to meet, and whom they tell the moderators about. From the moment of a block on,
neither exists for the other.
"""

from __future__ import annotations

from uuid import UUID

from services.kit.access import Caller
from services.kit.pages import PageTokens
from services.match.adapters.safety import Safety
from services.match.domain import Block, Category, Page, Report
from services.match.errors import BlockNotFound, MatchNotFound, ProfileNotReady
from services.match.service.viewing import DEFAULT_PAGE, Viewing, read_cursor


class Protection:
    """Blocks and reports, from the side of whoever makes them."""

    def __init__(self, safety: Safety, viewing: Viewing, pages: PageTokens) -> None:
        self._safety = safety
        self._viewing = viewing
        self._pages = pages

    async def block(self, caller: Caller, person_id: UUID) -> Block:
        """
        Block somebody, and end the connection and both reactions with it; again is the same block.

        Raises:
            MatchNotFound: nobody whom the caller can see, or blocks already.
        """
        known = await self._safety.get_block(caller.user_id, person_id)
        if known is None:
            await self._see(caller, person_id)
            known = await self._safety.block(caller.user_id, person_id)
        if known is None:
            raise MatchNotFound
        return known

    async def unblock(self, caller: Caller, block_id: UUID) -> None:
        """End a block; raise `BlockNotFound` when it is none of the caller's."""
        if not await self._safety.unblock(caller.user_id, block_id):
            raise BlockNotFound

    async def list_blocks(self, caller: Caller, page_size: int, page_token: str) -> Page[Block]:
        """Return whom the caller blocks, newest first."""
        bound_to = f"blocks {caller.user_id}"
        before = read_cursor(self._pages.read(page_token, bound_to=bound_to))
        size = page_size or DEFAULT_PAGE
        found = await self._safety.blocks(caller.user_id, size + 1, before)
        page = tuple(found[:size])
        if len(found) <= size:
            return Page(page, "")
        cursor = [page[-1].create_time.isoformat(), str(page[-1].id)]
        return Page(page, self._pages.make(cursor, bound_to=bound_to))

    async def report(
        self, caller: Caller, person_id: UUID, category: Category, comment: str, *, block: bool
    ) -> Report:
        """
        Tell the moderators about somebody, and block them in the same step when asked to.

        While a report of the caller's about them is open, that one is returned unchanged.

        Raises:
            MatchNotFound: nobody whom the caller can see or blocks.
        """
        if not await self._safety.get_block(caller.user_id, person_id):
            await self._see(caller, person_id)
        report = await self._safety.report(caller.user_id, person_id, category, comment, block=block)
        if report is None:
            raise MatchNotFound
        return report

    async def _see(self, caller: Caller, person_id: UUID) -> None:
        try:
            viewer = await self._viewing.anyone(caller.user_id)
        except ProfileNotReady:
            raise MatchNotFound from None
        await self._viewing.meet(viewer, person_id)
