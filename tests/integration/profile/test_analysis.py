"""Transcripts through the door: late, twice, corrected, forgotten; and the user's word over all of it."""

from __future__ import annotations

import asyncio

import psycopg
import pytest

from tests.integration.profile.conftest import Surroundings
from tests.integration.profile.door import NADIA, Person, new_recording
from timbre.profile.v1 import profile_pb2 as pb

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.filterwarnings("ignore::services.kit.config.DevelopmentWarning"),
]


async def test_what_is_said_becomes_facts_with_quote_and_time(ada: Person) -> None:
    recording = new_recording()
    answer = await ada.says(NADIA, recording=recording)
    assert (answer.version, answer.fact_count, answer.dropped_count) == (1, 4, 0)
    fact = await ada.fact(pb.FACET_SEEK)
    evidence = fact.evidence
    assert (evidence.recording, evidence.typed) == (recording, False)
    assert evidence.quote == "I'm looking for a technical co-founder"
    assert NADIA[evidence.start_char : evidence.end_char] == evidence.quote
    first, last = NADIA.split().index("looking") - 1, NADIA.split().index("co-founder.")
    assert (evidence.start_ms, evidence.end_ms) == (500 * first, 500 * last + 450)


async def test_facts_are_listed_in_the_order_they_were_said(ada: Person) -> None:
    await ada.says(NADIA)
    starts = [fact.evidence.start_char for fact in await ada.facts()]
    assert starts == sorted(starts)


async def test_typed_text_has_evidence_without_times(ada: Person) -> None:
    await ada.says(NADIA, typed=True)
    evidence = (await ada.fact(pb.FACET_OFFER)).evidence
    assert (evidence.typed, evidence.start_ms, evidence.end_ms) == (True, 0, 0)


async def test_a_repeat_returns_the_first_outcome_even_when_more_has_happened(ada: Person) -> None:
    recording = new_recording()
    first = await ada.says(NADIA, recording=recording)
    await ada.create("Rain")
    assert await ada.says(NADIA, recording=recording) == first
    assert (await ada.profile()).version == 2


async def test_simultaneous_repeats_have_one_effect(ada: Person) -> None:
    recording = new_recording()
    answers = await asyncio.gather(*(ada.says(NADIA, recording=recording) for _ in range(5)))
    assert {answer.version for answer in answers} == {1}
    assert len(await ada.facts()) == 4


async def test_a_correction_replaces_the_recordings_facts_and_keeps_names_of_what_stays(ada: Person) -> None:
    recording = new_recording()
    await ada.says(NADIA, recording=recording)
    before = {fact.text: fact.name for fact in await ada.facts()}
    corrected = NADIA.replace("pricing", "prize-giving")
    answer = await ada.says(corrected, recording=recording, revision=2)
    after = {fact.text: fact.name for fact in await ada.facts()}
    assert answer.version == 2
    assert "I can teach you prize-giving" in after
    assert "I can teach you pricing" not in after
    assert after["I'm looking for a technical co-founder"] == before["I'm looking for a technical co-founder"]


async def test_an_older_revision_changes_nothing(ada: Person) -> None:
    recording = new_recording()
    await ada.says("I need a van.", recording=recording, revision=2)
    late = await ada.says("I need a fan.", recording=recording, revision=1)
    assert (late.version, late.fact_count) == (1, 0)
    assert [fact.text for fact in await ada.facts()] == ["I need a van"]


async def test_recordings_add_up(ada: Person) -> None:
    await ada.says("I need a van.")
    await ada.says("I can teach you pricing.")
    assert {fact.text for fact in await ada.facts()} == {"I need a van", "I can teach you pricing"}


async def test_an_edited_fact_survives_the_same_analysis_again(ada: Person) -> None:
    recording = new_recording()
    await ada.says(NADIA, recording=recording)
    said = await ada.fact(pb.FACET_SEEK)
    edited = await ada.edit(pb.Fact(name=said.name, text="Somebody technical"))
    await ada.says(NADIA, recording=recording, revision=2)
    assert await ada.fact(pb.FACET_SEEK) == edited


