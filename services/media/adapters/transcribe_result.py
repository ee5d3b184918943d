"""
The document that Amazon Transcribe writes, read into a transcript. It comes from outside: nothing in it is
taken on trust.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from services.media.domain import MAX_DURATION, Segment, Transcript, Word
from services.media.ports import ResultUnreadable

ENGINE: Final = "amazon-transcribe"
_SENTENCE_ENDS: Final = tuple(".?!。？！।؟")
_BREATH_MS: Final = 1_500
"""A pause that ends a segment even without a full stop."""
_LONGEST_SEGMENT: Final = 60
"""Words; some languages come without punctuation."""
_SPACELESS: Final = "\u2e80"
"""From here on are the scripts that are written without spaces."""
_LATEST: Final = MAX_DURATION.total_seconds() + 60


class _Part(BaseModel):
    # Fields that we do not know are none of our business: AWS adds some now and then.
    model_config = ConfigDict(extra="ignore", frozen=True)


class _Alternative(_Part):
    content: str = Field(max_length=1_000)
    confidence: float | None = Field(default=None, ge=0, le=1)


class _Item(_Part):
    type: Literal["pronunciation", "punctuation"]
    alternatives: tuple[_Alternative, ...] = Field(min_length=1)
    start_time: float = Field(default=0, ge=0, le=_LATEST)
    end_time: float = Field(default=0, ge=0, le=_LATEST)


class _Results(_Part):
    items: tuple[_Item, ...] = Field(max_length=50_000)
    language_code: str | None = None


class _Document(_Part):
    job_name: str = Field(alias="jobName")
    results: _Results


def transcript_of(document: bytes, job: str, language: str | None) -> Transcript:
    """
    Read the result of a job.

    Args:
        document: What Transcribe wrote, as JSON.
        job: The name of the job whose result it must be.
        language: The language code in the job's description, e.g. `en-US`.

    Raises:
        ResultUnreadable: it is not a result, or another job's.
    """
    try:
        found = _Document.model_validate_json(document)
    except ValidationError:  # its text quotes what was said
        raise ResultUnreadable from None
    if found.job_name != job:
        raise ResultUnreadable
    segments = tuple(_segments(_words(found.results.items)))
    text = _spaced([segment.text for segment in segments])
    code = language or found.results.language_code or ""
    # The primary subtag, as the other recognisers say it.
    return Transcript(text, segments, code.partition("-")[0] or "und" if segments else "und", ENGINE)


def _words(items: Sequence[_Item]) -> list[Word]:
    """Words with the punctuation that belongs to them; their times never run backwards."""
    words: list[Word] = []
    opening = ""
    clock = 0
    for item in items:
        best = item.alternatives[0]
        pieces = best.content.split()
        if not pieces:
            continue
        if item.type == "punctuation":
            mark = "".join(pieces)
            if words and not opening:
                last = words[-1]
                words[-1] = Word(last.text + mark, last.start_ms, last.end_ms, last.confidence)
            else:  # before the first word, as in Spanish questions
                opening += mark
            continue
        start = max(round(item.start_time * 1000), clock)
        end = max(round(item.end_time * 1000), start + len(pieces))
        confidence = 1.0 if best.confidence is None else best.confidence
        # A term of a custom vocabulary may be several words; each gets its share of the time.
        for number, piece in enumerate(pieces):
            begin = start + (end - start) * number // len(pieces)
            stop = start + (end - start) * (number + 1) // len(pieces)
            words.append(Word(opening + piece, begin, stop, confidence))
            opening = ""
            clock = begin
    return words


def _segments(words: Sequence[Word]) -> Iterator[Segment]:
    current: list[Word] = []
    for word in words:
        if current and (word.start_ms - current[-1].end_ms > _BREATH_MS or len(current) == _LONGEST_SEGMENT):
            yield _segment(current)
            current = []
        current.append(word)
        if word.text.endswith(_SENTENCE_ENDS):
            yield _segment(current)
            current = []
    if current:
        yield _segment(current)


def _segment(words: Sequence[Word]) -> Segment:
    return Segment(_spaced([word.text for word in words]), tuple(words))


def _spaced(parts: Sequence[str]) -> str:
    text = ""
    for part in parts:
        close = text[-1:] >= _SPACELESS and part[:1] >= _SPACELESS
        text += part if close or not text else f" {part}"
    return text
