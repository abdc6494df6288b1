"""Lip engines behind one interface: a face and a voice in, speaking frames out."""

from __future__ import annotations

from ..lazy import exports

_HOME = {
    "Engine": "contract",
    "Task": "contract",
    "ENGINES": "registry",
    "load_engine": "registry",
    "on_timeline": "rig",
}

__all__ = [*_HOME]

__getattr__, __dir__ = exports(__name__, _HOME)
