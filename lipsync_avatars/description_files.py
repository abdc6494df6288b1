"""Descriptions of avatars in files."""

from __future__ import annotations

import json
import os
from pathlib import Path

from lipsync_utils.errors import InputError
from lipsync_utils.media.files import existing_file
from lipsync_utils.messages import Message

from .studio.description import WHOLE, AvatarDescription, DescriptionError, from_dict


def read_description(path: str | os.PathLike[str]) -> AvatarDescription:
    """The description in a ``.json``, ``.yaml`` or ``.yml`` file, or in the JSON that lies beside an avatar.

    Raises:
        InputError: no such file, not readable as JSON or YAML, or a name or value that is not known.
    """
    file = existing_file(path, role="description")
    try:
        data = _parse(file)
        if isinstance(data, dict) and isinstance(data.get("description"), dict):
            data = data["description"]
        elif isinstance(data, dict):
            data = {"name": file.stem} | data
        return from_dict(data)
    except (DescriptionError, UnicodeDecodeError) as error:
        reason = translatable(error.template, error.values) if isinstance(error, DescriptionError) else str(error)
        raise InputError("The description {path!r} cannot be used: {reason}", path=str(path), reason=reason) from error


def translatable(template: str, values: dict[str, object]) -> Message:
    """What a :class:`DescriptionError` says, for other languages too."""
    if values.get("where") == WHOLE:
        values = values | {"where": Message("the description")}
    return Message(template, **values)


def _parse(file: Path) -> object:
    text = file.read_text(encoding="utf-8-sig")
    if file.suffix.lower() in (".yaml", ".yml"):
        import yaml

        try:
            return yaml.safe_load(text)
        except yaml.YAMLError as error:
            raise DescriptionError("it is not valid YAML ({error}).", error=str(error)) from error
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise DescriptionError("it is not valid JSON ({error}).", error=str(error)) from error
