"""
The caller's matches: listed, met, reacted to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from services.kit.access import Caller
from services.kit.pages import InvalidPageToken, PageTokens
from services.match.adapters.judgements import Judgements
from services.match.adapters.postgres import Seen, Store, Viewer
from services.match.domain import MAX_RANKED, WEIGHTED, Facet, Match, Page, Reaction
from services.match.errors import MatchNotFound
from services.match.ranking import Score, judged, score
from services.match.service.viewing import (
    DEFAULT_PAGE,
    DIGITS,
    Judged,
    Viewing,
    as_match,
    judgement_of,
    may_be_listed,
    weights_of,
)
from services.match.spaces import Spaces


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a chain of pages is: what it began with, and the last person of the page before."""

    since: datetime
    last: UUID | None
    tenths: Mapping[Facet, int]
    """The feedback that ordered the first page orders the others too."""

    def cursor(self, last: UUID) -> list[Any]:
        return [self.since.isoformat(), str(last), *(self.tenths.get(facet, 0) for facet in WEIGHTED)]

    @classmethod
    def read(cls, cursor: list[Any] | None, viewer: Viewer) -> _Place:
        if cursor is None:
            return cls(viewer.seen_time, None, viewer.tenths)
        since, last, *tenths = cursor
        return cls(datetime.fromisoformat(since), UUID(last), dict(zip(WEIGHTED, tenths, strict=True)))


class Matches:
    """Who it is mutual with, why, and what the caller says to that."""

    def __init__(
        self,
        store: Store,
        spaces: Spaces,
        viewing: Viewing,
        pages: PageTokens,
        judgements: Judgements | None = None,
    ) -> None:
        """
        Args:
            store: Who there is.
            spaces: Where candidates are found.
            viewing: The rules by which somebody sees others.
            pages: Page tokens.
            judgements: What the judge said, if there is one.
        """
        self._store = store
        self._spaces = spaces
        self._viewing = viewing
        self._pages = pages
        self._judgements = judgements

    async def list_matches(self, caller: Caller, page_size: int, page_token: str) -> Page[Match]:
        """
        Return people for whom it is mutual, best first.

        Later pages go on behind the last person of the page before, in the order of the same scores, and
        leave out whoever changed since the first page, so nobody comes twice.
        """
        viewer = await self._viewing.viewer(caller.user_id)
        bound_to = f"matches {viewer.user_id} {viewer.person.version}"
        if self._judgements:
            bound_to += f" {self._judgements.judge}"
        place = _Place.read(self._pages.read(page_token, bound_to=bound_to), viewer)
        judgements = await self._judged(viewer, place.since)
        ranked = await self._ranked(viewer, place, judgements)
        size = page_size or DEFAULT_PAGE
        page = ranked[:size]
        matches = tuple(as_match(viewer, seen, found, judgements) for seen, found in page)
        if len(ranked) <= size:
            return Page(matches, "")
        cursor = place.cursor(page[-1][0].person.person_id)
        return Page(matches, self._pages.make(cursor, bound_to=bound_to))

    async def get_match(self, caller: Caller, person_id: UUID) -> Match:
        """Return somebody who fits or was found, or whom the caller has reacted to or is connected with."""
        viewer = await self._viewing.viewer(caller.user_id)
        seen, found = await self._viewing.meet(viewer, person_id)
        return as_match(viewer, seen, found, await self._judged(viewer, viewer.seen_time))

    async def leading(self, user_id: str, count: int) -> tuple[Viewer, list[Seen]]:
        """Return a user and those who would lead their list now; errors are as for `list_matches`."""
        viewer = await self._viewing.viewer(user_id)
        place = _Place.read(None, viewer)
        ranked = await self._ranked(viewer, place, await self._judged(viewer, place.since))
        return viewer, [seen for seen, _ in ranked[:count]]

    async def react(self, caller: Caller, person_id: UUID, reaction: Reaction) -> Match:
        """Store a reaction to somebody whom `get_match` returns, and return the match as it is then."""
        viewer = await self._viewing.viewer(caller.user_id)
        seen, found = await self._viewing.meet(viewer, person_id)
        try:
            connected = await self._store.react(viewer.user_id, person_id, reaction)
        except KeyError:
            raise MatchNotFound from None
        seen = replace(seen, reaction=reaction, connected=connected)
        return as_match(viewer, seen, found, await self._judged(viewer, viewer.seen_time))

    async def _judged(self, viewer: Viewer, since: datetime) -> Judged:
        """What had been said when the first page was made, so that no later one has another order."""
        if not self._judgements:
            return {}
        return await self._judgements.of(viewer.user_id, viewer.person.version, since)

    async def _ranked(self, viewer: Viewer, place: _Place, judgements: Judged) -> list[tuple[Seen, Score]]:
        """Everybody who may be listed behind the last one, best first."""
        me, last = viewer.person, place.last
        if not me.portrait.facts:
            return []
        candidates = await self._spaces.get(viewer.space).index.candidates(
            me.portrait.probe(), filters=me.filters, without=viewer.without, limit=MAX_RANKED
        )
        # The last person of the page before may be passed or hidden by now, and is a landmark all the same.
        wanted = [*candidates, last] if last else candidates
        people = await self._store.others(viewer, list(dict.fromkeys(wanted)))
        if last and last not in people:
            raise InvalidPageToken(field="page_token")
        emphasis = {each.facet: each.effective for each in weights_of(me.preferences.weights, place.tenths)}
        portraits = [seen.person.portrait for seen in people.values()]
        found = score(me.portrait, portraits, emphasis=emphasis)
        scored = [
            (seen, judged(each, said.fit) if (said := judgement_of(seen, judgements)) else each)
            for seen, each in zip(people.values(), found, strict=True)
        ]
        ranked = sorted(scored, key=_order)
        if last:
            number = next(n for n, (seen, _) in enumerate(ranked) if seen.person.person_id == last)
            ranked = ranked[number + 1 :]
        return [
            (seen, each) for seen, each in ranked if each.fits() and may_be_listed(viewer, seen, place.since)
        ]


def _order(ranked: tuple[Seen, Score]) -> tuple[float, UUID]:
    seen, found = ranked
    return -round(found.rank, DIGITS), seen.person.person_id
