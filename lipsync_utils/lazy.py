"""Names that a package offers without importing where they live, until one of them is used (PEP 562)."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping


def exports(package: str, home: Mapping[str, str]) -> Callable[[str], object]:
    """The ``__getattr__`` of a package.

    Args:
        package: its ``__name__``.
        home: for each name that it offers, the module inside the package where it is defined.
    """

    def find(name: str) -> object:
        if name not in home:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(importlib.import_module(f".{home[name]}", package), name)

    return find
