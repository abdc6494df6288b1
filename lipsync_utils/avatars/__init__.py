"""Portraits of people who do not exist: from a prompt, or from a description, to a picture that can speak.

    >>> from lipsync_utils.avatars import from_prompt
    >>> from_prompt("a man of sixty with a grey beard and round glasses", "avatar.png")

Nothing is imported before it is used.
"""

from __future__ import annotations

import importlib

_HOME = {
    "from_prompt": "making",
    "from_description": "making",
    "Avatar": "records",
    "BACKENDS": "backends",
    "Backend": "backends",
    "check_portrait": "check",
    "PortraitCheck": "check",
    "Traits": "traits",
}

__all__ = list(_HOME)


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f".{_HOME[name]}", __name__), name)
