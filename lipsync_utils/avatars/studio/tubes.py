"""Tubes along curves: rims, seams, frames."""

from __future__ import annotations

import numpy as np
from strands import unit


def tube(path: np.ndarray, radius: float | tuple[float, float], *, closed: bool, up: np.ndarray, sides: int = 10):
    """Vertices ``(n, 3)`` and faces ``(m, 4)`` of a tube around ``path (k, 3)``.

    ``radius`` is its half width across and its half height along ``up (3,)`` or ``(k, 3)``.
    """
    across, high = (radius, radius) if np.isscalar(radius) else radius
    ahead = np.roll(path, -1, 0) - np.roll(path, 1, 0) if closed else np.gradient(path, axis=0)
    ahead = unit(ahead)
    side = unit(np.cross(ahead, np.broadcast_to(up, path.shape)))
    top = np.cross(side, ahead)
    angle = np.linspace(0, 2 * np.pi, sides, endpoint=False)
    rings = (
        path[:, None] + across * np.cos(angle)[:, None] * side[:, None] + high * np.sin(angle)[:, None] * top[:, None]
    )
    index = np.arange(len(path) * sides).reshape(len(path), sides)
    following = np.roll(index, -1, 0)
    faces = np.stack([index, following, np.roll(following, -1, 1), np.roll(index, -1, 1)], -1)
    return rings.reshape(-1, 3), (faces if closed else faces[:-1]).reshape(-1, 4)
