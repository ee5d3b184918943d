"""What every speech adapter promises, on real voices and on none."""

from __future__ import annotations

import asyncio
import secrets
import uuid
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import jiwer
import pytest

from local.emulator import Emulator
from local.ports import free_port
from local.serving import serving
from local.setup import setup
from services.media.adapters.decode import decode
from services.media.adapters.s3 import S3Audio
from services.media.adapters.transcribe import Transcribe
from services.media.adapters.whisper import Whisper
from services.media.domain import Audio, Segment, Transcript
from services.media.ports import Left, OnSegment, Speech, SpeechJobFailed, SpeechJobs
from services.media.speech_url import SpeechUrl
from tests.unit.media.audio import CLIP, encoded, noise, silence, spoken

RECORDED = Path(__file__).parents[3] / "shared" / "data" / "speech"
BUCKET = "timbre-contract"
MOST_ERRORS = 0.2
"""Word error rate that no adapter exceeds on a clear voice; this is no measurement of quality."""


class Elsewhere:
    """A recogniser with jobs, asked until it answers: what it promises of a transcript is then the same."""

    def __init__(self, emulator: Emulator) -> None:
        self._s3 = emulator.client("s3")
        self._store = S3Audio(self._s3, BUCKET)
        self._s3.create_bucket(
            Bucket=BUCKET,
            CreateBucketConfiguration={"LocationConstraint": emulator.credentials["AWS_DEFAULT_REGION"]},
        )
        url = SpeechUrl.parse("transcribe://eu-west-1?language=en-US")
        self._speech: SpeechJobs = Transcribe(emulator.client("transcribe"), self._store, url)

    async def transcribe(self, audio: Audio, on_segment: OnSegment) -> Transcript:
        name = f"timbre-test-{uuid.uuid4()}-1"
        key = f"u/{name}"
        await self._store.put(key, encoded(audio, "flac"), "audio/flac")
        await self._speech.start(name, key)
        await self._speech.start(name, key)  # the same name, the same job
        async with asyncio.timeout(60):
            while (transcript := await self._speech.result(name, key)) is None:
                await asyncio.sleep(0.1)
        assert await self._speech.forget(name, key) is Left.NOTHING
        assert await self._store.below(key) == [key]
        assert await self._speech.forget(name, key) is Left.UNKNOWN
        with pytest.raises(SpeechJobFailed):
            await self._speech.result(name, key)
        for segment in transcript.segments:
            await on_segment(segment)
        return transcript


@pytest.fixture(scope="module", params=["whisper", "transcribe"])
def speech(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Speech | Elsewhere]:
    if request.param == "whisper":
        whisper = Whisper.open("bundled-base")
        yield whisper
        whisper.close()
        return
    setup()
    folder = tmp_path_factory.mktemp("emulator")
    emulator = Emulator(free_port(), folder / "state", "timbre-tests", secrets.token_urlsafe(16), hears=True)
    with serving(emulator.child(), folder / "log"):
        yield Elsewhere(emulator)


async def transcribe(speech: Speech, audio: Audio) -> tuple[Transcript, list[Segment]]:
    heard: list[Segment] = []

    async def note(segment: Segment) -> None:
        heard.append(segment)

    return await speech.transcribe(audio, note), heard


def words_of(text: str) -> str:
    kept = "".join(letter if letter.isalnum() or letter == "'" else " " for letter in text.lower())
    return " ".join(kept.split())


def check(transcript: Transcript, heard: list[Segment], audio: Audio) -> None:
    words = transcript.words
    assert words
    assert heard == list(transcript.segments)
    assert all(word.text and not word.text.isspace() for word in words)
    assert all(0 <= word.confidence <= 1 for word in words)
    assert all(word.start_ms < word.end_ms for word in words)
    assert all(one.start_ms <= other.start_ms for one, other in pairwise(words))
    assert words[-1].start_ms < audio.duration.total_seconds() * 1000
    assert "".join(word.text for word in words) == "".join(transcript.text.split())
    assert transcript.language == "en"
    assert transcript.engine


async def test_a_person_of_the_cast_is_written_down(speech: Speech) -> None:
    audio = await decode(CLIP)
    transcript, heard = await transcribe(speech, audio)
    check(transcript, heard, audio)
    reference = CLIP.with_suffix(".txt").read_text()
    assert jiwer.wer(words_of(reference), words_of(transcript.text)) < MOST_ERRORS


@pytest.mark.parametrize("clip", ["jfk.flac", "LJ001-0004.flac"])
async def test_a_recorded_person_is_written_down(speech: Speech, clip: str) -> None:
    if not RECORDED.is_dir():
        pytest.skip(f"no recorded speech in {RECORDED}: only the synthetic cast was tested")
    lines = (RECORDED / "references.tsv").read_text().splitlines()
    reference = dict(line.split("\t", 1) for line in lines if not line.startswith("#"))[clip]
    audio = await decode(RECORDED / clip)
    transcript, heard = await transcribe(speech, audio)
    check(transcript, heard, audio)
    assert jiwer.wer(words_of(reference), words_of(transcript.text)) < MOST_ERRORS


@pytest.mark.parametrize("audio", [silence(4), noise(8)], ids=["silence", "white noise"])
async def test_nothing_is_invented(speech: Speech, audio: Audio) -> None:
    transcript, heard = await transcribe(speech, audio)
    assert transcript.words == ()
    assert transcript.text == ""
    assert heard == []


async def test_a_listener_that_fails_ends_the_transcription(speech: Speech) -> None:
    async def refuse(segment: Segment) -> None:
        raise LookupError(segment)

    with pytest.raises(LookupError):
        await speech.transcribe(spoken(4.0), refuse)
