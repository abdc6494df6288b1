"""Pictures, videos and sound: reading any of them, and writing the result.

Everything streams, so memory does not grow with the length of a clip. Nothing heavy is imported before it is used.
"""

from __future__ import annotations

import importlib

_HOME = {
    "read_picture": "pictures",
    "write_picture": "pictures",
    "is_picture": "pictures",
    "Source": "video",
    "open_source": "video",
    "read_metadata": "video",
    "SoundReader": "audio",
    "load_speech": "audio",
    "source_blocks": "audio",
    "VideoWriter": "writer",
    "check_output": "writer",
}

__all__ = list(_HOME)


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f".{_HOME[name]}", __name__), name)
