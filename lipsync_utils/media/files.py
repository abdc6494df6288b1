"""What every reader and writer does with paths: checks before, and files that appear complete or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from ..errors import InputError, OutputError

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


@contextlib.contextmanager
def written(target: Path, *, what: str) -> Iterator[Path]:
    """A hidden file to write to, which takes its name at the end of the block; of anything else nothing is left.

    Raises:
        OutputError: the folder is missing, not writable or full.
    """
    temporary = temporary_beside(target)
    try:
        yield temporary
        os.replace(temporary, target)
    except OSError as error:
        raise unwritable(target, error, what=what) from error
    finally:
        temporary.unlink(missing_ok=True)


def unwritable(target: Path, error: Exception, *, what: str = "output") -> OutputError:
    """What to say of an error of the system, or of FFmpeg, while a file was written."""
    advice = "Choose another place and try again."
    if error.errno in (errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", None)):
        advice = "Free some space or choose another disk."
    elif error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        advice = "Choose a folder that you may write to."
    elif error.errno == errno.ENOENT:
        advice = "Choose a folder that exists."
    return OutputError(f"The {what} {str(target)!r} could not be written: {error.strerror or error}. {advice}")
