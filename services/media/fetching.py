"""Audio that was accepted, from the store onto this machine for as long as it is needed."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from services.media.adapters.s3 import AudioChanged, AudioMissing, S3Audio, Upload
from services.media.domain import BadAudio, Failure, Recording


@asynccontextmanager
async def fetched(store: S3Audio, recording: Recording) -> AsyncIterator[Path]:
    """
    Lend a file with the audio of a recording.

    Raises:
        BadAudio: AUDIO_CHECKSUM_MISMATCH, what lies there is not what was announced and accepted.
    """
    announced, etag = recording.announced, recording.etag
    assert announced is not None
    assert etag is not None
    # A file without a name: whatever kills this process, nothing spoken is left on the disk.
    with tempfile.TemporaryFile() as file:
        try:
            # Into the open file, never by its number: once this is cancelled, the number is soon another file's.
            digest = await store.download(announced.key, Upload(announced.size_bytes, etag), file)
        except (AudioChanged, AudioMissing):
            raise BadAudio(Failure.AUDIO_CHECKSUM_MISMATCH) from None
        if announced.sha256 and digest != announced.sha256:
            raise BadAudio(Failure.AUDIO_CHECKSUM_MISMATCH)
        yield Path(f"/dev/fd/{file.fileno()}")
