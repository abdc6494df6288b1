"""How long portraits took on this machine, so that what is said of the next one is true."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from statistics import median
from time import monotonic

from lipsync_utils.assets import cache_folder

_KEPT = 5
_SHORTEST_S = 2.0
"""Less is no drawing: something was at hand already, or stood in for the studio."""


def usual_s(kind: str) -> float | None:
    """Seconds that work of this kind usually takes here, by the last few times; None where it was never done."""
    times = _read().get(kind)
    return median(times) if times else None


@contextmanager
def measured(kind: str) -> Iterator[None]:
    """Note how long the work inside takes, if it succeeds."""
    began = monotonic()
    yield
    took = monotonic() - began
    if took >= _SHORTEST_S:
        with suppress(OSError):  # a cache that cannot be written costs an estimate, no more
            known = _read()
            _write(known | {kind: [*known.get(kind, ()), round(took, 1)][-_KEPT:]})


def _file() -> Path:
    return cache_folder() / "pace.json"


def _read() -> dict[str, list[float]]:
    try:
        known = json.loads(_file().read_text(encoding="utf-8"))
        return {str(kind): [float(time) for time in times] for kind, times in known.items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}


def _write(known: dict[str, list[float]]) -> None:
    _file().parent.mkdir(parents=True, exist_ok=True)
    draft = _file().with_suffix(f".{os.getpid()}")
    draft.write_text(json.dumps(known), encoding="utf-8")
    draft.replace(_file())
