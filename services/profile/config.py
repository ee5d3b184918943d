from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.kit.config import ServiceSettings


class ProfileConfig(ServiceSettings):
    """What profile reads beyond what every service does."""

    model_config = SettingsConfigDict(env_prefix="PROFILE_")

    database: str = Field(min_length=1)
    """`postgresql://` address of the database, as the role that owns the schema `profile`."""
    match: str = Field(min_length=1)
    """`host:port` of match."""
    media: str = ""
    """`host:port` of media, for the worker, which does not start without it."""
    analyzer: str = "extractive:"
    """What finds facts in transcripts: `extractive:` (on this machine, English)."""
    worker_health: str = "127.0.0.1:0"
    """`host:port` of the worker's health-only gRPC server."""
    sweep_seconds: float = Field(default=30.0, gt=0)
    """How often the worker looks for profiles that were left behind by the index."""
