"""Preferences through the door: masks, etags, and no finer a place than may be known."""

from __future__ import annotations

import grpc
import pytest

from tests.integration.profile.door import Person, refused
from timbre.profile.v1 import profile_pb2 as pb

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.filterwarnings("ignore::services.kit.config.DevelopmentWarning"),
]

INVALID = grpc.StatusCode.INVALID_ARGUMENT


async def test_preferences_are_empty_before_the_first_change(ada: Person) -> None:
    assert await ada.preferences() == pb.Preferences(name="preferences", etag="p0")


async def test_what_was_preferred_is_read_back(ada: Person) -> None:
    weights = [
        pb.FacetWeight(facet=pb.FACET_VALUE, weight=0.7),
        pb.FacetWeight(facet=pb.FACET_OFFER, weight=1.5),
    ]
    given = await ada.prefer(
        "languages",
        "formats",
        "place",
        "max_distance_km",
        "weights",
        languages=["en", "pt-BR"],
        formats=[pb.FORMAT_WRITING, pb.FORMAT_ONLINE],
        place=pb.Place(latitude=51.92, longitude=4.48),
        max_distance_km=100,
        weights=weights,
    )
    assert given == await ada.preferences()
    assert list(given.languages) == ["en", "pt-BR"]
    assert list(given.formats) == [pb.FORMAT_WRITING, pb.FORMAT_ONLINE]
    assert (given.place.latitude, given.place.longitude) == (52.0, 4.5)
    assert {weight.facet: weight.weight for weight in given.weights} == {
        weight.facet: weight.weight for weight in weights
    }
    assert given.max_distance_km == 100
    assert given.HasField("update_time")
    assert [version.cause for version in await ada.versions()] == ["PREFERENCES_UPDATED"]


async def test_only_masked_fields_change_and_empty_ones_are_cleared(ada: Person) -> None:
    await ada.prefer("languages", "place", languages=["en"], place=pb.Place(latitude=1, longitude=1))
    after = await ada.prefer("place", languages=["de"])
    assert list(after.languages) == ["en"]
    assert not after.HasField("place")


async def test_null_island_is_a_place(ada: Person) -> None:
    assert (await ada.prefer("place", place=pb.Place())).HasField("place")


async def test_preferences_that_do_not_change_make_no_version(ada: Person) -> None:
    first = await ada.prefer("place", place=pb.Place(latitude=10.01, longitude=180))
    assert await ada.prefer("place", place=pb.Place(latitude=9.99, longitude=-179.95)) == first
    assert (await ada.profile()).version == 1


async def test_the_etag_is_that_of_the_preferences_alone(ada: Person) -> None:
    first = await ada.prefer("languages", languages=["en"])
    await ada.create("Rain")
    second = await ada.prefer("languages", languages=["es"], etag=first.etag)
    assert second.etag != first.etag
    with refused(grpc.StatusCode.ABORTED, "CONCURRENT_CHANGE", field="preferences.etag"):
        await ada.prefer("languages", languages=["fr"], etag=first.etag)
    assert list((await ada.preferences()).languages) == ["es"]


@pytest.mark.parametrize("paths", [(), ("etag",), ("place.latitude",), ("languages", "nonsense")])
async def test_unknown_and_output_fields_cannot_be_masked(ada: Person, paths: tuple[str, ...]) -> None:
    with refused(INVALID, "INVALID_UPDATE_MASK", field="update_mask"):
        await ada.prefer(*paths, languages=["en"])


async def test_a_facet_has_one_weight(ada: Person) -> None:
    twice = [
        pb.FacetWeight(facet=pb.FACET_GOAL, weight=1.2),
        pb.FacetWeight(facet=pb.FACET_GOAL, weight=0.8),
    ]
    with refused(INVALID, "INVALID_REQUEST", field="preferences.weights"):
        await ada.prefer("weights", weights=twice)
    assert (await ada.profile()).version == 0


async def test_preferences_are_ones_own(ada: Person, bob: Person) -> None:
    await ada.prefer("languages", languages=["en"])
    assert (await bob.preferences()).etag == "p0"
