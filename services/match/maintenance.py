"""
What operators do with the index: change the model without a gap, make it anew, and see whether it is right.

A change of model has five steps, and each can be repeated: prepare (a second space is filled beside the one that
serves, and both are kept up to date from then on), compare, cut over, roll back if need be, drop the one that is
left. Copies of the service follow within a sweep; until then they serve the space they served, whole and consistent.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from services.match.adapters.behind import Backlog
from services.match.adapters.postgres import Store
from services.match.adapters.spaces import Changing, Registered, State
from services.match.domain import MAX_RANKED
from services.match.errors import IndexPending
from services.match.indexing import SWEEP_SECONDS, Indexing, put
from services.match.ranking import score
from services.match.service.viewing import may_be_listed
from services.match.spaces import Space, Spaces

TOP: Final = 10
GRACE_SECONDS: Final = 2 * SWEEP_SECONDS + 1
"""By then every copy of the service has read the register."""


_ALONE: Final = "there is no space beside {}"


class Refused(Exception):
    """The command cannot be done as things are; the message says why."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a command: one line for a person, and whether all is well."""

    line: str
    well: bool = True


class Maintenance:
    """The commands, one method each."""

    def __init__(
        self,
        store: Store,
        spaces: Spaces,
        backlog: Backlog,
        indexing: Indexing,
    ) -> None:
        self._store = store
        self._spaces = spaces
        self._backlog = backlog
        self._indexing = indexing

    async def status(self) -> list[Outcome]:
        """Tell what each space is for, how full it is, and what the configuration wants otherwise."""
        outcomes: list[Outcome] = []
        for each in await self._registered():
            filled = await self._backlog.filled(each.space)
            space = self._spaces.get(each.space)
            different = await space.index.differences()
            line = (
                f"{each.state} {each.space} ({each.embeddings}, generation {each.generation}):"
                f" {filled.people} people, {filled.unembedded} without vectors, {filled.behind} behind"
            )
            outcomes.append(Outcome("; ".join([line, *different]), not (filled.behind or different)))
        return outcomes

    async def drift(self) -> list[Outcome]:
        """Compare ids and versions in each index with the database."""
        outcomes: list[Outcome] = []
        for each in await self._registered():
            found = await self._indexing.drift(self._spaces.get(each.space))
            line = (
                f"{each.state} {each.space}: {len(found.missing)} missing, {len(found.outdated)} outdated,"
                f" {len(found.ahead)} ahead, {len(found.leftover)} left over"
            )
            outcomes.append(Outcome(line, not found))
        return outcomes

    async def prepare(self, url: str) -> Outcome:
        """Fill a space for the model that `url` names beside the one that serves; a repeat goes on."""
        if not self._spaces.indexes.side_by_side:
            raise Refused(
                "an edge index has room for one model: change MATCH_EMBEDDINGS, and the next start embeds everybody"
            )
        async with self._alone():
            embeddings = await self._spaces.embedder(url)
            async with self._changing() as (change, serving, other):
                if embeddings.id == serving.space:
                    raise Refused(f"{serving.space} serves already; to make it anew, use rebuild")
                if other and other.space != embeddings.id:
                    raise Refused(f"{other.space} is {other.state} beside {serving.space}; drop it first")
                await self._spaces.indexes.open(embeddings)
                if not other:
                    await change.add(embeddings.id, url, State.PREPARING)
            await self._spaces.refresh()
            people = await self._fill(self._spaces.get(embeddings.id))
        return Outcome(f"prepared {embeddings.id}: {people} people; compare, then cut-over")

    async def compare(self, people: int, at_least: float = 0.0) -> Outcome:
        """Ask both spaces for the matches of some people, and tell how many of the first ten are the same."""
        serving, other = await self._both()
        overlaps: list[float] = []
        for user in await self._backlog.sample(people):
            mine, theirs = [await self._top(user, self._spaces.get(each.space)) for each in (serving, other)]
            if mine or theirs:
                overlaps.append(len(mine & theirs) / max(len(mine), len(theirs)))
        if not overlaps:
            return Outcome("nobody who was asked has a match in either space", well=False)
        mean = sum(overlaps) / len(overlaps)
        line = (
            f"overlap@{TOP} of {serving.space} and {other.space}: {mean:.2f} on average, {min(overlaps):.2f} at worst,"
            f" of {len(overlaps)} people with matches"
        )
        return Outcome(line, mean >= at_least)

    async def cut_over(self) -> Outcome:
        """Have the prepared space serve; the other one is kept up to date for a return."""
        return await self._swap(State.PREPARING, State.RETIRED, "nothing is prepared; use prepare")

    async def roll_back(self) -> Outcome:
        """Have the space serve again that did before; the other one is prepared, as it was."""
        return await self._swap(State.RETIRED, State.PREPARING, "there is nothing to go back to")

    async def drop(self, configured: str) -> Outcome:
        """
        Forget the space that does not serve.

        Args:
            configured: The URL of `MATCH_EMBEDDINGS`. The next start goes by it, so it must name what serves.
        """
        async with self._alone():
            async with self._changing() as (change, serving, other):
                if other is None:
                    raise Refused(_ALONE.format(serving.space))
                if (await self._spaces.embedder(configured)).id != serving.space:
                    raise Refused(
                        f"MATCH_EMBEDDINGS is not what serves; set it to {serving.embeddings} everywhere first,"
                        " or the next start embeds everybody with it"
                    )
                await change.give_up(other.space)
            # Until then a copy may still write there.
            await asyncio.sleep(GRACE_SECONDS)
            await self._spaces.drop(other)
            async with self._changing() as (change, _, _):
                await change.drop(other.space)
        return Outcome(f"dropped {other.space}; {serving.space} serves")

    async def rebuild(self) -> Outcome:
        """
        Make the index that serves anew from the database, with the parameters configured now.

        A server gets a second collection that takes the first one's place when it is full; in an edge index
        every entry is written again.
        """
        async with self._alone():
            serving = (await self._registered())[0]
            if not self._spaces.indexes.side_by_side:
                await self._backlog.mark_everybody()
                await self._settle(serving.space)
                return Outcome(f"rebuilt {serving.space} in place")
            generation = max(serving.generation, serving.other or 0) + 1
            count = await self._replace(serving, generation)
        return Outcome(f"rebuilt {serving.space} as generation {generation}: {count} people")

    async def _replace(self, serving: Registered, generation: int) -> int:
        if serving.other is not None:  # an earlier rebuild broke off
            await self._spaces.indexes.drop(serving.space, serving.other)
        async with self._changing() as (change, _, _):
            await change.note_other(serving.space, generation)
        index = await self._spaces.other(serving.space, generation)
        count = 0
        async for page in self._backlog.pages(serving.space, lambda behind: put(index, behind)):
            count += page
        async with self._changing() as (change, _, _):
            await change.move(serving.space, generation)
            await self._spaces.indexes.show(serving.space, generation)
        # What other copies wrote to the old one meanwhile, and until they notice, is found by comparing.
        await asyncio.sleep(GRACE_SECONDS)
        await self._settle(serving.space)
        await self._spaces.indexes.drop(serving.space, serving.generation)
        async with self._changing() as (change, _, _):
            await change.note_other(serving.space, None)
        return count

    async def _swap(self, needed: State, left: State, otherwise: str) -> Outcome:
        async with self._alone(), self._changing() as (change, serving, other):
            if not other or other.state is not needed:
                raise Refused(otherwise)
            filled = await self._backlog.filled(other.space)
            if filled.behind or await self._indexing.drift(self._spaces.get(other.space)):
                raise Refused(
                    f"{other.space} is not complete: {filled.behind} behind; see drift, and prepare"
                )
            await change.swap(serving.space, other.space, left)
            # Before the commit: whatever breaks, the register is right, and the next start shows what it says.
            await self._spaces.indexes.show(other.space, other.generation)
        return Outcome(
            f"{other.space} serves within {SWEEP_SECONDS:.0f} s, {serving.space} is {left};"
            f" set MATCH_EMBEDDINGS={other.embeddings} before the next deployment"
        )

    async def _fill(self, space: Space) -> int:
        """Help the service to fill a space until nobody is behind; returns how many people there are."""
        while True:
            await self._indexing.sweep_space(space)
            filled = await self._backlog.filled(space.id)
            if not filled.behind:
                return filled.people
            # Others have claimed the rest.
            await asyncio.sleep(0.5)

    async def _settle(self, space: str) -> None:
        await self._spaces.refresh()
        await self._indexing.reconcile()
        await self._fill(self._spaces.get(space))

    async def _top(self, user: str, space: Space) -> set[UUID]:
        try:
            viewer = await self._store.viewer(user, space.id)
        except IndexPending:
            return set()
        if viewer is None:
            return set()
        me = viewer.person
        candidates = await space.index.candidates(
            me.portrait.probe(), filters=me.filters, without=viewer.without, limit=MAX_RANKED
        )
        people = list((await self._store.others(viewer, candidates)).values())
        found = score(me.portrait, [seen.person.portrait for seen in people])
        ranked = sorted(zip(people, found, strict=True), key=lambda each: -each[1].rank)
        listed = [
            seen.person.person_id
            for seen, each in ranked
            if each.fits() and may_be_listed(viewer, seen, viewer.seen_time)
        ]
        return set(listed[:TOP])

    async def _registered(self) -> list[Registered]:
        found = [each for each in await self._spaces.register.all() if each.state is not State.DROPPED]
        if not found:
            raise Refused("no space is kept yet: start the service once")
        await self._spaces.refresh()
        return found

    async def _both(self) -> tuple[Registered, Registered]:
        found = await self._registered()
        if len(found) == 1:
            raise Refused(_ALONE.format(found[0].space))
        return found[0], found[1]

    @asynccontextmanager
    async def _changing(self) -> AsyncIterator[tuple[Changing, Registered, Registered | None]]:
        await self._registered()
        async with self._spaces.register.changing() as change:
            serving, *others = await change.all()
            yield change, serving, others[0] if others else None

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        """Keep other commands out while this one lasts."""
        async with self._spaces.register.alone() as alone:
            if not alone:
                raise Refused("another index command is running")
            yield
