"""
A longer recording out of the demo cast's.
"""
# PyAV's own annotations leave type arguments out.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from pathlib import Path

import av
import av.audio.stream

_RATE = 48_000


def minute_of(clips: Iterable[Path], seconds: int = 60) -> bytes:
    """Return `seconds` of the clips one after another, as Ogg/Opus like the browser's; the last is cut off."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="ogg") as sink:
        stream = sink.add_stream("libopus", rate=_RATE, layout="mono", bit_rate=24_000)
        assert isinstance(stream, av.audio.stream.AudioStream)
        left = seconds * _RATE
        for frame in _frames(clips):
            frame.pts = seconds * _RATE - left
            left -= frame.samples
            sink.mux(stream.encode(frame))
            if left <= 0:
                break
        else:
            raise ValueError(f"the clips together are shorter than {seconds} s")
        sink.mux(stream.encode(None))
    return buffer.getvalue()


def _frames(clips: Iterable[Path]) -> Iterator[av.AudioFrame]:
    resampler = av.AudioResampler(format="s16", layout="mono", rate=_RATE)
    for clip in clips:
        with av.open(str(clip)) as source:
            for frame in source.decode(audio=0):
                yield from resampler.resample(frame)
