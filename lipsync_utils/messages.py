"""Sentences for people: written in English where they are needed, known in other languages by one table.

The table (``data/arabic.yaml``) is looked up by the English sentence with its fields still open, as gettext does it.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

_ISOLATE, _END = "\u2068", "\u2069"
"""Unicode's first strong isolate: a path or a number in it does not turn around the sentence that it stands in."""


class Message(str):
    """A sentence, with values in it, that can be said in another language.

    >>> Message("The face is {width:.0f} pixels wide.", width=31.7)
    'The face is 32 pixels wide.'

    Attributes:
        template: the English sentence with its fields.
        values: what was filled in; messages among them are translated as well.
    """

    template: str
    values: dict[str, object]

    def __new__(cls, template: str, **values: object) -> Message:
        """The sentence; a text without values is taken as it is, whatever braces it has."""
        text = super().__new__(cls, template.format(**values) if values else template)
        text.template, text.values = (template, values) if values else (str(template), {})
        return text


def said_in(text: str, language: str) -> str:
    """A message in a language; what has no translation stays in English.

    Args:
        text: any text; only a :class:`Message` can be translated.
        language: ``"en"`` or ``"ar"``.
    """
    if language == "en" or not isinstance(text, Message):
        return str(text)
    translated = _table(language).get(text.template)
    if translated is None:
        return str(text)
    return translated.format(**{name: _Isolated(value, language) for name, value in text.values.items()})


class _Isolated:
    """A value that keeps its own direction within a sentence of the other."""

    def __init__(self, value: object, language: str) -> None:
        self._value = said_in(value, language) if isinstance(value, Message) else value
        self._is_sentence = isinstance(value, Message)

    def __format__(self, spec: str) -> str:
        text = format(self._value, spec)
        return text if self._is_sentence else f"{_ISOLATE}{text}{_END}"

    def __repr__(self) -> str:
        return f"{_ISOLATE}{self._value!r}{_END}"

    def __str__(self) -> str:
        return f"{self}"


@cache
def _table(language: str) -> dict[str, str]:
    import yaml

    path = Path(__file__).with_name("data") / {"ar": "arabic.yaml"}[language]
    return yaml.safe_load(path.read_text(encoding="utf-8"))
