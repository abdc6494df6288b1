"""What can be seen of speech, in a dozen lengths: the mouth measured on the face mesh, free of pose and size."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from ..errors import InputError
from ..faces import topology
from ..faces.geometry import umeyama

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


def measure(points: np.ndarray) -> np.ndarray:
    """The mouth in each of a run of meshes.

    Each mesh is turned, scaled and moved so that its steady points lie on those of a neutral head (Umeyama 1991, in
    three dimensions), then measured: what is left is the mouth's own motion and the tracker's noise.

    Args:
        points: ``(T, 468, 3)`` in pixels; NaN where there is no face.

    Returns:
        ``(T, 12) float32``, columns :data:`MOUTH_MEASURES`, unit: the distance between the outer eye corners. NaN where
        there is no face.

    Raises:
        InputError: another shape.
    """
    if points.ndim != 3 or points.shape[1:] != (topology.POINTS, 3):
        raise InputError(
            "Received meshes of shape {shape}; (T, {count}, 3) is needed.", shape=points.shape, count=topology.POINTS
        )
    out = np.full((len(points), len(MOUTH_MEASURES)), np.nan, np.float32)
    seen = np.isfinite(points).all(axis=(1, 2))
    if seen.any():
        out[seen] = _lengths(_upright(points[seen].astype(np.float64)))
    return out


def _upright(points: np.ndarray) -> np.ndarray:
    """``(T, 468, 3)`` carried onto the neutral head by its steady points."""
    target = topology.NEUTRAL[list(STEADY)].astype(np.float64)
    scale, turn, shift = umeyama(points[:, STEADY], target)
    return scale[:, None, None] * np.einsum("tij,tpj->tpi", turn, points) + shift[:, None]


def _lengths(p: np.ndarray) -> np.ndarray:
    """``(T, 468, 3)`` upright to ``(T, 12)``."""

    def mean(axis: int, points: Sequence[int]) -> np.ndarray:
        return p[:, points, axis].mean(axis=1)

    def apart(left: int, right: int) -> np.ndarray:
        return p[:, right, 0] - p[:, left, 0]

    height, depth = partial(mean, 1), partial(mean, 2)
    corners = topology.OUTER_LIP_CORNERS
    outer = topology.OUTER_LIP_UPPER, topology.OUTER_LIP_LOWER
    inner = topology.INNER_LIP_UPPER, topology.INNER_LIP_LOWER
    upper, lower, inner_upper, inner_lower = (height(lip[topology.LIP_MIDDLE]) for lip in (*outer, *inner))
    sides_upper, sides_lower = (height([lip[at] for at in (2, 8, 3, 7)]) for lip in inner)
    return np.stack(
        [
            inner_lower - inner_upper,
            sides_lower - sides_upper,
            lower - upper,
            apart(*corners),
            apart(*topology.INNER_LIP_CORNERS),
            upper,
            lower,
            height([topology.CHIN]),
            height(corners),
            inner_upper - upper,
            lower - inner_lower,
            depth(topology.OUTER_LIP_MIDDLES + topology.INNER_LIP_MIDDLES) - depth(corners),
        ],
        axis=1,
    )
