"""What others see of a person, what they do not, and where a fact was said."""

from __future__ import annotations

from uuid import uuid4

import grpc
import pytest

from services.profile.app import worker
from tests.integration.profile.conftest import Surroundings
from tests.integration.profile.door import NADIA, Person, new_recording, refused
from tests.integration.profile.match_server import MatchServer
from tests.integration.profile.test_indexing import settled
from timbre.profile.v1 import profile_pb2 as pb

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.filterwarnings("ignore::services.kit.config.DevelopmentWarning"),
]


async def test_the_card_of_a_user_who_never_did_anything(ada: Person) -> None:
    assert await ada.card() == pb.ProfileCard(name="profile/card", visible=True)


async def test_the_card_shows_what_may_be_a_reason_and_nothing_else(ada: Person) -> None:
    await ada.update("display_name", "languages", display_name="Ada", languages=["en"])
    await ada.says(NADIA)
    await ada.hide((await ada.fact(pb.FACET_OFFER)).name)
    card = await ada.card()
    assert (card.display_name, card.headline) == ("Ada", "I'm a product manager in Rotterdam")
    assert list(card.languages) == ["en"]
    assert [fact.facet for fact in card.facts] == [pb.FACET_BACKGROUND, pb.FACET_SEEK]


async def test_the_card_says_whether_it_is_shown_and_heard(ada: Person) -> None:
    assert not (await ada.card()).clips_shared
    await ada.agree(pb.PURPOSE_SHARE_CLIPS)
    assert (await ada.card()).clips_shared
    await ada.update("visibility", visibility=pb.VISIBILITY_HIDDEN)
    assert not (await ada.card()).visible
    await ada.update("visibility", visibility=pb.VISIBILITY_VISIBLE)
    assert (await ada.card()).visible
    await ada.withdraw(pb.PURPOSE_MATCHING)
    assert not (await ada.card()).visible


async def test_hiding_a_fact_does_not_make_it_the_users_own(ada: Person) -> None:
    await ada.says(NADIA)
    said = await ada.fact(pb.FACET_SEEK)
    hidden = await ada.hide(said.name)
    assert (hidden.hidden, hidden.source, hidden.text) == (True, pb.Fact.SOURCE_ANALYZER, said.text)
    assert hidden.etag != said.etag
    assert await ada.hide(said.name) == hidden
    shown = await ada.hide(said.name, hidden=False)
    assert not shown.hidden
    assert [version.cause for version in await ada.versions()] == ["FACT_UPDATED", "FACT_UPDATED", "ANALYSIS"]


async def test_match_is_not_told_what_is_hidden(
    ada: Person, surroundings: Surroundings, match: MatchServer
) -> None:
    await ada.create("Rain")
    secret = await ada.create("Snow")
    await ada.hide(secret.name)
    async with worker(surroundings.config(match.address), surroundings.common):
        await settled(ada, 3)
    assert [fact.text for fact in match.newest[ada.id].facts] == ["Rain"]


@pytest.mark.parametrize("again", ["I need a van. I love trains.", "I need a fan. I love trains."])
async def test_a_hidden_statement_stays_hidden_when_it_is_analyzed_again(ada: Person, again: str) -> None:
    recording = new_recording()
    await ada.says("I need a van. I love trains.", recording=recording)
    await ada.hide((await ada.fact(pb.FACET_SEEK)).name)
    await ada.says(again, recording=recording, revision=2)
    assert (await ada.fact(pb.FACET_SEEK)).hidden
    assert not (await ada.fact(pb.FACET_INTEREST)).hidden


async def test_a_hidden_statement_stays_hidden_when_it_is_said_elsewhere_or_comes_back(ada: Person) -> None:
    recording = new_recording()
    await ada.says("I need a van.", recording=recording)
    await ada.hide((await ada.fact(pb.FACET_SEEK)).name)
    await ada.withdraw(pb.PURPOSE_TRANSCRIBE)
    await ada.agree(pb.PURPOSE_TRANSCRIBE)
    await ada.says("I need a van.", recording=recording)
    assert (await ada.fact(pb.FACET_SEEK)).hidden
    await ada.forget(recording)
    await ada.says("So, I need a van!")
    assert (await ada.fact(pb.FACET_SEEK)).hidden


async def test_what_was_shown_again_is_not_hidden_the_next_time(ada: Person) -> None:
    recording = new_recording()
    await ada.says("I need a van.", recording=recording)
    fact = await ada.fact(pb.FACET_SEEK)
    await ada.hide(fact.name)
    await ada.hide(fact.name, hidden=False)
    await ada.forget(recording)
    await ada.says("I need a van.")
    assert not (await ada.fact(pb.FACET_SEEK)).hidden


async def test_services_learn_where_a_fact_was_said(ada: Person, bob: Person) -> None:
    await ada.says(NADIA)
    fact = await ada.fact(pb.FACET_SEEK)
    request = pb.GetEvidenceRequest(name=fact.name)
    assert await ada.stub.GetEvidence(request, metadata=ada.media) == fact.evidence
    own = await ada.create("Rain")
    for person, name in ((bob, fact.name), (ada, own.name), (ada, f"facts/{uuid4()}")):
        with refused(grpc.StatusCode.NOT_FOUND, "FACT_NOT_FOUND"):
            await person.stub.GetEvidence(pb.GetEvidenceRequest(name=name), metadata=person.media)
    with refused(grpc.StatusCode.PERMISSION_DENIED, "PERMISSION_DENIED"):
        await ada.stub.GetEvidence(request, metadata=ada.me)


async def test_the_question_follows_what_is_missing(ada: Person) -> None:
    first = await ada.prompt()
    assert (first.prompt_id, first.facet, first.fact_count) == ("seek-people", pb.FACET_SEEK, 0)
    assert first == await ada.prompt("en")
    await ada.says(NADIA)
    assert (await ada.prompt()).facet == pb.FACET_GOAL
    await ada.hide((await ada.fact(pb.FACET_SEEK)).name)
    assert await ada.prompt() == first
    spanish = await ada.prompt("es-MX")
    assert (spanish.prompt_id, spanish.language) == (first.prompt_id, "es")
    assert spanish.text != first.text
    assert (await ada.prompt("fr")).language == "en"
