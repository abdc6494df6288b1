"""What can be seen of speech, in a dozen lengths: the mouth measured on the face mesh, free of pose and size."""

from __future__ import annotations

import numpy as np

from ..errors import InputError
from ..faces import topology

MOUTH_MEASURES = (
    "inner gap, middle",
    "inner gap, sides",
    "outer height",
    "outer width",
    "inner width",
    "upper lip, height",
    "lower lip, height",
    "chin, height",
    "corners, height",
    "upper lip, thickness",
    "lower lip, thickness",
    "protrusion",
)
"""Columns of :func:`measure`. Heights grow downwards; protrusion grows away from the camera."""

STEADY = (6, 168, 197, 195, 9, 151, 10, 33, 133, 362, 263, 127, 356, 234, 454, 70, 300, 109, 338)
"""Points that hardly move when somebody speaks: bridge of the nose, eye corners, brows' ends, forehead, temples."""

NEEDED = tuple(sorted({*STEADY, *topology.LIPS, topology.CHIN}))
"""The points that :func:`measure` looks at."""

_AT = {point: row for row, point in enumerate(NEEDED)}


def _rows(*points: int) -> list[int]:
    return [_AT[point] for point in points]


def measure(points: np.ndarray) -> np.ndarray:
    """The mouth in each of a run of meshes.

    Each mesh is turned, scaled and moved so that its steady points lie on those of a neutral head (Umeyama 1991, in
    three dimensions), then measured: what is left is the mouth's own motion and the tracker's noise.

    Args:
        points: ``(T, 468, 3)`` in pixels, or ``(T, len(NEEDED), 3)``, the rows of :data:`NEEDED` only. NaN where there
            is no face.

    Returns:
        ``(T, 12) float32``, columns :data:`MOUTH_MEASURES`, unit: the distance between the outer eye corners. NaN where
        there is no face.

    Raises:
        InputError: another shape.
    """
    if points.ndim != 3 or points.shape[1] not in (topology.POINTS, len(NEEDED)) or points.shape[2] != 3:
        raise InputError(f"Received meshes of shape {points.shape}; (T, 468, 3) or (T, {len(NEEDED)}, 3) is needed.")
    needed = points if points.shape[1] == len(NEEDED) else points[:, NEEDED]
    out = np.full((len(points), len(MOUTH_MEASURES)), np.nan, np.float32)
    seen = np.isfinite(needed).all(axis=(1, 2))
    if seen.any():
        out[seen] = _lengths(_upright(needed[seen].astype(np.float64)))
    return out


def _upright(points: np.ndarray) -> np.ndarray:
    """``(T, P, 3)`` carried onto the neutral head by its steady points."""
    steady = _rows(*STEADY)
    target = topology.NEUTRAL[list(STEADY)].astype(np.float64)
    mean, goal = points[:, steady].mean(axis=1, keepdims=True), target.mean(axis=0)
    source, target = points[:, steady] - mean, target - goal
    u, values, vt = np.linalg.svd(np.einsum("ni,tnj->tij", target, source))
    sign = np.ones_like(values)
    sign[:, 2] = np.sign(np.linalg.det(u @ vt))
    turn = (u * sign[:, None]) @ vt
    scale = (values * sign).sum(axis=1) / np.square(source).sum(axis=(1, 2))
    return scale[:, None, None] * np.einsum("tij,tpj->tpi", turn, points - mean) + goal


def _lengths(p: np.ndarray) -> np.ndarray:
    """``(T, P, 3)`` upright to ``(T, 12)``."""
    x, y, z = np.moveaxis(p, 2, 0)

    def height(*points: int) -> np.ndarray:
        return y[:, _rows(*points)].mean(axis=1)

    def apart(left: int, right: int) -> np.ndarray:
        return x[:, _AT[right]] - x[:, _AT[left]]

    return np.stack(
        [
            height(87, 14, 317) - height(82, 13, 312),
            height(88, 318, 178, 402) - height(80, 310, 81, 311),
            height(84, 17, 314) - height(37, 0, 267),
            apart(61, 291),
            apart(78, 308),
            height(37, 0, 267),
            height(84, 17, 314),
            height(topology.CHIN),
            height(61, 291),
            height(82, 13, 312) - height(37, 0, 267),
            height(84, 17, 314) - height(87, 14, 317),
            z[:, _rows(0, 17, 13, 14)].mean(axis=1) - z[:, _rows(61, 291)].mean(axis=1),
        ],
        axis=1,
    )
