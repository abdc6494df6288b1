"""Are the lips on the sound? Measured on the finished file, by experts that know nothing of how it was made.

>>> from lipsync_utils import sync
>>> report = sync.score("talking.mp4")
>>> report.verdict, report.offset_ms
"""

from __future__ import annotations

from ..lazy import exports

_OFFERED = {
    "scoring": ("score", "mouth_in_lengths"),
    "report": ("SyncReport", "Moment", "judge_offset", "NOTICED_MS", "OBJECTED_MS", "table"),
    "phonetic": ("phonetic", "PhoneticReport"),
    "figure": ("draw",),
    "landmark_expert": ("LandmarkExpert",),
    "mfcc": ("syncnet_mfcc",),
    "mouth": ("MOUTH_MEASURES",),
    "watching": ("watch",),
    **{module: (module,) for module in ("protocol", "syncnet", "syncnet_expert")},
}

__all__, __getattr__, __dir__ = exports(__name__, _OFFERED)
