"""
An export as a ZIP, written piece by piece: whatever its size, no file of it is ever in memory as a whole.
"""

from __future__ import annotations

import time
import zipfile
from collections.abc import Mapping
from typing import IO, Final

from services.auth.guide import guide

_PLAIN: Final = (".json", ".md", ".txt", ".csv")
"""What compression helps; audio is compressed already."""
_PRIVATE: Final = 0o600 << 16


class ArchiveBroken(Exception):
    """A file came twice, or has a name that would leave the folder where the archive is unpacked."""


class Archive:
    """A ZIP that is being written. Blocking; use it from one thread at a time."""

    def __init__(self, file: IO[bytes]) -> None:
        self._zip = zipfile.ZipFile(file, "w")
        self._entry: IO[bytes] | None = None
        self._path = ""
        self._sizes: dict[str, int] = {}

    @property
    def sizes(self) -> Mapping[str, int]:
        """Bytes of each file so far."""
        return self._sizes

    def write(self, path: str, content: bytes) -> None:
        """
        Add a file, or go on with the one that was written last.

        Raises:
            ArchiveBroken: there is such a file already, or it cannot be in an archive.
        """
        if self._entry is None or path != self._path:
            self._entry = self._open(path)
        self._entry.write(content)
        self._sizes[path] += len(content)

    def close(self) -> None:
        """Add the guide and finish."""
        self.write("README.md", guide(self._sizes).encode())
        if self._entry:
            self._entry.close()
        self._zip.close()

    def abandon(self) -> None:
        """Let go of an archive that will not be finished; otherwise it would try to be, when it is collected."""
        self._zip.fp = None

    def _open(self, path: str) -> IO[bytes]:
        if self._entry:
            self._entry.close()
        if path in self._sizes or not all(part.strip(".") for part in path.split("/")):
            raise ArchiveBroken
        self._path, self._sizes[path] = path, 0
        entry = zipfile.ZipInfo(path, time.gmtime()[:6])
        entry.external_attr = _PRIVATE
        entry.compress_type = zipfile.ZIP_DEFLATED if path.endswith(_PLAIN) else zipfile.ZIP_STORED
        return self._zip.open(entry, "w")
