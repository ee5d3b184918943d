"""The profile through the door: the card, its versions, concurrent changes."""

from __future__ import annotations

import asyncio

import grpc
import pytest

from tests.integration.profile.door import NADIA, Person, refused
from timbre.profile.v1 import profile_pb2 as pb

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.filterwarnings("ignore::services.kit.config.DevelopmentWarning"),
]

INVALID = grpc.StatusCode.INVALID_ARGUMENT


async def test_a_user_who_never_did_anything_has_an_empty_profile(ada: Person) -> None:
    profile = await ada.profile()
    assert (profile.name, profile.version, profile.headline) == ("profile", 0, "")
    assert profile.visibility == pb.VISIBILITY_VISIBLE
    assert list(await ada.facts()) == list(await ada.versions()) == []


async def test_the_masked_fields_change_and_no_others(ada: Person) -> None:
    await ada.update("display_name", "languages", display_name=" Ada\tL. ", languages=["en", "pt-BR"])
    profile = await ada.update("headline", headline="Rain", display_name="ignored")
    assert (profile.display_name, profile.headline) == ("Ada L.", "Rain")
    assert list(profile.languages) == ["en", "pt-BR"]
    assert profile.version == 2
    assert profile == await ada.profile()


async def test_an_update_that_changes_nothing_makes_no_version(ada: Person) -> None:
    first = await ada.update("display_name", display_name="Ada")
    assert await ada.update("display_name", display_name="Ada") == first


async def test_a_stale_etag_is_aborted_also_for_an_empty_profile(ada: Person) -> None:
    empty = await ada.profile()
    await ada.update("display_name", display_name="Ada", etag=empty.etag)
    with refused(grpc.StatusCode.ABORTED, "CONCURRENT_CHANGE"):
        await ada.update("display_name", display_name="Eve", etag=empty.etag)
    assert (await ada.profile()).display_name == "Ada"


@pytest.mark.parametrize(
    "paths", [("version",), ("display_name", "etag"), ("displayName",), ("nonsense",), ()]
)
async def test_unknown_and_output_fields_cannot_be_masked(ada: Person, paths: tuple[str, ...]) -> None:
    request = pb.UpdateProfileRequest(profile=pb.Profile(display_name="Ada"))
    request.update_mask.SetInParent()
    request.update_mask.paths.extend(paths)
    with refused(INVALID, "INVALID_UPDATE_MASK", field="update_mask"):
        await ada.stub.UpdateProfile(request, metadata=ada.me)


async def test_values_that_break_a_rule_are_refused(ada: Person) -> None:
    with refused(INVALID, "INVALID_REQUEST", field="profile.display_name"):
        await ada.update("display_name", display_name=" \n")
    with refused(INVALID, "INVALID_REQUEST", field="profile.visibility"):
        await ada.update("visibility")
    with refused(INVALID, "INVALID_REQUEST", field="profile.languages[0]"):
        await ada.update("languages", languages=["English"])
    assert (await ada.profile()).version == 0


async def test_the_headline_is_a_sentence_that_was_said_until_the_user_writes_one(ada: Person) -> None:
    await ada.says(NADIA)
    selected = await ada.profile()
    assert (selected.headline, selected.headline_selected) == ("I'm a product manager in Rotterdam", True)
    own = await ada.update("headline", headline="Pricing, but kind")
    assert (own.headline, own.headline_selected) == ("Pricing, but kind", False)
    again = await ada.update("headline", headline="")
    assert (again.headline, again.headline_selected) == (selected.headline, True)


async def test_every_change_is_a_version_and_versions_keep_what_was(ada: Person) -> None:
    await ada.says(NADIA)
    fact = await ada.create("Rain")
    await ada.edit(pb.Fact(name=fact.name, text="Snow"))
    await ada.update("visibility", visibility=pb.VISIBILITY_HIDDEN)
    await ada.delete(fact.name)
    versions = await ada.versions()
    assert [(version.version, version.cause) for version in versions] == [
        (5, "FACT_DELETED"),
        (4, "PROFILE_UPDATED"),
        (3, "FACT_UPDATED"),
        (2, "FACT_CREATED"),
        (1, "ANALYSIS"),
    ]
    interests = [
        [fact.text for fact in version.facts if fact.facet == pb.FACET_INTEREST] for version in versions
    ]
    assert interests == [[], ["Snow"], ["Snow"], ["Rain"], []]
    assert len(versions[0].facts) == 4


async def test_history_comes_in_pages(ada: Person) -> None:
    for name in ("A", "B", "C"):
        await ada.update("display_name", display_name=name)
    first = await ada.stub.ListVersions(pb.ListVersionsRequest(page_size=2), metadata=ada.me)
    request = pb.ListVersionsRequest(page_size=2, page_token=first.next_page_token)
    second = await ada.stub.ListVersions(request, metadata=ada.me)
    numbers = [version.version for version in (*first.versions, *second.versions)]
    assert (numbers, second.next_page_token) == ([3, 2, 1], "")


async def test_concurrent_changes_are_all_kept_and_numbered_without_gaps(ada: Person) -> None:
    await asyncio.gather(*(ada.create(f"Fact {number}") for number in range(12)))
    assert sorted(version.version for version in await ada.versions()) == list(range(1, 13))
    assert len(await ada.facts()) == 12
