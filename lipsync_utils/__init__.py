"""Make a face speak: a talking video from one picture or video and one voice.

    >>> import lipsync_utils
    >>> lipsync_utils.run("face.png", "voice.wav", "talking.mp4")

Nothing heavy is imported before it is used.
"""

from __future__ import annotations

import importlib

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
}

__all__ = ["__version__", *_HOME]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f".{_HOME[name]}", __name__), name)
