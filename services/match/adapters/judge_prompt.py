"""
What the judge is asked about a pair of people, and the form its answer must have.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from services.kit.redaction import redact
from services.match.domain import Direction, Reason, Verdict

VERSION: Final = "judge-v1"

SCHEMA: Final[Mapping[str, Any]] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["fit", "sentences"],
    "properties": {
        "fit": {"type": "integer"},
        "sentences": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["number", "sentence"],
                "properties": {"number": {"type": "integer"}, "sentence": {"type": "string"}},
            },
        },
    },
}
"""In the subset of JSON Schema that strict structured outputs take everywhere. Belongs to the prompt's version."""

RESPONSE_FORMAT: Final[Mapping[str, Any]] = {
    "type": "json_schema",
    "json_schema": {"name": "verdict", "strict": True, "schema": SCHEMA},
}

Message = Mapping[str, str]

_NAMES: Final = {
    Direction.THEY_ANSWER: "THEY_ANSWER",
    Direction.I_ANSWER: "YOU_ANSWER",
    Direction.SHARED: "SHARED",
}


class _Sentence(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    number: int
    sentence: str


class _Answer(BaseModel):
    """The whole answer. Checked here too: not every compatible server enforces the schema."""

    model_config = ConfigDict(extra="forbid", strict=True)

    fit: int = Field(ge=0, le=100)
    sentences: list[_Sentence]


class NotAVerdict(Exception):
    """The content is not JSON of the required form, or speaks of pairs that there are not."""


def read_verdict(content: str, pairs: int) -> Verdict:
    """Return the verdict on that many pairs; raise `NotAVerdict` unless the content is what was asked for."""
    try:
        answer = _Answer.model_validate_json(content)
    except ValidationError:
        raise NotAVerdict from None
    sentences = {each.number: each.sentence.strip() for each in answer.sentences}
    if len(sentences) < len(answer.sentences) or not sentences.keys() <= set(range(1, pairs + 1)):
        raise NotAVerdict
    return Verdict(answer.fit, sentences)


@dataclass(frozen=True, slots=True)
class Prompt:
    """One version of what the judge is told."""

    version: str
    system: str
    pairs: str
    repair: str

    @classmethod
    def load(cls, version: str = VERSION) -> Prompt:
        text = (files("services.match.adapters") / "prompts" / f"{version}.toml").read_text("utf-8")
        return cls(version, **{name: part.strip() for name, part in tomllib.loads(text).items()})

    def ask(self, reasons: Sequence[Reason], mark: str) -> Sequence[Message]:
        """
        Return the messages for two people; `mark` must be one that nobody could know before.

        Of the facts their texts leave, redacted, and nothing that names anybody.
        """
        pairs = [
            {
                "number": number,
                "belong": _NAMES[reason.direction],
                "you": redact(reason.mine.text).text,
                "they": redact(reason.theirs.text).text,
            }
            for number, reason in enumerate(reasons, start=1)
        ]
        before, _, after = self.pairs.replace("{mark}", mark).partition("{pairs}")
        # As JSON, each statement is one string in one line, whatever it contains.
        told = json.dumps(pairs, ensure_ascii=False)
        return [
            {"role": "system", "content": self.system},
            {"role": "user", "content": before + told + after},
        ]

    def ask_again(self, asked: Sequence[Message], content: str, problem: str) -> Sequence[Message]:
        """Return the messages of the one repair, after an answer that was of no use."""
        return [
            *asked,
            {"role": "assistant", "content": content},
            {"role": "user", "content": self.repair.replace("{problem}", problem)},
        ]
