"""Whether somebody speaks, and whether that is enough."""

from __future__ import annotations

import math
from datetime import timedelta

import pytest

from services.media.adapters.silero import survey
from services.media.domain import Audio, BadAudio, Failure, judge
from tests.unit.media.audio import noise, quieter, silence, spoken


@pytest.mark.parametrize("audio", [Audio(b""), silence(5), noise(5)], ids=["nothing", "silence", "noise"])
async def test_nobody_speaks_in(audio: Audio) -> None:
    found = await survey(audio)
    assert found.speech == timedelta(0)
    assert found.level_dbfs == -math.inf


async def test_speech_is_found_and_measured_as_it_was_recorded() -> None:
    loud, quiet = await survey(spoken(5)), await survey(quieter(spoken(5), 30))
    assert loud.speech > timedelta(seconds=2.5)
    assert abs(loud.speech - quiet.speech) < timedelta(seconds=1)
    assert loud.level_dbfs - quiet.level_dbfs == pytest.approx(30, abs=1.5)


@pytest.mark.parametrize(
    ("audio", "failure"),
    [
        pytest.param(Audio(b""), Failure.AUDIO_EMPTY, id="empty"),
        pytest.param(Audio(b"", damaged=True), Failure.AUDIO_DAMAGED, id="nothing decodable"),
        pytest.param(silence(0.5), Failure.AUDIO_TOO_SHORT, id="short"),
        pytest.param(silence(5), Failure.AUDIO_SILENT, id="silent"),
        pytest.param(noise(5), Failure.AUDIO_SILENT, id="noise"),
        pytest.param(Audio(silence(5).pcm, damaged=True), Failure.AUDIO_DAMAGED, id="damaged and silent"),
        pytest.param(quieter(spoken(5), 45), Failure.AUDIO_TOO_QUIET, id="quiet"),
    ],
)
async def test_audio_that_no_transcript_can_come_from(audio: Audio, failure: Failure) -> None:
    with pytest.raises(BadAudio) as caught:
        judge(audio, await survey(audio))
    assert caught.value.failure is failure


async def test_damage_is_forgiven_when_enough_can_be_heard() -> None:
    audio = Audio(spoken(5).pcm, damaged=True)
    judge(audio, await survey(audio))
