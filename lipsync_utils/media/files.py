"""Checks on paths that every reader and writer shares."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from ..errors import InputError

_UNREADABLE_STILLS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis")


def existing_file(path: str | os.PathLike[str], *, role: str) -> Path:
    """Absolute path of a readable, non-empty file.

    The path is made absolute because media libraries take a relative name with a colon in it for a network address.

    Args:
        path: the file.
        role: what the file is for, as the message should name it: ``"face"``, ``"voice"``.

    Raises:
        InputError: nothing there, a directory, an empty file, one that may not be read, or a still format (HEIC,
            AVIF) that nothing here decodes.
    """
    file = Path(path).expanduser()
    if not file.exists():
        raise InputError(f"The {role} file {str(path)!r} does not exist. Check the name and the folder ({Path.cwd()}).")
    if file.is_dir():
        raise InputError(f"The {role} {str(path)!r} is a folder. Give one file in it.")
    try:
        with file.open("rb") as stream:
            head = stream.read(12)
    except OSError as error:
        raise InputError(
            f"The {role} file {str(path)!r} cannot be read: {error.strerror}. Check its rights."
        ) from error
    if not head:
        raise InputError(f"The {role} file {str(path)!r} is empty (0 bytes). Copy or download it again.")
    if head[4:8] == b"ftyp" and head[8:12] in _UNREADABLE_STILLS:
        raise InputError(
            f"The {role} file {str(path)!r} is a HEIC or AVIF picture, which is not supported. Save it as JPEG or PNG."
        )
    return file.absolute()


def temporary_beside(target: Path) -> Path:
    """An unused hidden name in the folder of ``target``, so that the final rename stays within one file system."""
    return target.with_name(f".{target.name[:100]}.{secrets.token_hex(4)}.part")
