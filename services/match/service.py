"""
The use cases of matching. Nothing here calls another service: a list of matches is the viewer's row, one
question to the index, and one query for the people it names.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from services.kit.access import Caller
from services.kit.pages import InvalidPageToken, PageTokens
from services.match.adapters.postgres import Seen, Store, Viewer
from services.match.domain import MAX_RANKED, Connection, Match, Page, Profile, Reaction
from services.match.errors import IndexPending, IndexUnavailable, MatchNotFound, ProfileNotReady
from services.match.indexing import Indexing
from services.match.ports import Index
from services.match.ranking import Score, reasons, score

DEFAULT_PAGE: Final = 20
_DIGITS: Final = 5
"""Totals are rounded, because the last bits of a product depend on who else is in the batch."""


class MatchService:
    """Who it is mutual with, why, and what people say to that."""

    def __init__(self, store: Store, index: Index, indexing: Indexing, space: str, pages: PageTokens) -> None:
        self._store = store
        self._index = index
        self._indexing = indexing
        self._space = space
        self._pages = pages

    async def index_profile(self, user_id: str, profile: Profile) -> int:
        """
        Make this version the one that is matched, unless a newer one is, and return the one that is.

        Raises:
            IndexPending: it is stored and will be findable soon, but is not yet.
        """
        known, indexed = await self._store.known_version(user_id)
        if known < profile.version:
            await self._store.save(user_id, profile, await self._indexing.embed(profile.facts))
        if known < profile.version or indexed < known:
            try:
                await self._indexing.settle(user_id)
            except IndexUnavailable as error:
                raise IndexPending from error
        return max(known, profile.version)

    async def list_matches(self, caller: Caller, page_size: int, page_token: str) -> Page[Match]:
        """
        Return people for whom it is mutual, best first.

        Later pages go on behind the last person of the page before, in the order of the same scores, and
        leave out whoever changed since the first page, so nobody comes twice.
        """
        viewer = await self._viewer(caller)
        bound_to = f"matches {viewer.user_id} {viewer.person.version}"
        since, last = _read_cursor(self._pages.read(page_token, bound_to=bound_to)) or (
            viewer.seen_time,
            None,
        )
        ranked = await self._ranked(viewer, since, last)
        size = page_size or DEFAULT_PAGE
        page = ranked[:size]
        matches = tuple(_match(viewer, seen, found) for seen, found in page)
        if len(ranked) <= size:
            return Page(matches, "")
        cursor = [since.isoformat(), str(page[-1][0].person.person_id)]
        return Page(matches, self._pages.make(cursor, bound_to=bound_to))

    async def get_match(self, caller: Caller, person_id: UUID) -> Match:
        """Return somebody who fits, or whom the caller has reacted to or is connected with."""
        viewer = await self._viewer(caller)
        return _match(viewer, *await self._meet(viewer, person_id))

    async def react(self, caller: Caller, person_id: UUID, reaction: Reaction) -> Match:
        """Store a reaction to somebody whom `get_match` returns, and return the match as it is then."""
        viewer = await self._viewer(caller)
        seen, found = await self._meet(viewer, person_id)
        try:
            connected = await self._store.react(viewer.user_id, person_id, reaction)
        except KeyError:
            raise MatchNotFound from None
        now = Seen(seen.person, seen.visible, seen.update_time, reaction, connected)
        return _match(viewer, now, found)

    async def list_connections(self, caller: Caller, page_size: int, page_token: str) -> Page[Connection]:
        """Return the caller's connections, newest first; also somebody who is hidden now."""
        bound_to = f"connections {caller.user_id}"
        before = _read_cursor(self._pages.read(page_token, bound_to=bound_to))
        size = page_size or DEFAULT_PAGE
        found = await self._store.connections(caller.user_id, size + 1, before)
        page = tuple(found[:size])
        if len(found) <= size:
            return Page(page, "")
        cursor = [page[-1].create_time.isoformat(), str(page[-1].id)]
        return Page(page, self._pages.make(cursor, bound_to=bound_to))

    async def _viewer(self, caller: Caller) -> Viewer:
        viewer = await self._store.viewer(caller.user_id)
        if viewer is None:
            raise ProfileNotReady
        if viewer.space != self._space:
            raise IndexPending
        return viewer

    async def _ranked(self, viewer: Viewer, since: datetime, last: UUID | None) -> list[tuple[Seen, Score]]:
        """Everybody who may be listed behind `last`, best first."""
        me = viewer.person
        if not me.portrait.facts:
            return []
        candidates = await self._index.candidates(
            me.portrait.probe(), languages=me.languages, without=viewer.without, limit=MAX_RANKED
        )
        # The last person of the page before may be passed or hidden by now, and is a landmark all the same.
        wanted = [*candidates, last] if last else candidates
        people = await self._store.others(viewer, list(dict.fromkeys(wanted)))
        if last and last not in people:
            raise InvalidPageToken(field="page_token")
        found = score(me.portrait, [seen.person.portrait for seen in people.values()])
        ranked = sorted(zip(people.values(), found, strict=True), key=_order)
        if last:
            place = next(number for number, (seen, _) in enumerate(ranked) if seen.person.person_id == last)
            ranked = ranked[place + 1 :]
        return [(seen, each) for seen, each in ranked if each.fits() and _may_be_listed(seen, since)]

    async def _meet(self, viewer: Viewer, person_id: UUID) -> tuple[Seen, Score]:
        """Somebody the viewer may know of. Hidden, unfit and unknown people are all alike: not found."""
        people = await self._store.others(viewer, [person_id])
        seen = people.get(person_id)
        if seen is None or not seen.visible:
            raise MatchNotFound
        (found,) = score(viewer.person.portrait, [seen.person.portrait])
        known = seen.connected or seen.reaction is not Reaction.NONE
        mine, theirs = viewer.person.languages, seen.person.languages
        can_talk = not mine or not theirs or mine & theirs
        if not known and not (found.fits() and can_talk):
            raise MatchNotFound
        return seen, found


def _may_be_listed(seen: Seen, since: datetime) -> bool:
    """Whether nothing happened since the index was asked that forbids it."""
    return (
        seen.visible
        and seen.update_time <= since
        and not seen.connected
        and seen.reaction is not Reaction.PASS
    )


def _order(ranked: tuple[Seen, Score]) -> tuple[float, UUID]:
    seen, found = ranked
    return -round(found.total, _DIGITS), seen.person.person_id


def _match(viewer: Viewer, seen: Seen, found: Score) -> Match:
    return Match(
        person_id=seen.person.person_id,
        card=seen.person.card,
        band=found.band(),
        reasons=reasons(viewer.person.portrait, seen.person.portrait),
        reaction=seen.reaction,
        connected=seen.connected,
    )


def _read_cursor(cursor: Sequence[str] | None) -> tuple[datetime, UUID] | None:
    return (datetime.fromisoformat(cursor[0]), UUID(cursor[1])) if cursor else None
