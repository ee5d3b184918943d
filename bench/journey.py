"""
One recording's way to READY, seen from outside and told by the workers' log.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bench.report import WrongAnswer
from bench.system import Line, Someone, System
from local.api import spoken

_TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")


@dataclass(frozen=True, slots=True)
class Journey:
    """Seconds of each part."""

    wall: float
    """From sending CompleteRecording (typed: CreateRecording) to READY in the watch stream."""
    steps: Mapping[str, float]
    gaps: Mapping[str, float]
    """Before each step: until it was picked up and claimed."""
    text: str

    @property
    def last(self) -> float:
        """From the end of the last step until the client knew; clocks of two processes, so it may be below 0."""
        return self.wall - sum(self.steps.values()) - sum(self.gaps.values())


async def speak(up: System, name: str, audio: bytes) -> Journey:
    """Have a new person record audio. The clock starts when the upload is there and complete is called."""
    someone = await up.sign_up(name)
    created = await someone.api.call("POST", "recordings", spoken(audio, "audio/ogg"))
    await someone.api.upload(created["ticket"], audio, "audio/ogg")
    recording = created["recording"]["name"]
    return await _follow(up, someone, f"{recording}:complete", {})


async def write(up: System, name: str, text: str) -> Journey:
    """Have a new person type."""
    return await _follow(up, await up.sign_up(name), "recordings", {"typed": {"text": text}})


async def _follow(up: System, someone: Someone, path: str, body: dict[str, Any]) -> Journey:
    began, sent = time.time(), time.perf_counter()
    answer = await someone.api.call("POST", path, body)
    recording = answer.get("recording", answer)["name"]
    state = ""
    async with asyncio.timeout(180):
        async for seen in someone.api.watch(recording):
            state = seen["state"]
    wall = time.perf_counter() - sent
    if state != "STATE_READY":
        raise WrongAnswer(f"the recording ended as {state}")
    text = (await someone.api.call("GET", f"{recording}/transcript"))["text"]
    await asyncio.sleep(0.2)  # the last line may still be in its pipe
    return Journey(wall, *_told(up.lines, recording.partition("/")[2], began), text)


def _told(lines: Sequence[Line], recording: str, began: float) -> tuple[dict[str, float], dict[str, float]]:
    steps: dict[str, float] = {}
    gaps: dict[str, float] = {}
    clock = began
    for line in lines:
        if "step done" in line.text and line.field("recording") == recording:
            stage, took = line.field("stage"), float(line.field("seconds"))
            found = _TIME.search(line.text)
            assert found
            ended = datetime.fromisoformat(found.group()).timestamp()
            steps[stage], gaps[stage] = took, ended - took - clock
            clock = ended
    if "INDEX" not in steps:
        raise WrongAnswer("the workers' log does not tell of every step")
    return steps, gaps
