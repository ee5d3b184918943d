"""`MEDIA_SPEECH` when it names Amazon Transcribe: `transcribe://REGION?language=en-US,es-US&redact=true&…`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from services.kit.config import ConfigError

_LANGUAGE = re.compile(r"[a-z]{2,3}-[A-Z]{2}")
_NAME = re.compile(r"[0-9a-zA-Z._-]{1,200}")
_KEY = re.compile(r"arn:[a-z-]+:kms:[a-z0-9-]+:\d{12}:(?:key|alias)/[0-9A-Za-z/_-]+")
_REGION = re.compile(r"[a-z]{2}(?:-[a-z]+)+-\d")
_POLL, _DEADLINE = 10, 1800
_OPTIONS = {"language", "vocabulary", "redact", "output_key", "poll", "deadline"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechUrl:
    """What to ask of Amazon Transcribe."""

    region: str
    languages: tuple[str, ...] = ("en-US",)
    """One: that is what is spoken. Several: Transcribe finds out which of them it is."""
    vocabularies: Mapping[str, str] = field(default_factory=dict[str, str])
    """By language, the name of a custom vocabulary."""
    redact: bool = False
    """Names, numbers and addresses come back as `[PII]`."""
    output_key: str = ""
    """ARN of the KMS key for what Transcribe writes. Without, it asks S3 for SSE-S3, which a bucket refuses that
    takes nothing but KMS."""
    poll_seconds: int = _POLL
    """How long to wait for news before asking; twice as long each time, a minute at most."""
    deadline_seconds: int = _DEADLINE
    """A job that takes longer is given up."""

    @classmethod
    def parse(cls, url: str) -> SpeechUrl:
        """
        Read the URL.

        Raises:
            ConfigError: naming the first part that is wrong.
        """
        parts = urlsplit(url)
        given = parse_qs(parts.query, keep_blank_values=True)
        if unknown := sorted(set(given) - _OPTIONS):
            raise _wrong(f"no option {unknown[0]!r}")
        if not _REGION.fullmatch(parts.netloc) or parts.path.strip("/"):
            raise _wrong("write transcribe://REGION?language=en-US")
        options = {name: values[-1] for name, values in given.items()}
        languages = tuple(dict.fromkeys(options.get("language", "en-US").split(",")))
        if bad := [language for language in languages if not _LANGUAGE.fullmatch(language)]:
            raise _wrong(f"{bad[0]!r} is no language code like en-US")
        output_key = options.get("output_key", "")
        if output_key and not _KEY.fullmatch(output_key):
            raise _wrong("output_key must be the ARN of a KMS key")
        return cls(
            region=parts.netloc,
            languages=languages,
            vocabularies=_vocabularies(options.get("vocabulary", ""), languages),
            redact=_flag(options.get("redact", "false")),
            output_key=output_key,
            poll_seconds=_seconds(options, "poll", _POLL),
            deadline_seconds=_seconds(options, "deadline", _DEADLINE),
        )


def is_elsewhere(url: str) -> bool:
    """Whether `MEDIA_SPEECH` names a recogniser that is not in our own process."""
    return url.partition(":")[0] == "transcribe"


def _vocabularies(text: str, languages: tuple[str, ...]) -> Mapping[str, str]:
    """`NAME` when there is one language, else `en-US:NAME,es-US:NAME`: a vocabulary has one language."""
    found: dict[str, str] = {}
    for entry in filter(None, text.split(",")):
        language, colon, name = entry.rpartition(":")
        if not colon and len(languages) == 1:
            language = languages[0]
        if language not in languages or not _NAME.fullmatch(name):
            raise _wrong("vocabulary must be NAME, or LANGUAGE:NAME for several languages")
        found[language] = name
    return found


def _flag(text: str) -> bool:
    if text not in ("true", "false"):
        raise _wrong("redact must be true or false")
    return text == "true"


def _seconds(options: Mapping[str, str], name: str, default: int) -> int:
    text = options.get(name, str(default))
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 24 * 3600:
        raise _wrong(f"{name} must be whole seconds, a day at most")
    return int(text)


def _wrong(what: str) -> ConfigError:
    return ConfigError(f"MEDIA_SPEECH: {what}")
