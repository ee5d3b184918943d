"""
Embeddings by a model behind the OpenAI protocol (`openai://MODEL?dimensions=N`).
"""

from __future__ import annotations

import time
from base64 import b64decode
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Final
from urllib.parse import parse_qs, urlsplit

import numpy as np
from numpy.typing import NDArray

from services.kit.config import ConfigError
from services.kit.errors import Unavailable
from services.kit.logs import get_logger
from services.kit.openai_calls import OpenAICalls, Vectors, open_openai
from services.kit.patience import GaveUp, Patience
from services.kit.redaction import redact
from services.match.config import MatchConfig

MAX_TEXTS: Final = 2_048
"""Texts that one request may have."""
MAX_TOKENS: Final = 200_000
"""Tokens of one request by our estimate, which is high; the published limit is 300,000."""
MAX_BYTES: Final = 16_000
"""A longer text is cut: the models take 8,192 tokens, and no script needs fewer than two bytes for one on average."""
SENTENCE_SECONDS: Final = 3.0
"""Somebody waits for a single text, which is what they search for."""
PROFILE_SECONDS: Final = 15.0
"""profile waits a little longer than this for its facts to be indexed, and comes again."""

_BYTES_PER_TOKEN: Final = 2
_WIDTHS: Final = {"text-embedding-3-small": 1_536, "text-embedding-3-large": 3_072}
_WIDEST: Final = 4_096
_BLANK: Final = "."


class OpenAIEmbeddings:
    """The `Embeddings` port on a server elsewhere. What people said leaves Timbre, less what `redact` finds."""

    def __init__(self, calls: OpenAICalls, dimension: int, *, shortened: bool) -> None:
        """
        Args:
            calls: The way to the model.
            dimension: How many numbers a row has.
            shortened: Whether the model is asked for that many, because it makes more of itself.
        """
        slug = "".join(char if char.isalnum() and char.isascii() else "-" for char in calls.model.lower())
        self.id = f"{slug}-{dimension}"
        self.dimension = dimension
        self._calls = calls
        self._options = {"dimensions": dimension} if shortened else {}

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """
        See `Embeddings.embed`.

        Raises:
            Unavailable: the server gave no usable rows in time; trying again later may help.
        """
        give_up = time.monotonic() + (SENTENCE_SECONDS if len(texts) == 1 else PROFILE_SECONDS)
        rows = np.empty((len(texts), self.dimension), np.float32)
        done = 0
        for batch in _batches([_sendable(text) for text in texts]):
            try:
                left = give_up - time.monotonic()
                vectors = await self._calls.embed(batch, self._options, seconds=left)
                rows[done : done + len(batch)] = self._rows(vectors, len(batch))
            except GaveUp as error:
                wait = timedelta(seconds=error.after) if error.after else None
                raise Unavailable("Texts cannot be compared just now; try again.", retry_after=wait) from None
            except ValueError:
                get_logger().warning("model gave no usable vectors", model=self._calls.model)
                raise Unavailable("Texts cannot be compared just now; try again.") from None
            done += len(batch)
        return rows

    def _rows(self, vectors: Vectors, count: int) -> NDArray[np.float32]:
        """Return unit rows in the order of the texts; raise `ValueError` when they are not that many or that long."""
        found = {each.index: _numbers(each.embedding) for each in vectors.data}
        rows = np.stack([found.get(number, np.empty(0, np.float32)) for number in range(count)])
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        if rows.shape != (count, self.dimension) or not np.all(np.isfinite(lengths) & (lengths > 0)):
            raise ValueError("not one vector for each text")
        return rows / lengths


def open_embeddings(
    config: MatchConfig, stack: AsyncExitStack, *, patience: Patience | None = None
) -> OpenAIEmbeddings:
    """
    Open the embedder that `config.embeddings` names; closed with `stack`. No call is made yet.

    Raises:
        ConfigError: the model or its width is not known, or operators have not said that texts may leave.
    """
    url = urlsplit(config.embeddings)
    model = url.netloc + url.path
    asked = parse_qs(url.query, keep_blank_values=True)
    (width,) = asked.pop("dimensions", [str(_WIDTHS.get(model, ""))])[-1:]
    if not model or asked or not (width.isascii() and width.isdigit() and 1 <= int(width) <= _WIDEST):
        raise ConfigError("MATCH_EMBEDDINGS: not like openai://text-embedding-3-small?dimensions=512")
    if not config.openai_in_terms:
        raise ConfigError(
            "MATCH_OPENAI_IN_TERMS: openai:// sends everybody's facts and searches to that server; "
            "set it to true once your terms say so"
        )
    calls = open_openai(model, config, stack, patience=patience)
    # Only these models can be asked for shorter vectors; of others the width is stated, not chosen.
    return OpenAIEmbeddings(calls, int(width), shortened=model in _WIDTHS and int(width) != _WIDTHS[model])


def _sendable(text: str) -> str:
    """Return what may leave of a text, never nothing: the server takes no empty one."""
    cut = redact(text).text.encode()[:MAX_BYTES].decode(errors="ignore")
    return cut if cut.strip() else _BLANK


def _batches(texts: Sequence[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    tokens = 0
    for text in texts:
        cost = len(text.encode()) // _BYTES_PER_TOKEN + 1
        if batch and (len(batch) == MAX_TEXTS or tokens + cost > MAX_TOKENS):
            yield batch
            batch, tokens = [], 0
        batch.append(text)
        tokens += cost
    if batch:
        yield batch


def _numbers(embedding: str | list[float]) -> NDArray[np.float32]:
    """Read either of the two published forms; the first is little-endian floats in base64."""
    if isinstance(embedding, str):
        return np.frombuffer(b64decode(embedding, validate=True), "<f4").astype(np.float32)
    return np.array(embedding, np.float32)
