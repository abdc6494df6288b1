"""Make a face speak: a talking video from one picture or video and one voice.

    >>> import lipsync_utils
    >>> lipsync_utils.run("face.png", "voice.wav", "talking.mp4")

Nothing heavy is imported before it is used.
"""

from __future__ import annotations

from .lazy import exports

__version__ = "0.1.0"

_HOME = {
    "run": "pipeline",
    "RunOptions": "options",
    "FaceOptions": "options",
    "MotionOptions": "options",
    "Wav2LipOptions": "options",
    "WriteOptions": "options",
    "RunReport": "records",
    "LipSyncError": "errors",
    **{part: part for part in ("assets", "audio", "engines", "faces", "figures", "media", "motion", "options")},
    **{part: part for part in ("pipeline", "records", "render", "rig", "speech", "sync", "voices", "wav2lip")},
}

__all__ = ["__version__", *_HOME]

__getattr__, __dir__ = exports(__name__, _HOME)
