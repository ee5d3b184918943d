"""
Domain objects as messages of the contract, and names of the contract as domain objects.
"""

from __future__ import annotations

import unicodedata
from uuid import UUID

from services.kit.errors import InvalidArgument
from services.profile.domain import Evidence, Facet, Fact, Profile, Source, Version, Visibility
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


def version_to_wire(version: Version) -> pb.Version:
    message = pb.Version(
        version=version.version, cause=version.cause, facts=[fact_to_wire(fact) for fact in version.facts]
    )
    message.create_time.FromDatetime(version.create_time)
    return message
