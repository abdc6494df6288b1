"""What an engine is: a face and a voice in, speaking frames out."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from ..options import MotionOptions, RunOptions
    from ..pixels import Pixels
    from ..records import Speech, Timeline, TrackedFrame


@dataclass(frozen=True)
class Task:
    """What an engine works on, beside the face.

    Attributes:
        speech: the voice.
        timeline: the output's clock.
        motion: idle life, for a still picture.
    """

    speech: Speech
    timeline: Timeline
    motion: MotionOptions


class Engine(Protocol):
    """Makes a face speak. Its module and one line in :data:`~lipsync_utils.choices.ENGINES` are all that a new one is.

    Both methods give ``task.timeline.frames`` frames of the input's size, one at a time and in order: ``(H, W, 3)
    uint8`` RGB, or planes, so that those of a video stay what they are where nothing is painted.

    Attributes:
        name: its key in the registry.
        models: name and version of what it runs, for the provenance of the output.
        usual_speed: frames a second on an ordinary machine, slow and fast, for the announcement of long runs.
    """

    name: str
    models: dict[str, str]
    usual_speed: tuple[int, int]

    @classmethod
    def load(cls, options: RunOptions) -> Engine:
        """The engine with its models, for runs with such options.

        Raises:
            AssetError: a model is missing and cannot be had, or does not fit.
        """

    @staticmethod
    def load_key(options: RunOptions) -> Hashable:
        """What of the options decides about the loading: where it is equal, one loading serves both runs."""

    def for_picture(self, tracked: TrackedFrame, task: Task) -> Iterator[Pixels]:
        """A still picture that speaks. ``tracked.face`` is there."""

    def for_video(self, tracked: Iterator[TrackedFrame], task: Task) -> Iterator[Pixels]:
        """A video that speaks: one frame for each that is given; those without a face as they are.

        So are those that have 1 as ``covered``; between 0 and 1 it tells how much of the frame's own mouth is shown.
        """
