"""Memory of visitors who have gone goes back to the system."""

from __future__ import annotations

import ctypes
import gc
import os

_ARENA_MAX, _MMAP_THRESHOLD = -8, -3  # of glibc's malloc.h
_ARENAS, _LARGE = 2, 2 << 20


def be_frugal() -> None:
    """Have freed memory returned.

    By itself, glibc gives each of the many threads of a server a heap of its own, and puts even blocks of many
    megabytes there: between what is still in use, little of them can be returned.
    """
    call = _glibc("mallopt")
    if call is not None:
        call(_ARENA_MAX, _ARENAS)
        call(_MMAP_THRESHOLD, _LARGE)


def give_back() -> None:
    """Return what is free now, which would otherwise be kept for later."""
    gc.collect()
    call = _glibc("malloc_trim")
    if call is not None:
        call(0)


def _glibc(name: str):
    """A function of glibc; None on systems without it."""
    return getattr(ctypes.CDLL(None), name, None) if os.name == "posix" else None
