"""
The index follows the database. Every write goes to PostgreSQL first; what a crash, a lost index or a new
model leaves behind is found by comparing versions, and repaired by the same code that does the daily work.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final
from uuid import UUID

import numpy as np

from services.kit.logs import describe, get_logger
from services.kit.postgres import for_everybody
from services.match.adapters.postgres import Behind, Store
from services.match.domain import Facet, Fact, whole_text
from services.match.ports import Embeddings, Entry, Index
from services.match.ranking import Portrait, Stored

SWEEP_SECONDS: Final = 2.0
_BATCH: Final = 100


class Indexing:
    """Keeps the index what the database says it should be."""

    def __init__(self, store: Store, index: Index, embeddings: Embeddings) -> None:
        self._store = store
        self._index = index
        self._embeddings = embeddings
        self._doubtful = True

    def doubt(self) -> None:
        """Have everything in the index compared with the database, soon."""
        self._doubtful = True

    async def embed_sentence(self, text: str) -> Portrait:
        """Return a sentence as somebody who seeks just that."""
        seek = Fact(UUID(int=0), Facet.SEEK, text)
        (row,) = (await self._embeddings.embed([text])).astype(np.float16)
        return Portrait.of((seek,), row[None], row)

    async def embed(self, facts: Sequence[Fact]) -> Stored:
        """Return one row for the whole profile, then one for each fact."""
        texts = [whole_text(facts), *(fact.text for fact in facts)]
        return (await self._embeddings.embed(texts)).astype(np.float16)

    async def settle(self, user_id: str) -> None:
        """Bring one user's entry up to date; raise `IndexUnavailable` when that is not possible now."""
        await self._store.settle(self._write, user_id=user_id)

    async def settle_for_everybody(self, user_id: str) -> None:
        """Do the same for a user who is not the one that the caller acts for."""
        await for_everybody(self.settle(user_id))

    async def sweep(self) -> int:
        """Bring everybody who is behind up to date and return how many were."""
        count = 0
        while done := await self._store.settle(self._write, limit=_BATCH):
            count += done
        return count

    async def reconcile(self) -> None:
        """
        Find what is missing, outdated or left over in the index; the sweep repairs what belongs in it.

        The index is read first: whoever is in it was in the database before.
        """
        await self._store.mark_foreign()
        found = await self._index.versions()
        supposed = await self._store.supposed()
        wrong = [person for person, version in supposed.items() if found.get(person) != version]
        leftover = found.keys() - supposed.keys()
        # A leftover who comes back just now is marked too, and so is put back after the removal.
        await self._index.remove(leftover)
        await self._store.mark_behind([*wrong, *leftover])
        if wrong or leftover:
            get_logger().info("index differs from the database", count=len(wrong) + len(leftover))

    async def run(self) -> None:
        """Reconcile when in doubt, as at first, and sweep until cancelled; who is away is tried again."""
        while True:
            try:
                if self._doubtful:
                    await self._dispel()
                if count := await self.sweep():
                    get_logger().info("index repaired", count=count)
            except Exception as error:  # noqa: BLE001 - whatever it was, the next round tries again
                get_logger().warning("index repair failed", **describe(error))
            await asyncio.sleep(SWEEP_SECONDS)

    async def _dispel(self) -> None:
        self._doubtful = False
        try:
            await self.reconcile()
        except Exception:
            self._doubtful = True
            raise

    async def _write(self, behind: Sequence[Behind]) -> dict[str, Stored]:
        changed: dict[str, Stored] = {}
        entries: list[Entry] = []
        gone: list[UUID] = []
        for each in behind:
            person, portrait = each.person, each.person.portrait
            if each.space != self._embeddings.id:
                rows = changed[each.user_id] = await self.embed(portrait.facts)
                portrait = Portrait.of(portrait.facts, rows[1:], rows[0])
            if each.visible and portrait.facts:
                entries.append(Entry(person.person_id, person.version, person.filters, portrait.probe()))
            else:
                gone.append(person.person_id)
        await self._index.put(entries)
        await self._index.remove(gone)
        return changed
