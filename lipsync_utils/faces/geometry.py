"""Geometry of faces: boxes, and how far two of them are the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ..records import Face


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
