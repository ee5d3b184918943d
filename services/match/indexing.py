"""
Every index follows the database. Each write goes to PostgreSQL first; what a crash, a lost index or another
model leaves behind is found by comparing versions, and repaired by the same code that does the daily work.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import numpy as np

from services.kit.logs import describe, get_logger
from services.kit.postgres import for_everybody
from services.match.adapters.behind import Backlog, Behind
from services.match.domain import Facet, Fact, whole_text
from services.match.ports import Embeddings, Entry, Index
from services.match.ranking import Portrait, Stored
from services.match.spaces import Space, Spaces

SWEEP_SECONDS: Final = 2.0
_BATCH: Final = 100
_EMBED_BATCH: Final = 25
"""People whose facts go to the embedder before the next are claimed: seconds of work, not minutes."""


@dataclass(frozen=True, slots=True)
class Drift:
    """How an index differs from the database, those aside of whom the database knows that they are behind."""

    missing: tuple[UUID, ...]
    outdated: tuple[UUID, ...]
    ahead: tuple[UUID, ...]
    """In it with a version that the database does not have, as after a restored backup."""
    leftover: tuple[UUID, ...]

    def __len__(self) -> int:
        return len(self.missing) + len(self.outdated) + len(self.ahead) + len(self.leftover)


async def embed(embeddings: Embeddings, facts: Sequence[Fact]) -> Stored:
    """Return one row for the whole profile, then one for each fact."""
    texts = [whole_text(facts), *(fact.text for fact in facts)]
    return (await embeddings.embed(texts)).astype(np.float16)


async def put(index: Index, behind: Sequence[Behind]) -> None:
    """Write people into an index, and take those out who are not to be found."""
    entries: list[Entry] = []
    gone: list[UUID] = []
    for each in behind:
        person = each.person
        if each.visible and person.portrait.facts:
            entries.append(Entry(person.person_id, person.version, person.filters, person.portrait.probe()))
        else:
            gone.append(person.person_id)
    await index.put(entries)
    await index.remove(gone)


class Indexing:
    """Keeps every index what the database says it should be."""

    def __init__(self, backlog: Backlog, spaces: Spaces) -> None:
        self._backlog = backlog
        self._spaces = spaces
        self._doubtful = True

    def doubt(self) -> None:
        """Have everything in the indexes compared with the database, soon."""
        self._doubtful = True

    async def embed_sentence(self, text: str, space: Space) -> Portrait:
        """Return a sentence as somebody who seeks just that."""
        seek = Fact(UUID(int=0), Facet.SEEK, text)
        (row,) = (await space.embeddings.embed([text])).astype(np.float16)
        return Portrait.of((seek,), row[None], row)

    async def settle(self, user_id: str) -> None:
        """
        Bring one user's entry in the index that serves up to date; the sweep sees to the others.

        Raises:
            IndexUnavailable: that is not possible now.
        """
        space = self._spaces.serving
        await self._backlog.settle(space.id, lambda behind: put(space.index, behind), user_id=user_id)

    async def settle_for_everybody(self, user_id: str) -> None:
        """Do the same for a user who is not the one that the caller acts for."""
        await for_everybody(self.settle(user_id))

    async def sweep(self) -> int:
        """Bring everybody who is behind in any space up to date and return how many were."""
        return sum([await self.sweep_space(space) for space in self._spaces.open])

    async def sweep_space(self, space: Space) -> int:
        """Do so in one space: first those who have vectors, then those for whom they have to be made."""
        count = await self._settle(space)
        while claimed := await self._backlog.claim(space.id, _EMBED_BATCH):
            for each in claimed:
                await self._backlog.embedded(space.id, each, await embed(space.embeddings, each.facts))
            count += await self._settle(space)
        return count

    async def drift(self, space: Space) -> Drift:
        """
        Compare the index of a space with the database.

        The index is read first: whoever is in it was in the database before.
        """
        found = await space.index.versions()
        supposed = await self._backlog.supposed(space.id)
        missing = [
            person
            for person, each in supposed.items()
            if each.findable and not each.behind and person not in found
        ]
        outdated: list[UUID] = []
        ahead: list[UUID] = []
        for person in found.keys() & supposed.keys():
            version, each = found[person], supposed[person]
            if version > each.version:
                ahead.append(person)
            elif not each.behind and (version < each.version or not each.findable):
                outdated.append(person)
        leftover = found.keys() - supposed.keys()
        return Drift(tuple(missing), tuple(outdated), tuple(ahead), tuple(leftover))

    async def reconcile(self) -> None:
        """Find what is missing, outdated or left over in every index; the sweep repairs what belongs in it."""
        for space in self._spaces.open:
            await self._backlog.add_missing(space.id)
            drift = await self.drift(space)
            # No write replaces a newer version, so those go first. A leftover who comes back just now is marked,
            # too, and so is put back after the removal.
            await space.index.remove([*drift.leftover, *drift.ahead])
            wrong = [*drift.missing, *drift.outdated, *drift.ahead, *drift.leftover]
            await self._backlog.mark_behind(space.id, wrong)
            if drift:
                get_logger().info("index differs from the database", space=space.id, count=len(drift))

    async def run(self) -> None:
        """Reconcile when in doubt, as at first, and sweep until cancelled; who is away is tried again."""
        while True:
            try:
                await self._spaces.refresh()
                if self._doubtful:
                    await self._dispel()
                await self._sweep_each()
            except Exception as error:  # noqa: BLE001 - whatever it was, the next round tries again
                get_logger().warning("index repair failed", **describe(error))
            await asyncio.sleep(SWEEP_SECONDS)

    async def _sweep_each(self) -> None:
        """Sweep each space, the one that serves first; one that fails does not keep the other from it."""
        serving = self._spaces.serving
        for space in (serving, *(each for each in self._spaces.open if each is not serving)):
            try:
                if count := await self.sweep_space(space):
                    get_logger().info("index repaired", space=space.id, count=count)
            except Exception as error:  # noqa: BLE001 - as in `run`
                self._doubtful = True
                get_logger().warning("index repair failed", space=space.id, **describe(error))

    async def _dispel(self) -> None:
        self._doubtful = False
        try:
            await self.reconcile()
        except Exception:
            self._doubtful = True
            raise

    async def _settle(self, space: Space) -> int:
        count = 0
        while done := await self._backlog.settle(
            space.id, lambda behind: put(space.index, behind), limit=_BATCH
        ):
            count += done
        return count
