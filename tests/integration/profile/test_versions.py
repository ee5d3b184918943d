"""The history through the door: what changed, and the way back that brings nothing back that has to stay away."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import uuid4

import grpc
import pytest

from tests.integration.profile.door import NADIA, Person, new_recording, refused
from timbre.profile.v1 import profile_pb2 as pb

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.filterwarnings("ignore::services.kit.config.DevelopmentWarning"),
]

NOT_FOUND = grpc.StatusCode.NOT_FOUND


def content(facts: Iterable[pb.Fact]) -> dict[str, pb.Fact]:
    """Facts by name, without what tells how often they were changed."""
    found: dict[str, pb.Fact] = {}
    for fact in facts:
        bare = pb.Fact()
        bare.CopyFrom(fact)
        bare.ClearField("etag")
        bare.ClearField("update_time")
        found[fact.name] = bare
    return found


async def test_a_version_has_a_name_and_its_card(ada: Person) -> None:
    await ada.update("display_name", "headline", display_name="Ada", headline="Rain")
    await ada.update("display_name", display_name="Eve")
    first = (await ada.versions())[1]
    assert (first.name, first.display_name, first.headline) == ("profile/versions/1", "Ada", "Rain")


async def test_the_difference_of_two_versions_in_either_direction(ada: Person) -> None:
    await ada.update("display_name", "languages", display_name="Ada", languages=["en", "de"])
    kept, edited, deleted = [await ada.create(text) for text in ("Rain", "Snow", "Hail")]
    await ada.edit(pb.Fact(name=edited.name, text="Sleet"))
    await ada.delete(deleted.name)
    newcomer = await ada.create("Fog")
    await ada.hide(kept.name)
    await ada.update("display_name", "visibility", display_name="Eve", visibility=pb.VISIBILITY_HIDDEN)
    there, back = await ada.diff(4, 9), await ada.diff(9, 4)
    assert [fact.name for fact in there.added] == [fact.name for fact in back.removed] == [newcomer.name]
    assert [fact.name for fact in there.removed] == [fact.name for fact in back.added] == [deleted.name]
    assert [(change.before.text, change.after.text) for change in there.changed] == [
        ("Snow", "Sleet"),
        ("Rain", "Rain"),
    ]
    assert [change.after.hidden for change in there.changed] == [False, True]
    assert [(change.field, change.before, change.after) for change in there.fields] == [
        ("display_name", "Ada", "Eve"),
        ("visibility", "VISIBLE", "HIDDEN"),
    ]
    assert await ada.diff(9, 9) == pb.DiffVersionsResponse()


async def test_lists_of_the_card_are_told_as_text(ada: Person) -> None:
    await ada.update("languages", languages=["en", "de"])
    await ada.update("languages", languages=[])
    (change,) = (await ada.diff(1, 2)).fields
    assert (change.field, change.before, change.after) == ("languages", "en, de", "")


async def test_versions_that_are_not_there_or_anothers_are_not_found(ada: Person, bob: Person) -> None:
    await ada.create("Rain")
    for before, after in ((1, 2), (2, 1), (10**17, 1)):
        with refused(NOT_FOUND, "VERSION_NOT_FOUND"):
            await ada.diff(before, after)
    with refused(NOT_FOUND, "VERSION_NOT_FOUND"):
        await bob.diff(1, 1)
    for person, version in ((ada, 2), (bob, 1), (ada, 10**17)):
        with refused(NOT_FOUND, "VERSION_NOT_FOUND"):
            await person.restore(version)


async def test_restoring_brings_back_facts_and_card_and_leaves_the_rest(ada: Person) -> None:
    await ada.update("display_name", display_name="Ada")
    await ada.says(NADIA)
    before = await ada.profile()
    was = await ada.facts()
    seek = await ada.fact(pb.FACET_SEEK)
    await ada.edit(pb.Fact(name=seek.name, text="Anybody"))
    await ada.delete((await ada.fact(pb.FACET_OFFER)).name)
    await ada.hide((await ada.fact(pb.FACET_BACKGROUND)).name)
    await ada.create("Rain")
    await ada.says("I love trains.")
    await ada.update("display_name", "headline", display_name="Eve", headline="My own")
    await ada.update("visibility", visibility=pb.VISIBILITY_HIDDEN)
    await ada.prefer("languages", languages=["en"])
    await ada.agree(pb.PURPOSE_SHARE_CLIPS)
    profile = await ada.restore(2)
    assert content(await ada.facts()) == content(was)
    assert (profile.display_name, profile.headline) == ("Ada", before.headline)
    assert profile.headline_selected
    assert profile.visibility == pb.VISIBILITY_HIDDEN
    assert list((await ada.preferences()).languages) == ["en"]
    assert (await ada.consents())[3].granted
    assert profile == await ada.profile()
    versions = await ada.versions()
    assert (versions[0].cause, versions[0].version) == ("RESTORED", len(versions))


async def test_an_etag_never_comes_back_with_other_words(ada: Person) -> None:
    fact = await ada.create("Rain")
    edited = await ada.edit(pb.Fact(name=fact.name, text="Snow"))
    await ada.restore(1)
    (restored,) = await ada.facts()
    assert restored.text == "Rain"
    assert restored.etag not in {fact.etag, edited.etag}


async def test_an_own_headline_comes_back_as_the_users_own(ada: Person) -> None:
    await ada.says(NADIA)
    await ada.update("headline", headline="Pricing, but kind")
    await ada.update("headline", headline="")
    profile = await ada.restore(2)
    assert (profile.headline, profile.headline_selected) == ("Pricing, but kind", False)
    selected = await ada.update("headline", headline="")
    assert selected.headline == "I'm a product manager in Rotterdam"


async def test_a_version_that_differs_in_nothing_makes_no_version(ada: Person) -> None:
    await ada.create("Rain")
    await ada.update("visibility", visibility=pb.VISIBILITY_HIDDEN)
    assert (await ada.restore(1)).version == 2
    await ada.create("Snow")
    assert (await ada.restore(1)).version == 4
    assert (await ada.restore(2)).version == 4


async def test_restoring_with_an_old_etag_is_aborted_and_repeating_it_is_not(ada: Person) -> None:
    await ada.create("Rain")
    old = (await ada.profile()).etag
    await ada.create("Snow")
    with refused(grpc.StatusCode.ABORTED, "CONCURRENT_CHANGE", field="etag"):
        await ada.restore(1, etag=old)
    etag = (await ada.profile()).etag
    restored = await ada.restore(1, etag=etag, request_id=str(uuid4()))
    assert await ada.restore(1, etag=etag, request_id=str(uuid4())) == restored
    with refused(grpc.StatusCode.ABORTED, "CONCURRENT_CHANGE", field="etag"):
        await ada.restore(1, etag=old)


async def test_a_deleted_fact_that_was_restored_may_be_said_again(ada: Person) -> None:
    recording = new_recording()
    await ada.says("I need a van.", recording=recording)
    fact = await ada.fact(pb.FACET_SEEK)
    await ada.delete(fact.name)
    await ada.restore(1)
    assert [back.name for back in await ada.facts()] == [fact.name]
    await ada.says("I love trains.", recording=recording, revision=2)
    await ada.says("I need a van.", recording=recording, revision=3)
    assert (await ada.fact(pb.FACET_SEEK)).text == fact.text


async def test_what_a_deleted_recording_said_does_not_come_back(ada: Person) -> None:
    recording = new_recording()
    await ada.says(NADIA, recording=recording)
    offer = await ada.fact(pb.FACET_OFFER)
    await ada.edit(pb.Fact(name=offer.name, text="Pricing lessons"))
    await ada.forget(recording)
    for version in (1, 2):
        await ada.restore(version)
        assert not [fact for fact in await ada.facts() if fact.HasField("evidence")]
        assert (await ada.profile()).headline == ""
    assert [fact.text for fact in await ada.facts()] == ["Pricing lessons"]


async def test_what_a_withdrawn_consent_covers_does_not_come_back(ada: Person) -> None:
    await ada.says("I love trains.", typed=True)
    await ada.says(NADIA)
    await ada.withdraw(pb.PURPOSE_TRANSCRIBE)
    await ada.restore(2)
    assert [fact.text for fact in await ada.facts()] == ["I love trains"]
    await ada.agree(pb.PURPOSE_TRANSCRIBE)
    await ada.restore(2)
    assert [fact.text for fact in await ada.facts()] == ["I love trains"]
    assert (await ada.profile()).headline != "I'm a product manager in Rotterdam"