@pytest.mark.parametrize("typed", [False, True])
async def test_an_edited_fact_survives_a_correction_and_its_evidence_follows_the_words(
    ada: Person, typed: bool
) -> None:
    recording = new_recording()
    await ada.says(NADIA, recording=recording, typed=typed)
    said = await ada.fact(pb.FACET_SEEK)
    await ada.edit(pb.Fact(name=said.name, text="Somebody technical"))
    corrected = "Well, " + NADIA.replace("technical co-founder", "technical co-pilot")
    await ada.says(corrected, recording=recording, revision=2, typed=typed)
    fact = await ada.fact(pb.FACET_SEEK)
    assert (fact.name, fact.text) == (said.name, "Somebody technical")
    assert fact.evidence.quote == "I'm looking for a technical co-pilot"
    assert corrected[fact.evidence.start_char : fact.evidence.end_char] == fact.evidence.quote


async def test_an_edited_fact_whose_words_are_gone_stays_without_evidence(ada: Person) -> None:
    recording = new_recording()
    await ada.says("Hello. I need a van.", recording=recording, typed=True)
    said = await ada.fact(pb.FACET_SEEK)
    await ada.edit(pb.Fact(name=said.name, text="A small van"))
    await ada.says("Hello. I love trains.", recording=recording, revision=2, typed=True)
    fact = await ada.fact(pb.FACET_SEEK)
    assert fact.text == "A small van"
    assert not fact.HasField("evidence")


async def test_an_edited_facet_is_not_proposed_again_under_the_old_one(ada: Person) -> None:
    recording = new_recording()
    await ada.says("I need a van.", recording=recording)
    said = await ada.fact(pb.FACET_SEEK)
    await ada.edit(pb.Fact(name=said.name, facet=pb.FACET_GOAL), "facet")
    await ada.says("I need a van.", recording=recording, revision=2)
    assert [fact.facet for fact in await ada.facts()] == [pb.FACET_GOAL]


async def test_what_the_user_wrote_first_is_not_proposed_as_well(ada: Person) -> None:
    await ada.create("i need a van")
    await ada.says("I need a van.")
    assert [fact.source for fact in await ada.facts()] == [pb.Fact.SOURCE_USER]


@pytest.mark.parametrize(
    "again",
    ["I need a van. I love trains.", "I need a fan. I love trains.", "Er, I need, a VAN! I love trains."],
)
async def test_a_deleted_statement_does_not_come_back(ada: Person, again: str) -> None:
    recording = new_recording()
    await ada.says("I need a van. I love trains.", recording=recording)
    await ada.delete((await ada.fact(pb.FACET_SEEK)).name)
    await ada.says(again, recording=recording, revision=2)
    assert [fact.text for fact in await ada.facts()] == ["I love trains"]


async def test_a_deleted_statement_does_not_come_back_from_another_recording(ada: Person) -> None:
    await ada.says("I need a van.")
    await ada.delete((await ada.fact(pb.FACET_SEEK)).name)
    await ada.says("So, I need a van!")
    assert list(await ada.facts()) == []


async def test_an_edited_then_deleted_fact_does_not_come_back_in_either_wording(ada: Person) -> None:
    recording = new_recording()
    await ada.says("I need a van.", recording=recording)
    fact = await ada.edit(pb.Fact(name=(await ada.fact(pb.FACET_SEEK)).name, text="I need a lorry"))
    await ada.delete(fact.name)
    await ada.says("I need a van.", recording=recording, revision=2)
    await ada.says("I need a lorry.")
    assert list(await ada.facts()) == []


async def test_another_language_yields_a_warning_and_a_version(ada: Person) -> None:
    request = pb.AnalyzeTranscriptRequest(
        recording=new_recording(), revision=1, text="Ich suche eine Band.", language="de", typed=True
    )
    answer = await ada.stub.AnalyzeTranscript(request, metadata=ada.media)
    assert list(answer.warnings) == ["ANALYSIS_LANGUAGE_UNSUPPORTED"]
    assert (answer.version, answer.fact_count) == (1, 0)
    repeat = await ada.stub.AnalyzeTranscript(request, metadata=ada.media)
    assert repeat == answer


async def test_text_that_fits_no_column_is_no_trouble(ada: Person) -> None:
    answer = await ada.says("I need a van\x00 and a \ud7ff trailer. " + "I love trains. " * 200, typed=True)
    assert answer.version == 1


