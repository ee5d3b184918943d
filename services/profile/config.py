from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.kit.openai_settings import OpenAISettings


class ProfileConfig(OpenAISettings):
    """What profile reads beyond what every service does."""

    model_config = SettingsConfigDict(env_prefix="PROFILE_")
    development = (("analyzer", "extractive"),)

    database: str = Field(min_length=1)
    """`postgresql://` address of the database, as the role that owns the schema `profile`."""
    database_reader: str = ""
    """A replica of it, for pages of facts and versions; never behind the user's own changes. Empty: the writer."""
    match: str = Field(min_length=1)
    """`host:port` of match."""
    media: str = ""
    """`host:port` of media, for the worker, which does not start without it."""
    analyzer: str = "extractive:"
    """
    What finds facts in transcripts: `extractive:` (on this machine, English) or `openai://MODEL` for those who
    agree that their words leave Timbre. `openai://MODEL?reasoning=low` is for models that reason first, with how much
    effort. The model's name is part of what facts say about their origin.
    """
    openai_max_tokens: int = Field(default=4_000, ge=100)
    """Tokens that an answer may have; one that needs more is of no use."""
    openai_piece_chars: int = Field(default=6_000, ge=1_000, le=20_000)
    """How much of a transcript one call reads; longer ones are cut between sentences."""
    worker_health: str = "127.0.0.1:0"
    """`host:port` of the worker's health-only gRPC server."""
    sweep_seconds: float = Field(default=30.0, gt=0)
    """How often the worker looks for profiles that were left behind by the index."""
