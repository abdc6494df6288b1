"""An avatar's files: the picture, what it was made from, and the points of its face. All of them or none."""

from __future__ import annotations

import io
import json
import os
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from lipsync_utils import __version__
from lipsync_utils.errors import InputError, OutputError
from lipsync_utils.media.files import temporary_beside

if TYPE_CHECKING:
    import numpy as np

    from .records import Avatar


def check_target(path: str | os.PathLike[str]) -> Path:
    """Absolute path of the picture to write, once it is sure that files can be created there.

    Raises:
        InputError: the name does not end in ``.png``, or a folder has it.
        OutputError: the folder is missing or not writable.
    """
    target = Path(path).expanduser().absolute()
    if target.suffix.lower() != ".png":
        raise InputError("Cannot write the avatar as {name!r}: the name must end in .png.", name=target.name)
    if target.is_dir():
        raise InputError("The output {path!r} is a folder. Give the name of a file in it.", path=str(path))
    if not target.parent.is_dir():
        raise OutputError(
            "The folder {folder!r} for the avatar does not exist. Create it first.", folder=str(target.parent)
        )
    trial = temporary_beside(target)
    try:
        trial.touch(exist_ok=False)
    except OSError as error:
        raise _unwritable(target, error) from error
    finally:
        with suppress(OSError):
            trial.unlink(missing_ok=True)
    return target


def save(avatar: Avatar, image: np.ndarray) -> None:
    """Write ``avatar.path``, ``NAME.json`` and ``NAME.points.json`` (where the points are known).

    Args:
        avatar: what is written; points of an older avatar of that name are removed.
        image: ``(H, W, 3) uint8`` RGB.

    Raises:
        OutputError: they cannot be written; nothing new is left.
    """
    contents = {avatar.path.with_suffix(".json"): _json(_record(avatar))}
    points = avatar.path.with_suffix(".points.json")
    if avatar.points is not None:
        contents[points] = _json({"points": avatar.points.round(3).tolist(), "size": image.shape[1]}, indent=None)
    contents[avatar.path] = _png(image, avatar)  # last: where the picture is, the rest is too
    temporary = {target: temporary_beside(target) for target in contents}
    try:
        for target, content in contents.items():
            temporary[target].write_bytes(content)
        if avatar.points is None:
            points.unlink(missing_ok=True)
        for target, file in temporary.items():
            os.replace(file, target)
    except OSError as error:
        raise _unwritable(avatar.path, error) from error
    finally:
        for file in temporary.values():
            file.unlink(missing_ok=True)


def _record(avatar: Avatar) -> dict[str, object]:
    record = {"synthetic": True} | avatar.summary() | {"output": avatar.path.name}
    record["made_with"] = {"lipsync_utils": __version__} | avatar.made_with
    if avatar.description is not None:
        record["description"] = asdict(avatar.description)
    return record


def _json(data: object, indent: int | None = 2) -> bytes:
    return (json.dumps(data, indent=indent, ensure_ascii=False) + "\n").encode()


def _png(image: np.ndarray, avatar: Avatar) -> bytes:
    """The picture, which says of itself that it is synthetic."""
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    programs = ", ".join(f"{name} {version}" for name, version in avatar.made_with.items())
    text = PngInfo()
    text.add_text("Software", f"lipsync_utils {__version__} ({avatar.backend}: {programs})")
    text.add_text("Description", "Synthetic portrait: made by a program; the person does not exist.")
    text.add_text("License", avatar.licence)
    encoded = io.BytesIO()
    Image.fromarray(image).save(encoded, format="PNG", pnginfo=text)
    return encoded.getvalue()


def _unwritable(target: Path, error: OSError) -> OutputError:
    return OutputError(
        "The avatar {target!r} could not be written: {reason}. Choose another folder or free some space.",
        target=str(target),
        reason=error.strerror or str(error),
    )
