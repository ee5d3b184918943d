"""
Ten thousand made-up people for the index. Their facts are templates filled at random and their whole-profile vector is
the mean of their facts' vectors, which embeds in seconds instead of minutes; reading them costs what reading
anybody costs. Nothing is said here about the quality of a ranking.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from services.kit.minilm import MiniLM
from services.match.domain import Card, Facet, Fact, Profile

_DEEDS = (
    "keep bees", "write grant proposals", "build web services in Go", "repair old bicycles", "teach cello to adults",
    "design book covers", "run a small kitchen", "translate contracts", "train guide dogs", "film short documentaries",
    "set up accounting", "grow mushrooms", "restore furniture", "coach first-time managers", "draw maps", "bake bread",
    "test software by hand", "plan cycling tours", "lead a choir", "analyse survey data", "sew costumes",
    "fix sailing boats", "negotiate leases", "write picture books", "train neural networks", "organise festivals",
    "brew beer", "build timber houses", "care for elderly people", "sell to restaurants", "record podcasts",
    "paint murals",
)  # fmt: skip
_FIELDS = (
    "for schools", "in small towns", "for young companies", "with refugees", "for hospitals", "along the coast",
    "for museums", "in the evenings", "for families", "with farmers", "for clubs", "in three languages",
)  # fmt: skip
_CARES = (
    "honesty", "slow mornings", "clean water", "fair pay", "good tools", "quiet places", "open source", "old trees",
    "long walks", "chess", "folk music", "night trains", "cold swimming", "street food", "poetry", "board games",
)  # fmt: skip
_TEMPLATES = {
    Facet.OFFER: "I can {deed} {field}",
    Facet.SEEK: "I am looking for somebody who can {deed} {field}",
    Facet.BACKGROUND: "I have learned to {deed} {field}",
    Facet.GOAL: "one day I want to {deed} {field}",
    Facet.VALUE: "I care about {care}",
    Facet.INTEREST: "I enjoy {care}",
}
_EACH = (
    Facet.OFFER,
    Facet.OFFER,
    Facet.SEEK,
    Facet.SEEK,
    Facet.BACKGROUND,
    Facet.GOAL,
    Facet.VALUE,
    Facet.INTEREST,
)
_DISTINCT = 250
"""Texts of each facet."""
_NOISE = 0.01
"""Of each number of a vector: two who say the same mean it a little differently (cosine 0.96), so few scores tie."""


@dataclass(frozen=True, slots=True)
class Made:
    """A person, and the vectors that go with them: the whole first."""

    user_id: str
    profile: Profile
    vectors: NDArray[np.float16]


class Crowd:
    """Makes people; the same seed makes the same ones."""

    def __init__(self, model: MiniLM, seed: int = 1) -> None:
        self._random = random.Random(seed)
        self._noise = np.random.default_rng(seed)
        self._texts = {facet: self._fill(template) for facet, template in _TEMPLATES.items()}
        every = sorted({text for texts in self._texts.values() for text in texts})
        self._vectors = dict(zip(every, model.embed(every), strict=True))

    def statements(self) -> list[tuple[Facet, str]]:
        """Eight statements of somebody."""
        return [(facet, self._random.choice(self._texts[facet])) for facet in _EACH]

    def person(self, number: int) -> Made:
        statements = self.statements()
        facts = tuple(Fact(self._uuid(), facet, text, text, 1000, 4000) for facet, text in statements)
        rows = np.stack([self._vectors[text] for _, text in statements])
        rows += self._noise.normal(0, _NOISE, rows.shape)
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        whole = rows.mean(axis=0)
        vectors = np.vstack([whole / np.linalg.norm(whole), rows]).astype(np.float16)
        card = Card(f"Person {number}", statements[0][1], ("en",))
        return Made(str(self._uuid()), Profile(1, card, visible=True, facts=facts), vectors)

    def _fill(self, template: str) -> list[str]:
        texts = [
            template.format(deed=deed, field=field, care=care)
            for deed in _DEEDS
            for field in _FIELDS
            for care in _CARES
        ]
        distinct = sorted(set(texts))
        return self._random.sample(distinct, min(_DISTINCT, len(distinct)))

    def _uuid(self) -> UUID:
        return UUID(int=self._random.getrandbits(128), version=4)
