"""Arabic in figures: letters joined and in the right order, whatever version of matplotlib draws them."""

from __future__ import annotations

import re

from ..errors import MissingExtraError

_ARABIC = re.compile("[\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufeff]")


def label(text: str) -> str:
    """Text that matplotlib draws as it should be read.

    From version 3.11 on matplotlib shapes and orders text itself; before, it puts isolated letters from left to right,
    so they are joined (Unicode presentation forms) and ordered (Unicode Standard Annex 9) here.

    Args:
        text: any text; without Arabic letters it is returned as it is.

    Raises:
        MissingExtraError: an old matplotlib, and ``arabic-reshaper`` or ``python-bidi`` is not installed.
    """
    if not _ARABIC.search(text):
        return text
    import matplotlib
    from packaging.version import Version

    if Version(matplotlib.__version__) >= Version("3.11"):
        return text
    try:
        from arabic_reshaper import reshape
        from bidi.algorithm import get_display
    except ImportError as error:
        raise MissingExtraError("Arabic text in figures", "notebooks") from error
    return get_display(reshape(text))
