"""
Calls to an OpenAI-compatible server. The client's own retries are off: `kit.patience` knows the deadline and the
budget. What the server says goes wrong stops here and becomes a name; its messages may quote what it was sent.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final, TypeVar

import openai
from openai import AsyncOpenAI, DefaultAsyncHttpxClient
from pydantic import BaseModel, Field, ValidationError

from services.kit.logs import get_logger
from services.kit.openai_settings import OpenAISettings
from services.kit.patience import TIMEOUT, GaveUp, Lasting, Passing, Patience

_PASSING_STATUS: Final = frozenset({408, 409, 425, 429})
_KEY_STATUS: Final = frozenset({401, 403})
_SERVER_ERROR: Final = 500
_USED_UP: Final = "insufficient_quota"
_MILLION: Final = 1_000_000


class _Usage(BaseModel):
    prompt_tokens: int = 0
    completion_tokens: int = 0


class _Message(BaseModel):
    content: str | None = None
    refusal: str | None = None


class _Choice(BaseModel):
    message: _Message
    finish_reason: str | None = None


class Completion(BaseModel):
    """What is read of an answer to POST /chat/completions; the rest may be as it likes."""

    choices: list[_Choice] = Field(min_length=1)
    usage: _Usage | None = None


class _Embedding(BaseModel):
    index: int
    embedding: str | list[float]


class Vectors(BaseModel):
    """What is read of an answer to POST /embeddings."""

    data: list[_Embedding]
    usage: _Usage | None = None


R = TypeVar("R", Completion, Vectors)


class OpenAICalls:
    """One model on one server, for one process."""

    def __init__(self, client: AsyncOpenAI, model: str, settings: OpenAISettings, patience: Patience) -> None:
        self.model = model
        self._client = client
        self._settings = settings
        self._patience = patience
        self._turns = asyncio.Semaphore(settings.openai_concurrency)

    def may_ask_again(self) -> bool:
        """Take one retry from the budget, for an answer that is of no use."""
        return self._patience.may_ask_again()

    async def complete(
        self, messages: Sequence[Mapping[str, str]], options: Mapping[str, Any], *, seconds: float
    ) -> Completion:
        """
        Return the model's answer to `messages`; `options` are further members of the request.

        Raises:
            GaveUp: there was none within `seconds`.
        """
        body: Any = {"model": self.model, "messages": list(messages), **options}
        send: Any = self._client.chat.completions.with_raw_response.create
        return await self._call(lambda: _text(send(**body)), Completion, seconds)

    async def embed(self, texts: Sequence[str], options: Mapping[str, Any], *, seconds: float) -> Vectors:
        """Return a vector for each text, in any order; otherwise as `complete`."""
        body: Any = {"model": self.model, "input": list(texts), "encoding_format": "base64", **options}
        send: Any = self._client.embeddings.with_raw_response.create
        return await self._call(lambda: _text(send(**body)), Vectors, seconds)

    async def _call(self, send: Callable[[], Awaitable[str]], kind: type[R], seconds: float) -> R:
        async def attempt() -> R:
            try:
                async with asyncio.timeout(self._settings.openai_timeout_seconds):
                    return kind.model_validate_json(await send())
            except TimeoutError:
                raise Passing(TIMEOUT) from None
            except ValidationError:
                raise Passing("GARBLED") from None

        log = get_logger().bind(model=self.model)
        started = time.monotonic()
        try:
            async with self._turn(seconds):
                left = seconds - (time.monotonic() - started)
                reply, attempts = await self._patience.call(attempt, seconds=left)
        except GaveUp as error:
            log.warning("model did not answer", reason=error.why, attempts=error.attempts, ms=_ms(started))
            raise
        used = reply.usage or _Usage()
        log.info(
            "model answered",
            tokens_in=used.prompt_tokens,
            tokens_out=used.completion_tokens,
            attempts=attempts,
            ms=_ms(started),
            **self._cost(used),
        )
        return reply

    @asynccontextmanager
    async def _turn(self, seconds: float) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(seconds):
                await self._turns.acquire()
        except TimeoutError:
            raise GaveUp("BUSY", 0) from None
        try:
            yield
        finally:
            self._turns.release()

    def _cost(self, used: _Usage) -> dict[str, float]:
        prices = self._settings.openai_usd_per_million_in, self._settings.openai_usd_per_million_out
        if not any(prices):
            return {}
        cost = used.prompt_tokens * prices[0] + used.completion_tokens * prices[1]
        return {"cost_usd": round(cost / _MILLION, 8)}


def open_openai(
    model: str, settings: OpenAISettings, stack: AsyncExitStack, *, patience: Patience | None = None
) -> OpenAICalls:
    """Open a client that is closed with `stack`; it follows no redirect, which would take the words along."""
    client = AsyncOpenAI(
        api_key=settings.openai_key.get_secret_value(),
        base_url=settings.openai_base_url,
        max_retries=0,
        timeout=settings.openai_timeout_seconds,
        http_client=DefaultAsyncHttpxClient(follow_redirects=False),
    )
    stack.push_async_callback(client.close)
    return OpenAICalls(client, model, settings, patience or Patience(f"openai:{model}"))


async def _text(request: Awaitable[Any]) -> str:
    """Return the body of the answer; raise `Passing` or `Lasting` when there is none to read."""
    try:
        return (await request).text
    except openai.APITimeoutError:
        raise Passing(TIMEOUT) from None
    except openai.APIConnectionError:
        raise Passing("CONNECTION") from None
    except openai.APIStatusError as error:
        raise _refusal(error) from None
    except (openai.OpenAIError, ValueError):
        raise Passing("GARBLED") from None


def _refusal(error: openai.APIStatusError) -> Passing | Lasting:
    status = error.status_code
    why = f"STATUS_{status}"
    if error.code == _USED_UP or status in _KEY_STATUS:
        return Lasting(why, down=True)
    if status in _PASSING_STATUS or status >= _SERVER_ERROR:
        return Passing(why, _asked_wait(error.response.headers))
    return Lasting(why)


def _asked_wait(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that the server asks to wait, in whichever of its three ways."""
    try:
        return max(0.0, float(headers["retry-after-ms"]) / 1000)
    except (KeyError, ValueError):
        value = headers.get("retry-after", "")
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError):
        return None


def _ms(started: float) -> int:
    return round(1000 * (time.monotonic() - started))
