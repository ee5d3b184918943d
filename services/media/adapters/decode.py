"""Decoding in a process of its own, see `decoder.py`. Here is the side that trusts nothing it gets back."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

from services.media.domain import MAX_DURATION, SAMPLE_RATE, Audio, BadAudio, Container, Failure, Span, sniff

WALL_SECONDS = 30.0
_PROGRAM = Path(__file__).with_name("decoder.py")
# The decoder stops one chunk after the limit; this much only something that escaped its rules sends.
_MAX_PCM = int((MAX_DURATION.total_seconds() + 60) * SAMPLE_RATE * 2)
_MAX_CLIP = 1024 * 1024
_MAX_REPORT = 64 * 1024

_LIMITS = (-signal.SIGXCPU, -signal.SIGKILL, 2)  # 2: MemoryError. SIGKILL: the kernel, or our own clock
_OUTCOMES = {
    "too_long": Failure.AUDIO_TOO_LONG,
    "no_audio": Failure.AUDIO_UNSUPPORTED,
    "broken": Failure.AUDIO_DAMAGED,
    "empty": Failure.AUDIO_EMPTY,
}
_CRASHES = (-signal.SIGSEGV, -signal.SIGABRT, -signal.SIGBUS, -signal.SIGFPE, -signal.SIGILL)


class DecoderFailed(Exception):
    """The decoder did not run as it should; this says nothing about the audio."""


async def decode(path: Path, *, wall_seconds: float = WALL_SECONDS) -> Audio:
    """
    Decode an audio file of unknown origin to 16 kHz mono, bounded in time, CPU, memory and length.

    Raises:
        BadAudio: AUDIO_EMPTY, AUDIO_UNSUPPORTED, AUDIO_DAMAGED (nothing could be decoded),
            AUDIO_TOO_LONG or AUDIO_DECODER_LIMIT.
        DecoderFailed: the decoder itself does not work; trying again may help.
    """
    result = await _run(path, (), _MAX_PCM, wall_seconds)
    damaged = result.check()
    return Audio(result.output, damaged=damaged)


async def cut(path: Path, span: Span, *, wall_seconds: float = WALL_SECONDS) -> bytes:
    """
    Cut a span out of an audio file of unknown origin: AAC in MP4, with the same bounds.

    Raises:
        BadAudio: as `decode`, and AUDIO_EMPTY when nothing of the file lies in the span.
        DecoderFailed: the decoder itself does not work; trying again may help.
    """
    result = await _run(path, (str(span.start_ms), str(span.end_ms)), _MAX_CLIP, wall_seconds)
    result.check()
    return result.output


@dataclass(frozen=True, slots=True)
class _Result:
    output: bytes
    report: bytes
    returncode: int
    overran: bool

    def check(self) -> bool:
        """Raise what went wrong; otherwise tell whether parts of the file could not be decoded."""
        if self.overran or self.returncode in _LIMITS:
            raise BadAudio(Failure.AUDIO_DECODER_LIMIT)
        if self.returncode in _CRASHES:
            raise BadAudio(Failure.AUDIO_DAMAGED)
        if self.returncode != 0:
            raise DecoderFailed(f"the decoder ended with {self.returncode}")
        verdict = json.loads(self.report.splitlines()[-1])
        if failure := _OUTCOMES.get(verdict["outcome"]):
            raise BadAudio(failure)
        return bool(verdict["damaged"])


async def _run(path: Path, span: tuple[str, ...], max_output: int, wall_seconds: float) -> _Result:
    with path.open("rb", buffering=0) as source:  # the child continues at the descriptor's own offset
        head = source.read(16)
        if not head:
            raise BadAudio(Failure.AUDIO_EMPTY)
        container = sniff(head)
        if container is None:
            raise BadAudio(Failure.AUDIO_UNSUPPORTED)
        source.seek(0)
        return await _decoder(source, container, span, max_output, wall_seconds)


async def _decoder(
    source: FileIO, container: Container, span: tuple[str, ...], max_output: int, wall_seconds: float
) -> _Result:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        str(_PROGRAM),
        container.value,
        str(MAX_DURATION.total_seconds()),
        str(os.getpid()),
        *span,
        stdin=source,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={},  # credentials and addresses are none of its business
    )
    assert process.stdout is not None
    assert process.stderr is not None
    output, report, overran = b"", b"", False
    try:
        async with asyncio.timeout(wall_seconds):
            output, report = await asyncio.gather(
                _read(process.stdout, max_output), _read(process.stderr, _MAX_REPORT)
            )
            await process.wait()
    except (TimeoutError, OverflowError):
        overran = True
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode is not None
    return _Result(output, report, process.returncode, overran)


async def _read(stream: asyncio.StreamReader, limit: int) -> bytes:
    chunks: list[bytes] = []
    size = 0
    while chunk := await stream.read(1 << 16):
        size += len(chunk)
        if size > limit:
            raise OverflowError
        chunks.append(chunk)
    return b"".join(chunks)
