"""Geometry of faces: boxes and how far they are the same, lengths, and how one set of points lies upon another."""

from __future__ import annotations

import numpy as np

from ..records import Face
from . import topology


def width_of(face: Face) -> float:
    """Width of the face's box in pixels."""
    return float(face.box[2] - face.box[0])


def overlap(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Intersection over union of boxes, ``(..., 4)`` left, top, right, bottom each: ``(...)`` from 0 to 1."""
    inner = _area(np.maximum(one[..., :2], other[..., :2]), np.minimum(one[..., 2:], other[..., 2:]))
    both = _area(one[..., :2], one[..., 2:]) + _area(other[..., :2], other[..., 2:])
    return inner / np.maximum(both - inner, 1e-9)


def _area(low: np.ndarray, high: np.ndarray) -> np.ndarray:
    return np.clip(high - low, 0, None).prod(axis=-1)


def apart(points: np.ndarray, pair: tuple[int, int]) -> float:
    """Distance in the picture between two of ``(468, 2 or 3)`` points, such as ``topology.OUTER_LIP_CORNERS``."""
    one, other = pair
    return float(np.linalg.norm(points[one, :2] - points[other, :2]))


def opening_and_width(points: np.ndarray) -> tuple[float, float]:
    """What lips do, of ``(468, 2 or 3)`` points, whatever the size of the face and the tilt of the head.

    Returns:
        The gap between the lips, down the face, in lengths of the nose, which no mouth changes and which shortens with
        a nod as the gap does; and the width of the mouth, across the face, in distances of the outer eye corners.
    """
    flat = points[:, :2]
    right, left = (flat[corner] for corner in topology.OUTER_EYE_CORNERS)
    eyes = float(np.linalg.norm(left - right))
    along = (left - right) / eyes
    down = np.array([-along[1], along[0]])
    upper, lower = (
        flat[list(lip[topology.LIP_MIDDLE])].mean(0) for lip in (topology.INNER_LIP_UPPER, topology.INNER_LIP_LOWER)
    )
    nose = float((flat[topology.UNDER_NOSE] - flat[topology.NOSE_ROOT]) @ down)
    one, other = topology.OUTER_LIP_CORNERS
    return float((lower - upper) @ down) / nose, float((flat[other] - flat[one]) @ along) / eyes


def in_picture(axis: np.ndarray) -> np.ndarray:
    """Unit vector ``(2,)`` along an axis of space, ``(3,)``, as the picture shows it."""
    return axis[:2] / (np.linalg.norm(axis[:2]) + 1e-9)


def across(down: np.ndarray) -> np.ndarray:
    """The direction at right angles to ``down``, ``(2,)``, to the right in the picture."""
    return np.array([down[1], -down[0]])


def umeyama(source: np.ndarray, target: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Similarity transform that carries ``source`` onto ``target`` with the least squares, and never mirrors.

    Source: Umeyama, "Least-squares estimation of transformation parameters between two point patterns", PAMI 1991.

    Args:
        source: ``(..., n, d)`` points in a plane or in space, one set or many.
        target: the same points where they should be, ``(..., n, d)``.

    Returns:
        Scale ``(...)``, rotation ``(..., d, d)``, shift ``(..., d)``: ``target = scale * rotation @ source + shift``.
    """
    mean_s, mean_t = source.mean(axis=-2), target.mean(axis=-2)
    s, t = source - mean_s[..., None, :], target - mean_t[..., None, :]
    u, values, vt = np.linalg.svd(np.swapaxes(t, -1, -2) @ s)
    sign = np.ones_like(values)
    sign[..., -1] = np.sign(np.linalg.det(u @ vt))
    rotation = (u * sign[..., None, :]) @ vt
    scale = (values * sign).sum(axis=-1) / np.square(s).sum(axis=(-2, -1))
    return scale, rotation, mean_t - scale[..., None] * np.einsum("...ij,...j->...i", rotation, mean_s)
