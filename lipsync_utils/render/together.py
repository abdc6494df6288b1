"""Several heads of one still picture, each rendered for itself, in one frame."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from ..faces import topology
from ..faces.geometry import apart
from ..records import Face

SEAM = 0.06
"""How quickly one head's frame gives way to its neighbour's halfway between them, in face widths."""


class Heads:
    """Joins the frames of heads that moved, each in a copy of the same picture.

    A head takes hair, neck and some background along. So every pixel comes from the frame of the head that is nearest,
    in widths of its face; halfway between two heads their frames are mixed. (The sum of what each has changed would
    show things twice where two heads move the same background.)

    Args:
        faces: the faces, in the order of the frames.
        width: of the picture, in pixels.
        height: likewise.
    """

    def __init__(self, faces: Sequence[Face], *, width: int, height: int) -> None:
        x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
        away = np.stack([_away(face, x, y) for face in faces])  # (faces, H, W)
        near = np.exp((away.min(axis=0) - away) / SEAM)
        before = np.cumsum(near, axis=0)
        self._shares = [share / np.maximum(total, 1e-30) for share, total in zip(near[1:], before[1:], strict=True)]

    def join(self, frames: Sequence[np.ndarray]) -> np.ndarray:
        """One frame, ``(H, W, 3) uint8``, from one of each head."""
        joined = frames[0]
        for frame, share in zip(frames[1:], self._shares, strict=True):
            joined = cv2.blendLinear(joined, frame, 1 - share, share)
        return joined


def _away(face: Face, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Distance of pixels from the middle of a face, in its widths."""
    middle = face.points[list(topology.FACE_SIDES), :2].mean(axis=0)
    return np.hypot(x - middle[0], y - middle[1]) / max(apart(face.points, topology.FACE_SIDES), 1.0)
