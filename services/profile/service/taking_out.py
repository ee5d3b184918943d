"""
Taking out of a profile what was said where it must not be known from any more: in a deleted recording, or under
a consent that was withdrawn.
"""

from __future__ import annotations

from dataclasses import replace

from services.profile.adapters.changes import Change
from services.profile.domain import Covered, Profile, Source


async def take_out(change: Change, covered: Covered) -> Profile | None:
    """
    Delete the analyzer's facts from there, and the evidence of the user's own; history loses both. Return the
    profile with a headline that was said elsewhere, or None when nothing is different.
    """
    said = [fact for fact in await change.facts() if covered.covers(fact.origin)]
    await change.delete_facts([fact.id for fact in said if fact.source is Source.ANALYZER])
    own = [fact for fact in reversed(said) if fact.source is Source.USER]
    await change.save_facts(
        replace(fact, evidence=None, external=False, revision=fact.revision + 1, update_time=change.now)
        for fact in own
    )
    await change.clear(covered)
    profile = change.profile
    if covered.covers(profile.headline_origin):
        headline, origin = await change.headline()
        profile = replace(profile, selected_headline=headline, headline_origin=origin)
    return profile if said or profile != change.profile else None
