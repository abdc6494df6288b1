"""Each process of a parallel run has its own place for what numba compiles: two that write one file spoil it for good,
and what reads it then, as librosa does, crashes. And pooch, whose log keeps the standard error of its first import, is
imported before a test has one of its own."""

import os
from pathlib import Path

import pooch  # noqa: F401

_worker = os.environ.get("PYTEST_XDIST_WORKER")
if _worker:
    os.environ["NUMBA_CACHE_DIR"] = str(Path(__file__).parents[1] / ".pytest_cache" / "numba" / _worker)
