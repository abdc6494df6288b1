"""The sample faces, voices and videos, each by its name: ``woman``, ``english``, ``woman_video``."""

from __future__ import annotations

import os
from pathlib import Path

from lipsync_utils.errors import InputError
from lipsync_utils.messages import Message

_KINDS = {
    "face": "avatars/*.png",
    "voice": "audio/*.wav",
    "video": "videos/*_video.mp4",
    "example": "videos/example-*.mp4",
}
_ROLES = {"face": ("face", "video"), "voice": ("voice",)}
"""What is asked for -> the kinds that will do."""


def folder() -> Path:
    """Where they lie: inside the installed package, else at the top of the project."""
    packed = Path(__file__).with_name("sample_files")
    return packed if packed.is_dir() else Path(__file__).parents[1] / "samples"


def named(kind: str) -> dict[str, Path]:
    """Name -> file; the first one is the usual choice.

    Args:
        kind: ``"face"``, a picture; ``"voice"``; ``"video"``, to be dubbed; ``"example"``, a finished result whose name
            ends in the language of its voice.
    """
    files = sorted(folder().glob(_KINDS[kind]), reverse=True)
    return {path.stem: path for path in files}


def find(given: str | os.PathLike[str], kind: str) -> Path:
    """The file that is meant: an existing one of that name, else the sample.

    Args:
        given: a path, or a sample's name.
        kind: ``"face"``, of a picture or a video, or ``"voice"``.

    Raises:
        InputError: a plain name that is neither. (What looks like a path is for others to open, or to refuse.)
    """
    path, known = Path(given), {name: file for part in _ROLES[kind] for name, file in named(part).items()}
    if path.expanduser().exists() or path.suffix or path.name != str(given) or not known:
        return path
    if path.name not in known:
        raise InputError(
            "The {kind} {name!r} is no file in {folder}, and no sample is called so. "
            "Give a file, or one of the samples: {names}.",
            kind=Message("face") if kind == "face" else Message("voice"),
            name=path.name,
            folder=Path.cwd(),
            names=", ".join(known),
        )
    return known[path.name]
