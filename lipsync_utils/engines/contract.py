"""What an engine is: tracked frames and a voice in, speaking frames out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

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
        usual_speed: frames a second on an ordinary machine, slow and fast, for the announcement of long runs.
    """

    name: str
    models: dict[str, str]
    usual_speed: tuple[int, int]

    def frames(self, tracked: Iterator[TrackedFrame], task: Task) -> Iterator[np.ndarray]:
        """Output frames ``(H, W, 3) uint8`` RGB, one for each tracked frame, in order and one at a time."""
        ...
