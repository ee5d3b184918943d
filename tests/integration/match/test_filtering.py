"""
Filters hold both ways, consent is asked for, and whoever has too few matches is told why.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import grpc
import pytest

from tests.integration.match.people import ENGINEER, FOUNDER, LIKE, PASS, refused
from timbre.match.v1 import match_pb2 as pb
from timbre.profile.v1.profile_pb2 import FORMAT_IN_PERSON, FORMAT_ONLINE, FORMAT_WRITING, Place, Preferences

if TYPE_CHECKING:
    from tests.integration.match.conftest import Behind, Client

pytestmark = pytest.mark.filterwarnings("ignore::services.kit.config.DevelopmentWarning")

BERLIN, HAMBURG, SYDNEY = (
    Place(latitude=52.5, longitude=13.5),
    Place(latitude=53.5, longitude=10.0),
    Place(latitude=-33.75, longitude=151.25),
)
NEARBY = Preferences(place=BERLIN, max_distance_km=100)


@pytest.mark.parametrize(
    ("mine", "theirs", "meet"),
    [
        (Preferences(languages=["de"]), Preferences(), False),
        (Preferences(languages=["en-GB"]), Preferences(), True),
        (Preferences(formats=[FORMAT_ONLINE]), Preferences(formats=[FORMAT_WRITING]), False),
        (Preferences(formats=[FORMAT_ONLINE]), Preferences(), True),
        (Preferences(place=BERLIN, max_distance_km=500), Preferences(place=HAMBURG), True),
        (NEARBY, Preferences(place=HAMBURG), False),
        # In the same square of the index, and yet too far.
        (
            Preferences(place=BERLIN, max_distance_km=50),
            Preferences(place=Place(latitude=52.5, longitude=12.5)),
            False,
        ),
        (NEARBY, Preferences(), False),
    ],
)
async def test_a_filter_of_either_decides_for_both(
    match: Client, mine: Preferences, theirs: Preferences, meet: bool
) -> None:
    await match.index("nora", *FOUNDER)
    await match.index("priya", *ENGINEER)
    known = (await match.named("nora", "Priya")).name
    for version, (hers, others) in enumerate([(mine, theirs), (theirs, mine)], start=2):
        await match.index("nora", *FOUNDER, version=version, preferences=hers)
        await match.index("priya", *ENGINEER, version=version, preferences=others)
        assert (await match.names("nora") == ["Priya"]) is meet
        assert (await match.names("priya") == ["Nora"]) is meet
        assert (await match.found("nora", "somebody who builds backend services") == ["Priya"]) is meet
        if meet:
            await match.get("nora", known)
        else:
            with refused(grpc.StatusCode.NOT_FOUND, "MATCH_NOT_FOUND"):
                await match.get("nora", known)


async def test_whoever_withdrew_the_consent_is_in_nobodys_results_and_gets_none(market: Client) -> None:
    priya = (await market.named("nora", "Priya")).name
    nora = (await market.named("priya", "Nora")).name
    await market.react("nora", priya, LIKE)
    await market.react("priya", nora, LIKE)
    await market.index("priya", version=2, matching=False)
    assert await market.names("nora") == []
    assert await market.found("nora", "somebody who builds backend services") == []
    assert not (await market.connections("nora")).connections
    with refused(grpc.StatusCode.NOT_FOUND, "MATCH_NOT_FOUND"):
        await market.get("nora", priya)
    for call in (
        market.matches("priya"),
        market.get("priya", nora),
        market.react("priya", nora, LIKE),
        market.search("priya", "a founder"),
        market.explain("priya"),
    ):
        with refused(grpc.StatusCode.FAILED_PRECONDITION, "CONSENT_REQUIRED", purpose="MATCHING"):
            await call
    await market.index("priya", *ENGINEER, version=3)
    assert [each.match for each in (await market.connections("nora")).connections] == [priya]


def steps(reply: pb.ExplainSearchResponse) -> dict[str, int | str]:
    return {
        pb.Filter.Name(step.filter).removeprefix("FILTER_"): "few"
        if step.remaining.fewer_than_5
        else step.remaining.value
        for step in reply.steps
    }


def relaxed(reply: pb.ExplainSearchResponse) -> list[tuple[str, str, int | str]]:
    return [
        (
            pb.Filter.Name(each.filter).removeprefix("FILTER_"),
            str(each.preferences).replace("\n", " ").strip(),
            "few" if each.added.fewer_than_5 else each.added.value,
        )
        for each in reply.relaxations
    ]


@pytest.fixture
async def town(match: Client) -> Client:
    """Eighteen engineers who fit Nora: 6 here, 6 in Hamburg, 6 who have told no place; half speak German too."""
    for number in range(18):
        place = (BERLIN, HAMBURG, None)[number % 3]
        await match.index(
            f"engineer-{number}",
            f"OFFER: I build backend services, {number + 1} of them so far",
            *ENGINEER[1:],
            languages=["en", "de"] if number < 9 else ["en"],
            preferences=Preferences(
                place=place, formats=[FORMAT_ONLINE] if number % 2 else [FORMAT_IN_PERSON]
            ),
        )
    await match.index("baker", "OFFER: I bake bread", "SEEK: I look for a mill")
    return match


async def test_without_filters_there_is_little_to_explain(town: Client) -> None:
    await town.index("nora", *FOUNDER)
    reply = await town.explain("nora")
    assert steps(reply) == {"EVERYBODY": 19, "LANGUAGES": 19, "REACTIONS": 19, "FIT": 18}
    assert relaxed(reply) == []


async def test_each_filter_says_whom_it_leaves_and_what_its_smallest_change_would_add(town: Client) -> None:
    await town.index(
        "nora",
        *FOUNDER,
        preferences=Preferences(languages=["de"], formats=[FORMAT_ONLINE], place=BERLIN, max_distance_km=50),
    )
    reply = await town.explain("nora")
    assert steps(reply) == {
        "EVERYBODY": 19, "LANGUAGES": 9, "FORMATS": "few", "DISTANCE": "few", "REACTIONS": "few", "FIT": "few"
    }  # fmt: skip
    assert relaxed(reply) == [
        ("LANGUAGES", "", "few"),
        ("FORMATS", "formats: FORMAT_ONLINE formats: FORMAT_IN_PERSON", "few"),
        ("DISTANCE", "max_distance_km: 500", "few"),
    ]


async def test_what_a_change_would_add_is_what_it_adds(town: Client) -> None:
    await town.index("nora", *FOUNDER, preferences=NEARBY)
    reply = await town.explain("nora")
    assert steps(reply) == {"EVERYBODY": 19, "LANGUAGES": 19, "DISTANCE": 6, "REACTIONS": 6, "FIT": 6}
    assert relaxed(reply) == [("DISTANCE", "max_distance_km: 500", 6)]
    wider = Preferences(place=BERLIN, max_distance_km=500)
    await town.index("nora", *FOUNDER, version=2, preferences=wider)
    assert len(await town.names("nora")) == 12
    reply = await town.explain("nora")
    assert relaxed(reply) == [("DISTANCE", "", 6)]
    assert not reply.relaxations[0].preferences.max_distance_km


async def test_whoever_was_answered_is_counted_out_after_the_filters(town: Client) -> None:
    await town.index("nora", *FOUNDER)
    passed, liked, blocked = (await town.matches("nora")).matches[:3]
    await town.react("nora", passed.name, PASS)
    await town.react("nora", liked.name, LIKE)
    await town.block("nora", blocked.name)
    assert steps(await town.explain("nora")) == {"EVERYBODY": 19, "LANGUAGES": 19, "REACTIONS": 17, "FIT": 16}


async def test_what_others_ask_rule_out_or_block_does_not_show(town: Client) -> None:
    await town.index("nora", *FOUNDER)
    before = await town.explain("nora")
    nora = (await town.named("engineer-1", "Nora")).name
    await town.block("engineer-1", nora)
    engineer = "OFFER: I build backend services, many of them so far"
    await town.index(
        "engineer-2",
        engineer,
        *ENGINEER[1:],
        version=2,
        languages=["en"],
        preferences=Preferences(languages=["fr"]),
    )
    far = Preferences(place=SYDNEY, max_distance_km=50)
    await town.index("engineer-3", engineer, *ENGINEER[1:], version=2, languages=["en"], preferences=far)
    await town.index(
        "engineer-4", engineer, *ENGINEER[1:], "EXCLUSION: nobody with paying customers", version=2
    )
    assert len(await town.names("nora")) == 14
    assert await town.explain("nora") == before


async def test_hidden_people_are_not_counted(town: Client) -> None:
    await town.index("nora", *FOUNDER)
    await town.index("engineer-1", *ENGINEER, version=2, visible=False)
    assert steps(await town.explain("nora"))["EVERYBODY"] == 18


async def test_somebody_without_facts_fits_nobody(town: Client) -> None:
    await town.index("nora", preferences=Preferences(languages=["de"]))
    reply = await town.explain("nora")
    assert steps(reply)["FIT"] == "few"
    assert relaxed(reply) == []
    with refused(grpc.StatusCode.FAILED_PRECONDITION, "PROFILE_NOT_READY"):
        await town.explain("stranger")


async def test_people_from_before_there_were_filters_go_on_as_they_were(
    market: Client, behind: Behind
) -> None:
    """Their rows have the columns' defaults, and facts of which nobody knows the recording."""
    behind(
        "UPDATE people SET preferences = DEFAULT, version = version + 1,"
        " facts = (SELECT jsonb_agg(fact - 'recording' - 'typed' - 'start_char' - 'end_char')"
        " FROM jsonb_array_elements(facts) AS fact)"
    )
    behind("UPDATE vectors SET version = version + 1, embedded_version = version + 1")
    (priya,) = (await market.matches("nora")).matches
    assert all(not reason.mine.clip for reason in priya.reasons)
    assert steps(await market.explain("nora")) == {
        "EVERYBODY": "few", "LANGUAGES": "few", "REACTIONS": "few", "FIT": "few"
    }  # fmt: skip
