"""
Profiles arrive from the profile service, and the index is made anew when operators ask.
"""

from __future__ import annotations

from services.match.adapters.behind import Backlog
from services.match.adapters.postgres import Store
from services.match.domain import Profile
from services.match.errors import IndexPending, IndexUnavailable
from services.match.indexing import Indexing, embed
from services.match.spaces import Spaces


class Profiles:
    """What is matched."""

    def __init__(self, store: Store, backlog: Backlog, spaces: Spaces, indexing: Indexing) -> None:
        self._store = store
        self._backlog = backlog
        self._spaces = spaces
        self._indexing = indexing

    async def index_profile(self, user_id: str, profile: Profile) -> int:
        """
        Make this version the one that is matched, unless a newer one is, and return the one that is.

        Raises:
            IndexPending: it is stored and will be findable soon, but is not yet.
        """
        known, indexed = await self._store.known_version(user_id)
        if known < profile.version:
            space = self._spaces.serving
            vectors = await embed(space.embeddings, profile.facts)
            await self._store.save(user_id, profile, vectors, space.id)
        if known < profile.version or indexed < known:
            try:
                await self._indexing.settle(user_id)
            except IndexUnavailable as error:
                raise IndexPending from error
            # Another space may have begun to serve in between, where nothing has been embedded yet.
            known, indexed = await self._store.known_version(user_id)
            if indexed < known:
                raise IndexPending
        return max(known, profile.version)

    async def reindex(self, user_id: str, *, everybody: bool) -> int:
        """Have one user's index entry made anew, or everybody's, soon; return how many that are."""
        if not everybody:
            return await self._backlog.mark_own(user_id)
        count = await self._backlog.mark_everybody()
        self._indexing.doubt()
        return count
