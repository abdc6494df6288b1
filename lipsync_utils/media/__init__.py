"""Pictures, videos and sound: reading any of them, and writing the result.

Everything streams, so memory does not grow with the length of a clip.
"""

from __future__ import annotations

from ..lazy import exports

_OFFERED = {
    "pictures": ("read_picture", "write_picture", "is_picture"),
    "video": ("Source", "open_source"),
    "decoding": ("read_metadata",),
    "audio": ("SoundReader", "load_speech", "source_blocks"),
    "mixing": ("length_of", "mixed"),
    "writer": ("VideoWriter", "check_output"),
}

__all__, __getattr__, __dir__ = exports(__name__, _OFFERED)
