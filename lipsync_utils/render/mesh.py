"""The mesh that carries the picture: the 468 face points, rings of skin around them, and a closed mouth."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from ..faces import topology
from ..faces.geometry import apart

_OVAL = np.array(topology.FACE_OVAL)

RINGS = ((0.10, 0.72), (0.24, 0.36), (0.42, 0.10), (0.62, 0.0))
"""Rings around the face oval: distance from it in face widths, and how much of the oval's motion they share. The last
one stands still, so that what moves has no edge."""

SIDEWAYS = 0.4
"""How much of that is shared sideways: a chin takes skin along when it sinks, but no neck narrows with rounded lips."""


def _ring_triangles() -> np.ndarray:
    """``(n, 3)`` triangles of the strips between the oval and the rings around it."""
    n, out = len(_OVAL), []
    loops = [_OVAL, *(topology.POINTS + r * n + np.arange(n) for r in range(len(RINGS)))]
    for inner, outer in pairwise(loops):
        after_in, after_out = np.roll(inner, -1), np.roll(outer, -1)
        out += [np.stack([inner, outer, after_out], 1), np.stack([inner, after_out, after_in], 1)]
    return np.concatenate(out)


def _mouth_triangles() -> np.ndarray:
    """``(n, 3)`` triangles that span the mouth between the lips."""
    upper, lower = np.array(topology.INNER_LIP_UPPER), np.array(topology.INNER_LIP_LOWER)
    first = np.stack([upper[:-1], upper[1:], lower[1:]], 1)
    second = np.stack([upper[:-1], lower[1:], lower[:-1]], 1)
    return np.concatenate([first[:-1], second[1:]])  # at the corners the two lips share a point


MOUTH_TRIANGLES = _mouth_triangles()

TRIANGLES = np.concatenate([topology.TRIANGLES, _ring_triangles(), MOUTH_TRIANGLES]).astype(np.int32)
"""All triangles that are drawn. The eyes stay open holes: behind them the eyeballs do not move."""


def surround(points: np.ndarray, rest: np.ndarray | None = None) -> np.ndarray:
    """Add the rings around the face.

    Args:
        points: ``(468, 2 or 3)`` mesh points in pixels.
        rest: the same points where the face is at rest; the rings share the motion away from it. Not given: at rest.

    Returns:
        ``(468 + 36 x rings, 2) float32`` points.
    """
    base = points if rest is None else rest
    oval = base[_OVAL, :2]
    centre = (oval.min(0) + oval.max(0)) / 2
    outward = oval - centre
    outward = outward / (np.linalg.norm(outward, axis=1, keepdims=True) + 1e-6)
    width = np.float32(apart(base, topology.FACE_SIDES))
    motion = (points[_OVAL, :2] - oval) * (SIDEWAYS, 1.0)
    rings = [oval + outward * (distance * width) + motion * share for distance, share in RINGS]
    return np.concatenate([points[:, :2], *rings]).astype(np.float32)
