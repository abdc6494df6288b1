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
    "mouth_in_lengths": "scoring",
    "SyncReport": "report",
    "Moment": "report",
    "judge_offset": "report",
    "NOTICED_MS": "report",
    "OBJECTED_MS": "report",
    "PhoneticReport": "phonetic",
    "table": "report",
    "draw": "figure",
    "LandmarkExpert": "landmark_expert",
    "syncnet_mfcc": "mfcc",
    "MOUTH_MEASURES": "mouth",
    "watch": "watching",
    **{name: name for name in ("phonetic", "protocol", "syncnet", "syncnet_expert")},
}

__all__ = [*_HOME]

__getattr__, __dir__ = exports(__name__, _HOME)
