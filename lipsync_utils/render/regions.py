"""Upright rectangles of a picture: where something is painted."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from ..pixels import Region


def region_around(points: np.ndarray, shape: tuple[int, ...], *, margin: int = 0) -> Region:
    """Smallest region of a picture of ``shape`` (height, width, ...) that holds ``(n, 2)`` points and a margin."""
    size = (shape[1], shape[0])
    low = np.clip(np.floor(points.min(0)).astype(int) - margin, 0, size)
    high = np.clip(np.ceil(points.max(0)).astype(int) + margin + 1, low, size)
    return (*low.tolist(), *high.tolist())


def with_region(regions: Sequence[Region], other: Region) -> list[Region]:
    """Regions below each other, and another one: each row of pixels as wide as it is in either; nothing twice."""
    out = []
    edges = sorted({edge for region in (*regions, other) for edge in (region[1], region[3])})
    for begin, end in pairwise(edges):
        row = [region for region in (*regions, other) if region[1] <= begin and end <= region[3]]
        if row:
            out.append((min(one[0] for one in row), begin, max(one[2] for one in row), end))
    return out
