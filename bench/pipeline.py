"""
From the end of an upload to READY: a spoken minute, and typed introductions that need no hearing. What the
pipeline adds is read from the workers' own log lines, which say when each step ended and how long it took, and
compared with the same recogniser and the same analyzer called without a pipeline in the same rounds.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import median
from tempfile import NamedTemporaryFile

from bench.audio import minute_of
from bench.measure import quantile
from bench.pickup import pickups
from bench.report import Cell, Report, Table, WrongAnswer
from bench.system import Line, Someone, System, system
from local.api import spoken
from local.people import people
from services.kit.minilm import MiniLM
from services.media.adapters.decode import decode
from services.media.adapters.whisper import Whisper
from services.media.domain import Audio, Segment
from services.profile.adapters.extractive.analyzer import ExtractiveAnalyzer
from services.profile.domain import Transcript

ROUNDS = 3
TYPED = 7
_STEPS = ("CHECK", "TRANSCRIBE", "ANALYZE", "INDEX")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")


@dataclass(frozen=True, slots=True)
class Run:
    """One recording's way, in seconds."""

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


async def run(report: Report) -> None:
    """Measure."""
    audio = await asyncio.to_thread(minute_of, [person.recording for person in people()[:3]])
    decoded = await _decoded(audio)
    async with system() as up:
        someone = await up.sign_up("Speaker")
        speech, analyzer = await asyncio.to_thread(_models)
        try:
            await _spoken_run(up, someone, audio)  # warm: the model's first window, connections
            runs: list[Run] = []
            raw: list[tuple[float, float]] = []
            for number in range(ROUNDS):
                runs.append(await _spoken_run(up, someone, audio))
                raw.append(await _raw(speech, analyzer, decoded))
                report.say(f"  spoken {number + 1} of {ROUNDS}: {runs[-1].wall:.1f} s")
        finally:
            speech.close()
        typed = [await _typed_run(up, someone, number) for number in range(TYPED + 1)][1:]
        waits = await pickups(up)
    report.table(_spoken_table(runs, raw))
    report.table(_typed_table(typed, [await _analysis(analyzer, run.text) for run in typed]))
    ms = [wait * 1000 for wait in waits]
    rows = [("commit to handler", len(ms), median(ms), quantile(ms, 0.9), max(ms))]
    report.table(
        Table("Pickup by LISTEN/NOTIFY, ms", ("queue of its own", "jobs", "p50", "p90", "max"), rows)
    )


async def _spoken_run(up: System, someone: Someone, audio: bytes) -> Run:
    created = await someone.api.call("POST", "recordings", spoken(audio, "audio/ogg"))
    await someone.api.upload(created["ticket"], audio, "audio/ogg")
    name = created["recording"]["name"]
    began, sent = time.time(), time.perf_counter()
    await someone.api.call("POST", f"{name}:complete", {})
    return await _watched(up, someone, name, began, sent)


async def _typed_run(up: System, someone: Someone, number: int) -> Run:
    text = f"I am number {number}. I can repair old bicycles. I am looking for somebody who teaches me the cello."
    began, sent = time.time(), time.perf_counter()
    created = await someone.api.call("POST", "recordings", {"typed": {"text": text}})
    return await _watched(up, someone, created["recording"]["name"], began, sent)


async def _watched(up: System, someone: Someone, name: str, began: float, sent: float) -> Run:
    state = ""
    async with asyncio.timeout(180):
        async for seen in someone.api.watch(name):
            state = seen["state"]
    wall = time.perf_counter() - sent
    if state != "STATE_READY":
        raise WrongAnswer(f"the recording ended as {state}")
    text = (await someone.api.call("GET", f"{name}/transcript"))["text"]
    await asyncio.sleep(0.2)  # the last line may still be in its pipe
    steps, gaps = _from_log(up.lines, name.partition("/")[2], began)
    return Run(wall, steps, gaps, text)


def _from_log(
    lines: Sequence[Line], recording: str, began: float
) -> tuple[dict[str, float], dict[str, float]]:
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


async def _decoded(audio: bytes) -> Audio:
    with NamedTemporaryFile(suffix=".ogg") as file:
        file.write(audio)
        file.flush()
        return await decode(Path(file.name))


def _models() -> tuple[Whisper, ExtractiveAnalyzer]:
    return Whisper.open("bundled-base"), ExtractiveAnalyzer(MiniLM())


async def _raw(speech: Whisper, analyzer: ExtractiveAnalyzer, audio: Audio) -> tuple[float, float]:
    """Hear and understand without a pipeline; return the seconds of each."""

    async def ignore(_segment: Segment) -> None:
        """Nobody watches."""

    began = time.perf_counter()
    transcript = await speech.transcribe(audio, ignore)
    heard = time.perf_counter() - began
    return heard, await _analysis(analyzer, transcript.text)


async def _analysis(analyzer: ExtractiveAnalyzer, text: str) -> float:
    began = time.perf_counter()
    await analyzer.analyze(Transcript(text=text, language="en"))
    return time.perf_counter() - began


def _spoken_table(runs: Sequence[Run], raw: Sequence[tuple[float, float]]) -> Table:
    columns = ("seconds", *(f"run {number + 1}" for number in range(len(runs))), "median")

    def row(name: str, values: Sequence[float]) -> Sequence[Cell]:
        return (name, *values, median(values))

    rows = [row("upload complete → READY seen", [run.wall for run in runs])]
    for step in _STEPS:
        rows.append(row(f"  waiting for {step}", [run.gaps[step] for run in runs]))
        rows.append(row(f"  {step}", [run.steps[step] for run in runs]))
    rows.append(row("  until the watcher knew", [run.last for run in runs]))
    rows.append(row("raw recogniser, same audio", [heard for heard, _ in raw]))
    rows.append(row("raw analyzer, same words", [understood for _, understood in raw]))
    beyond = [run.wall - run.steps["TRANSCRIBE"] - run.steps["ANALYZE"] for run in runs]
    rows.append(row("beyond the steps TRANSCRIBE and ANALYZE", beyond))
    checked = [value - run.steps["CHECK"] for value, run in zip(beyond, runs, strict=True)]
    rows.append(row("… and beyond CHECK (download, decode, find speech)", checked))
    inside = [
        run.steps["TRANSCRIBE"] - heard + run.steps["ANALYZE"] - understood
        for run, (heard, understood) in zip(runs, raw, strict=True)
    ]
    rows.append(row("inside those two steps, beyond raw (noisy: two long runs differ)", inside))
    return Table("A spoken minute, nothing else at work", columns, rows)


def _typed_table(runs: Sequence[Run], raw: Sequence[float]) -> Table:
    rows: list[Sequence[Cell]] = [_spread("create → READY seen", [run.wall for run in runs])]
    for step in ("ANALYZE", "INDEX"):
        rows.append(_spread(f"  waiting for {step}", [run.gaps[step] for run in runs]))
        rows.append(_spread(f"  {step}", [run.steps[step] for run in runs]))
    rows.append(_spread("  until the watcher knew", [run.last for run in runs]))
    rows.append(_spread("raw analyzer, same words", raw))
    beyond = [run.wall - understood for run, understood in zip(runs, raw, strict=True)]
    rows.append(_spread("beyond the raw analyzer", beyond))
    return Table(f"{len(runs)} typed introductions, one after another, ms", ("", "p50", "min", "max"), rows)


def _spread(name: str, seconds: Sequence[float]) -> Sequence[Cell]:
    return name, median(seconds) * 1000, min(seconds) * 1000, max(seconds) * 1000
