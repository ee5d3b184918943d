"""What match's doctor looks at; see `kit/doctor.py`."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AsyncExitStack

from services.kit import checks
from services.kit.config import Common, ConfigError
from services.kit.doctor import Check, Trouble
from services.match.config import MatchConfig
from services.match.errors import IndexUnavailable


def neighbours(config: MatchConfig, common: Common) -> Sequence[Check]:
    """One check for each neighbour that is configured."""
    return (
        checks.database("MATCH_DATABASE", config.database, "services.match"),
        checks.issuer(common),
        checks.openai("MATCH_EMBEDDINGS", config.embeddings, config),
        *([checks.openai("MATCH_JUDGE", config.judge, config)] if config.judge else []),
        _index(config, common),
        *([checks.service("TIMBRE_AUTH", common.auth)] if common.auth else []),
    )


def _index(config: MatchConfig, common: Common) -> Check:
    if not config.index.startswith("qdrant:"):
        return checks.here("MATCH_INDEX", config.index)

    async def look() -> str:
        # The client only where a server is used.
        from services.match.adapters.qdrant_server import connect  # noqa: PLC0415
        from services.match.adapters.qdrant_target import Target  # noqa: PLC0415

        key = config.index_key.get_secret_value()
        try:
            async with AsyncExitStack() as stack:
                target = Target.parse(config.index, key, production=common.env == "production")
                client = await connect(target, stack)
                version = (await client.info()).version
        except ConfigError as error:
            variable, _, said = str(error).splitlines()[0].partition(": ")
            raise Trouble(said, f"correct {variable}", lasting=True) from None
        except IndexUnavailable:
            fix = "MATCH_INDEX: see host, port, network and its certificate"
            raise Trouble("cannot be reached, or is not trusted", fix, lasting=False) from None
        return f"Qdrant {version}"

    return Check("MATCH_INDEX", look)
