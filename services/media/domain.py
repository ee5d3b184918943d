"""What a recording and a transcript are, and what makes audio unusable. The standard library only."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

SAMPLE_RATE = 16_000
MAX_BYTES = 25_000_000
MAX_DURATION = timedelta(minutes=10)
MIN_DURATION = timedelta(seconds=1)
MIN_SPEECH = timedelta(seconds=1)
MIN_SPEECH_DBFS = -50.0
MAX_TEXT = 20_000
TICKET_LIFETIME = timedelta(minutes=5)
CLIP_MARGIN_MS = 250
MAX_CLIP_MS = 20_000


class State(StrEnum):
    """How far a recording has come. READY and FAILED are terminal."""

    UPLOADING = "UPLOADING"
    QUEUED = "QUEUED"
    TRANSCRIBING = "TRANSCRIBING"
    ANALYZING = "ANALYZING"
    READY = "READY"
    FAILED = "FAILED"

    @property
    def terminal(self) -> bool:
        return self in (State.READY, State.FAILED)


class Stage(StrEnum):
    """The durable steps, in order."""

    CHECK = "CHECK"
    TRANSCRIBE = "TRANSCRIBE"
    ANALYZE = "ANALYZE"
    INDEX = "INDEX"

    @property
    def state(self) -> State:
        """What the recording is while this step is at work."""
        return State.TRANSCRIBING if self in (Stage.CHECK, Stage.TRANSCRIBE) else State.ANALYZING


class Origin(StrEnum):
    """How the words came in."""

    SPOKEN = "SPOKEN"
    TYPED = "TYPED"


class Failure(StrEnum):
    """Why a recording is FAILED; the names are those of `timbre.api.v1.Reason`."""

    AUDIO_EMPTY = "AUDIO_EMPTY"
    AUDIO_UNSUPPORTED = "AUDIO_UNSUPPORTED"
    AUDIO_DAMAGED = "AUDIO_DAMAGED"
    AUDIO_TOO_LONG = "AUDIO_TOO_LONG"
    AUDIO_TOO_SHORT = "AUDIO_TOO_SHORT"
    AUDIO_SILENT = "AUDIO_SILENT"
    AUDIO_TOO_QUIET = "AUDIO_TOO_QUIET"
    AUDIO_TOO_BIG = "AUDIO_TOO_BIG"
    AUDIO_DECODER_LIMIT = "AUDIO_DECODER_LIMIT"
    AUDIO_CHECKSUM_MISMATCH = "AUDIO_CHECKSUM_MISMATCH"
    UPLOAD_NEVER_ARRIVED = "UPLOAD_NEVER_ARRIVED"
    STEP_FAILED = "STEP_FAILED"
    CONSENT_WITHDRAWN = "CONSENT_WITHDRAWN"

    @property
    def message(self) -> str:
        """One sentence for people."""
        return _MESSAGES[self]

    @property
    def retryable(self) -> bool:
        """Whether the same take may succeed later. What is wrong with audio stays wrong."""
        return self in (Failure.STEP_FAILED, Failure.CONSENT_WITHDRAWN)


_MESSAGES = {
    Failure.AUDIO_EMPTY: "There is no audio in this recording.",
    Failure.AUDIO_UNSUPPORTED: "This is not audio in a format we know: webm, ogg, mp4, mp3, wav or flac.",
    Failure.AUDIO_DAMAGED: "This audio is damaged; too little of it can be played.",
    Failure.AUDIO_TOO_LONG: "This recording is longer than 10 minutes.",
    Failure.AUDIO_TOO_SHORT: "This recording is shorter than a second.",
    Failure.AUDIO_SILENT: "Nobody can be heard speaking in this recording.",
    Failure.AUDIO_TOO_QUIET: "The voice in this recording is too quiet; move closer to the microphone.",
    Failure.AUDIO_TOO_BIG: "This recording is bigger than 25 MB.",
    Failure.AUDIO_DECODER_LIMIT: "This audio takes more effort to play than a recording may.",
    Failure.AUDIO_CHECKSUM_MISMATCH: "What arrived is not what was announced; record it again.",
    Failure.UPLOAD_NEVER_ARRIVED: "The audio was never uploaded.",
    Failure.CONSENT_WITHDRAWN: "You have withdrawn the consent to write down what you say; give it and retry.",
    Failure.STEP_FAILED: "We could not finish this recording. Nothing is lost; try again later.",
}


class BadAudio(Exception):
    """The audio can never become a transcript; `failure` says why."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


class Container(StrEnum):
    """The containers we open, by the name of the demuxer that opens them."""

    WEBM = "matroska"
    OGG = "ogg"
    MP4 = "mp4"
    MP3 = "mp3"
    WAV = "wav"
    FLAC = "flac"


# MPEG audio starts with an ID3 tag or with 11 set bits; layer bits 00 would be AAC without a container.
_MAGIC = (
    (re.compile(rb"\x1aE\xdf\xa3"), Container.WEBM),
    (re.compile(rb"OggS"), Container.OGG),
    (re.compile(rb"fLaC"), Container.FLAC),
    (re.compile(rb"RIFF....WAVE", re.DOTALL), Container.WAV),
    (re.compile(rb"....ftyp", re.DOTALL), Container.MP4),
    (re.compile(rb"ID3|\xff[\xe2-\xe7\xea-\xef\xf2-\xf7\xfa-\xff]"), Container.MP3),
)


