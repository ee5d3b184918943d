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
from typing import Final

from services.match.ports import Entry, Floats, Probe

OFFERS: Final = "offers"
SEEKS: Final = "seeks"
WHOLE: Final = "whole"
OFFER_TERMS: Final = "offer_terms"
SEEK_TERMS: Final = "seek_terms"
VERSION: Final = "version"
LANGUAGES: Final = "languages"

SHAPE: Final = "1"
"""Part of the collection's name: another shape is another collection, filled from the database."""
ANY_LANGUAGE: Final = "*"
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


def collection_name(embeddings_id: str) -> str:
    return f"people-{embeddings_id}-{SHAPE}"


def rows(vectors: Floats) -> list[list[float]]:
    return vectors.tolist()


def sparse(terms: Iterable[str]) -> tuple[list[int], list[float]]:
    """Hash terms to the engine's 32-bit indices; it weighs them by how rare they are."""
    indices = sorted({zlib.crc32(term.encode()) for term in terms})
    return indices, [1.0] * len(indices)


def spoken(languages: Iterable[str]) -> list[str]:
    """What a point says of its languages; unknown ones match any."""
    return sorted(languages) or [ANY_LANGUAGE]


def payload(entry: Entry) -> dict[str, object]:
    return {VERSION: entry.version, LANGUAGES: spoken(entry.languages)}


def asks(probe: Probe) -> list[tuple[str, list[float]]]:
    """The dense questions, as (vector name, query): my seeks to offers, my offers to seeks, whole to whole."""
    return [
        *((OFFERS, row) for row in rows(probe.seeks[:MAX_ROWS])),
        *((SEEKS, row) for row in rows(probe.offers[:MAX_ROWS])),
        (WHOLE, rows(probe.whole[None])[0]),
    ]
