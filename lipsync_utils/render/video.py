"""A face in a video that speaks something else: in each frame, the tracked face's own pixels on the moved mesh."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial

import cv2
import numpy as np

from ..faces import topology
from ..faces.geometry import apart
from ..pixels import Pixels, Yuv, as_planes, as_rgb, changed, part_of
from ..records import TrackedFrame
from ..rig import FittedRig, Rig
from . import mesh
from .closed_lips import Lent, lend
from .mouth import MouthInterior, mouth_frame, mouth_state, skin_colour
from .regions import region_around
from .warp import FINER, STILL, MeshWarp, identity_maps, warped

_LIPS = np.array(topology.LIPS)

OTHER_LIGHT = 12.0
"""Change of the skin's colour between two frames, 0 to 255, that no moving light makes."""


@dataclass(frozen=True)
class Prepared:
    """A frame of a video, ready to be rendered.

    Attributes:
        tracked: the frame and its face.
        interior: what is between its lips; None where there was no face yet.
        lent: closed lips of other frames.
    """

    tracked: TrackedFrame
    interior: MouthInterior | None
    lent: Lent

    @property
    def can_speak(self) -> bool:
        """Whether there is a face whose mouth can be seen."""
        return self.tracked.face is not None and self.interior is not None and self.tracked.covered < 1


class VideoRenderer:
    """Replaces the lip motion of a tracked face, frame by frame; the rest of the frame is left alone.

    Whatever the lips do in the source frame is first taken back (closed lips are taken from another frame of the clip,
    or parted ones closed by the rig), then the given coefficients act.

    Args:
        rig: the ARKit basis.
        names: the blendshapes that :meth:`render` will be given, in order.
    """

    def __init__(self, *, rig: Rig, names: tuple[str, ...]) -> None:
        self._rig, self._names, self._columns = rig, names, rig.columns(names)

    def render(self, prepared: Prepared, values: np.ndarray) -> Pixels:
        """One frame; a frame without a face, or whose mouth is covered, is returned as it is.

        Rendering a frame does not change the renderer: frames may be rendered from several threads.

        Args:
            prepared: from :meth:`prepared`.
            values: ``(k,)`` blendshape coefficients.
        """
        if not prepared.can_speak:
            return prepared.tracked.frame.pixels
        return self._moved(prepared, self._fitted(prepared), values)

    def _moved(self, prepared: Prepared, fitted: FittedRig, values: np.ndarray) -> Pixels:
        """See :meth:`render`, of a face that can speak."""
        tracked, lent = prepared.tracked, prepared.lent
        source = mesh.surround(fitted.source)
        target = mesh.surround(fitted.move(values, self._columns)[:, :2], fitted.source[:, :2])
        moved = np.abs(target - source).max(1) > STILL
        if not moved.any():
            return tracked.frame.pixels
        pixels = as_planes(tracked.frame.pixels)
        out = warped(pixels, source, target, moved)
        lips = np.concatenate([target[_LIPS], source[_LIPS]])
        region = region_around(lips, pixels.shape, margin=lent.margin(target))
        corner = np.array(region[:2], np.float32)
        if min(region[2] - region[0], region[3] - region[1]) > 2:
            before = out.part(region)
            after, near = before.copy(), target - corner
            if not lent.whole:
                warp = MeshWarp(pixels.part(region), source - corner, enlarging=cv2.INTER_CUBIC)
                warp.refine(after, near, partial(identity_maps, factor=FINER))
            lent.paint(after, near[: topology.POINTS])
            frame, state = mouth_frame(fitted), mouth_state(fitted, self._names, values)
            frame[:, 2] -= corner
            prepared.interior.paint(after, near[: topology.POINTS], np.eye(2, 3), frame, state)
            out = out.painted(region, before, after)
        if tracked.covered:
            mixed = cv2.addWeighted(pixels.planes, tracked.covered, out.planes, 1 - tracked.covered, 0)
            out = Yuv(mixed, out.colour)
        return out if tracked.frame.pixels is pixels else changed(tracked.frame.pixels, pixels, out)

    def at_rest(self, prepared: Prepared) -> TrackedFrame:
        """The frame as if nobody spoke in it: its lips closed, and the mesh points where they then are.

        As :meth:`render`, it may be called from several threads.
        """
        tracked = prepared.tracked
        if not prepared.can_speak:
            return tracked
        fitted = self._fitted(prepared)
        pixels = self._moved(prepared, fitted, np.zeros(len(self._names), np.float32))
        face = replace(tracked.face, points=fitted.rest)
        return replace(tracked, frame=replace(tracked.frame, pixels=pixels), face=face)

    def _fitted(self, prepared: Prepared) -> FittedRig:
        """The rig on the frame's face, with the lips that it is lent."""
        return prepared.lent.on(self._rig.fit(prepared.tracked.face), self._rig.moved_by_speech)

    def prepared(self, tracked: Iterable[TrackedFrame]) -> Iterator[Prepared]:
        """Each frame with a mouth interior of its size, and with the closed lips of other frames that it gets.

        An interior is made anew only when the face has come nearer or gone away, and where the skin changes its colour
        from one frame to the next, as it does at cuts.
        """
        interior, skin = None, np.zeros(3)
        for frame, lent in lend(tracked, self._rig):
            if frame.face is not None and frame.covered < 1:
                points = frame.face.points
                width = apart(points, topology.OUTER_LIP_CORNERS)
                before, skin = skin, skin_colour(points, frame.frame.pixels)
                cut = np.abs(skin - before).max() > OTHER_LIGHT
                if interior is None or cut or not 0.85 < width / interior.width < 1.18:
                    interior = MouthInterior.of(width, *_face_alone(frame))
            yield Prepared(frame, interior, lent)


def _face_alone(tracked: TrackedFrame) -> tuple[np.ndarray, np.ndarray]:
    """``(468, 3)`` points of a face in the part of the frame that holds it, and that part, ``(h, w, 3) uint8``."""
    points, pixels = tracked.face.points, tracked.frame.pixels
    window = region_around(points[:, :2], pixels.shape, margin=3)
    if min(window[2] - window[0], window[3] - window[1]) < 3:  # it is beyond the picture
        return points, as_rgb(pixels)
    return points - np.array([*window[:2], 0], np.float32), part_of(pixels, window)
