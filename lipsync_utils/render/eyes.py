"""Lids that close over the eye: geometry of a blink on any eye shape."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..faces import topology
from ..rig import FittedRig

_LIDS = (
    (topology.RIGHT_EYE_UPPER, topology.RIGHT_EYE_LOWER),
    (topology.LEFT_EYE_UPPER, topology.LEFT_EYE_LOWER),
)
UPPER_LID_SHARE = 0.88
"""Part of the eye's opening that the upper lid closes."""

LID_MARGIN = (0.16, 0.14)
"""How far the eye's hole in the mesh is widened beyond the found upper and lower lid, in parts of the eye's opening, so
that what moves over the eye is skin and lashes, and no rim of the eyeball."""


def _eyes(fitted: FittedRig) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """For each eye: upper and lower lid points from left to right, and the opening at each pair in pixels."""
    for upper, lower in _LIDS:
        up, low = np.array(upper), np.array(lower)
        yield up, low, np.maximum(0, (fitted.rest[low, :2] - fitted.rest[up, :2]) @ fitted.down)


def widen_eyes(fitted: FittedRig) -> np.ndarray:
    """``(468, 2) float32`` displacement of the lid points that widens the holes by :data:`LID_MARGIN`."""
    out = np.zeros((topology.POINTS, 2), np.float32)
    for up, low, opening in _eyes(fitted):
        out[up] = -(LID_MARGIN[0] * opening)[:, None] * fitted.down
        out[low] = (LID_MARGIN[1] * opening)[:, None] * fitted.down
    return out


def blink_displacement(fitted: FittedRig) -> np.ndarray:
    """``(468, 2) float32`` displacement that just shuts both (widened) eyes of this face.

    The lids meet on the face's own eye line, whatever its shape; the skin between lid and brow follows, less and less
    with distance, so that it stretches instead of folding.
    """
    points, down = fitted.rest[:, :2], fitted.down
    across = np.array([down[1], -down[0]])
    x, y = points @ across, points @ down
    out = np.zeros((topology.POINTS, 2), np.float32)
    for up, low, opening in _eyes(fitted):
        total = opening * (1 + sum(LID_MARGIN))
        eye = np.ptp(x[up])
        lid = np.interp(x, x[up], y[up])
        amount = np.interp(x, x[up], total, left=0, right=0) * UPPER_LID_SHARE
        above = (lid - y) / eye  # distance above the lid in eye widths
        follow = np.where((above >= 0) & (above < 1), np.exp(-((np.maximum(above, 0) / 0.22) ** 2)), 0)
        follow[low] = 0
        out += (amount * follow)[:, None] * down
        out[up] = (total * UPPER_LID_SHARE)[:, None] * down
        out[low[1:-1]] = -(total[1:-1] * (1 - UPPER_LID_SHARE))[:, None] * down
    return out
