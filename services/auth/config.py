from pydantic_settings import SettingsConfigDict

from services.kit.config import ServiceSettings


class AuthConfig(ServiceSettings):
    """What auth reads: nothing beyond what every service does."""

    model_config = SettingsConfigDict(env_prefix="AUTH_")
