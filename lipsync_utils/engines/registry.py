"""Which engine a run takes, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..choices import ENGINES
from ..messages import Message

if TYPE_CHECKING:
    from ..options import RunOptions
    from .contract import Engine

__all__ = ["AUTO", "ENGINES", "engine_name", "load_engine", "reason_for"]

AUTO = "rig"
"""What ``"auto"`` is: it needs no download, and its licence allows any use. Wav2Lip is taken only where it was asked
for by name, and where it cannot run, nothing else runs in its place."""


def engine_name(asked: str) -> str:
    """The engine's own name for what was asked for."""
    return AUTO if asked == "auto" else asked


def reason_for(asked: str) -> Message:
    """The engine that is taken, and why, in one line."""
    if asked == "auto":
        return Message("auto: {engine}, the engine whose models are part of the package", engine=AUTO)
    return Message("{engine}: asked for", engine=asked)


def load_engine(options: RunOptions) -> Engine:
    """The engine that ``options.engine`` names, with its models.

    Raises:
        InputError: there is no such engine.
        AssetError: its weights are missing and cannot be had, or do not fit.
    """
    return ENGINES.make(engine_name(options.engine), options)
