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

    from ..options import MotionOptions
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
    """

    name: str
    models: dict[str, str]

    def frames(self, tracked: Iterator[TrackedFrame], task: Task) -> Iterator[np.ndarray]:
        """Output frames ``(H, W, 3) uint8`` RGB, one for each tracked frame, in order and one at a time."""
        ...


def _rig() -> Engine:
    from .rig import RigEngine

    return RigEngine()


ENGINES: dict[str, Callable[[], Engine]] = {"rig": _rig}
"""Name of an engine -> how to make one."""


def choose_engine(name: str) -> tuple[Engine, str]:
    """The engine of that name, and one line that says why it was taken.

    Raises:
        InputError: there is no such engine.
    """
    if name == "auto":
        return _rig(), "auto: rig, the engine whose models are part of the package"
    if name not in ENGINES:
        raise InputError(
            f"Unknown engine {name!r}. Choose one of: auto, {', '.join(ENGINES)}. "
            "(Wav2Lip is not part of this version.)"
        )
    return ENGINES[name](), f"{name}: asked for"
