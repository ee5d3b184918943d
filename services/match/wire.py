"""
Values of match to messages and back. Nothing that others must not see has a field here.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from services.match.domain import (
    Block,
    Card,
    Case,
    Connection,
    Count,
    Explanation,
    Facet,
    Fact,
    Filter,
    Match,
    Preferences,
    Profile,
    Reason,
    Relaxation,
    Report,
    Weight,
)
from services.match.filters import Place
from timbre.match.v1 import match_pb2 as pb
from timbre.profile.v1 import profile_pb2

_DECIMALS = 4
"""A weight on the wire is a float of 32 bits; the digits behind these are its noise."""


def id_of(name: str) -> UUID:
    """Return the id in `collection/{uuid}`."""
    return UUID(name.split("/")[1])


def request_id_of(request: pb.GiveFeedbackRequest | pb.ResetFacetWeightsRequest) -> UUID | None:
    return UUID(request.request_id) if request.request_id else None


def clip_ids(name: str) -> tuple[UUID, UUID]:
    """Return person and fact of `matches/{uuid}/facts/{uuid}/clip`."""
    _, person, _, fact, _ = name.split("/")
    return UUID(person), UUID(fact)


def profile_of(request: pb.IndexProfileRequest) -> Profile:
    return Profile(
        version=request.version,
        card=Card(request.card.display_name, request.card.headline, tuple(request.card.languages)),
        visible=request.visible,
        facts=tuple(map(_fact_of, request.facts)),
        preferences=_preferences_of(request.preferences),
        share_clips=request.share_clips,
        matching=request.matching,
        external_analysis=request.external_analysis,
    )


def _fact_of(fact: pb.IndexedFact) -> Fact:
    evidence = fact.evidence
    return Fact(
        id=UUID(fact.fact_id),
        facet=Facet(fact.facet),
        text=fact.text,
        quote=evidence.quote,
        start_ms=evidence.start_ms,
        end_ms=evidence.end_ms,
        recording=evidence.recording,
        start_char=evidence.start_char,
        end_char=evidence.end_char,
        typed=evidence.typed,
    )


def _preferences_of(preferences: profile_pb2.Preferences) -> Preferences:
    place = preferences.place
    return Preferences(
        languages=tuple(preferences.languages),
        formats=tuple(preferences.formats),
        place=Place(place.latitude, place.longitude) if preferences.HasField("place") else None,
        max_distance_km=preferences.max_distance_km,
        weights={Facet(each.facet): round(each.weight, _DECIMALS) for each in preferences.weights},
    )


def match(value: Match) -> pb.Match:
    name = f"matches/{value.person_id}"
    return pb.Match(
        name=name,
        card=card(value.card),
        band=pb.Band.ValueType(value.band),
        reasons=[_reason(reason, name if value.clips else None) for reason in value.reasons],
        reaction=pb.Reaction.ValueType(value.reaction),
        connected=value.connected,
    )


def _reason(reason: Reason, speaker: str | None) -> pb.Reason:
    return pb.Reason(
        direction=pb.Reason.Direction.ValueType(reason.direction),
        mine=_statement(reason.mine, "matches/me"),
        theirs=_statement(reason.theirs, speaker),
        sentence=reason.sentence,
    )


def _statement(fact: Fact, speaker: str | None) -> pb.Statement:
    """Show a fact; `speaker` is the name under which it may be heard, if it may."""
    return pb.Statement(
        facet=profile_pb2.Facet.ValueType(fact.facet),
        text=fact.text,
        quote=fact.quote,
        start_ms=fact.start_ms,
        end_ms=fact.end_ms,
        clip=f"{speaker}/facts/{fact.id}/clip" if speaker and fact.audible else "",
    )


def card(value: Card) -> pb.Card:
    return pb.Card(display_name=value.display_name, headline=value.headline, languages=value.languages)


def connection(value: Connection) -> pb.Connection:
    message = pb.Connection(
        name=f"connections/{value.id}", match=f"matches/{value.person_id}", card=card(value.card)
    )
    message.create_time.FromDatetime(value.create_time)
    return message


def explanation(value: Explanation) -> pb.ExplainSearchResponse:
    return pb.ExplainSearchResponse(
        steps=[
            pb.ExplainSearchResponse.Step(
                filter=pb.Filter.ValueType(step.filter), remaining=_count(step.remaining)
            )
            for step in value.steps
        ],
        relaxations=map(_relaxation, value.relaxations),
    )


def _relaxation(value: Relaxation) -> pb.ExplainSearchResponse.Relaxation:
    filters, preferences = value.filters, profile_pb2.Preferences()
    # Of the languages nothing is left to set: an empty list, which asks for none.
    if value.filter is Filter.FORMATS:
        preferences.formats.extend(profile_pb2.Format.ValueType(each) for each in sorted(filters.formats))
    if value.filter is Filter.DISTANCE:
        preferences.max_distance_km = filters.max_distance_km
    return pb.ExplainSearchResponse.Relaxation(
        filter=pb.Filter.ValueType(value.filter), preferences=preferences, added=_count(value.added)
    )


def _count(value: Count) -> pb.Count:
    return pb.Count(value=value.value, fewer_than_5=value.few)


def block(value: Block) -> pb.Block:
    message = pb.Block(
        name=f"blocks/{value.id}", match=f"matches/{value.person_id}", display_name=value.display_name
    )
    message.create_time.FromDatetime(value.create_time)
    return message


def report(value: Report) -> pb.Report:
    """Show a report to whoever made it."""
    message = pb.Report(
        name=f"reports/{value.id}",
        match=f"matches/{value.person_id}",
        category=pb.Report.Category.ValueType(value.category),
        comment=value.comment,
    )
    message.create_time.FromDatetime(value.create_time)
    return message


def case(value: Case) -> pb.Report:
    """Show a report to a moderator. Moderators read; they hear nobody."""
    message = report(value.report)
    if value.resolve_time:
        message.resolve_time.FromDatetime(value.resolve_time)
    message.resolution = pb.Report.Resolution.ValueType(value.resolution)
    message.note = value.note
    message.card.CopyFrom(card(value.card))
    message.statements.extend(_statement(fact, None) for fact in value.facts)
    message.report_count = value.report_count
    return message


def weights(values: Iterable[Weight]) -> pb.FacetWeights:
    return pb.FacetWeights(
        name="facetWeights",
        weights=[
            pb.FacetWeights.Weight(
                facet=profile_pb2.Facet.ValueType(each.facet),
                preferred=each.preferred,
                learned=each.learned,
                effective=each.effective,
            )
            for each in values
        ],
    )


def clip(speaker: str, fact: Fact) -> pb.ResolveClipResponse:
    return pb.ResolveClipResponse(
        user_id=speaker,
        evidence=profile_pb2.Evidence(
            recording=fact.recording,
            quote=fact.quote,
            start_ms=fact.start_ms,
            end_ms=fact.end_ms,
            start_char=fact.start_char,
            end_char=fact.end_char,
            typed=fact.typed,
        ),
    )
