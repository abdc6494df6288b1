"""A face in a video that speaks something else: in each frame, the tracked face's own pixels on the moved mesh."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import cv2
import numpy as np

from ..faces import topology
from ..faces.geometry import apart
from ..records import TrackedFrame
from ..rig import FittedRig, Rig
from . import mesh
from .closed_lips import Lent, lend
from .mouth import MouthInterior, mouth_frame, mouth_state, skin_colour
from .regions import region_around
from .warp import STILL, MeshWarp, identity_maps

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
    def image(self) -> np.ndarray:
        """The frame's, ``(H, W, 3) uint8``."""
        return self.tracked.frame.image

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

    def render(self, prepared: Prepared, values: np.ndarray) -> np.ndarray:
        """One frame; a frame without a face, or whose mouth is covered, is returned as it is.

        Rendering a frame does not change the renderer: frames may be rendered from several threads.

        Args:
            prepared: from :meth:`prepared`.
            values: ``(k,)`` blendshape coefficients.

        Returns:
            ``(H, W, 3) uint8`` RGB.
        """
        return self._moved(prepared, self._fitted(prepared), values) if prepared.can_speak else prepared.image

    def _moved(self, prepared: Prepared, fitted: FittedRig, values: np.ndarray) -> np.ndarray:
        """See :meth:`render`, of a face that can speak."""
        tracked, interior, lent, image = prepared.tracked, prepared.interior, prepared.lent, prepared.image
        source = fitted.source[:, :2]
        target = mesh.surround(fitted.move(values, self._columns)[:, :2], source)
        warp = MeshWarp(image, mesh.surround(source))
        moved = np.abs(target - warp.source).max(1) > STILL
        if not moved.any():
            return image
        touched = np.unique(mesh.TRIANGLES[moved[mesh.TRIANGLES].any(1)])  # corners of triangles with a moved corner
        region = region_around(np.concatenate([target[touched], warp.source[touched]]), image.shape)
        out = image.copy()
        warp.paint(out, target, region, identity_maps(region), fine_lips=not lent.whole)
        lent.paint(out, target[: topology.POINTS])
        state = mouth_state(fitted, self._names, values)
        interior.paint(out, target[: topology.POINTS], np.eye(2, 3), mouth_frame(fitted), state)
        return out if tracked.covered == 0 else cv2.addWeighted(image, tracked.covered, out, 1 - tracked.covered, 0)

    def at_rest(self, prepared: Prepared) -> TrackedFrame:
        """The frame as if nobody spoke in it: its lips closed, and the mesh points where they then are.

        As :meth:`render`, it may be called from several threads.
        """
        tracked = prepared.tracked
        if not prepared.can_speak:
            return tracked
        fitted = self._fitted(prepared)
        image = self._moved(prepared, fitted, np.zeros(len(self._names), np.float32))
        face = replace(tracked.face, points=fitted.rest)
        return replace(tracked, frame=replace(tracked.frame, image=image), face=face)

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
                before, skin = skin, skin_colour(points, frame.frame.image)
                cut = np.abs(skin - before).max() > OTHER_LIGHT
                if interior is None or cut or not 0.85 < width / interior.width < 1.18:
                    interior = MouthInterior.of(width, points, frame.frame.image)
            yield Prepared(frame, interior, lent)
