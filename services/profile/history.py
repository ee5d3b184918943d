"""
What changed between two versions of a profile, and how to make it again what it was. Standard library only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from services.profile.domain import Card, Fact, Profile, Version

_CARD_FIELDS: Final = ("display_name", "headline", "languages", "visibility")
"""What a card shows, in the order of the contract."""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field of the card, as text, in both versions."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Difference:
    """What one version has and another has not; facts newest first."""

    added: tuple[Fact, ...]
    removed: tuple[Fact, ...]
    changed: tuple[tuple[Fact, Fact], ...]
    fields: tuple[FieldChange, ...]


def difference(before: Version, after: Version) -> Difference:
    """Compare two versions of one profile."""
    old, new = ({fact.id: fact for fact in version.facts} for version in (before, after))
    pairs = ((old[fact.id], fact) for fact in after.facts if fact.id in old)
    fields = (
        FieldChange(name, _as_text(before.card, name), _as_text(after.card, name)) for name in _CARD_FIELDS
    )
    return Difference(
        added=tuple(fact for fact in after.facts if fact.id not in old),
        removed=tuple(fact for fact in before.facts if fact.id not in new),
        changed=tuple((was, now) for was, now in pairs if _shown(was) != _shown(now)),
        fields=tuple(field for field in fields if field.before != field.after),
    )


def restored(
    old: Sequence[Fact], now: Mapping[UUID, Fact], *, revision: int, time: datetime
) -> tuple[Fact, ...]:
    """
    Return the facts to write so that all are as they were, newest first.

    Args:
        old: The facts as they were.
        now: The facts as they are.
        revision: One that no fact has had, so that no etag comes back with other words.
        time: Time of the change.
    """
    differing = (fact for fact in old if fact.id not in now or not fact.says_what(now[fact.id]))
    return tuple(replace(fact, revision=revision, update_time=time) for fact in differing)


def with_card(profile: Profile, card: Card) -> Profile:
    """Return the profile with that card, its visibility aside; a headline is the user's or selected as it was."""
    profile = replace(profile, display_name=card.display_name, languages=card.languages)
    if card.headline == profile.headline:
        return profile
    if card.headline and card.headline_origin is None:
        return replace(profile, own_headline=card.headline)
    return replace(
        profile, own_headline="", selected_headline=card.headline, headline_origin=card.headline_origin
    )


def _as_text(card: Card, name: str) -> str:
    value: str | tuple[str, ...] = getattr(card, name)
    return value if isinstance(value, str) else ", ".join(value)


def _shown(fact: Fact) -> tuple[object, ...]:
    return fact.text, fact.facet, fact.evidence, fact.hidden
