"""What profile's doctor looks at; see `kit/doctor.py`."""

from __future__ import annotations

from collections.abc import Sequence

from services.kit import checks
from services.kit.config import Common
from services.kit.doctor import Check
from services.profile.config import ProfileConfig


def neighbours(config: ProfileConfig, common: Common) -> Sequence[Check]:
    """One check for each neighbour that is configured."""
    found = [
        checks.database("PROFILE_DATABASE", config.database, "services.profile"),
        checks.issuer(common),
        checks.openai("PROFILE_ANALYZER", config.analyzer, config),
        checks.service("PROFILE_MATCH", config.match),
    ]
    if config.database_reader:
        reader = config.database_reader
        found.append(checks.database("PROFILE_DATABASE_READER", reader, "services.profile", writes=False))
    if config.media:
        found.append(checks.service("PROFILE_MEDIA", config.media))
    return [*found, *([checks.service("TIMBRE_AUTH", common.auth)] if common.auth else [])]
