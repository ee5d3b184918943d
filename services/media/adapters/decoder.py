"""
The decoder's own process: `python -I decoder.py FORMAT MAX_SECONDS PARENT_PID`, audio on stdin, PCM on
stdout, one JSON verdict as the last line on stderr. With `START_MS END_MS` behind, what comes out is that
span alone, as AAC in MP4. Started by `decode.py` for one file, with an empty environment. It shuts itself in
before it reads the first byte, because the bytes come from strangers and the decoders are C: no new file or
socket, bounded CPU time and memory, and it dies with its parent.

It imports the standard library and PyAV only, so that it starts in a tenth of a second.
"""

# PyAV's packets are generic in what they belong to, and its own annotations leave that out.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

import ctypes
import importlib
import io
import json
import os
import resource
import signal
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import BinaryIO

import av
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.error import FFmpegError

# PyAV imports these two when it opens a file, which is too late once the process has shut itself in.
for _late in ("av.subtitles.stream", "av.video.stream"):
    importlib.import_module(_late)

SAMPLE_RATE = 16_000
CLIP_RATE = 48_000
CLIP_BITS_PER_SECOND = 64_000
BYTES_PER_SAMPLE = 2
CPU_SECONDS = 10
ADDRESS_SPACE = 512 * 1024 * 1024
PR_SET_PDEATHSIG = 1
PR_SET_NO_NEW_PRIVS = 38


@dataclass(slots=True)
class Verdict:
    """What the parent is told. `outcome` is one of: ok, too_long, no_audio, broken, and for a span: empty."""

    outcome: str = "ok"
    damaged: bool = False
    samples: int = 0


def shut_in(parent: int) -> None:
    """Give up what decoding does not need. Irreversible; ends the process if the parent is gone already."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(1)
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    # Descriptors 0 to 2 stay usable; every later open() or socket() fails with EMFILE.
    os.closerange(3, 256)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))


class Mixer:
    """Turns frames of any rate, layout and sample format into mono s16 bytes of one rate."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._resampler = AudioResampler(format="s16", layout="mono", rate=rate)
        self._shape: tuple[str, str, int] | None = None

    def add(self, frame: AudioFrame) -> bytes:
        shape = (frame.format.name, frame.layout.name, frame.sample_rate)
        flushed = b""
        if self._shape not in (None, shape):
            # A chained ogg or a glued file may change its shape midway; a resampler cannot.
            flushed = self.flush()
            self._resampler = AudioResampler(format="s16", layout="mono", rate=self._rate)
        self._shape = shape
        frame.pts = None  # gaps and jumps of broken clocks must not become silence or errors
        return flushed + self._pcm(self._resampler.resample(frame))

    def flush(self) -> bytes:
        return b"" if self._shape is None else self._pcm(self._resampler.resample(None))

    @staticmethod
    def _pcm(frames: list[AudioFrame]) -> bytes:
        return b"".join(bytes(frame.planes[0])[: frame.samples * BYTES_PER_SAMPLE] for frame in frames)


def decode(source: BinaryIO, sink: BinaryIO, *, container_format: str, max_seconds: float) -> Verdict:
    """Decode as much as is sound; what follows damage is skipped, what exceeds the limit is not decoded."""
    limit = int(max_seconds * SAMPLE_RATE)
    verdict = Verdict()
    for chunk in _decoded(source, container_format, SAMPLE_RATE, verdict):
        sink.write(chunk)
        verdict.samples += len(chunk) // BYTES_PER_SAMPLE
        if verdict.samples > limit:
            verdict.outcome = "too_long"
            break
    return verdict


def cut(source: BinaryIO, sink: BinaryIO, *, container_format: str, start_ms: int, end_ms: int) -> Verdict:
    """Decode up to the end of a span; keep the span, and nothing else of it."""
    first, last = start_ms * CLIP_RATE // 1000, end_ms * CLIP_RATE // 1000
    verdict, pcm, position = Verdict(), bytearray(), 0
    for chunk in _decoded(source, container_format, CLIP_RATE, verdict):
        begin, end = max(0, first - position), max(0, last - position)
        pcm += chunk[begin * BYTES_PER_SAMPLE : end * BYTES_PER_SAMPLE]
        position += len(chunk) // BYTES_PER_SAMPLE
        if position >= last:
            break
    verdict.samples = len(pcm) // BYTES_PER_SAMPLE
    if verdict.samples:
        sink.write(_encoded(bytes(pcm)))
    elif verdict.outcome == "ok":
        verdict.outcome = "empty"
    return verdict


def _encoded(pcm: bytes) -> bytes:
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        stream = container.add_stream("aac", rate=CLIP_RATE, layout="mono")
        stream.bit_rate = CLIP_BITS_PER_SECOND
        stream.codec_context.thread_count = 1
        step = CLIP_RATE * BYTES_PER_SAMPLE
        for start in range(0, len(pcm), step):
            second = pcm[start : start + step]
            frame = AudioFrame(format="s16", layout="mono", samples=len(second) // BYTES_PER_SAMPLE)
            frame.sample_rate = CLIP_RATE
            # A plane may be longer than its samples, for the sake of aligned access.
            frame.planes[0].update(second.ljust(frame.planes[0].buffer_size, b"\0"))
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file.getvalue()


def _decoded(source: BinaryIO, container_format: str, rate: int, verdict: Verdict) -> Iterator[bytes]:
    try:
        # The format is named, so FFmpeg never guesses; a file object, so it never opens a name.
        container = av.open(source, "r", format=container_format, metadata_errors="replace")
    except (FFmpegError, OSError, IndexError, ValueError):  # IndexError: no stream at all
        verdict.outcome, verdict.damaged = "broken", True
        return
    with container:
        stream = next(iter(container.streams.audio), None)
        if stream is None:
            verdict.outcome = "no_audio"
            return
        stream.codec_context.thread_count = 1
        yield from _chunks(container, stream, Mixer(rate), verdict)


def _chunks(
    container: InputContainer, stream: AudioStream, mixer: Mixer, verdict: Verdict
) -> Iterator[bytes]:
    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets)
        except StopIteration:
            break
        except (FFmpegError, ValueError):
            verdict.damaged = True
            break
        try:
            frames = packet.decode()
        except (FFmpegError, ValueError):
            verdict.damaged = True
            continue
        for frame in frames:
            yield mixer.add(frame)
    yield mixer.flush()


def main(arguments: list[str]) -> int:
    container_format, max_seconds, parent, *span = arguments
    shut_in(int(parent))
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    try:
        if span:
            start_ms, end_ms = map(int, span)
            verdict = cut(source, sink, container_format=container_format, start_ms=start_ms, end_ms=end_ms)
        else:
            verdict = decode(source, sink, container_format=container_format, max_seconds=float(max_seconds))
        sink.flush()
    except MemoryError:
        return 2
    sys.stderr.write(json.dumps(asdict(verdict)) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
