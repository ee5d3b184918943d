"""
What the user says about the facts: the last word.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import UUID

from services.kit.access import Caller
from services.kit.errors import Aborted
from services.kit.pages import PageTokens
from services.profile.adapters.changes import Change
from services.profile.adapters.postgres import Store
from services.profile.domain import MAX_FACTS, Cause, Evidence, Facet, Fact, Source
from services.profile.errors import FactNotFound, TooManyFacts


@dataclass(frozen=True, slots=True)
class FactChange:
    """New values for some fields of a fact; None leaves a field as it is."""

    text: str | None = None
    facet: Facet | None = None
    hidden: bool | None = None

    def apply(self, fact: Fact) -> Fact:
        """Return the fact with the new values; new words or another facet make it the user's own."""
        if self.hidden is not None:
            fact = replace(fact, hidden=self.hidden)
        if self.text is None and self.facet is None:
            return fact
        text = fact.text if self.text is None else self.text
        return replace(fact, text=text, facet=self.facet or fact.facet, source=Source.USER, confidence=1.0)


class FactService:
    """Reads and changes the caller's facts; what the caller wrote, no analysis touches."""

    def __init__(self, store: Store, pages: PageTokens, new_id: Callable[[], UUID]) -> None:
        self._store = store
        self._pages = pages
        self._new_id = new_id

    async def list_facts(
        self, caller: Caller, *, facet: Facet | None, page_size: int, page_token: str
    ) -> tuple[list[Fact], str]:
        """Return a page of facts, newest first, and the token of the next page."""
        bound_to = f"facts {facet} {caller.user_id}"
        cursor = self._pages.read(page_token, bound_to=bound_to)
        before = int(cursor[0]) if cursor else None
        found = await self._store.facts(caller.user_id, facet=facet, before=before, limit=page_size + 1)
        facts = [fact for _, fact in found[:page_size]]
        if len(found) <= page_size:
            return facts, ""
        return facts, self._pages.make([found[page_size - 1][0]], bound_to=bound_to)

    async def create_fact(self, caller: Caller, facet: Facet, text: str, *, request_id: UUID | None) -> Fact:
        """
        Add a fact in the caller's words; the same `request_id` adds it once. What it was used for, the door
        has checked; here a call is met whose effect was there before its answer was remembered.

        Raises:
            TooManyFacts: there are as many of the caller's own as a profile holds.
            FactNotFound: the id was used for this fact, which was deleted since.
        """
        async with self._store.change(caller.user_id) as change:
            if request_id and (made := await change.request(request_id)):
                return await _existing(change, made)
            await _make_room(change)
            fact = Fact(
                id=self._new_id(),
                facet=facet,
                text=text,
                source=Source.USER,
                confidence=1.0,
                analyzer="",
                evidence=None,
                revision=1,
                create_time=change.now,
                update_time=change.now,
            )
            await change.save_facts([fact])
            if request_id:
                await change.save_request(request_id, fact.id)
            await change.commit(Cause.FACT_CREATED)
        return fact

    async def update_fact(self, caller: Caller, fact_id: UUID, new: FactChange, *, etag: str) -> Fact:
        """
        Change the fact; with new words or another facet it is the caller's own. Its evidence stays.

        Raises:
            FactNotFound: the caller has no such fact.
            Aborted: `etag` is not empty and not the current one.
        """
        async with self._store.change(caller.user_id) as change:
            fact = await _existing(change, fact_id)
            if etag and etag != fact.etag:
                raise Aborted(field="fact.etag")
            own = new.apply(fact)
            if own == fact:
                return fact
            own = replace(own, revision=fact.revision + 1, update_time=change.now)
            await change.save_facts([own])
            await change.commit(Cause.FACT_UPDATED)
        return own

    async def get_evidence(self, caller: Caller, fact_id: UUID) -> Evidence:
        """
        Return where the fact was said.

        Raises:
            FactNotFound: the caller has no such fact, or nobody said it.
        """
        fact = await self._store.fact(caller.user_id, fact_id)
        if fact is None or fact.evidence is None:
            raise FactNotFound
        return fact.evidence

    async def delete_fact(self, caller: Caller, fact_id: UUID) -> None:
        """
        Remove the fact, and keep the statement from being proposed again.

        Raises:
            FactNotFound: the caller has no such fact.
        """
        async with self._store.change(caller.user_id) as change:
            fact = await _existing(change, fact_id)
            await change.delete_facts([fact.id])
            await change.bury(fact)
            await change.commit(Cause.FACT_DELETED)


async def _make_room(change: Change) -> None:
    """In a full profile the analyzer's least certain fact gives way to the user's word."""
    facts = await change.facts()
    if len(facts) < MAX_FACTS:
        return
    proposed = [fact for fact in facts if fact.source is Source.ANALYZER]
    if not proposed:
        raise TooManyFacts
    await change.delete_facts([min(proposed, key=lambda fact: fact.confidence).id])


async def _existing(change: Change, fact_id: UUID) -> Fact:
    fact = await change.fact(fact_id)
    if fact is None:
        raise FactNotFound
    return fact
