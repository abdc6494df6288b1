"""Make a face speak: a talking video from one picture or video and one voice.

>>> import lipsync_utils
>>> lipsync_utils.run("face.png", "voice.wav", "talking.mp4")
"""

from __future__ import annotations

from .lazy import exports

__version__ = "0.1.0"

_OFFERED = {
    "pipeline": ("pipeline", "run"),
    "options": (
        "options",
        "RunOptions",
        "FaceOptions",
        "MotionOptions",
        "Span",
        "Turn",
        "Wav2LipOptions",
        "WriteOptions",
    ),
    "records": ("records", "RunReport"),
    "errors": ("LipSyncError",),
    **{part: (part,) for part in ("assets", "audio", "media", "faces", "rig", "speech", "voices", "motion", "render")},
    **{part: (part,) for part in ("engines", "wav2lip", "sync", "figures")},
}

__all__, __getattr__, __dir__ = exports(__name__, _OFFERED)
__all__ += ["__version__"]
