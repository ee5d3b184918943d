"""
The question whose answer is most missing from a profile. Questions and reasons are data: `prompts.toml`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final

from services.kit.access import Caller
from services.profile.adapters.postgres import Store
from services.profile.domain import Facet

_ORDER: Final = (Facet.SEEK, Facet.OFFER, Facet.GOAL, Facet.BACKGROUND, Facet.INTEREST, Facet.VALUE)
"""What matching needs most comes first."""
_LANGUAGES: Final = ("en", "es")
_DATA: Final[Mapping[str, Any]] = tomllib.loads(
    (files("services.profile") / "prompts.toml").read_text("utf-8")
)


@dataclass(frozen=True, slots=True)
class Prompt:
    """A question to answer in a recording, and why it is asked."""

    id: str
    text: str
    facet: Facet
    reason: str
    fact_count: int
    language: str


class PromptService:
    """Suggests what to speak about."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def suggest_prompt(self, caller: Caller, language: str) -> Prompt:
        """Return the question for the caller's profile as it is; hidden facts count as not told."""
        return prompt_for(await self._store.open_fact_counts(caller.user_id), language)


def prompt_for(counts: Mapping[Facet, int], language: str) -> Prompt:
    """
    Return a question about the facet that has the fewest facts for what matching needs.

    Args:
        counts: How many facts there are; a facet that is missing has none.
        language: Code of the language of the answer; what is not known becomes English.
    """
    spoken = language.split("-", maxsplit=1)[0]
    spoken = spoken if spoken in _LANGUAGES else _LANGUAGES[0]
    facet = min(_ORDER, key=lambda each: counts.get(each, 0) / _DATA[each]["enough"])
    about, count = _DATA[facet], counts.get(facet, 0)
    question = about["questions"][count % len(about["questions"])]
    why = _DATA["plenty"] if count >= about["enough"] else about["few" if count else "none"]
    return Prompt(question["id"], question[spoken], facet, why[spoken], count, spoken)
