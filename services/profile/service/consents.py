"""
What the user agrees to.
"""

from __future__ import annotations

from services.kit.access import Caller
from services.kit.errors import Aborted
from services.kit.logs import get_logger
from services.profile.adapters.postgres import Store
from services.profile.consents import DERIVED_UNDER, Consent, Consents, Purpose
from services.profile.domain import Cause
from services.profile.service.taking_out import take_out


class ConsentService:
    """Keeps every decision; the newest of each purpose holds."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def list_consents(self, caller: Caller) -> Consents:
        return await self._store.consents(caller.user_id)

    async def set_consent(
        self, caller: Caller, purpose: Purpose, *, granted: bool, terms: str, etag: str
    ) -> Consent:
        """
        Decide, and take out what was derived under a consent that is withdrawn, in one transaction. The same
        decision again changes nothing. The profile has a new version whenever what holds has changed.

        Raises:
            Aborted: `etag` is not empty and not the current one, nor the one of a call that is repeated.
        """
        async with self._store.change(caller.user_id) as change:
            known = change.consents[purpose]
            repeated = known.repeats(granted=granted, terms=terms)
            # A repeated call comes with the etag that was current before the call it repeats.
            if etag and etag != known.etag and not (repeated and etag == known.etag_before):
                raise Aborted(field="etag")
            if repeated:
                return known
            decided = Consent(purpose, granted, known.version + 1, terms, change.now)
            await change.decide(decided)
            if granted == known.granted:
                return decided
            covered = DERIVED_UNDER.get(purpose)
            taken_out = await take_out(change, covered) if covered and not granted else None
            await change.commit(Cause.CONSENT_SET, taken_out)
            if covered:
                await change.reanalyze()
        get_logger().info("consent set", purpose=purpose, granted=granted)
        return decided
