"""Lip engines behind one interface: tracked frames and a voice in, speaking frames out.

A new engine is a new module and one line in :data:`ENGINES`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from ..errors import InputError

if TYPE_CHECKING:
    import numpy as np

    from ..options import MotionOptions, RunOptions
    from ..records import Speech, Timeline, TrackedFrame


@dataclass(frozen=True)
class Task:
    """What an engine works on.

    Attributes:
        speech: the voice.
        timeline: the output's clock.
        still: the source is one picture: every tracked frame is the same.
        motion: idle life, for a still picture.
    """

    speech: Speech
    timeline: Timeline
    still: bool
    motion: MotionOptions


class Engine(Protocol):
    """Makes a face speak.

    Attributes:
        name: as given on the command line.
        models: name and version of what it runs, for the provenance of the output.
        usual_speed: frames a second on an ordinary machine, slow and fast, for the announcement of long runs.
    """

    name: str
    models: dict[str, str]
    usual_speed: tuple[int, int]

    def frames(self, tracked: Iterator[TrackedFrame], task: Task) -> Iterator[np.ndarray]:
        """Output frames ``(H, W, 3) uint8`` RGB, one for each tracked frame, in order and one at a time."""
        ...


def _rig() -> Engine:
    from .rig import RigEngine

    return RigEngine()


def _wav2lip(options: RunOptions) -> Engine:
    from .wav2lip import Wav2LipEngine

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
