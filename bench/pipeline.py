"""
From the end of an upload to READY: a spoken minute, and typed introductions that need no hearing. What the
pipeline adds is read from the workers' own log lines, which say when each step ended and how long it took, and
compared with the same decoder, recogniser and analyzer called without a pipeline in the same rounds.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import NamedTemporaryFile

from bench.audio import minute_of
from bench.journey import Journey, speak, write
from bench.measure import CpuMeter, quantile
from bench.pickup import pickups
from bench.report import Cell, Report, Table
from bench.system import System, system
from local.people import people
from services.kit.minilm import MiniLM
from services.media.adapters.decode import decode
from services.media.adapters.silero import survey
from services.media.adapters.whisper import Whisper
from services.media.domain import Segment
from services.profile.adapters.extractive.analyzer import ExtractiveAnalyzer
from services.profile.domain import Transcript

ROUNDS = 3
TYPED = 9


@dataclass(frozen=True, slots=True)
class Raw:
    """The same work without a pipeline, in seconds."""

    decode: float
    survey: float
    hear: float
    hear_cpu: float
    analyze: float


@dataclass(frozen=True, slots=True)
class Spoken:
    """One round."""

    journey: Journey
    worker_cpu: float
    """CPU seconds of media's worker meanwhile, its decoder among them as far as it was seen alive."""
    raw: Raw


async def run(report: Report) -> None:
    """Measure."""
    audio = await asyncio.to_thread(minute_of, [person.recording for person in people()[:3]])
    async with system() as up:
        speech, analyzer = await asyncio.to_thread(_models)
        try:
            rounds = [await _round(up, audio, speech, analyzer, report) for _ in range(ROUNDS + 1)][1:]
        finally:
            speech.close()
        typed = [await write(up, f"Writer{number}", _introduction(number)) for number in range(TYPED + 1)][1:]
        waits = await pickups(up)
    report.table(_spoken_table(rounds))
    report.table(_typed_table(typed, [await _analysis(analyzer, journey.text) for journey in typed]))
    ms = [wait * 1000 for wait in waits]
    row = ("commit to handler", len(ms), median(ms), quantile(ms, 0.9), max(ms))
    columns = ("a queue of its own", "jobs", "p50", "p90", "max")
    report.table(Table("Pickup by LISTEN/NOTIFY, ms", columns, [row]))


def _models() -> tuple[Whisper, ExtractiveAnalyzer]:
    return Whisper.open("bundled-base"), ExtractiveAnalyzer(MiniLM())


async def _round(
    up: System, audio: bytes, speech: Whisper, analyzer: ExtractiveAnalyzer, report: Report
) -> Spoken:
    meter = CpuMeter(*up.pids("media-worker"))
    journey = await speak(up, "Speaker", audio)
    spoken = Spoken(journey, meter.seconds(), await _raw(speech, analyzer, audio))
    report.say(f"  a spoken minute: {journey.wall:.1f} s; the recogniser alone {spoken.raw.hear:.1f} s")
    return spoken


async def _raw(speech: Whisper, analyzer: ExtractiveAnalyzer, audio: bytes) -> Raw:
    async def ignore(_segment: Segment) -> None:
        """Nobody watches."""

    with NamedTemporaryFile(suffix=".ogg") as file:
        file.write(audio)
        file.flush()
        began = time.perf_counter()
        decoded = await decode(Path(file.name))
    found = time.perf_counter()
    await survey(decoded)
    cpu, start = time.process_time(), time.perf_counter()
    transcript = await speech.transcribe(decoded, ignore)
    heard, heard_cpu = time.perf_counter() - start, time.process_time() - cpu
    return Raw(found - began, start - found, heard, heard_cpu, await _analysis(analyzer, transcript.text))


async def _analysis(analyzer: ExtractiveAnalyzer, text: str) -> float:
    began = time.perf_counter()
    await analyzer.analyze(Transcript(text=text, language="en"))
    return time.perf_counter() - began


def _introduction(number: int) -> str:
    return f"I am number {number}. I can repair old bicycles. I am looking for somebody who teaches me the cello."


def _spoken_table(rounds: Sequence[Spoken]) -> Table:
    def row(name: str, value: Callable[[Spoken], float]) -> Sequence[Cell]:
        values = [value(one) for one in rounds]
        return name, *values, median(values)

    rows = [row("upload complete → READY seen", lambda one: one.journey.wall)]
    for step in ("CHECK", "TRANSCRIBE", "ANALYZE", "INDEX"):
        rows.append(row(f"  waiting for {step}", lambda one, step=step: one.journey.gaps[step]))
        rows.append(row(f"  {step}", lambda one, step=step: one.journey.steps[step]))
    rows += [
        row("  until the watcher knew", lambda one: one.journey.last),
        row("raw: decoder", lambda one: one.raw.decode),
        row("raw: finding speech", lambda one: one.raw.survey),
        row("raw: recogniser", lambda one: one.raw.hear),
        row("raw: analyzer", lambda one: one.raw.analyze),
        row("all but TRANSCRIBE and ANALYZE", lambda one: _beyond(one.journey)),
        row("… without CHECK", lambda one: _beyond(one.journey) - one.journey.steps["CHECK"]),
        row(
            "TRANSCRIBE − raw recogniser (two long runs)",
            lambda one: one.journey.steps["TRANSCRIBE"] - one.raw.hear,
        ),
        row("CPU: media's worker", lambda one: one.worker_cpu),
        row("CPU: raw recogniser", lambda one: one.raw.hear_cpu),
    ]
    columns = ("seconds", *(f"run {number + 1}" for number in range(len(rounds))), "median")
    return Table("A spoken minute of a new person, nothing else at work", columns, rows)


def _beyond(journey: Journey) -> float:
    return journey.wall - journey.steps["TRANSCRIBE"] - journey.steps["ANALYZE"]


def _typed_table(typed: Sequence[Journey], raw: Sequence[float]) -> Table:
    rows: list[Sequence[Cell]] = [_spread("create → READY seen", [one.wall for one in typed])]
    for step in ("ANALYZE", "INDEX"):
        rows.append(_spread(f"  waiting for {step}", [one.gaps[step] for one in typed]))
        rows.append(_spread(f"  {step}", [one.steps[step] for one in typed]))
    rows.append(_spread("  until the watcher knew", [one.last for one in typed]))
    rows.append(_spread("raw analyzer, same words", raw))
    beyond = [one.wall - understood for one, understood in zip(typed, raw, strict=True)]
    rows.append(_spread("beyond the raw analyzer", beyond))
    return Table(f"{len(typed)} new people type, one after another, ms", ("", "p50", "min", "max"), rows)


def _spread(name: str, seconds: Sequence[float]) -> Sequence[Cell]:
    return name, median(seconds) * 1000, min(seconds) * 1000, max(seconds) * 1000
