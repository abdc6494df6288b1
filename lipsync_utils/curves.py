"""What is done to curves over time: smoothing, and finding their peaks. Both as SciPy defines them."""

from __future__ import annotations

import numpy as np


def smooth(values: np.ndarray, sigma: float, *, truncate: float = 4.0, beyond: str = "symmetric") -> np.ndarray:
    """A Gaussian mean along the first axis (``scipy.ndimage.gaussian_filter1d``).

    Args:
        values: ``(T,)`` or ``(T, k)``.
        sigma: standard deviation in rows.
        truncate: where the Gaussian is cut off, in standard deviations.
        beyond: what lies beyond the ends: ``"symmetric"``, mirrored, or ``"edge"``, the last row again and again.

    Returns:
        The same shape, ``float64``.
    """
    reach = int(truncate * sigma + 0.5)
    if not len(values):
        return np.asarray(values, np.float64)
    weight = np.exp(-0.5 * np.square(np.arange(-reach, reach + 1) / sigma))
    columns = np.asarray(values, np.float64).reshape(len(values), -1).T
    means = [np.convolve(np.pad(column, reach, mode=beyond), weight / weight.sum(), "valid") for column in columns]
    return np.stack(means, axis=1).reshape(np.shape(values))


def peaks(values: np.ndarray, *, height: float, prominence: float, distance: int) -> np.ndarray:
    """Where a curve has its peaks (``scipy.signal.find_peaks``), in order.

    Args:
        values: ``(T,)``; no two neighbours at a peak are the same.
        height: the least height.
        prominence: how far one has to go down at least before it goes higher, on the side where that is less.
        distance: peaks are at least so many steps apart; the higher ones stay.
    """
    inner = values[1:-1]
    found = np.flatnonzero((inner > values[:-2]) & (inner > values[2:]) & (inner >= height)) + 1
    near, kept = np.zeros(len(values), bool), []
    for peak in found[np.argsort(-values[found], kind="stable")].tolist():
        if not near[peak]:
            near[max(peak - distance + 1, 0) : peak + distance] = True
            kept.append(peak)
    return np.array([peak for peak in sorted(kept) if _prominence(values, peak) >= prominence], int)


def _prominence(values: np.ndarray, peak: int) -> float:
    return float(values[peak] - max(_lowest(values[peak::-1]), _lowest(values[peak:])))


def _lowest(values: np.ndarray) -> float:
    """The lowest value before one that is higher than the first."""
    end = 256
    while end < len(values) and values[:end].max() <= values[0]:
        end *= 4
    higher = values[:end] > values[0]
    return float(values[: int(np.argmax(higher)) if higher.any() else end].min())
