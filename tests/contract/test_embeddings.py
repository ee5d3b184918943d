"""
What every embedder must do.
"""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import numpy as np
import pytest

from services.kit import minilm
from services.kit.minilm import MiniLM, ModelFilesError
from services.match.adapters.minilm import MiniLMEmbeddings, open_minilm
from services.match.adapters.openai import open_embeddings
from services.match.config import MatchConfig
from services.match.ports import Embeddings
from tests.fixtures.openai_server import KEY, Fault, OpenAIServer


@pytest.fixture(scope="module")
def model() -> MiniLM:
    return MiniLM()


@pytest.fixture(scope="module")
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer() as server:
        yield server


@pytest.fixture(params=["minilm", "openai", "openai, long floats in another order"])
async def embeddings(
    request: pytest.FixtureRequest, model: MiniLM, server: OpenAIServer
) -> AsyncIterator[Embeddings]:
    if request.param == "minilm":
        yield MiniLMEmbeddings(model)
        return
    server.always = Fault(floats=True, scale=3.0, reverse=True) if "floats" in request.param else None
    config = MatchConfig(
        database="postgresql://nowhere",
        service_key=Path("nowhere"),
        embeddings="openai://text-embedding-3-small?dimensions=512",
        openai_base_url=server.url,
        openai_key=KEY,  # pyright: ignore[reportArgumentType] - pydantic makes a secret of it
        openai_in_terms=True,
    )
    async with AsyncExitStack() as stack:
        yield open_embeddings(config, stack)


async def test_each_text_gets_a_row_of_length_one(embeddings: Embeddings) -> None:
    rows = await embeddings.embed(["I play the piano", "a", "Ich spreche Deutsch", "x " * 2000])
    assert rows.shape == (4, embeddings.dimension)
    assert rows.dtype == np.float32
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)


async def test_no_texts_are_no_rows(embeddings: Embeddings) -> None:
    assert (await embeddings.embed([])).shape == (0, embeddings.dimension)


async def test_a_text_without_words_has_a_row_too(embeddings: Embeddings) -> None:
    rows = await embeddings.embed(["", " "])
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)


async def test_a_whole_profile_of_facts_is_no_trouble(embeddings: Embeddings) -> None:
    facts = [f"I can teach you trick number {n} of the trade" for n in range(60)]
    assert (await embeddings.embed([" ".join(facts * 60), *facts])).shape == (61, embeddings.dimension)


async def test_a_text_keeps_its_vector_whatever_its_neighbours(embeddings: Embeddings) -> None:
    alone = await embeddings.embed(["I repair old radios"])
    among = await embeddings.embed(["short", "I repair old radios", "a much longer text about " * 20])
    assert np.allclose(alone[0], among[1], atol=1e-3)


async def test_what_means_the_same_is_nearer_than_what_looks_the_same(embeddings: Embeddings) -> None:
    asked, answer, look_alike = await embeddings.embed(
        [
            "I am looking for somebody who teaches me the piano",
            "I give lessons on the keyboard to beginners",
            "I am looking for somebody who repairs my roof",
        ]
    )
    assert asked @ answer > asked @ look_alike


async def test_the_id_can_name_a_collection(embeddings: Embeddings) -> None:
    assert embeddings.id
    assert set(embeddings.id) <= set("abcdefghijklmnopqrstuvwxyz0123456789-.")


async def test_minilm_needs_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the model tried to reach the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    await (await open_minilm()).embed(["offline"])


def test_minilm_refuses_files_that_are_not_the_pinned_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    name, package, inner, _ = minilm.PACKAGED[0]
    monkeypatch.setattr(minilm, "PACKAGED", ((name, package, inner, "0" * 64),))
    with pytest.raises(ModelFilesError, match="expected 0000"):
        MiniLM()


def test_minilm_names_the_package_that_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(minilm, "PACKAGED", (("model.onnx", "no_such_package", "model.onnx", ""),))
    with pytest.raises(ModelFilesError, match="no_such_package is not installed"):
        MiniLM()
