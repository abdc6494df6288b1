"""What a face looks like, in a few colours: enough to know one person of a shot from the others."""

from __future__ import annotations

import numpy as np

from . import topology

_PARTS = (
    (topology.HAIR_LINE, 109, 338, 67, 297, 151),  # forehead
    (*topology.CHEEKS[::2], 36),
    (*topology.CHEEKS[1::2], 266),
    topology.NOSE_BRIDGE[1:5],
    (topology.CHIN, 175, 199, 200),
    (*topology.RIGHT_BROW_UPPER[:3], *topology.LEFT_BROW_UPPER[:3]),
)
_POINTS = np.concatenate(_PARTS)
_ENDS = np.cumsum([len(part) for part in _PARTS])[:-1]


def look_of(image: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Colours of forehead, cheeks, nose, chin and brows.

    Args:
        image: ``(H, W, 3) uint8`` RGB.
        points: ``(468, 2 or 3)`` in pixels.

    Returns:
        ``(6, 3) float32`` in [0, 255].
    """
    limits = max(image.shape[1] - 2, 1), max(image.shape[0] - 2, 1)
    x, y = np.clip(points[_POINTS, :2].round().astype(int), 1, limits).T
    colours = (image[y, x].astype(np.float32) + image[y - 1, x] + image[y, x - 1]) / 3
    return np.array([np.median(part, axis=0) for part in np.split(colours, _ENDS)], np.float32)


def unlike(one: np.ndarray, other: np.ndarray) -> float:
    """How different two looks are, 0 to 255.

    Of one person in one shot it is mostly below 10, at most 5 between two frames; of two people mostly above 20.
    """
    return float(np.abs(one - other).mean())
