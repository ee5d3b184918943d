"""
Ears for the AWS emulator, which has none: a process that hears audio with the bundled model and answers with the
items of a result of Amazon Transcribe. One path a line comes in, one JSON array a line goes out.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any, TextIO

from services.media.adapters.decode import decode
from services.media.adapters.whisper import Whisper
from services.media.domain import BadAudio, Segment, Word

_MARKS = ".,?!"


def items_of(words: tuple[Word, ...]) -> list[dict[str, Any]]:
    """Words as Transcribe writes them: in seconds, as strings, with punctuation as items of its own."""
    items: list[dict[str, Any]] = []
    for word in words:
        text = word.text.rstrip(_MARKS)
        spoken = {"confidence": f"{word.confidence:.3f}", "content": text or word.text}
        times = {"start_time": f"{word.start_ms / 1000:.3f}", "end_time": f"{word.end_ms / 1000:.3f}"}
        items.append({"type": "pronunciation", "alternatives": [spoken], **times})
        if text:
            items += [
                {"type": "punctuation", "alternatives": [{"confidence": "0.0", "content": mark}]}
                for mark in word.text[len(text) :]
            ]
    return [{"id": number, **item} for number, item in enumerate(items)]


async def hear(speech: Whisper, path: str) -> list[dict[str, Any]]:
    """What is said in a file; nothing when it is no audio."""

    async def ignore(_segment: Segment) -> None:
        """Nobody reads along."""

    try:
        audio = await decode(Path(path))
    except BadAudio:
        return []
    return items_of((await speech.transcribe(audio, ignore)).words)


def main(lines: TextIO, answers: TextIO) -> None:
    """Hear one file after the other until nothing more is asked."""
    speech = Whisper.open("bundled-base")
    try:
        for line in lines:
            answers.write(json.dumps(asyncio.run(hear(speech, line.strip()))) + "\n")
            answers.flush()
    finally:
        speech.close()


if __name__ == "__main__":
    main(sys.stdin, sys.stdout)
