from pathlib import Path

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.kit.config import ServiceSettings


class AuthConfig(ServiceSettings):
    """What auth and its worker read beside what every service does."""

    model_config = SettingsConfigDict(env_prefix="AUTH_")

    database: str = Field(min_length=1)
    """`postgresql://auth:PASSWORD@HOST:PORT/timbre`."""
    user_pool: str = Field(min_length=1)
    """Id of the Cognito user pool."""
    exports: str = Field(min_length=1)
    """`s3://BUCKET` where archives lie for a day."""
    receipt_key: Path
    """Ed25519 private key (PKCS#8 PEM, mode 600) that signs receipts of erasures; used by the worker only.
    `openssl genpkey -algorithm ed25519` makes one; publish what `openssl pkey -pubout` says of it."""
    media: str = "127.0.0.1:50052"
    """`host:port` of the media service."""
    profile: str = "127.0.0.1:50053"
    """`host:port` of the profile service."""
    match: str = "127.0.0.1:50054"
    """`host:port` of the match service."""
    worker_health: str = "127.0.0.1:0"
    """`host:port` of the worker's health-only gRPC server."""
    worker_concurrency: int = Field(default=8, ge=1, le=64)
    """Jobs a worker takes at once: exports and erasures."""
