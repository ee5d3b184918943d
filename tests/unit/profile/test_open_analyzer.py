"""The scheme picks the analyzer; what is local stays out of production."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path
from typing import Literal

import pytest

from services.kit.config import Common, ConfigError, DevelopmentWarning
from services.profile.app import open_analyzers
from services.profile.config import ProfileConfig
from services.profile.service.analyzers import Analyzers


def common(env: Literal["local", "production"]) -> Common:
    return Common(
        env=env,
        auth="127.0.0.1:1",
        token_issuer="https://issuer.example",
        token_jwks="https://issuer.example/jwks.json",
        token_clients=frozenset({"web"}),
        service_keys=Path("keys"),
    )


def config(analyzer: str, **changes: str) -> ProfileConfig:
    fields = {"openai_key": "sk-test", **changes}
    return ProfileConfig(
        database="postgresql://nowhere",
        match="nowhere:1",
        service_key=Path("nowhere"),
        analyzer=analyzer,
        **fields,  # pyright: ignore[reportArgumentType] - pydantic reads them
    )


async def opened(analyzer: str, env: Literal["local", "production"] = "local", **changes: str) -> Analyzers:
    async with AsyncExitStack() as stack:
        return await open_analyzers(config(analyzer, **changes), common(env), stack)


async def test_the_local_analyzer_opens_with_a_warning() -> None:
    with pytest.warns(DevelopmentWarning):
        analyzers = await opened("extractive:")
    assert analyzers.chosen is analyzers.inside
    assert analyzers.chosen.id == "extractive-v1"


async def test_production_refuses_the_local_analyzer() -> None:
    with pytest.raises(ConfigError, match="PROFILE_ANALYZER"):
        await opened("extractive:", "production")


@pytest.mark.parametrize("url", ["", "oracle:", "gpt-4o"])
async def test_an_unknown_scheme_is_refused(url: str) -> None:
    with pytest.raises(ConfigError, match="no adapter"):
        await opened(url)


async def test_production_takes_the_one_outside_with_the_local_one_beside_it() -> None:
    analyzers = await opened("openai://gpt-4o-mini", "production")
    assert (analyzers.chosen.id, analyzers.chosen.external) == ("openai:gpt-4o-mini:analyze-v1", True)
    assert (analyzers.inside.id, analyzers.inside.external) == ("extractive-v1", False)


@pytest.mark.parametrize(
    ("url", "model"),
    [
        ("openai://meta/Llama-4-8B", "meta/Llama-4-8B"),
        ("openai://ft:gpt-4o:us::a1", "ft:gpt-4o:us::a1"),
        ("openai://gpt-5?reasoning=low", "gpt-5"),
    ],
)
async def test_the_model_is_named_as_the_server_names_it(url: str, model: str) -> None:
    assert (await opened(url)).chosen.id == f"openai:{model}:analyze-v1"


@pytest.mark.parametrize("url", ["openai:", "openai://", "openai://m?reasoning=", "openai://m?effort=low"])
async def test_a_model_that_is_not_named_is_refused(url: str) -> None:
    with pytest.raises(ConfigError, match="PROFILE_ANALYZER: not like"):
        await opened(url)


async def test_everything_that_is_missing_is_said_at_once_and_no_key_with_it() -> None:
    with pytest.raises(ConfigError) as caught:
        await opened("openai://m", openai_key="", openai_base_url="ftp://sk-hidden@host")
    assert str(caught.value).splitlines() == [
        "PROFILE_OPENAI_KEY: openai:// needs the server's API key",
        "PROFILE_OPENAI_BASE_URL: not an address such as https://host/v1",
    ]


async def test_in_production_words_leave_encrypted_only() -> None:
    with pytest.raises(ConfigError, match="PROFILE_OPENAI_BASE_URL: words leave by https"):
        await opened("openai://m", "production", openai_base_url="http://host/v1")


def test_settings_do_not_show_the_key() -> None:
    assert "sk-test" not in repr(config("openai://m"))
