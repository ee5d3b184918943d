"""
Where something was spoken that a user may hear.
"""

from __future__ import annotations

from uuid import UUID

from services.match.adapters.postgres import Store
from services.match.domain import Fact
from services.match.errors import ClipNotFound, ConsentRequired, MatchNotFound, ProfileNotReady
from services.match.ranking import reasons
from services.match.service.viewing import Viewing


class Clips:
    """The way from a fact in a reason to the recording behind it."""

    def __init__(self, store: Store, viewing: Viewing) -> None:
        self._store = store
        self._viewing = viewing

    async def resolve(self, user_id: str, person_id: UUID, fact_id: UUID) -> tuple[str, Fact]:
        """
        Return who spoke and the fact, if it was spoken, is shown to the user, and its speaker shares clips.

        Shown are the facts in the reasons of `get_match`, and those by which a search has found the person.

        Raises:
            ClipNotFound: in every other case.
        """
        try:
            viewer = await self._viewing.viewer(user_id)
            seen, _ = await self._viewing.meet(viewer, person_id)
        except (ProfileNotReady, ConsentRequired, MatchNotFound):
            raise ClipNotFound from None
        portrait = seen.person.portrait
        shown = seen.found | {each.theirs.id for each in reasons(viewer.person.portrait, portrait)}
        fact = next((each for each in portrait.facts if each.id == fact_id), None)
        if fact is None or fact.id not in shown or not fact.audible or not seen.person.share_clips:
            raise ClipNotFound
        speaker = await self._store.user_of(person_id)
        if speaker is None:
            raise ClipNotFound
        return speaker, fact
