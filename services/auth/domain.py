"""
The nouns of auth: exports and erasures, and how long what is kept.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

REVOCATIONS_KEPT_HOURS: Final = 25
"""No access token lives longer than 24 hours, so an entry that is older refuses nobody."""
EXPORT_LIFETIME: Final = timedelta(hours=24)
EXPORT_FRESH: Final = timedelta(minutes=10)
"""A READY export that is younger is good for another call."""
LINK_LIFETIME: Final = timedelta(minutes=5)

Counts = Mapping[str, Mapping[str, int]]
"""What was removed: by service, then by store and kind."""


class AccountState(StrEnum):
    """Whether a user may come in."""

    ACTIVE = "ACTIVE"
    DISABLED = "DISABLED"


class ExportState(StrEnum):
    """How far an export has come."""

    RUNNING = "RUNNING"
    READY = "READY"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """An archive of everything that Timbre holds about its owner."""

    id: UUID
    user_id: str
    state: ExportState
    size_bytes: int | None
    request_ids: tuple[UUID, ...]
    create_time: datetime

    @property
    def expire_time(self) -> datetime:
        return self.create_time + EXPORT_LIFETIME


@dataclass(frozen=True, slots=True)
class Link:
    """Where an archive can be fetched; whoever has it may, until it expires."""

    url: str = field(repr=False)
    expire_time: datetime


@dataclass(frozen=True, slots=True)
class Receipt:
    """The proof of an erasure: the signature is over the UTF-8 bytes of the payload."""

    payload: str
    signature: bytes
    public_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """The removal of a whole user. It runs until it has a receipt."""

    id: str = field(repr=False)
    user_sha256: bytes
    user_id: str | None
    """None once nothing is left."""
    create_time: datetime
    receipt: Receipt | None

    @property
    def name(self) -> str:
        return f"erasures/{self.id}"


def added(counts: Iterable[Counts]) -> dict[str, dict[str, int]]:
    """Add up what several steps removed."""
    total: defaultdict[str, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    for each in counts:
        for service, kinds in each.items():
            for kind, count in kinds.items():
                total[service][kind] += count
    return {service: dict(kinds) for service, kinds in total.items()}
