"""
The people of the demo, from `local/cast/cast.toml`.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.setup import ROOT

CAST = ROOT / "local/cast"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One fictional person with one spoken introduction."""

    id: str
    name: str
    email: str
    headline: str
    recording: Path
    languages: tuple[str, ...]


def people(folder: Path = CAST) -> list[Person]:
    """
    Read the cast, in the order of the file.

    Raises:
        ValueError: two people share an id or a name; matches are told apart by name.
    """
    entries: list[dict[str, Any]] = tomllib.loads((folder / "cast.toml").read_text())["people"]
    cast = [
        Person(
            id=entry["id"],
            name=entry["name"],
            email=entry["email"],
            headline=entry["headline"],
            recording=folder / entry["recording"],
            languages=tuple(entry["languages"]),
        )
        for entry in entries
    ]
    for values in ([one.id for one in cast], [one.name for one in cast]):
        if len(set(values)) != len(values):
            raise ValueError(f"{folder / 'cast.toml'}: two people share an id or a name")
    return cast
