"""
Facts, cards and preferences as rows and as JSON: the one place that knows how they are stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from services.profile.domain import (
    Card,
    Cause,
    Covered,
    Evidence,
    Facet,
    Fact,
    Format,
    Origin,
    Place,
    Preferences,
    Profile,
    Source,
    Tombstone,
    Version,
    Visibility,
)

EVIDENCE_COLUMNS = ("recording_id", "quote", "start_char", "end_char", "start_ms", "end_ms", "typed")
_PLAIN = (
    "id",
    "text",
    "confidence",
    "analyzer",
    "revision",
    "create_time",
    "update_time",
    "said_key",
    "external",
    "hidden",
)


def evidence_params(evidence: Evidence | None) -> dict[str, Any]:
    """Return the columns of evidence, all NULL when there is none."""
    return {name: getattr(evidence, name, None) for name in EVIDENCE_COLUMNS}


def evidence_of(row: Mapping[str, Any]) -> Evidence | None:
    if row["recording_id"] is None:
        return None
    return Evidence(**{name: row[name] for name in EVIDENCE_COLUMNS})


def fact_params(user_id: str, fact: Fact) -> dict[str, Any]:
    plain = {name: getattr(fact, name) for name in _PLAIN}
    enums = {"facet": fact.facet.value, "source": fact.source.value}
    return {"user": user_id, **plain, **enums, **evidence_params(fact.evidence)}


def fact_of(row: Mapping[str, Any]) -> Fact:
    return Fact(
        facet=Facet(row["facet"]),
        source=Source(row["source"]),
        evidence=evidence_of(row),
        **{name: row[name] for name in _PLAIN},
    )


def tombstone_of(row: Mapping[str, Any]) -> Tombstone:
    return Tombstone(key=row["key"], evidence=evidence_of(row), external=row["external"])


def origin_params(origin: Origin | None) -> dict[str, Any]:
    """Return where a headline was said, as columns and as keys of a card: all None when nobody said it."""
    return {
        "headline_recording": origin and origin.recording_id,
        "headline_typed": origin and origin.typed,
        "headline_external": origin and origin.external,
    }


def origin_of(row: Mapping[str, Any]) -> Origin | None:
    recording = row["headline_recording"]
    if recording is None:
        return None
    return Origin(UUID(str(recording)), row["headline_typed"], row["headline_external"])


def profile_of(row: Mapping[str, Any]) -> Profile:
    return Profile(
        user_id=row["user_id"],
        display_name=row["display_name"],
        own_headline=row["own_headline"],
        selected_headline=row["selected_headline"],
        headline_origin=origin_of(row),
        languages=tuple(row["languages"]),
        visibility=Visibility(row["visibility"]),
        preferences=_preferences(row["preferences"], row["preferences_revision"], row["preferences_time"]),
        version=row["version"],
        indexed_version=row["indexed_version"],
        update_time=row["update_time"],
        fact_counts=row["fact_counts"],
    )


def profile_params(profile: Profile) -> dict[str, Any]:
    """Return the columns that a change may write."""
    return {
        "display_name": profile.display_name,
        "own_headline": profile.own_headline,
        "selected_headline": profile.selected_headline,
        "languages": list(profile.languages),
        "visibility": profile.visibility.value,
        "preferences": Jsonb(preferences_json(profile.preferences)),
        "preferences_revision": profile.preferences.revision,
        "preferences_time": profile.preferences.update_time,
        **origin_params(profile.headline_origin),
    }


def preferences_json(preferences: Preferences) -> dict[str, Any]:
    return {
        "languages": preferences.languages,
        "formats": preferences.formats,
        "place": preferences.place and asdict(preferences.place),
        "max_distance_km": preferences.max_distance_km,
        "weights": preferences.weights,
    }


def _preferences(stored: Mapping[str, Any], revision: int, update_time: datetime | None) -> Preferences:
    if not stored:
        return Preferences()
    return Preferences(
        languages=tuple(stored["languages"]),
        formats=tuple(map(Format, stored["formats"])),
        place=Place(**stored["place"]) if stored["place"] else None,
        max_distance_km=stored["max_distance_km"],
        # In the order of the contract, since JSON in PostgreSQL has an order of its own.
        weights={facet: stored["weights"][facet] for facet in Facet if facet in stored["weights"]},
        revision=revision,
        update_time=update_time,
    )


def version_params(version: Version) -> dict[str, Any]:
    return {
        "version": version.version,
        "cause": version.cause.value,
        "now": version.create_time,
        "card": Jsonb(_card_json(version.card)),
        "facts": Jsonb([_fact_json(fact) for fact in version.facts]),
        "preferences": Jsonb(preferences_json(version.preferences)),
        "matching": version.matching,
        "share_clips": version.share_clips,
        "external_analysis": version.external_analysis,
    }


def version_of(row: Mapping[str, Any]) -> Version:
    return Version(
        version=row["version"],
        cause=Cause(row["cause"]),
        create_time=row["create_time"],
        card=_card(row["card"]),
        facts=tuple(_fact(stored) for stored in row["facts"]),
        preferences=_preferences(row["preferences"], 0, None),
        matching=row["matching"],
        share_clips=row["share_clips"],
        external_analysis=row["external_analysis"],
    )


def covered_params(covered: Covered) -> dict[str, Any]:
    """Return what is covered as columns, and as what is contained in the JSON of such a card or fact."""
    columns = asdict(covered)
    asked = {name: value for name, value in columns.items() if value is not None}
    plain = {name: str(value) if name == "recording_id" else value for name, value in asked.items()}
    names = {"recording_id": "headline_recording", "typed": "headline_typed", "external": "headline_external"}
    fact = {name: value for name, value in plain.items() if name == "external"}
    if said := {name: value for name, value in plain.items() if name != "external"}:
        fact["evidence"] = said
    card = {names[name]: value for name, value in plain.items()}
    return {**columns, "fact": Jsonb(fact), "card": Jsonb(card)}


def _card_json(card: Card) -> dict[str, Any]:
    origin = origin_params(card.headline_origin)
    origin["headline_recording"] = origin["headline_recording"] and str(origin["headline_recording"])
    return {
        "display_name": card.display_name,
        "headline": card.headline,
        "languages": card.languages,
        "visibility": card.visibility,
        **origin,
    }


def _card(stored: Mapping[str, Any]) -> Card:
    return Card(
        display_name=stored["display_name"],
        headline=stored["headline"],
        languages=tuple(stored["languages"]),
        visibility=Visibility(stored["visibility"]),
        headline_origin=origin_of(stored),
    )


def _fact_json(fact: Fact) -> dict[str, Any]:
    evidence = fact.evidence and {**asdict(fact.evidence), "recording_id": str(fact.evidence.recording_id)}
    times = {name: getattr(fact, name).isoformat() for name in ("create_time", "update_time")}
    return {**asdict(fact), "id": str(fact.id), "evidence": evidence, **times}


def _fact(stored: Mapping[str, Any]) -> Fact:
    said: dict[str, Any] | None = stored["evidence"]
    return Fact(
        id=UUID(stored["id"]),
        facet=Facet(stored["facet"]),
        text=stored["text"],
        source=Source(stored["source"]),
        confidence=stored["confidence"],
        analyzer=stored["analyzer"],
        evidence=evidence_of({**said, "recording_id": UUID(said["recording_id"])}) if said else None,
        revision=stored["revision"],
        create_time=datetime.fromisoformat(stored["create_time"]),
        update_time=datetime.fromisoformat(stored["update_time"]),
        said_key=stored["said_key"],
        # Versions from before there were such things have neither.
        external=stored.get("external", False),
        hidden=stored.get("hidden", False),
    )
