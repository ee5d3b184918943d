"""
People who offer what a sentence asks for. The sentence is neither stored nor logged; a page token holds its hash.
"""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from uuid import UUID

from services.kit.access import Caller
from services.kit.pages import InvalidPageToken, PageTokens
from services.match.adapters.postgres import Seen, Store, Viewer
from services.match.domain import MAX_FOUND, Match, Page, Reason
from services.match.indexing import Indexing
from services.match.ranking import Portrait, answers, band_of_answer, score
from services.match.service.viewing import (
    DEFAULT_PAGE,
    DIGITS,
    Viewing,
    may_be_listed,
    read_cursor,
    show,
)
from services.match.spaces import Spaces

_Answer = tuple[Seen, tuple[Reason, ...]]


class Search:
    """Answers to a sentence."""

    def __init__(
        self, store: Store, spaces: Spaces, indexing: Indexing, viewing: Viewing, pages: PageTokens
    ) -> None:
        self._store = store
        self._spaces = spaces
        self._indexing = indexing
        self._viewing = viewing
        self._pages = pages

    async def search(self, caller: Caller, query: str, page_size: int, page_token: str) -> Page[Match]:
        """
        Return people whose offers answer the sentence, best first; pages as in `list_matches`.

        Whoever is shown is remembered, so that the caller can meet them again; what was asked is not.
        """
        viewer = await self._viewing.viewer(caller.user_id)
        sentence = " ".join(query.split())
        digest = sha256(sentence.encode()).hexdigest()
        bound_to = f"search {viewer.user_id} {viewer.person.version} {digest}"
        since, last = read_cursor(self._pages.read(page_token, bound_to=bound_to)) or (viewer.seen_time, None)
        asked = await self._indexing.embed_sentence(sentence, self._spaces.get(viewer.space))
        found = await self._found(viewer, asked, since, last)
        size = page_size or DEFAULT_PAGE
        page = found[:size]
        if page:
            shown = {seen.person.person_id: why for seen, why in page}
            await self._store.note_found(viewer.user_id, shown)
        matches = tuple(show(seen, band_of_answer(why[0].strength), why) for seen, why in page)
        if len(found) <= size:
            return Page(matches, "")
        cursor = [since.isoformat(), str(page[-1][0].person.person_id)]
        return Page(matches, self._pages.make(cursor, bound_to=bound_to))

    async def _found(
        self, viewer: Viewer, sentence: Portrait, since: datetime, last: UUID | None
    ) -> list[_Answer]:
        """Everybody who answers, behind `last`, best first."""
        probe = sentence.probe()
        candidates = await self._spaces.get(viewer.space).index.answering(
            probe.seeks[0],
            probe.seek_terms,
            filters=viewer.person.filters,
            without=viewer.without,
            limit=MAX_FOUND,
        )
        # As in a list of matches, the last person of the page before is a landmark whatever happened since.
        wanted = [*candidates, last] if last else candidates
        people = list((await self._store.others(viewer, list(dict.fromkeys(wanted)))).values())
        portraits = [seen.person.portrait for seen in people]
        strengths = [each.they_answer for each in score(sentence, portraits)]
        ranked = sorted(
            zip(people, strengths, score(viewer.person.portrait, portraits), strict=True),
            key=lambda each: (-round(each[1], DIGITS), each[0].person.person_id),
        )
        if last:
            places = [n for n, (seen, _, _) in enumerate(ranked) if seen.person.person_id == last]
            if not places:
                raise InvalidPageToken(field="page_token")
            ranked = ranked[places[0] + 1 :]
        listed = [
            (seen, answers(sentence, seen.person.portrait))
            for seen, _, mutual in ranked
            if not mutual.ruled_out and may_be_listed(viewer, seen, since)
        ]
        return [(seen, why) for seen, why in listed if why]
