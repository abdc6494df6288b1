"""A plane of colour: the smooth part of the difference between two pictures that have to meet."""

from __future__ import annotations

import numpy as np


def fitted_plane(difference: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """The plane over a picture, one per colour, that comes closest to a difference (weighted least squares).

    Args:
        difference: ``(h, w, 3) float32``.
        weight: ``(h, w) float32``; how much each pixel counts.

    Returns:
        ``(3, 3) float32``: for each colour (columns) the level in the middle, and what is added towards the right and
        the lower border.
    """
    x, y = _axes(weight.shape)
    basis = np.stack(np.broadcast_arrays(np.float32(1), x, y), -1).reshape(-1, 3)
    weighted = basis * weight.reshape(-1, 1)
    normal = weighted.T @ basis
    normal += 0.02 * (np.trace(normal) + 1e-6) * np.eye(3, dtype=np.float32)  # where few pixels count, less tilt
    return np.linalg.solve(normal, weighted.T @ difference.reshape(-1, 3))


def plane_over(shape: tuple[int, ...], plane: np.ndarray) -> np.ndarray:
    """A plane of :func:`fitted_plane` over a picture of ``shape`` (height, width, ...): ``(h, w, 3) float32``."""
    x, y = (axis[..., None] for axis in _axes(shape))
    return plane[0] + x * plane[1] + y * plane[2]


def _axes(shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Places from -1 to 1 across, ``(1, w)``, and down, ``(h, 1)``."""
    height, width = shape[:2]
    x, y = (np.linspace(-1, 1, size, dtype=np.float32) for size in (width, height))
    return x[None], y[:, None]
