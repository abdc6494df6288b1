"""A part of a picture around a face, no larger than networks see it: what is looked at in each frame of a video."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..pixels import Pixels, reduced
from ..records import Face
from .facemesh import INPUT_SIZE, crop_of_points
from .topology import box_of

_REACH = 0.75  # of a crop's side: half of its diagonal, and some
_WHOLE = 640  # pixels; networks that find faces see less


@dataclass(frozen=True, eq=False)
class Closeup:
    """A part of a picture, made smaller by averaging.

    Attributes:
        image: ``(h, w, 3) uint8`` RGB.
        corner: left and top of the part, in pixels of the picture.
        factor: how many pixels of the picture are one.
    """

    image: np.ndarray
    corner: tuple[int, int]
    factor: int

    @classmethod
    def around(cls, pixels: Pixels, points: np.ndarray) -> Closeup:
        """What the mesh network needs to see to find a face again from ``(468, 2 or 3)`` points."""
        crop = crop_of_points(points)
        reach = _REACH * crop.side
        box = crop.x - reach, crop.y - reach, crop.x + reach, crop.y + reach
        return cls._of(pixels, box, max(1, round(crop.side / INPUT_SIZE)))

    @classmethod
    def whole(cls, pixels: Pixels) -> Closeup:
        """All of a picture, as far as networks see it that find faces."""
        height, width = pixels.shape[:2]
        return cls._of(pixels, (0, 0, width, height), max(1, max(height, width) // _WHOLE))

    @classmethod
    def _of(cls, pixels: Pixels, box: tuple[float, float, float, float], factor: int) -> Closeup:
        size = np.array(pixels.shape[1::-1])
        step = factor if factor % 2 == 0 else 2 * factor  # planes of colour have a sample for each two pixels
        low = np.clip(np.array(box[:2]), 0, np.maximum(size - step, 0)).astype(int) // 2 * 2
        high = np.clip(np.array(box[2:]), low + step, size).astype(int)
        high = low + np.maximum((high - low) // step, 1) * step
        return cls(reduced(pixels, (*low.tolist(), *high.tolist()), factor), tuple(low.tolist()), factor)

    def inside(self, points: np.ndarray) -> np.ndarray:
        """``(n, 2 or 3) float32`` points of the picture, in pixels of the part."""
        out = points.astype(np.float32)
        out[:, :2] -= np.array(self.corner, np.float32) + (self.factor - 1) / 2
        return out / np.float32(self.factor)

    def outside(self, face: Face) -> Face:
        """A face in the part, in pixels of the picture."""
        points = face.points * np.float32(self.factor)
        points[:, :2] += np.array(self.corner, np.float32) + np.float32((self.factor - 1) / 2)
        return replace(face, points=points, box=box_of(points))
