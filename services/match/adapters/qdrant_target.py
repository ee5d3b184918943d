"""
What `MATCH_INDEX=qdrant://…` says: where the server is, how to reach it, and what its collections are to be like.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, get_args
from urllib.parse import parse_qsl, urlsplit

from services.kit.config import ConfigError

Quantization = Literal["none", "scalar", "binary"]

_PORT: Final = 6334
_BINARY_FROM: Final = 1024
"""Dimensions below which one bit for each is too coarse; Qdrant's documentation says the same."""
_HELP: Final = "qdrant://HOST:6334?tls=true&ca=FILE&people=100000&shards=1&replicas=1&quantization=auto|none|scalar|binary"


@dataclass(frozen=True, slots=True)
class Size:
    """Settings for up to so many people."""

    people: int
    m: int
    ef_construct: int
    quantization: Quantization
    on_disk: bool
    """Whether the vectors themselves lie on disk; what is quantized stays in memory."""


SIZES: Final = (
    Size(100_000, m=16, ef_construct=100, quantization="none", on_disk=False),
    Size(1_000_000, m=16, ef_construct=200, quantization="scalar", on_disk=True),
    Size(1_000_000_000, m=32, ef_construct=256, quantization="scalar", on_disk=True),
)
"""
Thresholds of docs/decisions/0017-qdrant.md. One person is some eight vectors of each side, so 100,000 people of 384
dimensions are 0.6 GB of float16, which memory holds; ten times that is where a quarter of it in memory pays.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A server or cluster, and what collections on it are to be like."""

    host: str
    port: int = _PORT
    tls: bool = False
    ca: Path | None = None
    api_key: str = ""
    people: int = 100_000
    shards: int = 1
    replicas: int = 1
    chosen: Quantization | None = None
    """Quantization, when it is not to follow from the size."""

    @property
    def size(self) -> Size:
        return next(size for size in SIZES if self.people <= size.people)

    @property
    def quantization(self) -> Quantization:
        return self.chosen or self.size.quantization

    @property
    def write_consistency(self) -> int:
        """How many replicas must have applied a write before it counts: more than half."""
        return self.replicas // 2 + 1

    def check_dimension(self, dimension: int) -> None:
        """Raise `ConfigError` when vectors of this dimension cannot be quantized as asked."""
        if self.quantization == "binary" and dimension < _BINARY_FROM:
            raise ConfigError(
                f"MATCH_INDEX: quantization=binary needs vectors of {_BINARY_FROM} dimensions or more,"
                f" and the model gives {dimension}; use scalar"
            )

    @classmethod
    def parse(cls, address: str, api_key: str = "", *, production: bool = False) -> Target:
        """
        Read the URL.

        Raises:
            ConfigError: with one line for each thing that is wrong; never with the key.
        """
        url = urlsplit(address)
        reading = _Reading(dict(parse_qsl(url.query, keep_blank_values=True)))
        tls = reading.yes_or_no("tls")
        ca = reading.file("ca")
        people = reading.number("people", 100_000, most=SIZES[-1].people)
        shards = reading.number("shards", 1, most=256)
        replicas = reading.number("replicas", 1, most=32)
        chosen = reading.quantization()
        problems = reading.problems()
        if api_key and tls is False:
            problems.append("MATCH_INDEX: tls=false would send the API key readable over the network")
        if ca and not (api_key if tls is None else tls):
            problems.append("MATCH_INDEX: ca is given, but the connection does not use TLS")
        if production and tls is None and not api_key:
            problems.append("MATCH_INDEX: say tls=true, or tls=false for a private network, in production")
        if problems:
            raise ConfigError("\n".join(problems))
        return cls(
            host=url.hostname or "",
            port=url.port or _PORT,
            tls=bool(api_key) if tls is None else tls,
            ca=ca,
            api_key=api_key,
            people=people,
            shards=shards,
            replicas=replicas,
            chosen=chosen,
        )


class _Reading:
    """Takes what is known out of a query, and complains about the rest."""

    def __init__(self, given: dict[str, str]) -> None:
        self._given = given
        self._problems: list[str] = []

    def yes_or_no(self, name: str) -> bool | None:
        value = self._given.pop(name, None)
        if value not in {None, "true", "false"}:
            self._problems.append(f"MATCH_INDEX: {name} is true or false")
        return None if value is None else value == "true"

    def number(self, name: str, default: int, *, most: int) -> int:
        value = self._given.pop(name, str(default))
        if value.isascii() and value.isdecimal() and 1 <= int(value) <= most:
            return int(value)
        self._problems.append(f"MATCH_INDEX: {name} is a number from 1 to {most}")
        return default

    def file(self, name: str) -> Path | None:
        value = self._given.pop(name, None)
        if value is None:
            return None
        if not Path(value).is_file():
            self._problems.append(
                f"MATCH_INDEX: {name} is a file of PEM certificates, and there is none there"
            )
        return Path(value)

    def quantization(self) -> Quantization | None:
        value = self._given.pop("quantization", "auto")
        found = next((each for each in get_args(Quantization) if each == value), None)
        if found is None and value != "auto":
            self._problems.append("MATCH_INDEX: quantization is auto, none, scalar or binary")
        return found

    def problems(self) -> list[str]:
        return self._problems + [f"MATCH_INDEX: no such option {name}; use {_HELP}" for name in self._given]
