"""Light on a face that changes its shape: skin that turns to the light gets brighter, skin that turns away darker."""

from __future__ import annotations

import cv2
import numpy as np

from ..faces import topology
from ..faces.geometry import apart
from ..rig import FittedRig
from .raster import draw_triangles
from .regions import region_around

LIGHT = np.array((0.0, -0.64, -0.77), np.float32)
"""Where light is taken to come from, in the axes of the head: from above and before it, as in most pictures."""

STRENGTH, MOST = 0.38, 0.2
"""How much brighter skin gets that turns from across the light into it, as a part; and the largest change."""

CELLS = 36
"""Light changes slowly: it is worked out in cells of the mouth's width divided by this."""

_AROUND = np.argsort(topology.TRIANGLES.ravel(), kind="stable")
_BEGINS = np.searchsorted(topology.TRIANGLES.ravel()[_AROUND], np.arange(topology.POINTS))
"""Corners of triangles in the order of their points, and where those of each point begin."""


class Relight:
    """The change of light on a moved face.

    Args:
        fitted: the rig on the face.
    """

    def __init__(self, fitted: FittedRig) -> None:
        self._light = (fitted.rotation @ LIGHT).astype(np.float32)
        self._rest = _normals(fitted.rest) @ self._light
        moved = np.abs(fitted.shapes).max((0, 2)) > 0.01 * fitted.scale
        self._triangles = topology.TRIANGLES[moved[topology.TRIANGLES].any(1)].astype(np.int32)
        self._cell = max(1.0, apart(fitted.rest, topology.OUTER_LIP_CORNERS) / CELLS)

    def paint(self, out: np.ndarray, moved: np.ndarray, target: np.ndarray) -> None:
        """Lighten and darken a picture, in place.

        Args:
            out: ``(H, W, 3) uint8`` the warped picture.
            moved: ``(468, 3)`` mesh points before head motion.
            target: ``(468, 2)`` where they are in ``out``.
        """
        change = np.clip(STRENGTH * (_normals(moved) @ self._light - self._rest), -MOST, MOST)
        touched = self._triangles[(np.abs(change) > 0.01)[self._triangles].any(1)]
        if not len(touched):
            return
        left, top, right, bottom = region_around(target[np.unique(touched)], out.shape, margin=1)
        if right - left < 2 or bottom - top < 2:
            return
        size = (max(2, round((right - left) / self._cell)), max(2, round((bottom - top) / self._cell)))
        light, unused = np.zeros((2, *size[::-1]), np.float32)
        scale = np.array(size, np.float32) / (right - left, bottom - top)
        cells = ((target - (left, top) + 0.5) * scale - 0.5).astype(np.float32)
        draw_triangles(light, unused, 0, 0, cells, np.stack([change, change], 1), touched)
        light = cv2.resize(cv2.GaussianBlur(light, (0, 0), 1.0), (right - left, bottom - top))
        region = out[top:bottom, left:right]
        cv2.multiply(region, cv2.merge([1 + light] * 3), dst=region, dtype=cv2.CV_8U)


def _normals(points: np.ndarray) -> np.ndarray:
    """``(468, 3) float32`` unit normals of the mesh at its points, away from the head."""
    corners = points[topology.TRIANGLES]
    faces = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    out = np.add.reduceat(faces[_AROUND // 3], _BEGINS, axis=0)
    out *= -np.sign(out[:, 2].sum())  # towards the viewer
    return (out / (np.linalg.norm(out, axis=1, keepdims=True) + 1e-9)).astype(np.float32)
