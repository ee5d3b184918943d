from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.kit.config import ServiceSettings


class MediaConfig(ServiceSettings):
    """What media and its worker read beside what every service does."""

    model_config = SettingsConfigDict(env_prefix="MEDIA_")

    database: str = Field(min_length=1)
    """`postgresql://media:PASSWORD@HOST:PORT/timbre`."""
    audio: str = Field(min_length=1)
    """`s3://BUCKET` where recordings are uploaded."""
    speech: str = "whisper:bundled-base"
    """Speech to text: `whisper:bundled-base`, or `whisper:dir=PATH` for another CTranslate2 model."""
    profile: str = "127.0.0.1:50053"
    """`host:port` of the profile service."""
    match: str = "127.0.0.1:50054"
    """`host:port` of the match service, which knows what of whom may be heard. The worker does not need it."""
    worker_health: str = "127.0.0.1:0"
    """`host:port` of the worker's health-only gRPC server."""
    worker_concurrency: int = Field(default=32, ge=1, le=256)
    """Jobs a worker takes at once. Decoding and hearing have their own, smaller limits inside."""
