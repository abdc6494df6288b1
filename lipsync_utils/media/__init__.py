"""Pictures, videos and sound: reading any of them, and writing the result.

Everything streams, so memory does not grow with the length of a clip. Nothing heavy is imported before it is used.
"""

from __future__ import annotations

from ..lazy import exports

_HOME = {
    "read_picture": "pictures",
    "write_picture": "pictures",
    "is_picture": "pictures",
    "Source": "video",
    "open_source": "video",
    "read_metadata": "decoding",
    "SoundReader": "audio",
    "load_speech": "audio",
    "source_blocks": "audio",
    "VideoWriter": "writer",
    "check_output": "writer",
}

__all__ = [*_HOME]

__getattr__, __dir__ = exports(__name__, _HOME)
