"""Where audio lies in the store: below a prefix that is the same for all of one user's, and names nobody."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field
from uuid import UUID

from services.media.domain import Span


@dataclass(frozen=True, slots=True)
class AudioKeys:
    """Makes keys. They are stored with the recordings: another secret only changes where new audio goes."""

    secret: bytes = field(repr=False)

    def prefix(self, user_id: str) -> str:
        """Below this lies everything of a user's, save what was stored under an older secret."""
        return f"u/{hmac.digest(self.secret, user_id.encode(), 'sha256').hex()[:32]}/"

    def new(self, user_id: str, recording_id: UUID) -> str:
        """A key that nobody can guess."""
        return f"{self.prefix(user_id)}{recording_id}/{secrets.token_hex(16)}"


def prefix_of(audio_key: str) -> str:
    """The prefix that `audio_key` was made with."""
    return "/".join(audio_key.split("/")[:2]) + "/"


def clip_key(audio_key: str, span: Span) -> str:
    """Where a clip lies: below its recording's audio, so that it goes when that goes."""
    return f"{audio_key}/clips/{span.start_ms}-{span.end_ms}.m4a"


def clips_of(audio_key: str, key: str) -> str:
    """The file name of a clip of this recording; nothing when the key is something else's."""
    return key.removeprefix(f"{audio_key}/clips/") if key.startswith(f"{audio_key}/clips/") else ""
