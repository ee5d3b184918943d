"""Audio for tests: a person of the cast speaking, in any container; noise, silence, and things that are neither."""

# PyAV's packets are generic in what they belong to, and its own annotations leave that out.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

import asyncio
import io
import math
import random
import struct
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream

from services.media.adapters.decode import decode
from services.media.domain import SAMPLE_RATE, Audio

CAST = Path(__file__).parents[3] / "local" / "cast"
CLIP = CAST / "david-q.opus"

KINDS = {
    "webm": ("webm", "libopus", 48_000, "audio/webm"),
    "ogg": ("ogg", "libopus", 48_000, "audio/ogg"),
    "m4a": ("mp4", "aac", 44_100, "audio/mp4"),
    "mp3": ("mp3", "libmp3lame", 44_100, "audio/mpeg"),
    "wav": ("wav", "pcm_s16le", 48_000, "audio/wav"),
    "flac": ("flac", "flac", 44_100, "audio/flac"),
}
"""name: muxer, codec, rate, content type."""


def spoken(seconds: float = 4.0) -> Audio:
    """The first seconds of a person introducing himself."""
    with ThreadPoolExecutor(1) as thread:  # the caller may be inside an event loop already
        clip = thread.submit(_clip).result()
    return Audio(clip.pcm[: int(seconds * SAMPLE_RATE) * 2])


@cache
def _clip() -> Audio:
    return asyncio.run(decode(CLIP))


def quieter(audio: Audio, decibels: float) -> Audio:
    samples = struct.unpack(f"<{len(audio.pcm) // 2}h", audio.pcm)
    factor = 10 ** (-decibels / 20)
    return Audio(struct.pack(f"<{len(samples)}h", *(round(sample * factor) for sample in samples)))


def silence(seconds: float) -> Audio:
    return Audio(bytes(int(seconds * SAMPLE_RATE) * 2))


def noise(seconds: float) -> Audio:
    dice = random.Random(1)
    count = int(seconds * SAMPLE_RATE)
    return Audio(struct.pack(f"<{count}h", *(dice.randint(-8000, 8000) for _ in range(count))))


def tones(*frequencies: int, seconds: float = 1.5) -> Audio:
    """One tone after the other, each for so long."""
    count = int(seconds * SAMPLE_RATE)
    samples = [
        round(12_000 * math.sin(2 * math.pi * hertz * number / SAMPLE_RATE))
        for hertz in frequencies
        for number in range(count)
    ]
    return Audio(struct.pack(f"<{len(samples)}h", *samples))


def loudness(audio: Audio, hertz: int) -> float:
    """How much of one frequency is in it, 0 to 1."""
    samples = np.frombuffer(audio.pcm, dtype="<i2") / 32768
    turns = np.arange(samples.size) * (hertz / SAMPLE_RATE)
    return float(2 * np.abs(np.mean(samples * np.exp(-2j * np.pi * turns))))


def encoded(audio: Audio, kind: str = "webm") -> bytes:
    """The audio as a file of this kind."""
    muxer, codec, rate, _ = KINDS[kind]
    file = io.BytesIO()
    with av.open(file, "w", format=muxer) as container:
        stream = container.add_stream(codec, rate=rate, layout="mono")
        assert isinstance(stream, AudioStream)
        sample_format = stream.codec_context.format
        resampler = AudioResampler(format=sample_format, layout="mono", rate=rate)
        step = SAMPLE_RATE * 2
        for start in range(0, len(audio.pcm), step):
            pcm = audio.pcm[start : start + step]
            frame = AudioFrame(format="s16", layout="mono", samples=len(pcm) // 2)
            frame.sample_rate = SAMPLE_RATE
            frame.planes[0].update(pcm)
            for resampled in resampler.resample(frame):
                container.mux(stream.encode(resampled))
        for rest in resampler.resample(None):
            container.mux(stream.encode(rest))
        container.mux(stream.encode(None))
    return file.getvalue()


def content_type(kind: str) -> str:
    return KINDS[kind][3]


def wav_of(seconds: float, *, channels: int = 1) -> bytes:
    """Silence as a wav file, without spending the time of an encoder."""
    rate = 8_000
    size = int(seconds * rate) * 2 * channels
    header = struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        *(b"RIFF", 36 + size, b"WAVE", b"fmt ", 16, 1, channels, rate),
        *(rate * 2 * channels, 2 * channels, 16, b"data", size),
    )
    return header + bytes(size)
