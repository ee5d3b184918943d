"""
What the model is asked, and the form its answer must have.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, ValidationError

from services.profile.domain import Facet

VERSION: Final = "analyze-v1"

SCHEMA: Final[Mapping[str, Any]] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["facts", "headline"],
    "properties": {
        "facts": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["quote", "facet", "confidence"],
                "properties": {
                    "quote": {"type": "string"},
                    "facet": {"type": "string", "enum": [facet.value for facet in Facet]},
                    "confidence": {"type": "number"},
                },
            },
        },
        "headline": {"type": "string"},
    },
}
"""In the subset of JSON Schema that strict structured outputs take. Belongs to the prompt's version."""

RESPONSE_FORMAT: Final[Mapping[str, Any]] = {
    "type": "json_schema",
    "json_schema": {"name": "facts", "strict": True, "schema": SCHEMA},
}

Message = Mapping[str, str]


class Selected(BaseModel):
    """One fact as the model selects it."""

    model_config = ConfigDict(extra="forbid")

    quote: str
    facet: Facet
    confidence: float


class Answer(BaseModel):
    """The whole answer. Checked here too: not every compatible server enforces the schema."""

    model_config = ConfigDict(extra="forbid")

    facts: list[Selected]
    headline: str


class NotAnAnswer(Exception):
    """The content is not JSON of the required form."""


def read_answer(content: str) -> Answer:
    """Raise `NotAnAnswer` unless the content is what was asked for."""
    try:
        return Answer.model_validate_json(content)
    except ValidationError:
        raise NotAnAnswer from None


@dataclass(frozen=True, slots=True)
class Prompt:
    """One version of what the model is told."""

    version: str
    system: str
    transcript: str
    repair: str

    @classmethod
    def load(cls, version: str = VERSION) -> Prompt:
        folder = files("services.profile.adapters.openai") / "prompts"
        parts = tomllib.loads((folder / f"{version}.toml").read_text("utf-8"))
        return cls(version, **{name: text.strip() for name, text in parts.items()})

    def ask(self, text: str, language: str, mark: str) -> Sequence[Message]:
        """Return the messages for one piece of a transcript; `mark` must be one that nobody could know before."""
        # Not `str.format` on the text: braces that were spoken are data as well.
        said = self.transcript.replace("{language}", language).replace("{mark}", mark)
        before, _, after = said.partition("{text}")
        return [
            {"role": "system", "content": self.system},
            {"role": "user", "content": before + text + after},
        ]

    def ask_again(self, asked: Sequence[Message], content: str, problem: str) -> Sequence[Message]:
        """Return the messages of the one repair, after an answer that was of no use."""
        return [
            *asked,
            {"role": "assistant", "content": content},
            {"role": "user", "content": self.repair.replace("{problem}", problem)},
        ]
