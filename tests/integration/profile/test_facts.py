"""Facts through the door: the user's own word, and nobody else's business."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import grpc
import psycopg
import pytest

from tests.integration.profile.conftest import Surroundings
from tests.integration.profile.door import NADIA, Person, new_recording, refused
from timbre.profile.v1 import profile_pb2 as pb

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.filterwarnings("ignore::services.kit.config.DevelopmentWarning"),
]

NOT_FOUND = grpc.StatusCode.NOT_FOUND
INVALID = grpc.StatusCode.INVALID_ARGUMENT


async def test_a_fact_the_user_writes_is_the_users(ada: Person) -> None:
    fact = await ada.create("  I collect\n rain\x00 sounds ")
    assert (fact.text, fact.source, fact.confidence) == ("I collect rain sounds", pb.Fact.SOURCE_USER, 1.0)
    assert not fact.HasField("evidence")
    assert list(await ada.facts()) == [fact]
    assert (await ada.profile()).fact_counts == {"INTEREST": 1}


async def test_the_same_request_id_adds_a_fact_once(ada: Person) -> None:
    request_id = str(uuid4())
    calls = (ada.create("Rain", request_id=request_id) for _ in range(4))
    at_once = await asyncio.gather(*calls, return_exceptions=True)
    first, *others = [answer for answer in at_once if isinstance(answer, pb.Fact)]
    assert all(other == first for other in others)
    assert await ada.create("Rain", request_id=request_id) == first
    assert len(await ada.facts()) == 1
    with refused(INVALID, "REQUEST_ID_REUSED", field="request_id"):
        await ada.create("Snow", request_id=request_id)


async def test_a_call_that_died_before_its_answer_was_remembered_has_no_second_effect(
    ada: Person, surroundings: Surroundings
) -> None:
    """A crash between the two commits leaves the fact, and at the door a call that is not done."""
    died = "UPDATE request_ids SET done = false, response = NULL, serve_until = now() WHERE request_id = %s"
    request_id = str(uuid4())
    first = await ada.create("Rain", request_id=request_id)
    async with await psycopg.AsyncConnection.connect(surroundings.everything, autocommit=True) as connection:
        assert (await connection.execute(died, (request_id,))).rowcount == 1
        assert await ada.create("Rain", request_id=request_id) == first
        assert await ada.facts() == [first]
        await ada.delete(first.name)
        assert (await connection.execute(died, (request_id,))).rowcount == 1
    with refused(NOT_FOUND, "FACT_NOT_FOUND"):
        await ada.create("Rain", request_id=request_id)


async def test_a_request_id_is_good_for_a_day(ada: Person, surroundings: Surroundings) -> None:
    request_id = str(uuid4())
    first = await ada.create("Rain", request_id=request_id)
    async with await psycopg.AsyncConnection.connect(surroundings.everything) as connection:
        for table in ("request_ids", "requests"):
            age = f"UPDATE {table} SET create_time = now() - interval '25 hours' WHERE request_id = %s"
            assert (await connection.execute(age, (request_id,))).rowcount == 1  # pyright: ignore[reportArgumentType] - a name from the list above
    second = await ada.create("Snow", request_id=request_id)
    assert [fact.name for fact in await ada.facts()] == [second.name, first.name]


async def test_a_fact_without_words_or_facet_is_refused(ada: Person) -> None:
    with refused(INVALID, "INVALID_REQUEST"):
        await ada.create("  ")
    with refused(INVALID, "INVALID_REQUEST", field="fact.text"):
        await ada.create("\x01\x02")
    with refused(INVALID, "INVALID_REQUEST"):
        await ada.stub.CreateFact(pb.CreateFactRequest(fact=pb.Fact(text="Rain")), metadata=ada.me)
    assert (await ada.profile()).version == 0


async def test_an_edit_makes_a_fact_the_users_own_and_keeps_its_evidence(ada: Person) -> None:
    await ada.says(NADIA)
    said = await ada.fact(pb.FACET_SEEK)
    assert said.source == pb.Fact.SOURCE_ANALYZER
    assert said.analyzer == "extractive-v1"
    said.text = "A technical co-founder in Utrecht"
    edited = await ada.edit(said)
    assert (edited.name, edited.text) == (said.name, "A technical co-founder in Utrecht")
    assert edited.source == pb.Fact.SOURCE_USER
    assert edited.evidence == said.evidence
    assert edited.etag != said.etag


async def test_changing_the_facet_alone_leaves_the_text(ada: Person) -> None:
    fact = await ada.create("Rain")
    changed = await ada.edit(pb.Fact(name=fact.name, facet=pb.FACET_VALUE, text="ignored"), "facet")
    assert (changed.facet, changed.text) == (pb.FACET_VALUE, "Rain")


async def test_an_edit_that_changes_nothing_makes_no_version(ada: Person) -> None:
    fact = await ada.create("Rain")
    assert await ada.edit(fact) == fact
    assert (await ada.profile()).version == 1


async def test_an_old_etag_is_aborted(ada: Person) -> None:
    fact = await ada.create("Rain")
    newer = await ada.edit(pb.Fact(name=fact.name, text="Snow", etag=fact.etag))
    with refused(grpc.StatusCode.ABORTED, "CONCURRENT_CHANGE"):
        await ada.edit(pb.Fact(name=fact.name, text="Hail", etag=fact.etag))
    assert (await ada.edit(pb.Fact(name=fact.name, text="Hail", etag=newer.etag))).text == "Hail"


@pytest.mark.parametrize("paths", [("evidence",), ("text", "source"), ("nonsense",)])
async def test_only_text_facet_and_hidden_can_be_changed(ada: Person, paths: tuple[str, ...]) -> None:
    fact = await ada.create("Rain")
    with refused(INVALID, "INVALID_UPDATE_MASK", field="update_mask"):
        await ada.edit(fact, *paths)


async def test_an_empty_mask_is_refused(ada: Person) -> None:
    fact = await ada.create("Rain")
    request = pb.UpdateFactRequest(fact=fact)
    request.update_mask.SetInParent()
    with refused(INVALID, "INVALID_UPDATE_MASK", field="update_mask"):
        await ada.stub.UpdateFact(request, metadata=ada.me)


async def test_others_facts_look_like_no_facts(ada: Person, bob: Person) -> None:
    fact = await ada.create("Rain")
    for name in (fact.name, f"facts/{uuid4()}"):
        with refused(NOT_FOUND, "FACT_NOT_FOUND"):
            await bob.edit(pb.Fact(name=name, text="Mine now"))
        with refused(NOT_FOUND, "FACT_NOT_FOUND"):
            await bob.delete(name)
    assert list(await bob.facts()) == []
    assert list(await ada.facts()) == [fact]


async def test_a_deleted_fact_is_gone(ada: Person) -> None:
    fact = await ada.create("Rain")
    await ada.delete(fact.name)
    assert list(await ada.facts()) == []
    with refused(NOT_FOUND, "FACT_NOT_FOUND"):
        await ada.delete(fact.name)


async def test_pages_follow_each_other_newest_first_and_ignore_newcomers(ada: Person) -> None:
    for number in range(5):
        await ada.create(f"Fact {number}")
    page = await ada.stub.ListFacts(pb.ListFactsRequest(page_size=2), metadata=ada.me)
    await ada.create("Newcomer")
    seen = [fact.text for fact in page.facts]
    while page.next_page_token:
        request = pb.ListFactsRequest(page_size=2, page_token=page.next_page_token)
        page = await ada.stub.ListFacts(request, metadata=ada.me)
        seen += [fact.text for fact in page.facts]
    assert seen == ["Fact 4", "Fact 3", "Fact 2", "Fact 1", "Fact 0"]


async def test_facts_are_listed_by_facet(ada: Person) -> None:
    await ada.says(NADIA)
    assert [fact.text for fact in await ada.facts(pb.FACET_OFFER)] == ["I can teach you pricing"]
    assert [fact.text for fact in await ada.facts(pb.FACET_EXCLUSION)] == ["I'm not looking for an agency"]
    assert len(await ada.facts()) == 4


async def test_a_page_token_is_good_for_its_query_and_caller_only(ada: Person, bob: Person) -> None:
    for number in range(3):
        await ada.create(f"Fact {number}")
    page = await ada.stub.ListFacts(pb.ListFactsRequest(page_size=1), metadata=ada.me)
    token = page.next_page_token
    for person, request in (
        (ada, pb.ListFactsRequest(page_token="garbage")),
        (ada, pb.ListFactsRequest(page_token=token[:-2])),
        (ada, pb.ListFactsRequest(page_token=token, facet=pb.FACET_SEEK)),
        (bob, pb.ListFactsRequest(page_token=token)),
    ):
        with refused(INVALID, "INVALID_PAGE_TOKEN", field="page_token"):
            await person.stub.ListFacts(request, metadata=person.me)
    with refused(INVALID, "INVALID_PAGE_TOKEN", field="page_token"):
        await ada.stub.ListVersions(pb.ListVersionsRequest(page_token=token), metadata=ada.me)


async def test_users_cannot_make_the_calls_of_services(ada: Person) -> None:
    request = pb.AnalyzeTranscriptRequest(recording=new_recording(), revision=1, text="Hi.")
    with refused(grpc.StatusCode.PERMISSION_DENIED, "PERMISSION_DENIED"):
        await ada.stub.AnalyzeTranscript(request, metadata=ada.me)
    with refused(grpc.StatusCode.PERMISSION_DENIED, "PERMISSION_DENIED"):
        await ada.stub.GetProfile(pb.GetProfileRequest(), metadata=ada.media)
