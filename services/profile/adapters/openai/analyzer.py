"""
The OpenAI adapter of the `Analyzer` port.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from services.kit.openai_calls import OpenAICalls
from services.kit.patience import TIMEOUT, GaveUp
from services.kit.redaction import redact
from services.profile.adapters.openai.pieces import pieces
from services.profile.adapters.openai.prompt import (
    RESPONSE_FORMAT,
    Answer,
    Message,
    NotAnAnswer,
    Prompt,
    read_answer,
)
from services.profile.domain import MAX_FACT_TEXT, Analysis, Facet, Proposal, Transcript
from services.profile.errors import AnalysisUnavailable
from services.profile.quotes import Quotes, statement_key

ANALYSIS_SECONDS: Final = 45.0
"""For all pieces of a transcript; media waits a minute, in which the analyzer inside may have to take over."""
MAX_PROPOSALS: Final = 60
"""Facts of one recording; of a longer list the least certain go."""

_ENGLISH: Final = "en"


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of the redacted transcript, and where quotes stand in it."""

    start: int
    text: str
    quotes: Quotes

    @classmethod
    def of(cls, text: str, start: int, end: int) -> _Piece:
        part = text[start:end]
        return cls(start, part, Quotes(Transcript(part, typed=True)))

    def place(self, quote: str) -> tuple[int, int] | None:
        """Return where the whole redacted text has the quote, if this piece has it."""
        found = self.quotes.locate(quote)
        return found and (found[0] + self.start, found[1] + self.start)


@dataclass(frozen=True, slots=True)
class _Found:
    """What a quote is about and where it stands in the redacted text; None when it stands nowhere."""

    facet: Facet
    quote: str
    confidence: float
    place: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class _Read:
    """What the model found in one piece."""

    facts: Sequence[_Found]
    headline: tuple[int, int] | None

    @property
    def placed(self) -> int:
        return sum(fact.place is not None for fact in self.facts)


class OpenAIAnalyzer:
    """Has a model select verbatim quotes. Nothing leaves but the redacted text and its language."""

    def __init__(
        self, calls: OpenAICalls, prompt: Prompt, *, options: Mapping[str, Any], piece_chars: int
    ) -> None:
        """
        Args:
            calls: The way to the model.
            prompt: What it is told.
            options: Members of every request that depend on the kind of model: how long, how random.
            piece_chars: How much of a transcript is read in one call.
        """
        self.id = f"openai:{calls.model}:{prompt.version}"
        self.external = True
        self._calls = calls
        self._prompt = prompt
        self._options = {**options, "response_format": RESPONSE_FORMAT}
        self._piece_chars = piece_chars

    async def analyze(self, transcript: Transcript) -> Analysis:
        """See `Analyzer.analyze`. Raises `AnalysisUnavailable` also for a model that answers uselessly twice."""
        if not any(char.isalpha() for char in transcript.text):
            return Analysis()
        redacted = redact(transcript.text)
        parts = [_Piece.of(redacted.text, *span) for span in pieces(redacted.text, self._piece_chars)]
        read = await self._read_all(parts, transcript.language or _ENGLISH)
        proposals: list[Proposal] = []
        for fact in _merged(read):
            start, quote = None, fact.quote
            if fact.place:
                start, end = redacted.original(*fact.place)
                quote = transcript.text[start:end]
            proposals.append(Proposal(fact.facet, _short(quote), _short(quote), fact.confidence, start))
        headlines = (
            transcript.text[slice(*redacted.original(*each.headline))] for each in read if each.headline
        )
        return Analysis(tuple(proposals), headline=next(headlines, ""))

    async def _read_all(self, parts: Iterable[_Piece], language: str) -> Sequence[_Read]:
        try:
            async with asyncio.timeout(ANALYSIS_SECONDS), asyncio.TaskGroup() as group:
                tasks = [group.create_task(self._read(part, language)) for part in parts]
        except TimeoutError:
            raise AnalysisUnavailable(TIMEOUT) from None
        except ExceptionGroup as failed:
            # One piece that cannot be read is a transcript that is not read: half a person misleads.
            raise failed.exceptions[0] from None
        return [task.result() for task in tasks]

    async def _read(self, piece: _Piece, language: str) -> _Read:
        """Ask, and once more when the answer is of no use."""
        asked = self._prompt.ask(piece.text, language, secrets.token_hex(8))
        content = await self._ask(asked)
        try:
            read = _placed(piece, read_answer(content))
            problem = "quotes are not in the transcript" if 2 * read.placed < len(read.facts) else ""
        except NotAnAnswer:
            problem = "it is not JSON of the required form"
        else:
            if not problem:
                return read
        if not self._calls.may_ask_again():
            raise AnalysisUnavailable("RETRY_BUDGET_SPENT")
        content = await self._ask(self._prompt.ask_again(asked, content, problem))
        try:
            read = _placed(piece, read_answer(content))
        except NotAnAnswer:
            raise AnalysisUnavailable("INVALID_ANSWER") from None
        if read.facts and not read.placed:
            raise AnalysisUnavailable("NOT_VERBATIM")
        return read

    async def _ask(self, messages: Sequence[Message]) -> str:
        try:
            completion = await self._calls.complete(messages, self._options, seconds=ANALYSIS_SECONDS)
        except GaveUp as error:
            raise AnalysisUnavailable(error.why) from None
        choice = completion.choices[0]
        if choice.message.refusal or choice.finish_reason == "content_filter":
            raise AnalysisUnavailable("REFUSED")
        if choice.finish_reason == "length":
            raise AnalysisUnavailable("LENGTH")
        return choice.message.content or ""


def _placed(piece: _Piece, answer: Answer) -> _Read:
    facts = [
        _Found(fact.facet, fact.quote, fact.confidence, piece.place(fact.quote)) for fact in answer.facts
    ]
    return _Read(facts, piece.place(answer.headline))


def _merged(read: Iterable[_Read]) -> Sequence[_Found]:
    """Return what was found, each statement once although pieces overlap, the surest in the order they were said."""
    once: dict[tuple[Facet, str], _Found] = {}
    for fact in (fact for each in read for fact in each.facts):
        once.setdefault((fact.facet, statement_key(fact.quote)), fact)
    best = sorted(once.values(), key=lambda fact: -fact.confidence)[:MAX_PROPOSALS]
    return sorted(best, key=lambda fact: fact.place or (0, 0))


def _short(quote: str) -> str:
    """Cut a quote at the last word that fits a fact: still verbatim."""
    if len(quote) <= MAX_FACT_TEXT:
        return quote
    return quote[: MAX_FACT_TEXT + 1].rsplit(None, 1)[0][:MAX_FACT_TEXT]
