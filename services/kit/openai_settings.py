"""
What a service reads that may ask an OpenAI-compatible server.
"""

from __future__ import annotations

from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr

from services.kit.config import ConfigError, ServiceSettings


class OpenAISettings(ServiceSettings):
    """The server behind `openai://MODEL`, whose protocol many others speak."""

    openai_base_url: str = "https://api.openai.com/v1"
    """Where an OpenAI-compatible server answers."""
    openai_key: SecretStr = SecretStr("")
    """API key of that server; `openai://` does not open without one."""
    openai_timeout_seconds: float = Field(default=20.0, gt=0, le=120)
    """How long one attempt of a call may take."""
    openai_concurrency: int = Field(default=8, ge=1)
    """Calls that one process has under way at once; others wait for their turn."""
    openai_usd_per_million_in: float = Field(default=0.0, ge=0)
    """Price of a million tokens sent, for the costs in the log; with 0 for both there are none in it."""
    openai_usd_per_million_out: float = Field(default=0.0, ge=0)
    """Price of a million tokens received."""

    def check_openai(self, env: Literal["local", "production"]) -> None:
        """Raise `ConfigError`, naming everything that keeps `openai://` from being opened."""
        prefix = self.prefix() + "OPENAI_"
        url = urlsplit(self.openai_base_url)
        problems: list[str] = []
        if not self.openai_key.get_secret_value():
            problems.append(f"{prefix}KEY: openai:// needs the server's API key")
        if url.scheme not in {"http", "https"} or not url.hostname:
            problems.append(f"{prefix}BASE_URL: not an address such as https://host/v1")
        elif env == "production" and url.scheme != "https":
            problems.append(f"{prefix}BASE_URL: words leave by https only in production")
        if problems:
            raise ConfigError("\n".join(problems))
