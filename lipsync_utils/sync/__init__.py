"""Are the lips on the sound? Measured on the finished file, by experts that know nothing of how it was made.

    >>> from lipsync_utils import sync
    >>> report = sync.score("talking.mp4")
    >>> report.verdict, report.offset_ms

Nothing heavy is imported before it is used.
"""

from __future__ import annotations

import importlib

_HOME = {
    "score": "scoring",
    "SyncReport": "report",
    "Moment": "report",
    "PhoneticReport": "phonetic",
    "table": "comparing",
    "draw": "figure",
}

__all__ = list(_HOME)


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f".{_HOME[name]}", __name__), name)
