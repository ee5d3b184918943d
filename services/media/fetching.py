"""Audio that was accepted, from the store onto this machine for as long as it is needed; and what it decodes to."""

from __future__ import annotations

import tempfile
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

from services.media.adapters.decode import decode
from services.media.adapters.s3 import AudioChanged, AudioMissing, S3Audio, Upload
from services.media.domain import Audio, BadAudio, Failure, Recording

REMEMBERED_BYTES = 64 * 1024 * 1024


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


class Sounds:
    """
    Decoded audio. What this process has decoded a moment ago it remembers, once and within limits; another
    process decodes it again.
    """

    def __init__(self, store: S3Audio, *, remembered_bytes: int = REMEMBERED_BYTES) -> None:
        self._store = store
        self._limit = remembered_bytes
        self._kept: OrderedDict[UUID, Audio] = OrderedDict()

    async def decode(self, recording: Recording) -> Audio:
        """
        Fetch and decode.

        Raises:
            BadAudio: as `fetched` and `decode`.
        """
        async with fetched(self._store, recording) as path:
            audio = await decode(path)
        self._kept[recording.id] = audio
        while sum(len(kept.pcm) for kept in self._kept.values()) > self._limit:
            self._kept.popitem(last=False)
        return audio

    async def recall(self, recording: Recording) -> Audio:
        """The audio as it was decoded a moment ago, or decoded anew."""
        return self._kept.pop(recording.id, None) or await self.decode(recording)
