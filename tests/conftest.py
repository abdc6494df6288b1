"""Each process of a parallel run has its own place for what numba compiles: two that write one file spoil it for good,
and what reads it then, as librosa does, crashes."""

import os
from pathlib import Path

_worker = os.environ.get("PYTEST_XDIST_WORKER")
if _worker:
    os.environ["NUMBA_CACHE_DIR"] = str(Path(__file__).parents[1] / ".pytest_cache" / "numba" / _worker)
