"""
Embeddings on this machine, by the bundled MiniLM (`minilm:`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from services.kit.minilm import MiniLM


class MiniLMEmbeddings:
    """The `Embeddings` port on MiniLM. Model calls run beside the event loop."""

    def __init__(self, model: MiniLM) -> None:
        self._model = model

    @property
    def id(self) -> str:
        return self._model.id

    @property
    def dimension(self) -> int:
        return self._model.dimension

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return await asyncio.to_thread(self._model.embed, texts)


async def open_minilm() -> MiniLMEmbeddings:
    """Load the model beside the event loop; raise `ModelFilesError` when its files are not the pinned ones."""
    return MiniLMEmbeddings(await asyncio.to_thread(MiniLM))
