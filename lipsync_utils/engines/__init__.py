"""Lip engines behind one interface: tracked frames and a voice in, speaking frames out."""

from __future__ import annotations

from ..lazy import exports

_HOME = {"Engine": "contract", "Task": "contract", "ENGINES": "registry", "choose_engine": "registry"}

__all__ = [*_HOME]

__getattr__ = exports(__name__, _HOME)
