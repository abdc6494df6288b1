"""A face in a video that speaks something else: in each frame, the tracked face's own pixels on the moved mesh."""

from __future__ import annotations

import numpy as np

from ..faces import topology
from ..records import TrackedFrame
from ..rig import FittedRig, Rig
from . import mesh
from .mouth import MouthControls, MouthInterior, mouth_frame, skin_light
from .warp import MeshWarp, identity_maps


class VideoRenderer:
    """Replaces the lip motion of a tracked face, frame by frame; the rest of the frame is left alone.

    Whatever the lips do in the source frame is first taken back (parted lips are closed by the rig), then the given
    coefficients act.

    Args:
        rig: the ARKit basis.
        names: the blendshapes that :meth:`render` will be given, in order.
    """

    def __init__(self, *, rig: Rig, names: tuple[str, ...]) -> None:
        self._rig, self._names, self._columns = rig, names, rig.columns(names)
        self._interior: MouthInterior | None = None

    def render(self, tracked: TrackedFrame, values: np.ndarray) -> np.ndarray:
        """One frame; a frame without a face is returned as it is.

        Args:
            tracked: the frame and its face.
            values: ``(k,)`` blendshape coefficients.

        Returns:
            ``(H, W, 3) uint8`` RGB.
        """
        image = tracked.frame.image
        if tracked.face is None:
            return image
        fitted = FittedRig.of(self._rig, tracked.face.points)
        source = fitted.source[:, :2]
        target = mesh.surround(fitted.move(values, self._columns)[:, :2], source)
        warp = MeshWarp(image, mesh.surround(source))
        moved = np.abs(target - warp.source).max(1) > 0.02
        if not moved.any():
            return image
        region = warp.region_of(np.concatenate([self._reach(target, moved), self._reach(warp.source, moved)]))
        out = image.copy()
        warp.paint(out, target, region, identity_maps(region))
        self._mouth(fitted, image).paint(
            out,
            target[: topology.POINTS],
            np.eye(2, 3),
            mouth_frame(fitted),
            MouthControls.of(fitted, self._names).state(values),
        )
        return out

    def _reach(self, points: np.ndarray, moved: np.ndarray) -> np.ndarray:
        """All corners of the triangles that have a moved corner."""
        touched = mesh.TRIANGLES[moved[mesh.TRIANGLES].any(1)]
        return points[np.unique(touched)]

    def _mouth(self, fitted: FittedRig, image: np.ndarray) -> MouthInterior:
        """The interior at this frame's size; made anew only when the face has come nearer or gone away."""
        width = fitted.mouth_width
        if self._interior is None or not 0.85 < width / self._interior.width < 1.18:
            self._interior = MouthInterior(width, skin_light(fitted.source, image))
        return self._interior
