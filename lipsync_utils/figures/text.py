"""Arabic for what draws letters one by one: joined and in the right order."""

from __future__ import annotations

import re

from ..errors import MissingExtraError
from ..messages import Message

_ARABIC = re.compile("[\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufeff]")
_MARKS = re.compile("[\u2066-\u2069]")
"""Isolates: they order what they enclose, and have no glyph that an old matplotlib would leave out."""

_ISOLATE = re.compile("[\u2066-\u2068]([^\u2066-\u2069]*)\u2069")
_STANDS_IN = 0x2400  # from here on, 38 signs without a direction of their own, as an isolate has none outside

_IN_FIGURES = Message("Arabic text in figures")


def has_arabic(text: str) -> bool:
    """Whether there is any Arabic letter or sign."""
    return _ARABIC.search(text) is not None


def shaped(text: str, *, base: str | None = None, purpose: str = _IN_FIGURES) -> str:
    """Text with its letters joined (Unicode presentation forms) and in the order in which they are seen.

    Args:
        text: one line (Unicode Standard Annex 9).
        base: its direction, ``"R"`` or ``"L"``; None: by its first strong letter.
        purpose: what it is for, as the error should name it.

    Raises:
        MissingExtraError: ``arabic-reshaper`` or ``python-bidi`` is not installed.
    """
    try:
        from arabic_reshaper import reshape
        from bidi.algorithm import get_display  # it mirrors brackets, which bidi.get_display does not
    except ImportError as error:
        raise MissingExtraError(purpose, "notebooks") from error
    inner: list[str] = []

    def held(isolate: re.Match) -> str:
        inner.append(get_display(reshape(isolate[1])))
        return chr(_STANDS_IN + len(inner) - 1)

    shown = get_display(reshape(_ISOLATE.sub(held, text)), base_dir=base)
    return shown.translate({_STANDS_IN + number: words for number, words in enumerate(inner)})


def label(text: str) -> str:
    """Text that matplotlib draws as it should be read.

    From version 3.11 on matplotlib shapes and orders text itself; before, it puts isolated letters from left to right,
    so they are :func:`shaped` here.

    Args:
        text: any text; one without Arabic letters stays as it is, but for marks of direction.

    Raises:
        MissingExtraError: an old matplotlib, and what shapes the text is not installed.
    """
    if not has_arabic(text):
        return _MARKS.sub("", text)
    import matplotlib
    from packaging.version import Version

    if Version(matplotlib.__version__) >= Version("3.11"):
        return text
    return shaped(text)
