"""The scheme picks the analyzer; what is local stays out of production."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest

from services.kit.config import Common, ConfigError, DevelopmentWarning
from services.profile.app import open_analyzers


def common(env: Literal["local", "production"]) -> Common:
    return Common(
        env=env,
        auth="127.0.0.1:1",
        token_issuer="https://issuer.example",
        token_jwks="https://issuer.example/jwks.json",
        token_clients=frozenset({"web"}),
        service_keys=Path("keys"),
    )


async def test_the_local_analyzer_opens_with_a_warning() -> None:
    with pytest.warns(DevelopmentWarning):
        analyzers = await open_analyzers("extractive:", common("local"))
    assert analyzers.chosen is analyzers.inside
    assert analyzers.chosen.id == "extractive-v1"


async def test_production_refuses_the_local_analyzer() -> None:
    with pytest.raises(ConfigError, match="PROFILE_ANALYZER"):
        await open_analyzers("extractive:", common("production"))


@pytest.mark.parametrize("url", ["", "oracle:", "openai"])
async def test_an_unknown_scheme_is_refused(url: str) -> None:
    with pytest.raises(ConfigError, match="no adapter"):
        await open_analyzers(url, common("local"))
