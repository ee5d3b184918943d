from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from services.kit.openai_settings import OpenAISettings


class MatchConfig(OpenAISettings):
    """What match reads."""

    model_config = SettingsConfigDict(env_prefix="MATCH_")
    development = (("embeddings", "minilm"), ("index", "edge"))

    database: str = Field(min_length=1)
    """`postgresql://match:…@host/timbre`: the role that owns the schema `match`."""
    embeddings: str = "minilm:"
    """
    Who turns texts into vectors: `minilm:` is the bundled model, `openai://text-embedding-3-small?dimensions=512` one
    elsewhere. A change embeds everybody again.
    """
    judge: str = ""
    """
    Who compares people once more in the background and words reasons: nobody, or `openai://MODEL` (with
    `?reasoning=low` for models that reason first), about those who agree to EXTERNAL_ANALYSIS.
    """
    judge_after_seconds: float = Field(default=15.0, ge=0)
    """How long a profile rests before it is judged, so that a burst of changes is judged once."""
    openai_in_terms: bool = False
    """Says that your terms tell people that their facts and searches go to that server; it is not used before."""
    index: str = "edge:.data/index"
    """
    Where vectors are found: `edge:DIR` (in this process, one process a directory) or `qdrant://HOST:6334`, with
    `?tls=true&ca=FILE&people=100000&shards=1&replicas=1&quantization=auto` (docs/decisions/0017-qdrant.md).
    """
    index_key: SecretStr = SecretStr("")
    """API key of the Qdrant server; with one, the connection must use TLS."""
