"""
The one shape both engines keep people in, and the numbers of the candidate query.

A point is a person: `offers` and `seeks` hold one vector for each fact, already scaled by what its facet
counts, `whole` the whole profile, and two sparse vectors the terms. Candidates are ranked in one round trip by
nearly the exact score, the harmonic mean of the best answers each way plus closeness, and that order is
fused with the two lexical ones. Measured in docs/decisions/0006-index-shape.md.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from math import asin, ceil, cos, degrees, floor, radians, sin
from typing import Final

from services.match.filters import EARTH_KM, Filters, Place
from services.match.ports import Entry, Floats, Probe

OFFERS: Final = "offers"
SEEKS: Final = "seeks"
WHOLE: Final = "whole"
OFFER_TERMS: Final = "offer_terms"
SEEK_TERMS: Final = "seek_terms"
VERSION: Final = "version"
SPEAKS: Final = "speaks"
FORMATS: Final = "formats"
CELLS: Final = "cells"
WANTS: Final = "wants"
MEETS: Final = "meets"
KEYWORDS: Final = (SPEAKS, FORMATS, CELLS, WANTS, MEETS)
"""Keys of the payload that are looked up; all are lists of words, so that one kind of condition will do."""

SHAPE: Final = "2"
"""Part of the collection's name: another shape is another collection, filled from the database."""
ANY: Final = "*"
_POLE: Final = 90
NOWHERE: Final = "-"
_SOMEWHERE: Final = "+"
_CELL_DEGREES: Final = (1, 5, 15)
"""Sizes of the squares of latitude and longitude that a place lies in; each divides 360."""
_MAX_CELLS: Final = 150
"""A circle that touches more squares of one size is drawn in larger ones."""
FETCHED: Final = 1000
"""How many each vector prefetches: somebody found by one side only counts 0 on the other."""
CLOSENESS: Final = 0.3
MAX_ROWS: Final = 12
"""Facts a side asks with; every one of them is a scan."""
RRF_K: Final = 60
RRF_WEIGHTS: Final = (3.0, 1.0, 0.99)
"""
Mutual fit, their offers' terms, their seeks' terms. The last two differ a little, since equal ranks under equal
weights are ties, and the engine orders ties differently each time.
"""


def collection_name(embeddings_id: str, generation: int = 1) -> str:
    """Name what holds one vector space; a rebuild beside the old one is its next generation."""
    return f"people-{embeddings_id}-{SHAPE}" + (f"-g{generation}" if generation > 1 else "")


def rows(vectors: Floats) -> list[list[float]]:
    return vectors.tolist()


def sparse(terms: Iterable[str]) -> tuple[list[int], list[float]]:
    """Hash terms to the engine's 32-bit indices; it weighs them by how rare they are."""
    indices = sorted({zlib.crc32(term.encode()) for term in terms})
    return indices, [1.0] * len(indices)


def payload(entry: Entry) -> dict[str, object]:
    """What a point says beside its vectors: enough to filter by, both ways."""
    me = entry.filters
    return {
        VERSION: entry.version,
        SPEAKS: sorted(me.speaks) or [ANY],
        FORMATS: _words(me.formats) or [ANY],
        CELLS: _cells(me.place),
        WANTS: _wants(me),
        # Both at once, because every condition more is a look at every person more.
        MEETS: _pairs(sorted(me.speaks) or [ANY], _wants(me)),
    }


def conditions(me: Filters, *, both_ways: bool) -> list[tuple[str, list[str]]]:
    """
    Say in which key of a point one of which words must stand, so that nobody who is compatible is lost.

    Squares that a circle touches stand for the circle, so people just outside it come through.
    """
    found: list[tuple[str, list[str]]] = []
    if both_ways and me.speaks:
        found.append((MEETS, _pairs([*sorted(me.speaks), ANY], _suits(me))))
    elif both_ways:
        found.append((WANTS, _suits(me)))
    elif me.speaks:
        found.append((SPEAKS, [*sorted(me.speaks), ANY]))
    if me.asks:
        found.append((SPEAKS, sorted(me.asks)))
    if me.formats:
        found.append((FORMATS, [*_words(me.formats), ANY]))
    if me.max_distance_km:
        found.append((CELLS, _reach(me)))
    return found


def _wants(me: Filters) -> list[str]:
    """What others must be; of somebody who wants both, the place stands for the languages too."""
    if me.max_distance_km:
        return [f"at {cell}" for cell in _reach(me)]
    return [f"in {language}" for language in sorted(me.asks)] or [ANY]


def _suits(me: Filters) -> list[str]:
    """Every want that somebody meets."""
    return [
        ANY,
        *(f"in {language}" for language in sorted(me.speaks)),
        *(f"at {c}" for c in _cells(me.place)),
    ]


def _pairs(languages: Iterable[str], wants: Iterable[str]) -> list[str]:
    return [f"{language} {want}" for language in languages for want in wants]


def _words(formats: Iterable[int]) -> list[str]:
    return [str(number) for number in sorted(formats)]


def _cells(place: Place | None) -> list[str]:
    """Every square that a place lies in, of each size."""
    if place is None:
        return []
    row, column = place.latitude + _POLE, place.longitude + 180
    return [_SOMEWHERE, *(_cell(size, floor(row / size), floor(column / size)) for size in _CELL_DEGREES)]


def _cell(size: int, row: int, column: int) -> str:
    return f"{size}:{row}:{column % (360 // size)}"


def _reach(me: Filters) -> list[str]:
    """Squares that the circle around somebody touches, of one size; none is large enough for the largest."""
    if me.place is None:
        return [NOWHERE]
    for size in _CELL_DEGREES:
        rows, columns = _box(me.place, me.max_distance_km, size)
        if len(rows) * len(columns) <= _MAX_CELLS:
            return sorted({_cell(size, row, column) for row in rows for column in columns})
    return [_SOMEWHERE]


def _box(place: Place, km: int, size: int) -> tuple[range, range]:
    """Rows and columns of squares of the box around a circle, a little wider than it need be."""
    angle = radians(degrees(km / EARTH_KM) + 0.01)
    south, north = place.latitude - degrees(angle), place.latitude + degrees(angle)
    rows = range(floor((max(south, -_POLE) + _POLE) / size), floor((min(north, _POLE) + _POLE) / size) + 1)
    all_columns = ceil(360 / size)
    if south <= -_POLE or north >= _POLE:  # the circle has a pole in it
        return rows, range(all_columns)
    wide = degrees(asin(min(1.0, sin(angle) / cos(radians(place.latitude))))) + 0.01
    west = floor((place.longitude - wide + 180) / size)
    east = floor((place.longitude + wide + 180) / size)
    return rows, range(west, min(east + 1, west + all_columns))


def asks(probe: Probe) -> list[tuple[str, list[float]]]:
    """The dense questions, as (vector name, query): my seeks to offers, my offers to seeks, whole to whole."""
    return [
        *((OFFERS, row) for row in rows(probe.seeks[:MAX_ROWS])),
        *((SEEKS, row) for row in rows(probe.offers[:MAX_ROWS])),
        (WHOLE, rows(probe.whole[None])[0]),
    ]
