"""A whole user: everything media holds about them, taken home or erased."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from services.kit.account_data import File, document
from services.media.adapters.account import AccountRows, Erased
from services.media.adapters.s3 import S3Audio
from services.media.domain import Failure
from services.media.errors import RecogniserBusy
from services.media.forgetting import Forgetting
from services.media.keys import AudioKeys, clips_of
from services.media.ports import Left

# Who works on a recording, and how often it was tried, is about our machines.
_MACHINERY: Final = frozenset({"attempts", "lease_token", "lease_until", "hearing_epoch"})
_LATER: Final = timedelta(seconds=5)
_DIGESTS: Final = frozenset({"request_sha256"})
_EXTENSIONS: Final = {
    "webm": "webm",
    "ogg": "ogg",
    "opus": "ogg",
    "mp4": "m4a",
    "m4a": "m4a",
    "x-m4a": "m4a",
    "aac": "aac",
    "mpeg": "mp3",
    "mp3": "mp3",
    "wav": "wav",
    "wave": "wav",
    "x-wav": "wav",
    "flac": "flac",
    "x-flac": "flac",
}


class MediaAccount:
    """The `AccountData` of media: recordings, transcripts, audio."""

    def __init__(self, rows: AccountRows, audio: S3Audio, keys: AudioKeys, forgetting: Forgetting) -> None:
        self._rows = rows
        self._audio = audio
        self._keys = keys
        self._forgetting = forgetting

    async def export(self, user_id: str) -> AsyncIterator[File]:
        """Yield everything that is held about the user; audio passes through in pieces."""
        recordings = await self._rows.recordings(user_id)
        for path, rows in (
            ("recordings.json", [_recording(row) for row in recordings]),
            ("requests.json", _without(_DIGESTS, await self._rows.requests(user_id))),
            ("removals.json", await self._rows.removals(user_id)),
        ):
            if rows:
                yield path, document(rows)
        for row in recordings:
            transcript = await self._rows.transcript(user_id, row["id"])
            if transcript:
                yield f"transcripts/{row['id']}.json", document(_transcript(transcript))
        for row in recordings:
            if row["audio_key"]:
                async for file in self._sound(row):
                    yield file

    async def _sound(self, row: Mapping[str, Any]) -> AsyncIterator[File]:
        key: str = row["audio_key"]
        for found in await self._audio.below(key):
            if found == key:
                yield f"audio/{row['id']}.{_extension(row['content_type'])}", self._audio.pieces(found)
            elif clip := clips_of(key, found):
                yield f"audio/{row['id']}/clips/{clip}", self._audio.pieces(found)

    async def erase(self, user_id: str) -> Mapping[str, int]:
        """
        Remove everything, and let nothing come back: rows first, with what keeps new ones out, then the store.

        A call that dies in between leaves a row in `late_uploads`, so that the sweep ends what it began.

        A job that a recogniser elsewhere is still working on cannot be stopped, so it is removed when it has
        ended: the first call counts it, and no later one succeeds before it is gone.

        Raises:
            AudioStoreUnavailable, RecogniserBusy: call again.
        """
        erased = await self._rows.erase(user_id)
        hearings = await self._forget(erased)
        versions = uploads = 0
        for prefix in sorted({self._keys.prefix(user_id), *erased.prefixes}):
            removed = await self._audio.remove(prefix)
            versions += removed.versions
            uploads += removed.uploads
        return {
            **erased.counts,
            "s3.object_versions": versions,
            "s3.multipart_uploads": uploads,
            "transcribe.jobs": hearings,
        }

    async def _forget(self, erased: Erased) -> int:
        """Remove what the recogniser keeps; return how many jobs it had."""
        left = [await self._forgetting.forget(remnant) for remnant in erased.remnants]
        if not erased.repeated:
            return sum(each is not Left.UNKNOWN for each in left)
        if Left.EVERYTHING in left:
            raise RecogniserBusy(retry_after=_LATER)
        return 0


def _recording(row: Mapping[str, Any]) -> Mapping[str, Any]:
    kept = {name: value for name, value in row.items() if name not in _MACHINERY}
    if row["failure"]:
        failure = Failure(row["failure"])
        kept |= {"failure_message": failure.message, "failure_retryable": failure.retryable}
    return kept


def _transcript(row: Mapping[str, Any]) -> Mapping[str, Any]:
    names = ("word", "start_ms", "end_ms", "confidence")
    segments = [
        {"text": text, "words": [dict(zip(names, word, strict=True)) for word in words]}
        for text, words in row["segments"]
    ]
    return {**row, "segments": segments}


def _without(names: frozenset[str], rows: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    return [{name: value for name, value in row.items() if name not in names} for row in rows]


def _extension(content_type: str) -> str:
    kind = content_type.partition(";")[0].strip().partition("/")[2]
    return _EXTENSIONS.get(kind, "audio")
