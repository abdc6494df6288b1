"""Are the lips on the sound? Measured on the finished file, by experts that know nothing of how it was made.

    >>> from lipsync_utils import sync
    >>> report = sync.score("talking.mp4")
    >>> report.verdict, report.offset_ms

Nothing heavy is imported before it is used.
"""

from __future__ import annotations

from ..lazy import exports

_HOME = {
    "score": "scoring",
    "SyncReport": "report",
    "Moment": "report",
    "PhoneticReport": "phonetic",
    "table": "comparing",
    "draw": "figure",
}

__all__ = list(_HOME)

__getattr__ = exports(__name__, _HOME)
