"""What auth's doctor looks at; see `kit/doctor.py`."""

from __future__ import annotations

from collections.abc import Sequence

from services.auth.config import AuthConfig
from services.kit import checks, checks_aws
from services.kit.config import Common
from services.kit.doctor import Check


def neighbours(config: AuthConfig, common: Common) -> Sequence[Check]:
    """One check for each neighbour that is configured."""
    return (
        checks.database("AUTH_DATABASE", config.database, "services.auth"),
        checks.issuer(common),
        checks_aws.user_pool("AUTH_USER_POOL", config.user_pool, common.token_clients, common.aws_endpoint),
        checks_aws.bucket("AUTH_EXPORTS", config.exports, common.aws_endpoint),
        checks.service("AUTH_MEDIA", config.media),
        checks.service("AUTH_PROFILE", config.profile),
        checks.service("AUTH_MATCH", config.match),
    )
