"""
Speech to text by Amazon Transcribe: `transcribe://REGION?language=en-US`. It fetches the audio from our bucket
and writes its result back beside it, so that whatever removes the audio removes the words.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from typing import Any, Final, Protocol, cast
from urllib.parse import unquote, urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from services.media.adapters.s3 import S3Audio
from services.media.adapters.transcribe_result import transcript_of
from services.media.domain import BadAudio, Failure, Transcript
from services.media.ports import Left, ResultUnreadable, SpeechBusy, SpeechJobFailed, SpeechRefused
from services.media.speech_url import SpeechUrl

_LONGEST_RESULT: Final = 16 * 1024 * 1024
_NOT_NOW: Final = re.compile(
    r"Throttl|LimitExceeded|TooManyRequests|InternalFailure|InternalError|Unavailable"
)
# What Transcribe says of audio, by how it begins. Whatever it says besides is about something else.
_FLAWS: Final[Mapping[str, Failure]] = {
    "Unsupported media format": Failure.AUDIO_UNSUPPORTED,
    "The media format provided does not match": Failure.AUDIO_UNSUPPORTED,
    "Invalid sample rate": Failure.AUDIO_UNSUPPORTED,
    "The sample rate provided does not match": Failure.AUDIO_UNSUPPORTED,
    "Invalid number of channels": Failure.AUDIO_UNSUPPORTED,
    "Invalid file size": Failure.AUDIO_TOO_BIG,
    "The data in your input media file isn't valid": Failure.AUDIO_DAMAGED,
    "Failed to parse audio file": Failure.AUDIO_DAMAGED,
    "Your audio file must have a speech segment long enough": Failure.AUDIO_SILENT,
}
_ENDED = {"COMPLETED", "FAILED"}


class _Client(Protocol):
    """The part of boto3's client that is used here."""

    def start_transcription_job(self, **request: Any) -> Mapping[str, Any]: ...
    def get_transcription_job(self, *, TranscriptionJobName: str) -> Mapping[str, Any]: ...  # noqa: N803 - AWS's
    def delete_transcription_job(self, *, TranscriptionJobName: str) -> Mapping[str, Any]: ...  # noqa: N803


class Transcribe:
    """The `SpeechJobs` port on Amazon Transcribe."""

    def __init__(self, client: _Client, audio: S3Audio, url: SpeechUrl) -> None:
        self._client = client
        self._audio = audio
        self._options = _options(url)

    @classmethod
    def open(cls, url: SpeechUrl, endpoint: str, audio: S3Audio) -> Transcribe:
        """
        Args:
            url: What to ask for, and in which region: the bucket's.
            endpoint: The emulator's address; empty means AWS.
            audio: Where the recordings are, and where results go.
        """
        config = Config(
            connect_timeout=2,
            read_timeout=10,
            retries={
                "mode": "standard",
                "total_max_attempts": 1,
            },  # the job queue tries again, and waits longer
        )
        service: Any = "transcribe"  # no stubs for this one
        client: _Client = boto3.client(  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]  # overloads
            service, region_name=url.region, endpoint_url=endpoint or None, config=config
        )
        return cls(cast("_Client", client), audio, url)

    async def start(self, name: str, audio_key: str) -> None:
        bucket = self._audio.bucket
        try:
            await self._call(
                self._client.start_transcription_job,
                TranscriptionJobName=name,
                Media={"MediaFileUri": f"s3://{bucket}/{audio_key}"},
                OutputBucketName=bucket,
                OutputKey=f"{_outputs(audio_key, name)}{name}.json",
                **self._options,
            )
        except ClientError as error:
            if _code(error) != "ConflictException":
                raise SpeechRefused from None
            # Started before, by us or by a worker that died: the name is that job's alone.

    async def result(self, name: str, audio_key: str) -> Transcript | None:
        job = await self._get(name)
        if job is None:
            raise SpeechJobFailed
        status = job.get("TranscriptionJobStatus")
        if status == "FAILED":
            why = str(job.get("FailureReason", ""))
            if flaw := next((flaw for start, flaw in _FLAWS.items() if why.startswith(start)), None):
                raise BadAudio(flaw)
            raise SpeechJobFailed
        if status != "COMPLETED":
            return None
        document = await self._read(_written(job, _outputs(audio_key, name)))
        return transcript_of(document, name, job.get("LanguageCode"))

    async def forget(self, name: str, audio_key: str) -> Left:
        job = await self._get(name)
        if job is not None and job.get("TranscriptionJobStatus") not in _ENDED:
            return Left.EVERYTHING  # AWS cannot stop it, nor delete it before it ends
        await self._audio.remove(_outputs(audio_key, name))
        if job is None:
            return Left.UNKNOWN
        try:
            await self._call(self._client.delete_transcription_job, TranscriptionJobName=name)
        except ClientError as error:
            if not _absent(error):
                raise SpeechRefused from None
        return Left.NOTHING

    async def _get(self, name: str) -> Mapping[str, Any] | None:
        try:
            reply = await self._call(self._client.get_transcription_job, TranscriptionJobName=name)
        except ClientError as error:
            if _absent(error):
                return None
            raise SpeechRefused from None
        return reply["TranscriptionJob"]

    async def _read(self, key: str) -> bytes:
        document = bytearray()
        async for piece in self._audio.pieces(key):
            document += piece
            if len(document) > _LONGEST_RESULT:
                raise ResultUnreadable
        return bytes(document)

    async def _call(self, call: Any, /, **request: Any) -> Mapping[str, Any]:
        try:
            return await asyncio.to_thread(call, **request)
        except BotoCoreError:
            raise SpeechBusy from None
        except ClientError as error:
            if _NOT_NOW.search(_code(error)):
                raise SpeechBusy from None
            raise


def _options(url: SpeechUrl) -> Mapping[str, Any]:
    """The part of a request that is the same for every job."""
    options: dict[str, Any] = {}
    vocabularies = {language: {"VocabularyName": name} for language, name in url.vocabularies.items()}
    if len(url.languages) == 1:
        (language,) = url.languages
        options["LanguageCode"] = language
        if vocabularies:
            options["Settings"] = vocabularies[language]
    else:
        options |= {"IdentifyLanguage": True, "LanguageOptions": list(url.languages)}
        if vocabularies:
            options["LanguageIdSettings"] = vocabularies
    if url.redact:
        options["ContentRedaction"] = {"RedactionType": "PII", "RedactionOutput": "redacted"}
    if url.output_key:
        options["OutputEncryptionKMSKeyId"] = url.output_key
    return options


def _outputs(audio_key: str, name: str) -> str:
    """Below this a job writes: below its recording's audio, so that it goes when that goes."""
    return f"{audio_key}/transcripts/{name}/"


def _written(job: Mapping[str, Any], below: str) -> str:
    """
    The key of a job's result. Transcribe names redacted files differently and writes the bucket in more ways
    than one; what counts is that it lies where we told it to write.
    """
    where: Mapping[str, str] = job.get("Transcript") or {}
    uri = where.get("RedactedTranscriptFileUri") or where.get("TranscriptFileUri") or ""
    _, found, file = unquote(urlsplit(uri).path).partition(below)
    if not found or not file or "/" in file:
        raise ResultUnreadable
    return below + file


def _code(error: ClientError) -> str:
    return error.response.get("Error", {}).get("Code", "")


def _absent(error: ClientError) -> bool:
    """AWS says that a job does not exist in two ways; nothing else that is asked here can be a bad request."""
    return _code(error) in ("NotFoundException", "BadRequestException")
