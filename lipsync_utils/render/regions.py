"""Upright rectangles of a picture: where something is painted."""

from __future__ import annotations

import numpy as np

from ..pixels import Region


def region_around(points: np.ndarray, shape: tuple[int, ...], *, margin: int = 0) -> Region:
    """Smallest region of a picture of ``shape`` (height, width, ...) that holds ``(n, 2)`` points and a margin."""
    size = (shape[1], shape[0])
    low = np.clip(np.floor(points.min(0)).astype(int) - margin, 0, size)
    high = np.clip(np.ceil(points.max(0)).astype(int) + margin + 1, low, size)
    return (*low.tolist(), *high.tolist())
