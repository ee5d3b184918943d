"""
Memory that loading a model has freed stays with the process, unless glibc is asked to give it back.
"""

from __future__ import annotations

import ctypes
import gc


def give_back() -> None:
    """Return what is free to the system; call once after something big was loaded. Elsewhere a no-op."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
