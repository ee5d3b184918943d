"""Decoding takes what browsers and phones record, and gives a reason for everything else."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from services.media.adapters import decode as adapter
from services.media.adapters.decode import decode
from services.media.domain import BadAudio, Failure
from tests.unit.media.audio import KINDS, encoded, spoken, wav_of

DECODER = Path(adapter.__file__).with_name("decoder.py")


async def refusal(tmp_path: Path, content: bytes, *, wall_seconds: float = 30) -> Failure:
    path = tmp_path / "audio"
    path.write_bytes(content)
    with pytest.raises(BadAudio) as caught:
        await decode(path, wall_seconds=wall_seconds)
    return caught.value.failure


@pytest.mark.parametrize("kind", KINDS)
async def test_every_container_gives_the_same_length_of_sound(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "audio"
    path.write_bytes(encoded(spoken(3.0), kind))
    audio = await decode(path)
    assert not audio.damaged
    assert abs(audio.duration - timedelta(seconds=3)) < timedelta(seconds=0.15)  # codecs pad


@pytest.mark.parametrize("kind", ["webm", "ogg", "mp3", "wav", "flac"])
async def test_what_is_left_of_a_truncated_file_is_decoded(kind: str, tmp_path: Path) -> None:
    whole = encoded(spoken(6.0), kind)
    path = tmp_path / "audio"
    path.write_bytes(whole[: len(whole) * 2 // 3])
    assert (await decode(path)).duration > timedelta(seconds=2.5)


async def test_an_mp4_without_its_index_is_damaged(tmp_path: Path) -> None:
    whole = encoded(spoken(3.0), "m4a")
    assert await refusal(tmp_path, whole[: len(whole) * 2 // 3]) is Failure.AUDIO_DAMAGED


@pytest.mark.parametrize(
    ("content", "failure"),
    [
        pytest.param(b"", Failure.AUDIO_EMPTY, id="nothing"),
        pytest.param(b"<!doctype html><html></html>", Failure.AUDIO_UNSUPPORTED, id="html"),
        pytest.param(b"PK\x03\x04" + bytes(100), Failure.AUDIO_UNSUPPORTED, id="zip"),
        pytest.param(b"#EXTM3U\nfile:///etc/passwd\n", Failure.AUDIO_UNSUPPORTED, id="playlist"),
        pytest.param(b"\xff\xf1\x50\x80" + bytes(60), Failure.AUDIO_UNSUPPORTED, id="bare aac"),
        pytest.param(b"\x1aE\xdf\xa3" + b"\x00garbage" * 50, Failure.AUDIO_DAMAGED, id="webm magic"),
        pytest.param(b"OggS" + bytes(500), Failure.AUDIO_DAMAGED, id="ogg magic"),
        pytest.param(b"....ftypM4A " + b"x" * 500, Failure.AUDIO_DAMAGED, id="mp4 magic"),
        pytest.param(b"fLaC", Failure.AUDIO_DAMAGED, id="flac magic"),
    ],
)
async def test_what_is_not_audio_is_refused_by_its_content(
    content: bytes, failure: Failure, tmp_path: Path
) -> None:
    assert await refusal(tmp_path, content) is failure


async def test_more_than_ten_minutes_are_too_long(tmp_path: Path) -> None:
    assert await refusal(tmp_path, wav_of(601)) is Failure.AUDIO_TOO_LONG


async def test_eight_channels_become_one(tmp_path: Path) -> None:
    path = tmp_path / "audio"
    path.write_bytes(wav_of(2, channels=8))
    assert (await decode(path)).duration == timedelta(seconds=2)


async def test_a_decoder_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    failure = await refusal(tmp_path, encoded(spoken(3.0), "webm"), wall_seconds=0.001)
    assert failure is Failure.AUDIO_DECODER_LIMIT


def shut_in(code: str) -> subprocess.CompletedProcess[str]:
    """Run code in a process that has given up what the decoder gives up."""
    program = f"import decoder, os; decoder.shut_in(os.getppid())\n{code}"
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=DECODER.parent,
        env={},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize(
    "escape",
    [
        "open('/etc/passwd')",
        "open('/tmp/somewhere', 'w')",
        "import socket; socket.socket()",
        "import os; os.pipe()",
    ],
)
def test_the_decoder_can_open_nothing(escape: str) -> None:
    ended = shut_in(escape)
    assert ended.returncode != 0
    assert "Too many open files" in ended.stderr


def test_the_decoder_has_little_memory() -> None:
    assert "MemoryError" in shut_in("x = bytearray(600 * 1024 * 1024)").stderr


def test_the_decoder_has_seconds_of_cpu() -> None:
    ended = shut_in(
        "import resource as r; r.setrlimit(r.RLIMIT_CPU, (1, 1))\n"  # the limit may only be lowered
        "while True: pass"
    )
    assert ended.returncode < 0


def test_a_decoder_without_its_parent_ends_at_once() -> None:
    ended = subprocess.run(
        [sys.executable, "-I", str(DECODER), "wav", "600", str(os.getpid() + 1)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert ended.returncode == 1
    assert ended.stdout == b""
