"""Lip engines behind one interface: a face and a voice in, speaking frames out."""

from __future__ import annotations

from ..lazy import exports

_OFFERED = {
    "contract": ("Engine", "Task"),
    "registry": ("ENGINES", "load_engine"),
    "rig": ("on_timeline",),
}

__all__, __getattr__, __dir__ = exports(__name__, _OFFERED)
