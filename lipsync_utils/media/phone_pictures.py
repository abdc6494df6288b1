"""HEIC and AVIF, the pictures of phones: what of them can be read here.

Pillow reads AVIF itself (since 11.3). For HEIC it has a plug-in, ``pillow-heif`` (the extra ``heic``): its wheels for
Linux, macOS and Windows bring the decoder, under the GPL, which is why the package does not demand it.
"""

from __future__ import annotations

import importlib.util
import os
from functools import cache

from PIL import Image

_HEIC = (b"heic", b"heix", b"hevc", b"heim", b"heis")
_AVIF = (b"avif", b"avis")
_EITHER = (b"mif1", b"msf1")
HEAD = 64
"""Bytes of a file that tell."""


def kind_of(head: bytes) -> str:
    """``"HEIF"`` or ``"AVIF"``, as Pillow calls them, by the first :data:`HEAD` bytes; empty for everything else."""
    if head[4:8] != b"ftyp" or head[8:12] not in (*_HEIC, *_AVIF, *_EITHER):
        return ""
    brands = {head[8:12], *(head[place : place + 4] for place in range(16, len(head), 4))}
    return "AVIF" if brands & set(_AVIF) else "HEIF"


def kind_of_file(path: str | os.PathLike[str]) -> str:
    """As :func:`kind_of`."""
    with open(path, "rb") as file:
        return kind_of(file.read(HEAD))


@cache
def can_read(kind: str) -> bool:
    """Whether a kind can be read here; Pillow is told about the plug-in the first time that somebody asks for HEIC."""
    if kind == "HEIF" and importlib.util.find_spec("pillow_heif") is not None:
        import pillow_heif

        pillow_heif.register_heif_opener()
    return any(name == kind for name in Image.registered_extensions().values())
