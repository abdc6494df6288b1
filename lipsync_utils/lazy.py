"""Names that a package offers without importing where they live, until one of them is used (PEP 562)."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence


def exports(
    package: str, offered: Mapping[str, Sequence[str]]
) -> tuple[list[str], Callable[[str], object], Callable[[], list[str]]]:
    """The ``__all__``, ``__getattr__`` and ``__dir__`` of a package; the last one is what Tab shows.

    Args:
        package: its ``__name__``.
        offered: module inside the package -> names that it defines. Its own name among them offers the module itself.
    """
    home = {name: module for module, names in offered.items() for name in names}

    def find(name: str) -> object:
        if name not in home:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        module = importlib.import_module(f".{home[name]}", package)
        return module if name == home[name] else getattr(module, name)

    return [*home], find, lambda: sorted(home)


class Module:
    """A module that is imported when one of its names is used: for what few runs need and every start would wait for.

    Args:
        name: as in ``import name``.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> object:
        return getattr(importlib.import_module(self._name), name)
