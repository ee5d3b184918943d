"""
The decoder's own process: `python -I decoder.py FORMAT MAX_SECONDS PARENT_PID`, audio on stdin, PCM on
stdout, one JSON verdict as the last line on stderr. Started by `decode.py` for one file, with an empty
environment. It shuts itself in before it reads the first byte, because the bytes come from strangers and
the decoders are C: no new file or socket, bounded CPU time and memory, and it dies with its parent.

It imports the standard library and PyAV only, so that it starts in a tenth of a second.
"""

from __future__ import annotations

import ctypes
import importlib
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
BYTES_PER_SAMPLE = 2
CPU_SECONDS = 10
ADDRESS_SPACE = 512 * 1024 * 1024
PR_SET_PDEATHSIG = 1
PR_SET_NO_NEW_PRIVS = 38


@dataclass(slots=True)
class Verdict:
    """What the parent is told. `outcome` is one of: ok, too_long, no_audio, broken."""

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
    """Turns frames of any rate, layout and sample format into 16 kHz mono s16 bytes."""

    def __init__(self) -> None:
        self._resampler = AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE)
        self._shape: tuple[str, str, int] | None = None

    def add(self, frame: AudioFrame) -> bytes:
        shape = (frame.format.name, frame.layout.name, frame.sample_rate)
        flushed = b""
        if self._shape not in (None, shape):
            # A chained ogg or a glued file may change its shape midway; a resampler cannot.
            flushed = self.flush()
            self._resampler = AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE)
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
    try:
        # The format is named, so FFmpeg never guesses; a file object, so it never opens a name.
        container = av.open(source, "r", format=container_format, metadata_errors="replace")
    except (FFmpegError, OSError, IndexError, ValueError):  # IndexError: no stream at all
        return Verdict("broken", damaged=True)
    with container:
        stream = next(iter(container.streams.audio), None)
        if stream is None:
            return Verdict("no_audio")
        stream.codec_context.thread_count = 1
        mixer = Mixer()
        for chunk in _chunks(container, stream, mixer, verdict):
            sink.write(chunk)
            verdict.samples += len(chunk) // BYTES_PER_SAMPLE
            if verdict.samples > limit:
                verdict.outcome = "too_long"
                break
    return verdict


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
    container_format, max_seconds, parent = arguments
    shut_in(int(parent))
    try:
        verdict = decode(
            sys.stdin.buffer,
            sys.stdout.buffer,
            container_format=container_format,
            max_seconds=float(max_seconds),
        )
        sys.stdout.buffer.flush()
    except MemoryError:
        return 2
    sys.stderr.write(json.dumps(asdict(verdict)) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
