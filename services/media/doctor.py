"""What media's doctor looks at; see `kit/doctor.py`."""

from __future__ import annotations

from collections.abc import Sequence

from services.kit import checks, checks_aws
from services.kit.config import Common
from services.kit.doctor import Check
from services.media.config import MediaConfig
from services.media.speech_url import SpeechUrl, is_elsewhere


def neighbours(config: MediaConfig, common: Common) -> Sequence[Check]:
    """One check for each neighbour that is configured."""
    found = [
        checks.database("MEDIA_DATABASE", config.database, "services.media"),
        checks.issuer(common),
        checks_aws.bucket("MEDIA_AUDIO", config.audio, common.aws_endpoint),
        checks.service("MEDIA_PROFILE", config.profile),
        checks.service("MEDIA_MATCH", config.match),
    ]
    if config.events:
        found.append(checks_aws.queue("MEDIA_EVENTS", config.events, common.aws_endpoint))
    if is_elsewhere(config.speech):
        region = SpeechUrl.parse(config.speech).region
        found.append(checks_aws.transcribe("MEDIA_SPEECH", region, common.aws_endpoint))
    else:
        found.append(checks.here("MEDIA_SPEECH", config.speech))
    return [*found, *([checks.service("TIMBRE_AUTH", common.auth)] if common.auth else [])]
