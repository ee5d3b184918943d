"""
Whether two people may meet at all: languages, ways to meet, distance. Each holds both ways. This is the truth
about filters; what the index and the database filter beforehand only spares work.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt
from typing import Final

EARTH_KM: Final = 6371.0088
DISTANCES_KM: Final = (50, 100, 250, 500, 1000, 2500, 5000, 20000, 0)
"""Limits to try for somebody who finds too few, from near to far; 0 is any distance."""


@dataclass(frozen=True, slots=True)
class Place:
    """A rough place on Earth, in degrees."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Filters:
    """Of one person: what they ask of others, and what others may ask of them."""

    speaks: frozenset[str] = frozenset()
    """Primary subtags; empty means unknown, and then nobody is kept away for want of a common language."""
    asks: frozenset[str] = frozenset()
    """The other must speak one of these; who speaks nothing known does not. Empty: no such wish."""
    formats: frozenset[int] = frozenset()
    """Ways to meet, the contract's numbers; empty: any."""
    place: Place | None = None
    max_distance_km: int = 0
    """0: any distance, also to people who have told no place."""


def compatible(me: Filters, other: Filters) -> bool:
    """Say whether either lets the other through."""
    return admits(me, other) and admits(other, me)


def admits(me: Filters, other: Filters) -> bool:
    """Say whether `other` passes what `me` asks, whatever they ask in turn."""
    return speak(me, other) and share_formats(me, other) and is_near(me, other)


def speak(me: Filters, other: Filters) -> bool:
    """Say whether they have a language in common, as far as is known, and `other` speaks what `me` asks for."""
    common = not me.speaks or not other.speaks or bool(me.speaks & other.speaks)
    return common and (not me.asks or bool(me.asks & other.speaks))


def share_formats(me: Filters, other: Filters) -> bool:
    """Say whether there is a way to meet that suits both."""
    return not me.formats or not other.formats or bool(me.formats & other.formats)


def is_near(me: Filters, other: Filters) -> bool:
    """Say whether `other` is within the limit of `me`; without both places nobody is."""
    if not me.max_distance_km:
        return True
    if me.place is None or other.place is None:
        return False
    return distance_km(me.place, other.place) <= me.max_distance_km


def distance_km(a: Place, b: Place) -> float:
    """Return the great-circle distance on a sphere (haversine)."""
    north, east = radians(b.latitude - a.latitude), radians(b.longitude - a.longitude)
    chord = sin(north / 2) ** 2 + cos(radians(a.latitude)) * cos(radians(b.latitude)) * sin(east / 2) ** 2
    return 2 * EARTH_KM * asin(min(1.0, sqrt(chord)))
