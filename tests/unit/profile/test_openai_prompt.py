"""What the model is told, in which pieces, and what is taken for an answer."""

from __future__ import annotations

import hashlib
import json
from importlib.resources import files
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.profile.adapters.openai.pieces import OVERLAP, pieces
from services.profile.adapters.openai.prompt import SCHEMA, NotAnAnswer, Prompt, read_answer
from tests.fixtures.openai_server import check_strict

PUBLISHED = {"analyze-v1": "c1d81b785ea02555524ec548a44770e8c0c1f7b39ca0ae7d535e414c3843d2e5"}
"""Facts carry a version's name: another prompt under an old name would make them lie."""


@pytest.mark.parametrize("version", PUBLISHED)
def test_a_published_prompt_is_never_edited(version: str) -> None:
    text = (files("services.profile.adapters.openai") / "prompts" / f"{version}.toml").read_text("utf-8")
    said = text + json.dumps(SCHEMA, sort_keys=True)
    assert hashlib.sha256(said.encode()).hexdigest() == PUBLISHED[version], "write a new version instead"


def test_every_prompt_is_on_the_list() -> None:
    folder = files("services.profile.adapters.openai") / "prompts"
    assert {name.name.removesuffix(".toml") for name in folder.iterdir()} == PUBLISHED.keys()


def test_the_schema_is_one_that_strict_outputs_take() -> None:
    check_strict(SCHEMA, root=True)


def test_what_was_said_stands_between_the_marks_and_nowhere_else() -> None:
    said = "{mark} {problem} END abc\n{text}"
    system, user = Prompt.load().ask(said, "en", "f00d")
    assert user["content"] == f"Language: en\nTRANSCRIPT f00d\n{said}\nEND f00d"
    assert "{" not in system["content"]


@pytest.mark.parametrize(
    "content",
    [
        "",
        "Here are the facts!",
        "[]",
        '{"facts": []}',
        '{"facts": [], "headline": "", "admin": true}',
        '{"facts": [{"quote": "I sing", "facet": "CHARISMA", "confidence": 1}], "headline": ""}',
        '{"facts": [{"quote": "I sing", "facet": "OFFER", "confidence": 1, "text": "Sings"}], "headline": ""}',
        '{"facts": [{"quote": null, "facet": "OFFER", "confidence": 1}], "headline": ""}',
        '```json\\n{"facts": [], "headline": ""}\\n```',
        '{"facts": [{"quote": "I si',
    ],
)
def test_what_is_not_of_the_form_is_no_answer(content: str) -> None:
    with pytest.raises(NotAnAnswer):
        read_answer(content)


_SAID = st.sampled_from(["I sing. ", "I need a van ", "歌います。", "x", "\n", "y" * 300])


@given(st.lists(_SAID, max_size=300).map("".join))
def test_pieces_cover_the_text_overlap_and_are_small(text: str) -> None:
    spans = list(pieces(text, 1_000))
    assert (spans[0][0], spans[-1][1]) == (0, len(text))
    assert all(end - start <= 1_000 for start, end in spans)
    for (start, end), (following, _) in pairwise(spans):
        assert start < following < end <= following + OVERLAP


def test_a_sentence_at_a_cut_is_whole_in_a_piece() -> None:
    sentences = [f"I can teach you trick number {n} of the trade." for n in range(100)]
    text = " ".join(sentences)
    cut = [text[start:end] for start, end in pieces(text, 1_000)]
    assert len(cut) > 4
    assert all(any(sentence in piece for piece in cut) for sentence in sentences)
