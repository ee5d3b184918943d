"""
How much each facet counts in a person's own ranking, and what their feedback makes of it.
"""

from __future__ import annotations

from uuid import UUID

from services.match.adapters.learning import Learning
from services.match.domain import Facet, Weight
from services.match.errors import ProfileNotReady
from services.match.service.viewing import weights_of


class Weights:
    """The weights of the caller; nobody else's ranking changes, and nobody else learns of them."""

    def __init__(self, learning: Learning) -> None:
        self._learning = learning

    async def get(self, user_id: str) -> tuple[Weight, ...]:
        """Return all weights; raise `ProfileNotReady` for somebody without a profile."""
        found = await self._learning.weights(user_id)
        if found is None:
            raise ProfileNotReady
        return weights_of(*found)

    async def give_feedback(
        self, user_id: str, facet: Facet, *, helpful: bool, request_id: UUID | None
    ) -> tuple[Weight, ...]:
        """Take one step with one weight, once a request id, and return all; errors are as for `get`."""
        await self.get(user_id)
        await self._learning.step(user_id, facet, 1 if helpful else -1, request_id)
        return await self.get(user_id)

    async def reset(self, user_id: str, request_id: UUID | None) -> tuple[Weight, ...]:
        """Forget all feedback and return all weights; errors are as for `get`."""
        await self.get(user_id)
        await self._learning.reset(user_id, request_id)
        return await self.get(user_id)
