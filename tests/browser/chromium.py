"""
The browser of the tests: Debian's Chromium, with a microphone that plays a file.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import wave
from pathlib import Path

import av

RATE = 48_000


class NoBrowserError(Exception):
    """There is no Chromium; the message says why in one line."""


def executable() -> Path:
    """
    Return Chromium, installed by apt-get if it is not there.

    Raises:
        NoBrowserError: it is not there, and cannot be installed from here.
    """
    if found := shutil.which("chromium"):
        return Path(found)
    if os.geteuid() or not shutil.which("apt-get"):
        raise NoBrowserError("there is no `chromium`; on Debian: apt-get install chromium")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update"], ["install", "--yes", "--no-install-recommends", "chromium"]):
        done = subprocess.run(
            ["apt-get", "-q", *arguments], env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            last = (done.stderr or done.stdout).strip().splitlines()[-1:]
            raise NoBrowserError(f"`apt-get {arguments[0]}` failed: {' '.join(last)}")
    found = shutil.which("chromium")
    if not found:
        raise NoBrowserError("apt-get installed no `chromium`")
    return Path(found)


def arguments(microphone: Path) -> list[str]:
    """Return what makes Chromium hear the WAV file `microphone`, over and over, without asking anybody."""
    return [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-audio-capture={microphone}",
        "--autoplay-policy=no-user-gesture-required",
    ]


def spoken(recording: Path, wav: Path) -> Path:
    """Decode a recording into `wav` as a microphone would give it: 48 kHz, mono, 16 bit."""
    resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
    with av.open(recording) as source, wave.open(str(wav), "wb") as target:
        target.setnchannels(1)
        target.setsampwidth(2)
        target.setframerate(RATE)
        for frame in source.decode(audio=0):
            for part in resampler.resample(frame):
                target.writeframes(part.to_ndarray().tobytes())
        for part in resampler.resample(None):
            target.writeframes(part.to_ndarray().tobytes())
    return wav