def sniff(head: bytes) -> Container | None:
    """Tell the container by its first bytes (16 suffice). Names and content types are never asked."""
    return next((container for magic, container in _MAGIC if magic.match(head)), None)


@dataclass(frozen=True, slots=True)
class Audio:
    """Decoded audio: 16 kHz mono signed 16 bit, and whether parts of the file could not be decoded."""

    pcm: bytes = field(repr=False)
    damaged: bool = False

    @property
    def duration(self) -> timedelta:
        """Counted in samples, because containers lie or do not say."""
        return timedelta(seconds=len(self.pcm) / 2 / SAMPLE_RATE)


@dataclass(frozen=True, slots=True)
class Survey:
    """How much speech there is and how loud it is (RMS over the speech alone; -inf without any)."""

    speech: timedelta
    level_dbfs: float


def judge(audio: Audio, survey: Survey) -> None:
    """
    Refuse audio that no transcript can come from, by raising `BadAudio`.

    A damaged file counts for what can be heard of it: enough speech and it is as good as any other.
    """
    if not audio.pcm:
        raise BadAudio(Failure.AUDIO_DAMAGED if audio.damaged else Failure.AUDIO_EMPTY)
    if survey.speech < MIN_SPEECH and audio.damaged:
        raise BadAudio(Failure.AUDIO_DAMAGED)
    if audio.duration < MIN_DURATION:
        raise BadAudio(Failure.AUDIO_TOO_SHORT)
    if survey.speech < MIN_SPEECH:
        raise BadAudio(Failure.AUDIO_SILENT)
    if survey.level_dbfs < MIN_SPEECH_DBFS:
        raise BadAudio(Failure.AUDIO_TOO_QUIET)


@dataclass(frozen=True, slots=True)
class Word:
    """One word with its punctuation; milliseconds from the start of the audio, 0 and 0 for typed text."""

    text: str
    start_ms: int = 0
    end_ms: int = 0
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Segment:
    """A sentence or breath: its text, and the words that make it up."""

    text: str
    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was said, or typed, in full. The words in order, joined by white space, are the text."""

    text: str
    segments: tuple[Segment, ...]
    language: str
    engine: str
    revision: int = 1
    update_time: datetime | None = None

    @property
    def words(self) -> tuple[Word, ...]:
        return tuple(word for segment in self.segments for word in segment.words)

    @property
    def confidence(self) -> float:
        """Mean probability of the words; 0 when there are none."""
        words = self.words
        return sum(word.confidence for word in words) / len(words) if words else 0.0

    @property
    def etag(self) -> str:
        """Changes with the revision and the text."""
        return f"{self.revision}-{hashlib.sha256(self.text.encode()).hexdigest()[:16]}"


def joined(segments: Sequence[Segment]) -> str:
    return " ".join(segment.text for segment in segments)


def bounded(transcript: Transcript) -> Transcript:
    """The transcript without the segments that exceed `MAX_TEXT` characters; ten minutes of speech never do."""
    kept: list[Segment] = []
    room = MAX_TEXT
    for segment in transcript.segments:
        room -= len(segment.text) + 1
        if room < 0:
            break
        kept.append(segment)
    if len(kept) == len(transcript.segments):
        return transcript
    return replace(transcript, segments=tuple(kept), text=joined(kept))


def typed_transcript(text: str, language: str) -> Transcript:
    """A transcript of typed text: the lines are its segments, and no word has a time."""
    lines = [line.strip() for line in text.splitlines()]
    segments = tuple(Segment(line, tuple(map(Word, line.split()))) for line in lines if line)
    return Transcript(text.strip(), segments, language or "en", engine="typed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """The audio a client is going to upload, and the key where it will lie."""

    content_type: str
    size_bytes: int
    sha256: str | None
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """One take of one user, as stored."""

    id: UUID
    owner_id: str
    origin: Origin
    state: State
    stage: Stage | None = None
    progress: float = 0.0
    failure: Failure | None = None
    prompt: str = ""
    announced: Announcement | None = None
    ticket_until: datetime | None = None
    etag: str | None = None
    """Of the upload that was accepted."""
    duration: timedelta | None = None
    partial_text: str = ""
    profile_version: int | None = None
    create_time: datetime
    update_time: datetime


class Purpose(StrEnum):
    """What a user agrees to that media asks about; the consents are kept by profile."""

    TRANSCRIBE = "TRANSCRIBE"
    SHARE_CLIPS = "SHARE_CLIPS"


@dataclass(frozen=True, slots=True)
class Spoken:
    """Where a fact was spoken."""

    speaker_id: str
    recording_id: UUID
    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class Span:
    """The part of a recording that a clip lets hear, in milliseconds."""

    start_ms: int
    end_ms: int

    @property
    def duration(self) -> timedelta:
        return timedelta(milliseconds=self.end_ms - self.start_ms)


def audible(spoken: Spoken, duration: timedelta) -> Span | None:
    """What of a recording of this length may be heard for a quote; None when the quote is not in it."""
    length_ms = int(duration / timedelta(milliseconds=1))
    if not 0 <= spoken.start_ms < spoken.end_ms or spoken.start_ms >= length_ms:
        return None
    start_ms = max(0, spoken.start_ms - CLIP_MARGIN_MS)
    return Span(start_ms, min(spoken.end_ms + CLIP_MARGIN_MS, start_ms + MAX_CLIP_MS, length_ms))


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to work on one stage of a recording, as long as no other token is out."""

    recording: Recording
    stage: Stage
    token: int
    attempts: int
