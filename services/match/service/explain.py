"""
Why somebody has as few matches as they have, by their own filters alone. Nothing here looks at what others ask
for, whom they block or what they rule out (docs/decisions/0010-filters-and-probing.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from services.kit.access import Caller
from services.match.adapters.postgres import Store, Viewer
from services.match.domain import MAX_RANKED, Count, Explanation, Filter, Format, Relaxation, Step
from services.match.filters import DISTANCES_KM, Filters, admits
from services.match.ranking import score
from services.match.service.viewing import Viewing
from services.match.spaces import Spaces


class Explain:
    """Counts of people that the caller's filters leave, and would leave."""

    def __init__(self, store: Store, spaces: Spaces, viewing: Viewing) -> None:
        self._store = store
        self._spaces = spaces
        self._viewing = viewing

    async def explain(self, caller: Caller) -> Explanation:
        """Count people after each filter, and those whom the smallest change of each would add."""
        viewer = await self._viewing.viewer(caller.user_id)
        filters = viewer.person.filters
        counts = await self._store.count_by_filters(viewer)
        now = await self._fitting(viewer, filters)
        used = {
            Filter.LANGUAGES: bool(filters.speaks or filters.asks),
            Filter.FORMATS: bool(filters.formats),
            Filter.DISTANCE: bool(filters.max_distance_km),
        }
        remaining = dict(zip(Filter, [*counts, len(now)], strict=True))
        return Explanation(
            steps=tuple(
                Step(each, Count.of(number)) for each, number in remaining.items() if used.get(each, True)
            ),
            relaxations=await self._relaxations(viewer, now),
        )

    async def _fitting(self, viewer: Viewer, filters: Filters) -> frozenset[UUID]:
        """Who passes `filters` and fits, as far as the viewer's facts can tell; at most as many as are ranked."""
        me = viewer.person
        if not me.portrait.facts:
            return frozenset()
        candidates = await self._spaces.get(viewer.space).index.candidates(
            me.portrait.probe(),
            filters=filters,
            without=viewer.answered,
            limit=MAX_RANKED,
            both_ways=False,
        )
        seen = [
            each
            for each in (await self._store.others(viewer, candidates)).values()
            if each.visible and admits(filters, each.person.filters)
        ]
        scores = score(me.portrait, [each.person.portrait for each in seen])
        return frozenset(
            each.person.person_id for each, found in zip(seen, scores, strict=True) if found.fits_me()
        )

    async def _relaxations(self, viewer: Viewer, now: frozenset[UUID]) -> tuple[Relaxation, ...]:
        filters = viewer.person.filters
        found: list[Relaxation] = []
        if filters.asks:
            found += await self._best(viewer, now, Filter.LANGUAGES, [replace(filters, asks=frozenset())])
        if filters.formats:
            wider = [
                replace(filters, formats=filters.formats | {each})
                for each in Format
                if each not in filters.formats
            ]
            found += await self._best(viewer, now, Filter.FORMATS, wider)
        if filters.max_distance_km:
            found += await self._nearest(viewer, now)
        # By what may be told: an order of small numbers would tell them.
        return tuple(sorted(found, key=lambda each: (-each.added.value, each.filter)))

    async def _best(
        self, viewer: Viewer, now: frozenset[UUID], which: Filter, wider: Sequence[Filters]
    ) -> list[Relaxation]:
        """Return the change that adds most, as far as may be told, the first of equals; none if none adds."""
        found = [
            Relaxation(which, each, Count.of(added))
            for each in wider
            if (added := len(await self._fitting(viewer, each) - now))
        ]
        return sorted(found, key=lambda each: -each.added.value)[:1]

    async def _nearest(self, viewer: Viewer, now: frozenset[UUID]) -> list[Relaxation]:
        """Return the next larger distance that adds somebody."""
        filters = viewer.person.filters
        wider = [
            replace(filters, max_distance_km=km)
            for km in DISTANCES_KM
            if km > filters.max_distance_km and filters.place
        ]
        anywhere = replace(filters, max_distance_km=0)
        if await self._fitting(viewer, anywhere) <= now:
            return []
        for each in (*wider, anywhere):
            if found := await self._best(viewer, now, Filter.DISTANCE, [each]):
                return found
        return []
