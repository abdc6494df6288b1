"""A still portrait that speaks: the picture's own pixels on the moved mesh, at full resolution."""

from __future__ import annotations

from functools import partial

import numpy as np

from .. import expression
from ..faces import topology
from ..records import Face
from ..rig import Rig
from . import mesh
from .eyes import LID_FOLLOWS, Eyes
from .head import HeadWarp
from .layers import Layers
from .mouth import MouthInterior, mouth_frame, mouth_state
from .regions import region_around
from .relight import Relight
from .warp import FINER, MeshWarp, identity_maps


class PortraitRenderer:
    """Renders one portrait under face coefficients and head motion.

    Rendering one frame does not change the renderer: frames may be rendered from several threads.

    Args:
        image: ``(H, W, 3) uint8`` RGB.
        face: the face in it.
        rig: the ARKit basis.
        names: the blendshapes that :meth:`render` will be given, in order.
        layers: of the picture; without them, what is around the head moves along, less and less.
    """

    def __init__(
        self, image: np.ndarray, face: Face, *, rig: Rig, names: tuple[str, ...], layers: Layers | None = None
    ) -> None:
        self.image = image
        self.fitted = rig.fit(face)
        self._names, self._columns = names, rig.columns(names + expression.NAMES)
        self._eyes = Eyes(self.fitted, image)
        person = None if layers is None else layers.alpha
        self.head = HeadWarp(self.fitted, width=image.shape[1], height=image.shape[0], person=person)
        self.mouth = MouthInterior.of(self.fitted.mouth_width, self.fitted.source, image)
        self._frame = mouth_frame(self.fitted)
        self._source = self.fitted.source[:, :2]
        self._light = Relight(self.fitted)
        self._warp = MeshWarp(image, mesh.surround(self._source), layers=layers)

    def points(self, values: np.ndarray, *, face: np.ndarray | None = None) -> np.ndarray:
        """Moved mesh points before head motion, rings included: ``(n, 2) float32``."""
        return mesh.surround(self._moved(values, face), self._source)

    def _moved(self, values: np.ndarray, face: np.ndarray | None) -> np.ndarray:
        """``(468, 3) float32`` likewise, without rings."""
        face = np.zeros(len(expression.NAMES), np.float32) if face is None else face
        return self.fitted.move(np.concatenate([values, face]), self._columns)

    def render(
        self,
        values: np.ndarray,
        *,
        rotation: np.ndarray | None = None,
        shift: np.ndarray | None = None,
        blink: float = 0.0,
        face: np.ndarray | None = None,
        breath: float = 0.0,
        gaze: np.ndarray | None = None,
    ) -> np.ndarray:
        """One frame.

        Args:
            values: ``(k,)`` blendshape coefficients, in the order of ``names``.
            rotation: ``(3,)`` pitch, yaw, roll in radians; None keeps the head still.
            shift: ``(2,)`` in face widths.
            blink: eyelid closure, 0 to 1.
            face: ``(17,)`` coefficients of :data:`lipsync_utils.expression.NAMES`.
            breath: how far the shoulders are raised, 0 to 1; only with a rotation.
            gaze: ``(2,)`` how far the irises are turned across and down, in widths of the eye.

        Returns:
            ``(H, W, 3) uint8`` RGB, a new array. Outside of the moving region it equals the picture.
        """
        moved = self._moved(values, face)
        target = mesh.surround(moved, self._source)
        if rotation is None:
            skull = np.eye(2, 3)
            regions = [region_around(target, self.image.shape)]
            maps_of = partial(identity_maps, factor=FINER)
        else:
            field = self.head.forward(rotation, np.zeros(2) if shift is None else shift, breath)
            skull = self.head.affine_around(field, self._frame[:, 2], reach=self.fitted.mouth_width / 2)
            target = target + self.head.at(field, target)
            regions = self.head.regions(field, float(np.abs(target - self._warp.source).max()))
            maps_of = partial(self.head.maps, self.head.backward(field))
        out = self.image.copy()
        self._warp.paint(out, target, regions, maps_of)
        self._light.paint(out, moved, target[: topology.POINTS])
        if gaze is not None:
            self._eyes.look(out, target, gaze)
            blink = max(blink, LID_FOLLOWS * float(gaze[1]))
        self._eyes.close(out, target, blink)
        state = mouth_state(self.fitted, self._names, values)
        self.mouth.paint(out, target[: topology.POINTS], skull, self._frame, state)
        return out
