"""The engines that exist, and which of them a run takes. A new engine is a module and one line in :data:`ENGINES`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ..errors import InputError

if TYPE_CHECKING:
    from ..options import RunOptions
    from .contract import Engine


def _rig() -> Engine:
    from .rig import RigEngine

    return RigEngine()


def _wav2lip(options: RunOptions) -> Engine:
    from ..wav2lip.engine import Wav2LipEngine

    return Wav2LipEngine.load(options.wav2lip)


ENGINES: dict[str, Callable[[RunOptions], Engine]] = {"rig": lambda _: _rig(), "wav2lip": _wav2lip}
"""Name of an engine -> how to make one."""


def choose_engine(name: str, options: RunOptions | None = None) -> tuple[Engine, str]:
    """The engine of that name, and one line that says why it was taken.

    ``"auto"`` is the rig: it needs no download, and its licence allows any use. Wav2Lip is taken only where it was
    asked for by name, and where it cannot run, nothing else runs in its place.

    Args:
        name: as on the command line.
        options: of the run, for engines that have some.

    Raises:
        InputError: there is no such engine.
        AssetError: its weights are missing and cannot be had, or do not fit.
    """
    if name == "auto":
        return _rig(), "auto: rig, the engine whose models are part of the package"
    if name not in ENGINES:
        raise InputError(f"Unknown engine {name!r}. Choose one of: auto, {', '.join(ENGINES)}.")
    from ..options import RunOptions

    return ENGINES[name](options or RunOptions()), f"{name}: asked for"
