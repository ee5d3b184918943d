"""A clip is the quote with a quarter of a second on either side, twenty seconds at most, and nothing else."""

from __future__ import annotations

import array
import math
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from services.media.adapters import decode as adapter
from services.media.adapters.decode import cut, decode
from services.media.domain import SAMPLE_RATE, Audio, BadAudio, Failure, Span, Spoken, audible
from services.media.keys import AudioKeys, clip_key, prefix_of
from tests.unit.media.audio import KINDS, encoded, loudness, spoken, tones, wav_of

SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("start_ms", "end_ms", "expected"),
    [
        pytest.param(2000, 4000, Span(1750, 4250), id="a quarter of a second on either side"),
        pytest.param(100, 4000, Span(0, 4250), id="at the beginning"),
        pytest.param(8000, 9900, Span(7750, 10_000), id="at the end"),
        pytest.param(8000, 12_000, Span(7750, 10_000), id="beyond the end"),
        pytest.param(0, 0, None, id="typed"),
        pytest.param(3000, 3000, None, id="nothing"),
        pytest.param(3000, 2000, None, id="backwards"),
        pytest.param(-1, 2000, None, id="before the beginning"),
        pytest.param(10_000, 11_000, None, id="behind the end"),
    ],
)
def test_the_span_of_a_quote(start_ms: int, end_ms: int, expected: Span | None) -> None:
    assert audible(Spoken("ada", uuid4(), start_ms, end_ms), 10 * SECOND) == expected


def test_a_long_quote_is_heard_for_twenty_seconds() -> None:
    assert audible(Spoken("ada", uuid4(), 5000, 60_000), 90 * SECOND) == Span(4750, 24_750)


@pytest.mark.parametrize("kind", KINDS)
async def test_a_clip_has_the_tone_of_its_span_and_not_its_neighbours(kind: str, tmp_path: Path) -> None:
    """Three tones, a second and a half each; the clip lies within the one in the middle."""
    clip = await clip_of(encoded(tones(440, 1000, 2500), kind), Span(1700, 2800), tmp_path)
    assert abs(clip.duration - timedelta(milliseconds=1100)) < timedelta(milliseconds=60)
    before, inside, after = (loudness(clip, hertz) for hertz in (440, 1000, 2500))
    assert inside > 0.1
    assert max(before, after) < inside / 100


async def test_a_clip_is_as_loud_as_what_was_recorded(tmp_path: Path) -> None:
    whole = spoken(6.0)
    clip = await clip_of(encoded(whole, "wav"), Span(1000, 5000), tmp_path)
    original = Audio(whole.pcm[SAMPLE_RATE * 2 : 5 * SAMPLE_RATE * 2])
    assert energy(clip) == pytest.approx(energy(original), rel=0.1)


async def test_the_longest_clip_is_small(tmp_path: Path) -> None:
    path = tmp_path / "audio"
    path.write_bytes(encoded(Audio(tones(700, 900).pcm * 10), "webm"))
    content = await cut(path, Span(2000, 22_000))
    assert content[4:8] == b"ftyp"
    assert len(content) < 200_000


@pytest.mark.parametrize(
    ("content", "failure"),
    [
        pytest.param(b"", Failure.AUDIO_EMPTY, id="nothing"),
        pytest.param(b"PK\x03\x04" + bytes(100), Failure.AUDIO_UNSUPPORTED, id="zip"),
        pytest.param(b"OggS" + bytes(500), Failure.AUDIO_DAMAGED, id="ogg magic"),
        pytest.param(wav_of(1), Failure.AUDIO_EMPTY, id="shorter than the span"),
    ],
)
async def test_what_has_no_such_span_gives_no_clip(content: bytes, failure: Failure, tmp_path: Path) -> None:
    path = tmp_path / "audio"
    path.write_bytes(content)
    with pytest.raises(BadAudio) as caught:
        await cut(path, Span(1700, 2800))
    assert caught.value.failure is failure


async def test_cutting_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    path = tmp_path / "audio"
    path.write_bytes(wav_of(60))
    with pytest.raises(BadAudio) as caught:
        await cut(path, Span(50_000, 51_000), wall_seconds=0.001)
    assert caught.value.failure is Failure.AUDIO_DECODER_LIMIT


def test_cutting_without_a_parent_ends_at_once() -> None:
    program = Path(adapter.__file__).with_name("decoder.py")
    ended = subprocess.run(
        [sys.executable, "-I", str(program), "wav", "600", str(os.getpid() + 1), "0", "1000"],
        input=wav_of(2),
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert (ended.returncode, ended.stdout) == (1, b"")


def test_a_clip_lies_below_its_recording_and_its_user() -> None:
    keys = AudioKeys(b"secret")
    key = keys.new("ada", recording_id := uuid4())
    assert key.startswith(f"{keys.prefix('ada')}{recording_id}/")
    assert clip_key(key, Span(1750, 4250)) == f"{key}/clips/1750-4250.m4a"
    assert prefix_of(key) == keys.prefix("ada") != keys.prefix("bob")
    assert "ada" not in key
    assert "secret" not in repr(keys)


async def clip_of(content: bytes, span: Span, folder: Path) -> Audio:
    """What can be heard when the clip is played."""
    path, played = folder / "audio", folder / "clip"
    path.write_bytes(content)
    played.write_bytes(await cut(path, span))
    return await decode(played)


def energy(audio: Audio) -> float:
    samples = array.array("h", audio.pcm)
    return math.sqrt(sum(sample * sample for sample in samples)) / 32768