async def test_a_forgotten_recordings_facts_and_headline_vanish(ada: Person) -> None:
    kept, forgotten = new_recording(), new_recording()
    await ada.says("I'm a carpenter in Leeds. I need a van.", recording=kept)
    await ada.says(NADIA, recording=forgotten)
    assert (await ada.profile()).headline == "I'm a product manager in Rotterdam"
    version = await ada.forget(forgotten)
    profile = await ada.profile()
    assert (profile.version, profile.headline) == (version, "I'm a carpenter in Leeds")
    assert {fact.evidence.recording for fact in await ada.facts()} == {kept}


async def test_an_edited_fact_of_a_forgotten_recording_stays_without_evidence(ada: Person) -> None:
    recording = new_recording()
    await ada.says("I need a van. I love trains.", recording=recording)
    await ada.edit(pb.Fact(name=(await ada.fact(pb.FACET_SEEK)).name, text="A small van"))
    await ada.forget(recording)
    (fact,) = await ada.facts()
    assert fact.text == "A small van"
    assert not fact.HasField("evidence")


async def test_a_late_analysis_of_a_forgotten_recording_changes_nothing(ada: Person) -> None:
    recording = new_recording()
    assert await ada.forget(recording) == 0
    late = await ada.says(NADIA, recording=recording, revision=7)
    assert (late.version, late.fact_count) == (0, 0)
    assert list(await ada.facts()) == []


async def test_forgetting_twice_is_one_version(ada: Person) -> None:
    recording = new_recording()
    await ada.says(NADIA, recording=recording)
    assert await ada.forget(recording) == await ada.forget(recording) == 2


async def test_forgetting_reaches_one_user_only(ada: Person, bob: Person) -> None:
    recording = new_recording()
    await ada.says(NADIA, recording=recording)
    await bob.forget(recording)
    assert len(await ada.facts()) == 4


async def test_nothing_that_was_said_in_a_forgotten_recording_is_kept_anywhere(
    ada: Person, surroundings: Surroundings
) -> None:
    recording = new_recording()
    await ada.says(
        "I'm a xylographer. I need a zeppelin. I love quartz. I can repair yurts.", recording=recording
    )
    await ada.delete((await ada.fact(pb.FACET_INTEREST)).name)
    offer = await ada.fact(pb.FACET_OFFER)
    await ada.edit(pb.Fact(name=offer.name, text="Tents"))
    await ada.forget(recording)
    async with await psycopg.AsyncConnection.connect(surroundings.everything) as connection:
        for table in ("profiles", "facts", "tombstones", "analyses", "versions"):
            cursor = await connection.execute(
                f"SELECT {table}::text FROM {table} WHERE user_id = %s", (ada.id,)
            )  # pyright: ignore[reportArgumentType] - a name from the list above
            stored = str(await cursor.fetchall())
            for word in ("xylographer", "zeppelin", "quartz", "yurts"):
                assert word not in stored, table


async def test_a_full_profile_makes_room_for_the_users_word(ada: Person) -> None:
    for number in range(9):
        things = " ".join(f"I need thing {number} number {i}." for i in range(60))
        await ada.says(things, typed=True)
    assert sum((await ada.profile()).fact_counts.values()) == 500
    own = await ada.create("Rain")
    facts = {fact.name for page in await pages_of_facts(ada) for fact in page}
    assert len(facts) == 500
    assert own.name in facts


async def test_a_page_of_long_versions_is_shorter_than_asked_for(ada: Person) -> None:
    for number in range(9):
        things = " ".join(f"I need thing {number} number {i}." for i in range(60))
        await ada.says(things, typed=True)
    for name in "ABC":
        await ada.update("display_name", display_name=name)
    seen: list[int] = []
    token = ""
    while not seen or token:
        request = pb.ListVersionsRequest(page_size=100, page_token=token)
        page = await ada.stub.ListVersions(request, metadata=ada.me)
        assert page.versions
        assert sum(len(version.facts) for version in page.versions) <= 2_000
        seen += [version.version for version in page.versions]
        token = page.next_page_token
    assert seen == list(range(12, 0, -1))


async def pages_of_facts(person: Person) -> list[list[pb.Fact]]:
    pages: list[list[pb.Fact]] = []
    token = ""
    while not pages or token:
        request = pb.ListFactsRequest(page_size=200, page_token=token)
        page = await person.stub.ListFacts(request, metadata=person.me)
        pages.append(list(page.facts))
        token = page.next_page_token
    return pages
