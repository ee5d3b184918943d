"""
Rows of `people` to values and back: the one place that knows how JSON and vectors are laid out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from services.match.domain import Card, Facet, Fact, Preferences, Profile
from services.match.filters import Filters, Place
from services.match.ranking import Portrait, Stored


@dataclass(frozen=True, slots=True, eq=False)
class Person:
    """One version of somebody, ready for scoring."""

    person_id: UUID
    version: int
    card: Card
    portrait: Portrait
    preferences: Preferences
    filters: Filters
    share_clips: bool


def person_of(row: DictRow) -> Person:
    facts = tuple(fact_of(value) for value in row["facts"])
    rows: Stored = np.frombuffer(row["vectors"], np.float16).reshape(len(facts) + 1, -1)
    card, preferences = card_of(row["card"]), preferences_of(row["preferences"])
    return Person(
        person_id=row["person_id"],
        version=row["version"],
        card=card,
        portrait=Portrait.of(facts, rows[1:], rows[0]),
        preferences=preferences,
        filters=preferences.filters(card),
        share_clips=row["share_clips"],
    )


def columns_of(profile: Profile) -> dict[str, object]:
    """What `save_person` stores of a profile, vectors aside."""
    preferences = profile.preferences
    filters, place = preferences.filters(profile.card), preferences.place
    return {
        "version": profile.version,
        "visible": profile.visible,
        "matching": profile.matching,
        "share_clips": profile.share_clips,
        "external_analysis": profile.external_analysis,
        "card": Jsonb(_card_to_json(profile.card)),
        "facts": Jsonb([_fact_to_json(fact) for fact in profile.facts]),
        "preferences": Jsonb(_preferences_to_json(preferences)),
        "speaks": sorted(filters.speaks),
        "asks": sorted(filters.asks),
        "formats": sorted(filters.formats),
        "latitude": place.latitude if place else None,
        "longitude": place.longitude if place else None,
        "max_distance_km": preferences.max_distance_km,
    }


def card_of(value: Mapping[str, Any]) -> Card:
    return Card(value["display_name"], value["headline"], tuple(value["languages"]))


def _card_to_json(card: Card) -> dict[str, Any]:
    return {"display_name": card.display_name, "headline": card.headline, "languages": list(card.languages)}


def fact_of(value: Mapping[str, Any]) -> Fact:
    return Fact(
        id=UUID(value["id"]),
        facet=Facet(value["facet"]),
        text=value["text"],
        quote=value["quote"],
        start_ms=value["start_ms"],
        end_ms=value["end_ms"],
        # Rows from before clips have none of these: nothing can be heard of them.
        recording=value.get("recording", ""),
        start_char=value.get("start_char", 0),
        end_char=value.get("end_char", 0),
        typed=value.get("typed", False),
    )


def _fact_to_json(fact: Fact) -> dict[str, Any]:
    return {
        "id": str(fact.id),
        "facet": int(fact.facet),
        "text": fact.text,
        "quote": fact.quote,
        "start_ms": fact.start_ms,
        "end_ms": fact.end_ms,
        "recording": fact.recording,
        "start_char": fact.start_char,
        "end_char": fact.end_char,
        "typed": fact.typed,
    }


def preferences_of(value: Mapping[str, Any]) -> Preferences:
    """Read preferences; the empty object of a row from before there were any is none set."""
    place = value.get("place")
    return Preferences(
        languages=tuple(value.get("languages", ())),
        formats=tuple(value.get("formats", ())),
        place=Place(place["latitude"], place["longitude"]) if place else None,
        max_distance_km=value.get("max_distance_km", 0),
        weights={Facet[name]: weight for name, weight in value.get("weights", {}).items()},
    )


def _preferences_to_json(preferences: Preferences) -> dict[str, Any]:
    place = preferences.place
    return {
        "languages": list(preferences.languages),
        "formats": list(preferences.formats),
        "place": {"latitude": place.latitude, "longitude": place.longitude} if place else None,
        "max_distance_km": preferences.max_distance_km,
        "weights": {facet.name: weight for facet, weight in preferences.weights.items()},
    }
