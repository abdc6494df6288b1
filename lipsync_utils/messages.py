"""Sentences for people: written in English where they are needed, known in other languages by one table.

The table (``data/arabic.yaml``) is looked up by the English sentence with its fields still open, as gettext does it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from string import Formatter

_ISOLATE, _END = "\u2068", "\u2069"
"""Unicode's first strong isolate: a path or a number in it does not turn around the sentence that it stands in."""
_MARKED = re.compile(r"(?<=[\u0600-\u06ff] )(--?[a-z][\w-]*(?: [a-z]\w*(?:\.\w+)?)?|\.[a-z]\w+)")
"""An option, or a name's ending, after an Arabic word: its marks would otherwise go to its other side."""


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

    def __new__(cls, template: str, /, **values: object) -> Message:
        """The sentence; a text without values is taken as it is, whatever braces it has."""
        if isinstance(template, Message) and not values:
            return template
        text = super().__new__(cls, template.format(**values) if values else template)
        text.template, text.values = str(template), values
        return text


def joined(sentences: Iterable[str], between: str = " ") -> Message:
    """Sentences, one after the other, as one message; each can still be translated."""
    values = {f"part_{number}": sentence for number, sentence in enumerate(sentences)}
    return Message(between.join(f"{{{name}}}" for name in values), **values)


def said_in(text: str, language: str) -> str:
    """A message in a language; what has no translation stays in English.

    Args:
        text: any text; only a :class:`Message` can be translated.
        language: ``"en"`` or ``"ar"``.
    """
    if language == "en" or not isinstance(text, Message):
        return str(text)
    translated = _table(language).get(text.template)
    if not text.values:
        return str(text) if translated is None else translated
    if translated is None and is_wordless(text.template):
        translated = text.template
    if translated is None:
        return str(text)
    return translated.format(**{name: _Isolated(value, language) for name, value in text.values.items()})


def is_wordless(template: str) -> bool:
    """Whether a template only puts its values together, and so is the same in every language."""
    return not any(letter.isalpha() for literal, *_ in Formatter().parse(template) for letter in literal)


class _Isolated:
    """A value that keeps its own direction within a sentence of the other."""

    def __init__(self, value: object, language: str) -> None:
        self._value = said_in(value, language) if isinstance(value, Message) else value
        self._is_sentence = isinstance(value, Message)

    def __format__(self, spec: str) -> str:
        text = format(self._value, spec)
        return text if self._is_sentence or not text else f"{_ISOLATE}{text}{_END}"

    def __repr__(self) -> str:
        return f"{_ISOLATE}{self._value!r}{_END}"

    def __str__(self) -> str:
        return f"{self}"


@cache
def _table(language: str) -> dict[str, str]:
    from .tables import read_table

    rows = read_table({"ar": "arabic.yaml"}[language])
    return {english: _MARKED.sub(rf"{_ISOLATE}\1{_END}", translated) for english, translated in rows.items()}
