"""Every word of the demo, in English and Arabic: a table in ``wording.yaml``."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml

from lipsync_utils.errors import InputError

LANGUAGES = {"en": "English", "ar": "العربية"}
"""Code of each language -> its own name."""

RIGHT_TO_LEFT = ("ar",)


@cache
def table() -> dict[str, dict[str, str]]:
    """What a text is for -> language -> the text. Braces are filled in with ``str.format``."""
    return yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8"))


def words(language: str) -> dict[str, str]:
    """All texts of one language; under ``language`` the language itself, in which sentences of the packages are said.

    Raises:
        InputError: there is no such language.
    """
    if language not in LANGUAGES:
        raise InputError(
            "Unknown language {language!r}. Choose one of: {names}.", language=language, names=", ".join(LANGUAGES)
        )
    return {key: row[language] for key, row in table().items()} | {"language": language}


def microphone(texts: dict[str, str]) -> dict[str, str]:
    """Of all texts, those for :attr:`~lipsync_tools.widgets.microphone.Microphone.texts`, under its own names."""
    mark = "microphone "
    return {key.removeprefix(mark): text for key, text in texts.items() if key.startswith(mark)}
