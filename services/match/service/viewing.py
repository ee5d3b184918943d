"""
One person looking at another: the same rules for every use case that shows somebody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from services.match import ranking
from services.match.adapters.postgres import Seen, Store, Viewer
from services.match.domain import WEIGHTED, Band, Facet, Judgement, Match, Reaction, Reason, Weight
from services.match.errors import ConsentRequired, MatchNotFound, ProfileNotReady
from services.match.filters import compatible
from services.match.ranking import Score, score

Judged = Mapping[UUID, Judgement]

DEFAULT_PAGE: Final = 20
DIGITS: Final = 5
"""Totals are rounded, because the last bits of a product depend on who else is in the batch."""


class Viewing:
    """Who looks, and whom they may meet."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def viewer(self, user_id: str) -> Viewer:
        """
        Return whoever looks for matches.

        Raises:
            ProfileNotReady: there is no profile of theirs.
            ConsentRequired: they do not agree to be matched.
            IndexPending: their vectors are being made anew.
        """
        viewer = await self.anyone(user_id)
        if not viewer.matching:
            raise ConsentRequired
        return viewer

    async def anyone(self, user_id: str) -> Viewer:
        """Return somebody who may have withdrawn the consent; errors are as for `viewer` otherwise."""
        viewer = await self._store.viewer(user_id)
        if viewer is None:
            raise ProfileNotReady
        return viewer

    async def meet(self, viewer: Viewer, person_id: UUID) -> tuple[Seen, Score]:
        """
        Return somebody whom the viewer may know of.

        Hidden, blocked, unfit and unknown people are all alike.

        Raises:
            MatchNotFound: it is one of them.
        """
        seen = (await self._store.others(viewer, [person_id])).get(person_id)
        if seen is None or not seen.visible or seen.blocked:
            raise MatchNotFound
        (found,) = score(viewer.person.portrait, [seen.person.portrait])
        known = seen.connected or seen.reaction is not Reaction.NONE
        fits = found.fits() or (bool(seen.found) and not found.ruled_out)
        if not known and not (fits and compatible(viewer.person.filters, seen.person.filters)):
            raise MatchNotFound
        return seen, found


def may_be_listed(viewer: Viewer, seen: Seen, since: datetime) -> bool:
    """Whether filters let both through, and nothing happened since the index was asked that forbids it."""
    return (
        seen.visible
        and not seen.blocked
        and seen.update_time <= since
        and not seen.connected
        and seen.reaction is not Reaction.PASS
        and compatible(viewer.person.filters, seen.person.filters)
    )


def as_match(viewer: Viewer, seen: Seen, found: Score, judgements: Judged) -> Match:
    """Show somebody with the reasons for which it is mutual, in words where there are some."""
    reasons = ranking.reasons(viewer.person.portrait, seen.person.portrait)
    if judgement := judgement_of(seen, judgements):
        said = judgement.sentences
        reasons = tuple(
            replace(each, sentence=said.get((each.direction, each.mine.id, each.theirs.id), ""))
            for each in reasons
        )
    return show(seen, found.band(), reasons)


def judgement_of(seen: Seen, judgements: Judged) -> Judgement | None:
    """Return what a judge said of somebody in the version that is shown."""
    found = judgements.get(seen.person.person_id)
    return found if found and found.other_version == seen.person.version else None


def show(seen: Seen, band: Band, reasons: tuple[Reason, ...]) -> Match:
    return Match(
        person_id=seen.person.person_id,
        card=seen.person.card,
        band=band,
        reasons=reasons,
        reaction=seen.reaction,
        connected=seen.connected,
        clips=seen.person.share_clips,
    )


def weights_of(preferred: Mapping[Facet, float], tenths: Mapping[Facet, int]) -> tuple[Weight, ...]:
    """Join what somebody prefers with what feedback added, for every facet that can be weighed."""
    return tuple(
        Weight(facet, preferred.get(facet, 1.0), (10 + tenths.get(facet, 0)) / 10) for facet in WEIGHTED
    )


def read_cursor(cursor: Sequence[str] | None) -> tuple[datetime, UUID] | None:
    """Read a place in a list that is ordered by time and id."""
    return (datetime.fromisoformat(cursor[0]), UUID(cursor[1])) if cursor else None
