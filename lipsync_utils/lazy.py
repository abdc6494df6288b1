"""Names that a package offers without importing where they live, until one of them is used (PEP 562)."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping


def exports(package: str, home: Mapping[str, str]) -> tuple[Callable[[str], object], Callable[[], list[str]]]:
    """The ``__getattr__`` and ``__dir__`` of a package; the second shows what is offered when Tab is pressed.

    Args:
        package: its ``__name__``.
        home: for each name that it offers, the module inside the package where it is defined. A name that is its own
            home is that module itself.
    """

    def find(name: str) -> object:
        if name not in home:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        module = importlib.import_module(f".{home[name]}", package)
        return module if name == home[name] else getattr(module, name)

    return find, lambda: sorted(home)
