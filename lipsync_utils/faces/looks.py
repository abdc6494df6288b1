"""What a face looks like, in a few colours: enough to know one person of a shot from the others."""

from __future__ import annotations

import numpy as np

from . import topology

LUMA = np.array([0.30, 0.59, 0.11], np.float32)
"""How much red, green and blue count for brightness (ITU-R BT.601, rounded)."""

_PARTS = (
    (topology.HAIR_LINE, 109, 338, 67, 297, 151),  # forehead
    (*topology.CHEEKS[::2], 36),
    (*topology.CHEEKS[1::2], 266),
    topology.NOSE_BRIDGE[1:5],
    (topology.CHIN, 175, 199, 200),
    (*topology.RIGHT_BROW_UPPER[:3], *topology.LEFT_BROW_UPPER[:3]),
)
_POINTS = np.concatenate(_PARTS)
_SIZES = np.array([len(part) for part in _PARTS])
_STARTS = np.cumsum(_SIZES) - _SIZES


def look_of(image: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Colours of forehead, cheeks, nose, chin and brows.

    Args:
        image: ``(H, W, 3) uint8`` RGB.
        points: ``(468, 2 or 3)`` in pixels.

    Returns:
        ``(6, 3) float32`` in [0, 255].
    """
    height, width = image.shape[:2]
    place = np.rint(points[_POINTS, :2]).astype(np.intp)
    colours = image[np.clip(place[:, 1], 0, height - 1), np.clip(place[:, 0], 0, width - 1)].astype(np.float32)
    return np.add.reduceat(colours, _STARTS) / _SIZES[:, None].astype(np.float32)


def unlike(one: np.ndarray, other: np.ndarray) -> float:
    """How different two looks are, 0 to 255.

    Of one person in one shot it is mostly below 10, mostly below 8 between two frames; of two people mostly
    above 20.
    """
    return float(np.abs(one - other).mean())
