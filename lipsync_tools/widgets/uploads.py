"""Files that a person chose in the browser: one shape for what two generations of ipywidgets deliver.

``FileUpload.value`` is a dict ``{name: {"metadata": {...}, "content": bytes}}`` in ipywidgets 7 (Colab) and a tuple of
dicts ``{"name": ..., "content": memoryview, ...}`` in ipywidgets 8 (Jupyter).
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lipsync_utils.errors import InputError, OutputError

from ..workflow import free_name

LARGEST_UPLOAD = 10 * 1024 * 1024
"""A larger file does not pass the web socket of a Jupyter server (Tornado's limit for one message)."""


@dataclass(frozen=True)
class Upload:
    """One file as it came from the browser.

    Attributes:
        name: as the person's own machine calls it; not to be trusted as a path.
        content: its bytes.
    """

    name: str
    content: bytes = field(repr=False)


def uploads_in(value: Mapping | Sequence) -> list[Upload]:
    """The files in a ``FileUpload.value`` of ipywidgets 7 or 8, in the order in which they were chosen.

    Raises:
        InputError: the value has neither shape.
    """
    try:
        if isinstance(value, Mapping):
            return [Upload(str(name), bytes(entry["content"])) for name, entry in value.items()]
        return [Upload(str(entry["name"]), bytes(entry["content"])) for entry in value]
    except (KeyError, TypeError) as error:
        raise InputError(
            "Received an upload of type {kind} that is neither ipywidgets 7's dict nor ipywidgets 8's "
            "tuple. Install ipywidgets 7.7 or 8.",
            kind=type(value).__name__,
        ) from error


def save_upload(upload: Upload, folder: str | os.PathLike[str]) -> Path:
    """Write an upload into a folder, which is made where it is missing, under a name that is safe and free.

    Raises:
        InputError: the upload is empty.
        OutputError: the folder cannot be written.
    """
    if not upload.content:
        raise InputError("The file {name!r} arrived empty (0 bytes). Choose it again.", name=upload.name)
    given = Path(upload.name.replace("\\", "/"))
    stem = re.sub(r"[^\w-]+", "-", given.stem).strip("-")[:60] or "upload"
    suffix = re.sub(r"[^\w.]", "", given.suffix)[:10]
    try:
        target = free_name(folder, stem, suffix)
        target.write_bytes(upload.content)
    except OSError as error:
        raise OutputError(
            "Could not write into {folder}: {reason}. Choose a folder that is writable.",
            folder=folder,
            reason=error.strerror,
        ) from error
    return target
