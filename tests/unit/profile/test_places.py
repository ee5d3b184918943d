"""How rough a place is before it is stored."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.profile.domain import Place

places = st.builds(Place, st.floats(-90, 90), st.floats(-180, 180))


@pytest.mark.parametrize(
    ("place", "rounded"),
    [
        (Place(51.92, 4.48), Place(52.0, 4.5)),
        (Place(-33.87, 151.21), Place(-33.75, 151.25)),
        (Place(0.0, 180.0), Place(0.0, -180.0)),
        (Place(0.0, 179.9), Place(0.0, -180.0)),
        (Place(0.0, -179.9), Place(0.0, -180.0)),
        (Place(90.0, -180.0), Place(90.0, -180.0)),
        (Place(-0.01, -0.01), Place(0.0, 0.0)),
    ],
)
def test_a_place_is_rounded_to_quarter_degrees(place: Place, rounded: Place) -> None:
    assert place.rounded() == rounded
    assert math.copysign(1, place.rounded().latitude or 1.0) == math.copysign(1, rounded.latitude or 1.0)


@given(places)
def test_a_rounded_place_is_on_earth_near_by_and_stays_what_it_is(place: Place) -> None:
    rounded = place.rounded()
    assert -90 <= rounded.latitude <= 90
    assert -180 <= rounded.longitude < 180
    assert abs(rounded.latitude - place.latitude) <= 0.125
    around = abs(rounded.longitude - place.longitude)
    assert min(around, 360 - around) <= 0.125
    assert rounded.rounded() == rounded
    assert (4 * rounded.latitude).is_integer()
    assert (4 * rounded.longitude).is_integer()
