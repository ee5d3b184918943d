"""Consents through the door: what holds, what a withdrawal takes out, and what a grant brings back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import grpc
import psycopg
import pytest

from services.profile.app import worker
from tests.integration.profile.conftest import Surroundings
from tests.integration.profile.door import NADIA, Person, new_recording, refused
from tests.integration.profile.match_server import MatchServer
from tests.integration.profile.media_server import MediaServer
from tests.integration.profile.test_indexing import settled, until
from timbre.profile.v1 import profile_pb2 as pb

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.filterwarnings("ignore::services.kit.config.DevelopmentWarning"),
]

TRANSCRIBE, EXTERNAL = pb.PURPOSE_TRANSCRIBE, pb.PURPOSE_EXTERNAL_ANALYSIS
MATCHING, SHARE_CLIPS = pb.PURPOSE_MATCHING, pb.PURPOSE_SHARE_CLIPS
WITHDRAWN = ["CONSENT_WITHDRAWN"]


@asynccontextmanager
async def working(surroundings: Surroundings, match: MatchServer) -> AsyncIterator[MediaServer]:
    """A worker, and media beside it."""
    media = MediaServer(surroundings.tokens("media"))  # pyright: ignore[reportAbstractUsage] - one method is enough here
    await media.start()
    try:
        async with worker(surroundings.config(match.address, media.address), surroundings.common):
            yield media
    finally:
        await media.stop()


async def test_what_holds_while_nothing_was_decided(ada: Person) -> None:
    assert list(await ada.consents()) == [
        pb.Consent(name="consents/TRANSCRIBE", purpose=TRANSCRIBE, granted=True, etag="c0"),
        pb.Consent(name="consents/EXTERNAL_ANALYSIS", purpose=EXTERNAL, granted=False, etag="c0"),
        pb.Consent(name="consents/MATCHING", purpose=MATCHING, granted=True, etag="c0"),
        pb.Consent(name="consents/SHARE_CLIPS", purpose=SHARE_CLIPS, granted=False, etag="c0"),
    ]


async def test_each_decision_is_a_version_and_the_same_again_is_none(ada: Person) -> None:
    first = await ada.agree(SHARE_CLIPS, terms="2026-11")
    assert (first.version, first.granted, first.terms, first.etag) == (1, True, "2026-11", "c1")
    assert await ada.agree(SHARE_CLIPS, terms="2026-11") == first
    assert (await ada.profile()).version == 1
    second = await ada.withdraw(SHARE_CLIPS)
    assert (second.version, second.granted) == (2, False)
    assert (await ada.consents())[3] == second
    assert [version.cause for version in await ada.versions()] == ["CONSENT_SET", "CONSENT_SET"]


async def test_agreeing_to_what_holds_anyway_is_a_decision_that_changes_nothing_else(ada: Person) -> None:
    assert (await ada.agree(MATCHING, terms="2026-11")).version == 1
    assert (await ada.agree(MATCHING, terms="2027-01")).version == 2
    assert (await ada.profile()).version == 0


async def test_a_stale_etag_is_aborted_but_a_repeated_call_is_not(ada: Person) -> None:
    first = await ada.agree(SHARE_CLIPS, etag="c0")
    assert await ada.agree(SHARE_CLIPS, etag="c0") == first
    for etag in ("c0", "c7", "nonsense"):
        with refused(grpc.StatusCode.ABORTED, "CONCURRENT_CHANGE", field="etag"):
            await ada.withdraw(SHARE_CLIPS, etag=etag)
    assert (await ada.withdraw(SHARE_CLIPS, etag=first.etag)).version == 2
    with refused(grpc.StatusCode.ABORTED, "CONCURRENT_CHANGE", field="etag"):
        await ada.agree(SHARE_CLIPS, etag="c0")


async def test_services_ask_what_holds(ada: Person) -> None:
    async def holds(purpose: pb.Purpose.ValueType) -> bool:
        request = pb.CheckConsentRequest(purpose=purpose)
        return (await ada.stub.CheckConsent(request, metadata=ada.media)).granted

    assert [await holds(purpose) for purpose in (TRANSCRIBE, EXTERNAL, MATCHING, SHARE_CLIPS)] == [
        True,
        False,
        True,
        False,
    ]
    await ada.withdraw(TRANSCRIBE)
    await ada.agree(SHARE_CLIPS)
    assert not await holds(TRANSCRIBE)
    assert await holds(SHARE_CLIPS)
    with refused(grpc.StatusCode.PERMISSION_DENIED, "PERMISSION_DENIED"):
        await ada.stub.CheckConsent(pb.CheckConsentRequest(purpose=MATCHING), metadata=ada.me)


async def test_withdrawing_transcription_takes_out_what_was_spoken_and_leaves_what_was_typed(
    ada: Person,
) -> None:
    await ada.says("I'm a carpenter in Leeds. I can repair boats.", typed=True)
    await ada.says(NADIA)
    offer = next(fact for fact in await ada.facts(pb.FACET_OFFER) if not fact.evidence.typed)
    await ada.edit(pb.Fact(name=offer.name, text="Pricing lessons"))
    await ada.create("Rain")
    assert (await ada.profile()).headline == "I'm a product manager in Rotterdam"
    await ada.withdraw(TRANSCRIBE)
    facts = {fact.text: fact for fact in await ada.facts()}
    assert facts.keys() == {"I'm a carpenter in Leeds", "I can repair boats", "Pricing lessons", "Rain"}
    assert not facts["Pricing lessons"].HasField("evidence")
    assert facts["I can repair boats"].evidence.typed
    assert (await ada.profile()).headline == "I'm a carpenter in Leeds"
    assert (await ada.versions())[0].cause == "CONSENT_SET"


async def test_nothing_that_was_spoken_is_kept_anywhere_after_the_withdrawal(
    ada: Person, surroundings: Surroundings
) -> None:
    words = ("xylographer", "zeppelin", "quartz", "yurts")
    await ada.says("I'm a xylographer. I need a zeppelin. I love quartz. I can repair yurts.")
    await ada.says("I need a gramophone.", typed=True)
    await ada.delete((await ada.fact(pb.FACET_INTEREST)).name)
    await ada.edit(pb.Fact(name=(await ada.fact(pb.FACET_OFFER)).name, text="Tents"))
    await ada.withdraw(TRANSCRIBE)
    async with await psycopg.AsyncConnection.connect(surroundings.everything) as connection:
        for table in ("profiles", "facts", "tombstones", "analyses", "versions"):
            cursor = await connection.execute(
                f"SELECT {table}::text FROM {table} WHERE user_id = %s", (ada.id,)
            )  # pyright: ignore[reportArgumentType] - a name from the list above
            rows = await cursor.fetchall()
            assert rows, table
            assert not [word for word in words if word in str(rows)], table
    history = [fact.text for version in await ada.versions() for fact in version.facts]
    assert {"Tents", "I need a gramophone"} <= set(history)


async def test_a_spoken_transcript_yields_nothing_while_the_consent_is_withdrawn(ada: Person) -> None:
    recording = new_recording()
    await ada.says(NADIA, recording=recording)
    await ada.withdraw(TRANSCRIBE)
    for revision in (1, 1, 2):
        answer = await ada.says(NADIA, recording=recording, revision=revision)
        assert (answer.version, answer.fact_count, list(answer.warnings)) == (2, 0, WITHDRAWN)
    assert list(await ada.facts()) == []
    typed = await ada.says("I love trains.", typed=True)
    assert (typed.fact_count, list(typed.warnings)) == (1, [])


async def test_a_new_grant_lets_the_same_transcript_be_analyzed_again(ada: Person) -> None:
    recording = new_recording()
    await ada.says(NADIA, recording=recording)
    await ada.withdraw(TRANSCRIBE)
    await ada.agree(TRANSCRIBE)
    again = await ada.says(NADIA, recording=recording)
    assert (again.version, again.fact_count, list(again.warnings)) == (4, 4, [])
    assert (await ada.profile()).headline == "I'm a product manager in Rotterdam"


async def test_a_fact_the_user_edited_has_its_evidence_again_after_a_new_grant(ada: Person) -> None:
    recording = new_recording()
    await ada.says(NADIA, recording=recording)
    said = await ada.fact(pb.FACET_OFFER)
    await ada.edit(pb.Fact(name=said.name, text="Pricing lessons"))
    await ada.withdraw(TRANSCRIBE)
    assert not (await ada.fact(pb.FACET_OFFER)).HasField("evidence")
    await ada.agree(TRANSCRIBE)
    await ada.says(NADIA, recording=recording)
    fact = await ada.fact(pb.FACET_OFFER)
    assert (fact.name, fact.text, fact.evidence) == (said.name, "Pricing lessons", said.evidence)


async def test_a_transcript_first_seen_without_consent_is_analyzed_after_the_grant(ada: Person) -> None:
    recording = new_recording()
    await ada.withdraw(TRANSCRIBE)
    assert (await ada.says(NADIA, recording=recording)).fact_count == 0
    await ada.agree(TRANSCRIBE)
    assert (await ada.says(NADIA, recording=recording)).fact_count == 4


async def test_a_deleted_statement_stays_away_after_withdrawal_and_grant(ada: Person) -> None:
    recording = new_recording()
    await ada.says("I need a van. I love trains.", recording=recording)
    await ada.delete((await ada.fact(pb.FACET_SEEK)).name)
    await ada.withdraw(TRANSCRIBE)
    await ada.agree(TRANSCRIBE)
    await ada.says("I need a van. I love trains.", recording=recording)
    assert [fact.text for fact in await ada.facts()] == ["I love trains"]


async def test_match_is_told_nothing_but_that_matching_is_withdrawn(
    ada: Person, surroundings: Surroundings, match: MatchServer
) -> None:
    await ada.says(NADIA)
    await ada.withdraw(MATCHING)
    async with working(surroundings, match):
        await settled(ada, 2)
        told = match.newest[ada.id]
        assert (told.matching, told.visible, list(told.facts)) == (False, False, [])
        await ada.agree(MATCHING)
        await settled(ada, 3)
    told = match.newest[ada.id]
    assert (told.matching, told.visible, len(told.facts)) == (True, True, 4)
    assert not told.share_clips


async def test_match_is_told_whose_words_may_leave_until_they_may_not(
    ada: Person, surroundings: Surroundings, match: MatchServer
) -> None:
    await ada.agree(EXTERNAL)
    async with working(surroundings, match):
        await settled(ada, 1)
        assert match.newest[ada.id].external_analysis
        await ada.withdraw(EXTERNAL)
        await settled(ada, 2)
    assert not match.newest[ada.id].external_analysis


async def test_match_is_told_who_shares_clips_and_what_is_preferred(
    ada: Person, surroundings: Surroundings, match: MatchServer
) -> None:
    await ada.agree(SHARE_CLIPS)
    await ada.prefer("languages", "place", languages=["es"], place=pb.Place(latitude=40.4, longitude=-3.7))
    async with working(surroundings, match):
        await settled(ada, 2)
    told = match.newest[ada.id]
    assert told.share_clips
    assert list(told.preferences.languages) == ["es"]
    assert (told.preferences.place.latitude, told.preferences.place.longitude) == (40.5, -3.75)


async def test_media_reads_the_transcripts_again_whenever_more_or_less_is_allowed(
    ada: Person, bob: Person, surroundings: Surroundings, match: MatchServer
) -> None:
    async with working(surroundings, match) as media:
        await bob.agree(SHARE_CLIPS)
        await bob.withdraw(MATCHING)
        await settled(bob, 2)
        await ada.withdraw(TRANSCRIBE)
        await until(lambda: media.reanalyzed.count(ada.id) == 1)
        await ada.agree(TRANSCRIBE)
        await until(lambda: media.reanalyzed.count(ada.id) == 2)
        await ada.agree(TRANSCRIBE, terms="2026-11")
        await ada.agree(EXTERNAL)
        await until(lambda: media.reanalyzed.count(ada.id) == 3)
    assert bob.id not in media.reanalyzed


async def test_media_is_told_as_soon_as_it_is_back(
    ada: Person, surroundings: Surroundings, match: MatchServer
) -> None:
    media = MediaServer(surroundings.tokens("media"))  # pyright: ignore[reportAbstractUsage] - one method is enough here
    async with worker(surroundings.config(match.address, media.address), surroundings.common):
        await ada.withdraw(TRANSCRIBE)
        await settled(ada, 1)
        await media.start()
        await until(lambda: ada.id in media.reanalyzed)
    await media.stop()
