"""
The neighbours of which more than one kind exists: who turns texts into vectors, and who finds vectors. And the one
that may be there or not, whose client is imported only when it is: who judges pairs.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from services.match.domain import Reason, Verdict
from services.match.filters import Filters

Floats = NDArray[np.floating]


class Embeddings(Protocol):
    """Texts to vectors whose dot product says how near in meaning they are."""

    @property
    def id(self) -> str:
        """Name the vector space: letters, digits, dots and dashes. Different ids are never comparable."""
        ...

    @property
    def dimension(self) -> int: ...

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one row of length 1 for each text. The same text gives the same row, near enough to 1e-3."""
        ...


class JudgeUnavailable(Exception):
    """There is no verdict now; `after` says in how many seconds to come back, if that is known."""

    def __init__(self, after: float | None = None) -> None:
        super().__init__("no verdict")
        self.after = after


class Judge(Protocol):
    """Says how well two people fit by their reasons, and words these. Slow, costly, and not to be trusted."""

    @property
    def id(self) -> str:
        """Name the model and what it is told. Judgements of different ids are never mixed."""
        ...

    async def judge(self, reasons: Sequence[Reason]) -> Verdict:
        """
        Return a verdict on the one pair of people that the reasons are of; whatever may be wrong in its sentences.

        Raises:
            JudgeUnavailable: there is none now, and later there may be.
        """
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Probe:
    """What a person is found by, and finds with. Rows are unit vectors; there may be none on either side."""

    offers: Floats
    seeks: Floats
    whole: Floats
    offer_terms: frozenset[str]
    seek_terms: frozenset[str]


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One visible person in the index."""

    person_id: UUID
    version: int
    filters: Filters
    probe: Probe


class Index(Protocol):
    """
    The people who may be shown, by what they offer and seek. A copy: all of it can be made again.

    Every call raises `IndexUnavailable` when the engine cannot be reached.
    """

    async def put(self, entries: Sequence[Entry]) -> None:
        """Add or replace people, durably. An entry older than the one that is there changes nothing."""
        ...

    async def remove(self, person_ids: Collection[UUID]) -> None:
        """Take people out, durably; those who are not in it are ignored."""
        ...

    async def candidates(
        self,
        probe: Probe,
        *,
        filters: Filters,
        without: Collection[UUID],
        limit: int,
        both_ways: bool = True,
    ) -> list[UUID]:
        """
        Return at most `limit` people who may fit `probe` in either direction, the likeliest first.

        A person comes up when one of their offers is near one of the seeks, or one of their seeks near one of
        the offers, by meaning or by rare words, or when the wholes are near. People in `without` never do.
        Nobody is lost who is `compatible` with `filters`, or, unless `both_ways`, whom `filters` alone
        `admits`; of those who are not, some may come up, because places are only roughly kept.
        """
        ...

    async def answering(
        self,
        seek: Floats,
        terms: frozenset[str],
        *,
        filters: Filters,
        without: Collection[UUID],
        limit: int,
    ) -> list[UUID]:
        """
        Return at most `limit` people one of whose offers is near one vector or has rare words of it.

        The likeliest come first; filters and `without` are as for `candidates`, both ways.
        """
        ...

    async def versions(self) -> dict[UUID, int]:
        """Return everybody who is in it, with the version they are in with."""
        ...

    async def differences(self) -> Sequence[str]:
        """Say how it is made otherwise than the configuration wants; it works all the same."""
        ...


class Indexes(Protocol):
    """Where indexes are kept, one for each vector space. Calls raise as those of `Index` do."""

    side_by_side: bool
    """Whether a second one may be filled while the first one serves."""

    async def open(self, embeddings: Embeddings, generation: int = 1) -> Index:
        """
        Open the index of a space, or create it.

        Raises:
            ConfigError: what is there cannot be used, or is used by somebody else.
        """
        ...

    async def drop(self, space: str, generation: int) -> None:
        """Delete an index that nobody has open; nothing happens when there is none."""
        ...

    async def show(self, space: str, generation: int) -> None:
        """Tell whoever looks from outside that this one serves now, in one step."""
        ...
