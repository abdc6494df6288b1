"""What every reader and writer does with paths: checks before, and files that appear complete or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from ..errors import InputError, OutputError
from ..messages import Message
from . import phone_pictures

MOST_PIPED = 8 << 30
"""Bytes that are taken from a pipe."""

_ADDRESS = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):/+")  # a Path has lost one of the two slashes


def existing_file(path: str | os.PathLike[str], *, role: str) -> Path:
    """Absolute path of a readable, non-empty file.

    The path is made absolute because media libraries take a relative name with a colon in it for a network address.

    Args:
        path: the file.
        role: what the file is for, as the message should name it: ``"face"``, ``"voice"``.

    Raises:
        InputError: nothing there, a directory, an empty file, one that may not be read, or a picture of a phone (HEIC,
            AVIF) that nothing here decodes; also an address of the web, a pipe, a device.
    """
    file = Path(path).expanduser()
    if _ADDRESS.match(str(path)) and not file.exists():
        address = _ADDRESS.sub(r"\1://", str(path))
        raise InputError(
            "The {role} {address!r} is an address; only files are read. Download it first "
            "(in a browser, or with curl -L -o NAME ADDRESS), and give that file.",
            role=Message(role),
            address=address,
        )
    if not file.exists():
        raise InputError(
            "The {role} file {path!r} does not exist. Check the name and the folder ({folder}).",
            role=Message(role),
            path=str(path),
            folder=Path.cwd(),
        )
    if file.is_dir():
        raise InputError("The {role} {path!r} is a folder. Give one file in it.", role=Message(role), path=str(path))
    if not file.is_file():
        raise InputError(
            "The {role} {path!r} is a pipe or a device, which can be read only once. Write its content into a "
            "file first (cat PIPE > FILE), and give that file.",
            role=Message(role),
            path=str(path),
        )
    try:
        with file.open("rb") as stream:
            head = stream.read(phone_pictures.HEAD)
    except OSError as error:
        raise InputError(
            "The {role} file {path!r} cannot be read: {reason}. Check its rights.",
            role=Message(role),
            path=str(path),
            reason=error.strerror,
        ) from error
    if not head:
        raise InputError(
            "The {role} file {path!r} is empty (0 bytes). Copy or download it again.",
            role=Message(role),
            path=str(path),
        )
    kind = phone_pictures.kind_of(head)
    if kind and not phone_pictures.can_read(kind):
        raise InputError(
            "The {role} file {path!r} is a HEIC picture, as phones take them, which nothing here reads. Save it as "
            "JPEG or PNG, or install what reads it: {command}"
            if kind == "HEIF"
            else "The {role} file {path!r} is an AVIF picture, which nothing here reads. Save it as JPEG or PNG, or "
            "install what reads it: {command}",
            role=Message(role),
            path=str(path),
            command="pip install 'lipsync_utils[heic]'" if kind == "HEIF" else "pip install 'pillow>=11.3'",
        )
    return file.absolute()


@contextlib.contextmanager
def kept(paths: Sequence[Path | None]) -> Iterator[list[Path | None]]:
    """The same paths, but for pipes and ``-`` (standard input): files with their content, until the end of the block.

    Raises:
        InputError: standard input is a terminal, or wanted twice; or more than :data:`MOST_PIPED` bytes came.
        OutputError: no room for it.
    """
    pipes = [path for path in paths if path is not None and _is_pipe(path)]
    if sum(_is_standard_input(path) for path in pipes) > 1:
        raise InputError("Standard input (-) was given twice, but can be read only once. Give one of them as a file.")
    if not pipes:
        yield list(paths)
        return
    with tempfile.TemporaryDirectory(prefix="lipsync-") as folder:
        kept_as = {}
        for number, path in enumerate(pipes):
            kept_as[id(path)] = Path(folder, f"{number}-{'stdin' if _is_standard_input(path) else path.name}")
            _keep(path, kept_as[id(path)])
        yield [kept_as.get(id(path), path) for path in paths]


def _is_standard_input(path: Path) -> bool:
    return str(path) in ("-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0")


def _is_pipe(path: Path) -> bool:
    return str(path) == "-" or path.is_fifo() or (_is_standard_input(path) and not path.is_file())


def _keep(pipe: Path, target: Path) -> None:
    if _is_standard_input(pipe) and sys.stdin.isatty():
        raise InputError(
            "{pipe!r} stands for standard input, but nothing is piped in. Give a file instead.", pipe=str(pipe)
        )
    opened = contextlib.nullcontext(sys.stdin.buffer) if _is_standard_input(pipe) else pipe.open("rb")
    size = 0
    try:
        with opened as source, target.open("wb") as file:
            while block := source.read(1 << 20):
                size += file.write(block)
                if size > MOST_PIPED:
                    raise InputError(
                        "More than {most} GB came through {pipe!r}. Write it into a file first.",
                        most=MOST_PIPED >> 30,
                        pipe=str(pipe),
                    )
    except OSError as error:
        raise unwritable(target, error, what="content of a pipe") from error


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
    advice = Message("Choose another place and try again.")
    if error.errno in (errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", None)):
        advice = Message("Free some space or choose another disk.")
    elif error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        advice = Message("Choose a folder that you may write to.")
    elif error.errno == errno.ENOENT:
        advice = Message("Choose a folder that exists.")
    return OutputError(
        "The {what} {target!r} could not be written: {reason}. {advice}",
        what=Message(what),
        target=str(target),
        reason=error.strerror or str(error),
        advice=advice,
    )
