from pydantic import Field, field_validator
from pydantic_settings import SettingsConfigDict

from services.kit.config import ConfigError, ServiceSettings
from services.media.speech_url import SpeechUrl, is_elsewhere


class MediaConfig(ServiceSettings):
    """What media and its worker read beside what every service does."""

    model_config = SettingsConfigDict(env_prefix="MEDIA_")
    development = (("speech", "whisper"),)

    database: str = Field(min_length=1)
    """`postgresql://media:PASSWORD@HOST:PORT/timbre`."""
    audio: str = Field(min_length=1)
    """`s3://BUCKET` where recordings are uploaded."""
    speech: str = "whisper:bundled-base"
    """Speech to text: `whisper:bundled-base`, `whisper:dir=PATH` for another CTranslate2 model, or Amazon
    Transcribe as `transcribe://REGION?language=en-US`. Its options: several languages to tell apart
    (`language=en-US,es-US`), `vocabulary=NAME` (`LANGUAGE:NAME,…` for several), `redact=true`,
    `output_key=ARN` of a KMS key, `poll=10` and `deadline=1800` seconds. The service and its worker need the same."""
    events: str = ""
    """URL of the SQS queue with news of S3 and Transcribe; empty: uploads and transcriptions are noticed later."""
    profile: str = "127.0.0.1:50053"
    """`host:port` of the profile service."""
    match: str = "127.0.0.1:50054"
    """`host:port` of the match service, which knows what of whom may be heard. The worker does not need it."""
    worker_health: str = "127.0.0.1:0"
    """`host:port` of the worker's health-only gRPC server."""
    worker_concurrency: int = Field(default=32, ge=1, le=256)
    """Jobs a worker takes at once. Decoding and hearing have their own, smaller limits inside."""

    @field_validator("speech")
    @classmethod
    def _asks_for_what_there_is(cls, value: str) -> str:
        try:
            if is_elsewhere(value):
                SpeechUrl.parse(value)
        except ConfigError as error:  # told with everything else that is wrong
            raise ValueError(str(error).removeprefix("MEDIA_SPEECH: ")) from None
        return value
