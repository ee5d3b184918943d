"""
Facts and cards as rows and as JSON: the one place that knows how they are stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from services.profile.domain import (
    Card,
    Cause,
    Evidence,
    Facet,
    Fact,
    Profile,
    Source,
    Tombstone,
    Version,
    Visibility,
)

EVIDENCE_COLUMNS = ("recording_id", "quote", "start_char", "end_char", "start_ms", "end_ms", "typed")


def evidence_params(evidence: Evidence | None) -> dict[str, Any]:
    """Return the columns of evidence, all NULL when there is none."""
    return {name: getattr(evidence, name, None) for name in EVIDENCE_COLUMNS}


def evidence_of(row: Mapping[str, Any]) -> Evidence | None:
    if row["recording_id"] is None:
        return None
    return Evidence(**{name: row[name] for name in EVIDENCE_COLUMNS})


def fact_params(user_id: str, fact: Fact) -> dict[str, Any]:
    names = ("id", "text", "confidence", "analyzer", "said_key", "revision", "create_time", "update_time")
    plain = {name: getattr(fact, name) for name in names}
    enums = {"facet": fact.facet.value, "source": fact.source.value}
    return {"user": user_id, **plain, **enums, **evidence_params(fact.evidence)}


def fact_of(row: Mapping[str, Any]) -> Fact:
    return Fact(
        id=row["id"],
        facet=Facet(row["facet"]),
        text=row["text"],
        source=Source(row["source"]),
        confidence=row["confidence"],
        analyzer=row["analyzer"],
        evidence=evidence_of(row),
        revision=row["revision"],
        create_time=row["create_time"],
        update_time=row["update_time"],
        said_key=row["said_key"],
    )


def tombstone_of(row: Mapping[str, Any]) -> Tombstone:
    return Tombstone(key=row["key"], evidence=evidence_of(row))


def profile_of(row: Mapping[str, Any]) -> Profile:
    return Profile(
        user_id=row["user_id"],
        display_name=row["display_name"],
        own_headline=row["own_headline"],
        selected_headline=row["selected_headline"],
        headline_recording=row["headline_recording"],
        languages=tuple(row["languages"]),
        visibility=Visibility(row["visibility"]),
        version=row["version"],
        indexed_version=row["indexed_version"],
        update_time=row["update_time"],
        fact_counts=row["fact_counts"],
    )


def card_json(card: Card) -> dict[str, Any]:
    recording = str(card.headline_recording) if card.headline_recording else None
    return {**asdict(card), "headline_recording": recording}


def fact_json(fact: Fact) -> dict[str, Any]:
    evidence = fact.evidence and {**asdict(fact.evidence), "recording_id": str(fact.evidence.recording_id)}
    times = {name: getattr(fact, name).isoformat() for name in ("create_time", "update_time")}
    return {**asdict(fact), "id": str(fact.id), "evidence": evidence, **times}


def version_of(row: Mapping[str, Any]) -> Version:
    return Version(
        version=row["version"],
        cause=Cause(row["cause"]),
        create_time=row["create_time"],
        card=_card(row["card"]),
        facts=tuple(_fact(stored) for stored in row["facts"]),
    )


def without_recording(version: Version, recording_id: UUID) -> Version:
    """Return a version of the past that no longer holds what was said in a recording."""
    card = version.card
    if card.headline_recording == recording_id:
        card = replace(card, headline="", headline_recording=None)
    facts = (_forget(fact, recording_id) for fact in version.facts)
    return replace(version, card=card, facts=tuple(fact for fact in facts if fact))


def _forget(fact: Fact, recording_id: UUID) -> Fact | None:
    if fact.evidence is None or fact.evidence.recording_id != recording_id:
        return fact
    return replace(fact, evidence=None) if fact.source is Source.USER else None


def _card(stored: Mapping[str, Any]) -> Card:
    recording = stored["headline_recording"]
    return Card(
        display_name=stored["display_name"],
        headline=stored["headline"],
        languages=tuple(stored["languages"]),
        visibility=Visibility(stored["visibility"]),
        headline_recording=UUID(recording) if recording else None,
    )


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
    )
