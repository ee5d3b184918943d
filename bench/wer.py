"""
How many words the local recogniser gets wrong, over the whole demo cast: synthetic voices, clear English, no noise. The
product's own speech adapter hears each clip as its worker would.
"""

from __future__ import annotations

import asyncio
import re
import time
from pathlib import Path

import jiwer

from bench.measure import quantile
from bench.report import Report, Table, WrongAnswer
from local.people import Person, people
from services.media.adapters.decode import decode
from services.media.adapters.whisper import PARALLEL, Whisper
from services.media.domain import Segment

_WORST = 5


async def run(report: Report) -> None:
    """Measure."""
    cast = people()
    speech = await asyncio.to_thread(Whisper.open, "bundled-base")
    turn = asyncio.Semaphore(PARALLEL)
    spoken = 0.0

    async def hear(person: Person) -> str:
        nonlocal spoken
        audio = await decode(person.recording)
        spoken += audio.duration.total_seconds()
        async with turn:
            return (await speech.transcribe(audio, _ignore)).text

    began, cpu = time.perf_counter(), time.process_time()
    try:
        heard = await asyncio.gather(*map(hear, cast))
    finally:
        speech.close()
    took, used = time.perf_counter() - began, time.process_time() - cpu
    if not all(heard):
        raise WrongAnswer("a clip gave no words")
    said = [person.recording.with_suffix(".txt").read_text() for person in cast]
    report.table(_overall(said, heard))
    report.table(_each(cast, said, heard))
    rows = [(len(cast), spoken, took, used, used / spoken)]
    columns = (
        "clips",
        "seconds of audio",
        f"wall s, {PARALLEL} at once",
        "CPU s",
        "CPU s per second of audio",
    )
    report.table(Table("Cost of hearing", columns, rows))


def normal(text: str) -> str:
    """Lower case, no punctuation; hyphens part words. Numbers and spellings stay, and may count as errors."""
    return " ".join(re.sub(r"[^\w\s']", " ", text.lower().replace("’", "'")).split())


def _overall(said: list[str], heard: list[str]) -> Table:
    words = jiwer.process_words(list(map(normal, said)), list(map(normal, heard)))
    total = words.hits + words.substitutions + words.deletions
    row = (total, words.wer * 100, words.substitutions, words.deletions, words.insertions)
    columns = ("words", "WER %", "substituted", "left out", "added")
    return Table("Word error rate, all clips as one text", columns, [row])


def _each(cast: list[Person], said: list[str], heard: list[str]) -> Table:
    rates = [jiwer.wer(normal(one), normal(other)) * 100 for one, other in zip(said, heard, strict=True)]
    worst = sorted(zip(rates, cast, strict=True), key=lambda pair: -pair[0])[:_WORST]
    rows = [
        ("median clip", quantile(rates, 0.5)),
        *((Path(person.recording).name, rate) for rate, person in worst),
    ]
    return Table(f"By clip: the median and the worst {_WORST}", ("clip", "WER %"), rows)


async def _ignore(_segment: Segment) -> None:
    """Nobody watches."""
