"""
From `openai://MODEL` to the analyzer.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import Any
from urllib.parse import parse_qs, urlsplit

from services.kit.config import ConfigError
from services.kit.openai_calls import open_openai
from services.kit.patience import Patience
from services.profile.adapters.openai.analyzer import OpenAIAnalyzer
from services.profile.adapters.openai.prompt import Prompt
from services.profile.config import ProfileConfig


def open_analyzer(
    config: ProfileConfig, stack: AsyncExitStack, *, patience: Patience | None = None
) -> OpenAIAnalyzer:
    """
    Open the analyzer that `config.analyzer` names; closed with `stack`. No call is made yet.

    Raises:
        ConfigError: it names no model, or asks for something that there is not.
    """
    url = urlsplit(config.analyzer)
    model = url.netloc + url.path
    asked = parse_qs(url.query, keep_blank_values=True)
    efforts = asked.pop("reasoning", [])
    if url.scheme != "openai" or not model or asked or len(efforts) > 1 or "" in efforts:
        raise ConfigError("PROFILE_ANALYZER: not like openai://MODEL or openai://MODEL?reasoning=low")
    return OpenAIAnalyzer(
        open_openai(model, config, stack, patience=patience),
        Prompt.load(),
        options=_options(config, *efforts),
        piece_chars=config.openai_piece_chars,
    )


def _options(config: ProfileConfig, effort: str = "") -> Mapping[str, Any]:
    """Models that reason count their thoughts as tokens, under another name, and know no temperature."""
    if effort:
        return {"max_completion_tokens": config.openai_max_tokens, "reasoning_effort": effort}
    return {"max_tokens": config.openai_max_tokens, "temperature": 0}
