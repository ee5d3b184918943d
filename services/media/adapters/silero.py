"""Is anybody speaking, and how loudly? The silero model that ships inside faster-whisper answers."""

from __future__ import annotations

import asyncio
import math
from datetime import timedelta
from typing import cast

import numpy as np
from faster_whisper.vad import (
    VadOptions,
    get_speech_timestamps,  # pyright: ignore[reportUnknownVariableType]  # annotated as a bare `dict`
)
from numpy.typing import NDArray

from services.media.domain import SAMPLE_RATE, Audio, Survey

_OPTIONS = VadOptions(min_silence_duration_ms=500, speech_pad_ms=100)
_QUIET_PEAK = 0.5
_MAX_GAIN = 100.0


def samples_of(audio: Audio) -> NDArray[np.float32]:
    """The audio as float samples, lifted when it is quiet: at -57 dBFS only half of the speech is found."""
    samples = _as_recorded(audio)
    peak = float(np.abs(samples).max(initial=0.0))
    return samples if peak == 0 or peak >= _QUIET_PEAK else samples * min(_MAX_GAIN, _QUIET_PEAK / peak)


async def survey(audio: Audio) -> Survey:
    """Find the speech and measure its level as it was recorded."""
    if not audio.pcm:
        return Survey(timedelta(0), -math.inf)
    return await asyncio.to_thread(_survey, audio)


def _survey(audio: Audio) -> Survey:
    spans = cast("list[dict[str, int]]", get_speech_timestamps(samples_of(audio), _OPTIONS))
    if not spans:
        return Survey(timedelta(0), -math.inf)
    recorded = _as_recorded(audio)
    spoken = np.concatenate([recorded[span["start"] : span["end"]] for span in spans])
    power = float(np.mean(np.square(spoken, dtype=np.float64)))
    return Survey(
        speech=timedelta(seconds=spoken.size / SAMPLE_RATE),
        level_dbfs=10 * math.log10(power) if power > 0 else -math.inf,
    )


def _as_recorded(audio: Audio) -> NDArray[np.float32]:
    return np.frombuffer(audio.pcm, dtype="<i2").astype(np.float32) / np.float32(32768)
