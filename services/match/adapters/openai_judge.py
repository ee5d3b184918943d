"""
A judge behind the OpenAI protocol (`openai://MODEL`). It is asked about one pair of people at a time, so that
nobody's words can weigh on anybody else's judgement.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from services.kit.config import ConfigError
from services.kit.openai_calls import OpenAICalls, open_openai
from services.kit.patience import GaveUp, Patience
from services.match.adapters.judge_prompt import RESPONSE_FORMAT, Message, NotAVerdict, Prompt, read_verdict
from services.match.config import MatchConfig
from services.match.domain import NO_VERDICT, Reason, Verdict
from services.match.ports import JudgeUnavailable

JUDGE_SECONDS: Final = 40.0
"""For one answer, waiting for its turn included; nobody waits for it."""
_MAX_TOKENS: Final = 1_000
_MAX_TOKENS_WITH_THOUGHTS: Final = 4_000


class OpenAIJudge:
    """The `Judge` port on a server elsewhere."""

    def __init__(self, calls: OpenAICalls, prompt: Prompt, options: Mapping[str, Any]) -> None:
        """
        Args:
            calls: The way to the model.
            prompt: What it is told.
            options: Members of every request that depend on the kind of model: how long, how random.
        """
        self.id = f"openai:{calls.model}:{prompt.version}"
        self._calls = calls
        self._prompt = prompt
        self._options = {**options, "response_format": RESPONSE_FORMAT}

    async def judge(self, reasons: Sequence[Reason]) -> Verdict:
        """See `Judge.judge`."""
        asked = self._prompt.ask(reasons, secrets.token_hex(8))
        content = await self._ask(asked)
        try:
            return read_verdict(content, len(reasons))
        except NotAVerdict:
            if not self._calls.may_ask_again():
                raise JudgeUnavailable from None
        asked = self._prompt.ask_again(asked, content, "it is not JSON of the required form")
        content = await self._ask(asked)
        try:
            return read_verdict(content, len(reasons))
        except NotAVerdict:
            return NO_VERDICT

    async def _ask(self, messages: Sequence[Message]) -> str:
        try:
            completion = await self._calls.complete(messages, self._options, seconds=JUDGE_SECONDS)
        except GaveUp as error:
            raise JudgeUnavailable(after=error.after) from None
        choice = completion.choices[0]
        if choice.message.refusal or choice.finish_reason in {"content_filter", "length"}:
            raise JudgeUnavailable
        return choice.message.content or ""


def open_judge(
    config: MatchConfig, stack: AsyncExitStack, *, patience: Patience | None = None
) -> OpenAIJudge:
    """
    Open the judge that `config.judge` names; closed with `stack`. No call is made yet.

    Raises:
        ConfigError: it names no model, or operators have not said that texts may leave.
    """
    url = urlsplit(config.judge)
    model = url.netloc + url.path
    asked = parse_qs(url.query, keep_blank_values=True)
    efforts = asked.pop("reasoning", [])
    if not model or asked or len(efforts) > 1 or "" in efforts:
        raise ConfigError("MATCH_JUDGE: not like openai://MODEL or openai://MODEL?reasoning=low")
    if not config.openai_in_terms:
        raise ConfigError(
            "MATCH_OPENAI_IN_TERMS: openai:// sends facts of those who agree to that server; "
            "set it to true once your terms say so"
        )
    calls = open_openai(model, config, stack, patience=patience or Patience(f"openai:{model}:judge"))
    return OpenAIJudge(calls, Prompt.load(), _options(*efforts))


def _options(effort: str = "") -> Mapping[str, Any]:
    """Models that reason count their thoughts as tokens, under another name, and know no temperature."""
    if effort:
        return {"max_completion_tokens": _MAX_TOKENS_WITH_THOUGHTS, "reasoning_effort": effort}
    return {"max_tokens": _MAX_TOKENS, "temperature": 0}
