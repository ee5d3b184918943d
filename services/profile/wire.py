"""
Domain objects as messages of the contract, and names of the contract as domain objects.
"""

from __future__ import annotations

import unicodedata
from uuid import UUID

from services.kit.errors import InvalidArgument
from services.profile.consents import Consent, Purpose
from services.profile.domain import (
    Evidence,
    Facet,
    Fact,
    Format,
    Place,
    Preferences,
    Profile,
    Source,
    Version,
    Visibility,
)
from services.profile.history import Difference
from timbre.profile.v1 import profile_pb2 as pb

_SOURCES = {Source.ANALYZER: pb.Fact.SOURCE_ANALYZER, Source.USER: pb.Fact.SOURCE_USER}


def facet_to_wire(facet: Facet) -> pb.Facet.ValueType:
    return pb.Facet.Value(f"FACET_{facet}")


def facet_from_wire(facet: pb.Facet.ValueType) -> Facet | None:
    """Return the facet, or None for the unspecified one."""
    return Facet(pb.Facet.Name(facet).removeprefix("FACET_")) if facet else None


def visibility_to_wire(visibility: Visibility) -> pb.Visibility.ValueType:
    return pb.Visibility.Value(f"VISIBILITY_{visibility}")


def visibility_from_wire(visibility: pb.Visibility.ValueType) -> Visibility:
    if not visibility:
        raise InvalidArgument("A visibility is required.", field="profile.visibility")
    return Visibility(pb.Visibility.Name(visibility).removeprefix("VISIBILITY_"))


def id_from_name(name: str) -> UUID:
    """Return the id in a resource name whose pattern the contract has checked."""
    return UUID(name.split("/")[1])


def line_from_wire(text: str) -> str:
    """Return what a person wrote as one line: no control characters, single spaces."""
    visible = "".join(" " if unicodedata.category(char) == "Cc" else char for char in text)
    return " ".join(visible.split())


def evidence_to_wire(evidence: Evidence) -> pb.Evidence:
    return pb.Evidence(
        recording=f"recordings/{evidence.recording_id}",
        quote=evidence.quote,
        start_ms=evidence.start_ms,
        end_ms=evidence.end_ms,
        start_char=evidence.start_char,
        end_char=evidence.end_char,
        typed=evidence.typed,
    )


def fact_to_wire(fact: Fact) -> pb.Fact:
    message = pb.Fact(
        name=f"facts/{fact.id}",
        facet=facet_to_wire(fact.facet),
        text=fact.text,
        evidence=fact.evidence and evidence_to_wire(fact.evidence),
        source=_SOURCES[fact.source],
        confidence=fact.confidence,
        analyzer=fact.analyzer,
        etag=fact.etag,
        hidden=fact.hidden,
    )
    message.create_time.FromDatetime(fact.create_time)
    message.update_time.FromDatetime(fact.update_time)
    return message


def profile_to_wire(profile: Profile) -> pb.Profile:
    message = pb.Profile(
        name="profile",
        display_name=profile.display_name,
        headline=profile.headline,
        headline_selected=profile.headline_selected,
        languages=profile.languages,
        visibility=visibility_to_wire(profile.visibility),
        version=profile.version,
        indexed_version=profile.indexed_version,
        fact_counts=profile.fact_counts,
        etag=profile.etag,
    )
    if profile.update_time:
        message.update_time.FromDatetime(profile.update_time)
    return message


def version_from_name(name: str) -> int:
    """Return the number in `profile/versions/{version}`, whose pattern the contract has checked."""
    return int(name.rsplit("/", 1)[1])


def version_to_wire(version: Version) -> pb.Version:
    message = pb.Version(
        name=f"profile/versions/{version.version}",
        version=version.version,
        cause=version.cause,
        facts=[fact_to_wire(fact) for fact in version.facts],
        display_name=version.card.display_name,
        headline=version.card.headline,
    )
    message.create_time.FromDatetime(version.create_time)
    return message


def difference_to_wire(difference: Difference) -> pb.DiffVersionsResponse:
    change = pb.DiffVersionsResponse
    return pb.DiffVersionsResponse(
        added=[fact_to_wire(fact) for fact in difference.added],
        removed=[fact_to_wire(fact) for fact in difference.removed],
        changed=[
            change.FactChange(before=fact_to_wire(before), after=fact_to_wire(after))
            for before, after in difference.changed
        ],
        fields=[
            change.FieldChange(field=each.field, before=each.before, after=each.after)
            for each in difference.fields
        ],
    )


def card_to_wire(version: Version) -> pb.ProfileCard:
    return pb.ProfileCard(
        name="profile/card",
        display_name=version.card.display_name,
        headline=version.card.headline,
        languages=version.card.languages,
        visible=version.visible,
        clips_shared=version.share_clips,
        facts=[fact_to_wire(fact) for fact in version.facts],
    )


def format_from_wire(way: pb.Format.ValueType) -> Format:
    return Format(pb.Format.Name(way).removeprefix("FORMAT_"))


def place_from_wire(place: pb.Place) -> Place:
    return Place(place.latitude, place.longitude)


def weight_from_wire(weight: pb.FacetWeight) -> tuple[Facet, float]:
    # Rounded, so that what is stored reads like what was sent and not like the nearest binary number.
    return Facet(pb.Facet.Name(weight.facet).removeprefix("FACET_")), round(weight.weight, 4)


def preferences_to_wire(preferences: Preferences) -> pb.Preferences:
    place = preferences.place
    message = pb.Preferences(
        name="preferences",
        languages=preferences.languages,
        formats=[pb.Format.Value(f"FORMAT_{way}") for way in preferences.formats],
        place=place and pb.Place(latitude=place.latitude, longitude=place.longitude),
        max_distance_km=preferences.max_distance_km,
        weights=[
            pb.FacetWeight(facet=facet_to_wire(facet), weight=weight)
            for facet, weight in preferences.weights.items()
        ],
        etag=preferences.etag,
    )
    if preferences.update_time:
        message.update_time.FromDatetime(preferences.update_time)
    return message


def purpose_from_wire(purpose: pb.Purpose.ValueType) -> Purpose:
    return Purpose(pb.Purpose.Name(purpose).removeprefix("PURPOSE_"))


def consent_to_wire(consent: Consent) -> pb.Consent:
    message = pb.Consent(
        name=f"consents/{consent.purpose}",
        purpose=pb.Purpose.Value(f"PURPOSE_{consent.purpose}"),
        granted=consent.granted,
        version=consent.version,
        terms=consent.terms,
        etag=consent.etag,
    )
    if consent.decide_time:
        message.update_time.FromDatetime(consent.decide_time)
    return message
