"""
Who may meet whom, whatever they offer; and that the index's rough filter loses nobody who may.
"""

from __future__ import annotations

from dataclasses import replace
from typing import cast
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.match.adapters import shape
from services.match.filters import Filters, Place, admits, compatible, distance_km
from services.match.ports import Entry, Probe

BERLIN, POTSDAM, SYDNEY = Place(52.5, 13.5), Place(52.5, 13.0), Place(-33.75, 151.25)
ENGLISH = Filters(speaks=frozenset({"en"}))


def speaking(*languages: str, asks: tuple[str, ...] = ()) -> Filters:
    return Filters(speaks=frozenset(languages), asks=frozenset(asks))


def test_somebody_without_filters_may_meet_anybody_who_has_none() -> None:
    assert compatible(Filters(), Filters())
    assert compatible(ENGLISH, Filters())


@pytest.mark.parametrize(
    ("me", "other", "meet"),
    [
        (speaking("en"), speaking("de"), False),
        (speaking("en"), speaking("en", "de"), True),
        (speaking("en", asks=("de",)), speaking("en"), False),
        (speaking("en", asks=("de", "fr")), speaking("en", "de"), True),
        # Nothing is known of what they speak: that is no obstacle, but not what was asked for either.
        (speaking("en"), speaking(), True),
        (speaking("en", asks=("en",)), speaking(), False),
        # What both wish for does not replace a language to talk in.
        (speaking("en", asks=("de",)), speaking("de", asks=("en",)), False),
    ],
)
def test_languages_hold_both_ways(me: Filters, other: Filters, meet: bool) -> None:
    assert compatible(me, other) is meet
    assert compatible(other, me) is meet


def test_formats_need_one_in_common_and_none_means_any() -> None:
    online, both, writing = (Filters(formats=frozenset(each)) for each in ({1}, {1, 2}, {3}))
    assert compatible(online, both)
    assert not compatible(writing, both)
    assert compatible(writing, Filters())


def test_a_limit_of_either_keeps_both_apart() -> None:
    near = Filters(place=BERLIN, max_distance_km=100)
    assert compatible(near, Filters(place=POTSDAM))
    for far in (Filters(place=SYDNEY), Filters(place=SYDNEY, max_distance_km=20000)):
        assert not compatible(near, far)
        assert not compatible(far, near)
    assert admits(Filters(place=SYDNEY, max_distance_km=20000), near)


def test_who_has_told_no_place_is_in_reach_of_nobody_who_has_set_a_distance() -> None:
    near = Filters(place=BERLIN, max_distance_km=20000)
    assert not compatible(near, Filters())
    assert not compatible(Filters(), near)
    assert not compatible(Filters(max_distance_km=50), Filters(place=BERLIN))


def test_distances_are_those_on_the_globe() -> None:
    assert distance_km(BERLIN, SYDNEY) == pytest.approx(16090, rel=0.005)
    assert distance_km(Place(0, 179.75), Place(0, -179.75)) == pytest.approx(55.6, rel=0.01)
    assert distance_km(Place(90, 0), Place(90, 120)) == pytest.approx(0, abs=1e-6)
    assert distance_km(Place(0, 0), Place(0, 180)) == pytest.approx(20015, rel=0.001)


places = st.builds(
    Place,
    st.integers(-360, 360).map(lambda quarter: quarter / 4),
    st.integers(-720, 720).map(lambda quarter: quarter / 4),
)
languages = st.frozensets(st.sampled_from(["de", "en", "fr"]))
people = st.builds(
    Filters,
    speaks=languages,
    asks=languages,
    formats=st.frozensets(st.integers(1, 3)),
    place=st.none() | places,
    max_distance_km=st.just(0) | st.integers(50, 20000),
)


def comes_through(me: Filters, other: Filters, *, both_ways: bool) -> bool:
    """What an engine makes of the terms: in each key one of the words."""
    row = np.zeros(1)
    entry = Entry(UUID(int=1), 1, other, Probe(row, row, row, frozenset(), frozenset()))
    said = shape.payload(entry)
    for key, words in shape.conditions(me, both_ways=both_ways):
        if set(words).isdisjoint(cast("list[str]", said[key])):
            return False
    return True


@given(people, people)
def test_the_index_loses_nobody_who_is_compatible(me: Filters, other: Filters) -> None:
    if compatible(me, other):
        assert comes_through(me, other, both_ways=True)
    if admits(me, other):
        assert comes_through(me, other, both_ways=False)


@given(places, st.integers(50, 20000), places)
def test_the_index_loses_nobody_within_a_distance(here: Place, km: int, there: Place) -> None:
    """Also across the date line and around the poles."""
    me, other = Filters(place=here, max_distance_km=km), Filters(place=there)
    if admits(me, other):
        assert comes_through(me, other, both_ways=True)
        assert comes_through(other, me, both_ways=True)


@given(people, people)
def test_without_places_the_index_is_exact(me: Filters, other: Filters) -> None:
    me, other = replace(me, max_distance_km=0), replace(other, max_distance_km=0)
    assert comes_through(me, other, both_ways=True) is compatible(me, other)


def test_far_people_do_not_fill_the_candidates_of_who_looks_nearby() -> None:
    me = Filters(place=BERLIN, max_distance_km=100)
    assert comes_through(me, Filters(place=POTSDAM), both_ways=True)
    assert not comes_through(me, Filters(place=SYDNEY), both_ways=True)
    assert not comes_through(Filters(place=SYDNEY), me, both_ways=True)
