"""The protocol of sync scores, for any pair of encoders: distances at every shift, LSE-D, LSE-C and the offset.

J. S. Chung and A. Zisserman, *Out of time: automated lip sync in the wild*, ACCV workshops 2016; the names LSE-D and
LSE-C (lip sync error, distance and confidence) are those of K. R. Prajwal et al., *A lip sync expert is all you need
for speech to lip generation in the wild*, ACM Multimedia 2020, who compute them with
``SyncNetInstance.evaluate`` of joonson/syncnet_python.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..errors import InputError

FPS = 25
"""Windows a second."""

REACH = 15
"""Shifts that are tried on both sides, in frames."""

MEDIAN_FRAMES = 9
"""The confidence over time is smoothed by a median over so many windows."""

_EPSILON = 1e-6  # torch.nn.functional.pairwise_distance adds it to every difference
_BLOCK = 2000


@dataclass(frozen=True)
class Agreement:
    """How well a run of windows agrees with its sound.

    Attributes:
        offset: shift of the sound in frames at which it agrees best; positive: the sound leads the lips.
        distance: mean distance there (LSE-D; smaller is better).
        confidence: median over all shifts of the mean distance, minus :attr:`distance` (LSE-C; larger is better).
        curve: ``(2 reach + 1,) float64`` mean distance at each shift. Element ``m`` belongs to the offset
            ``reach - m``; NaN for shifts so far that less than half of the windows have a partner.
        frame_confidence: ``(T,) float64`` the same median minus the distance of each window at that shift, smoothed by
            a median over nine windows; NaN where the window cannot be used.
        windows: how many windows were used.
    """

    offset: int
    distance: float
    confidence: float
    curve: np.ndarray
    frame_confidence: np.ndarray
    windows: int

    @property
    def reach(self) -> int:
        """Shifts tried on each side."""
        return len(self.curve) // 2


def distances(lips: np.ndarray, sound: np.ndarray, *, reach: int = REACH, beyond: str = "zeros") -> np.ndarray:
    """Euclidean distance of every lip window to the sound windows around it.

    Args:
        lips: ``(T, D) float32`` embeddings of lip windows, :data:`FPS` a second.
        sound: ``(T, D) float32`` embeddings of the sound windows of the same moments.
        reach: shifts on both sides.
        beyond: what stands before the first and after the last sound window: ``"zeros"`` (embeddings of zeros, as
            SyncNet's evaluation has it) or ``"nothing"`` (NaN: such pairs do not count).

    Returns:
        ``(T, 2 reach + 1) float64``; column ``m`` compares with the sound ``m - reach`` frames later.

    Raises:
        InputError: shapes that do not fit.
    """
    if lips.ndim != 2 or lips.shape != sound.shape:
        raise InputError(
            "Received embeddings of shapes {lips} and {sound}; both must be (T, D).", lips=lips.shape, sound=sound.shape
        )
    fill = 0.0 if beyond == "zeros" else np.nan
    padded = np.pad(sound.astype(np.float64), ((reach, reach), (0, 0)), constant_values=fill)
    out = np.empty((len(lips), 2 * reach + 1))
    for first in range(0, len(lips), _BLOCK):
        block = lips[first : first + _BLOCK].astype(np.float64)
        for m in range(2 * reach + 1):
            away = block - padded[first + m : first + m + len(block)] + _EPSILON
            out[first : first + len(block), m] = np.sqrt(np.square(away).sum(axis=1))
    return out


def agree(table: np.ndarray, usable: np.ndarray | None = None) -> Agreement:
    """Offset, distance and confidence from the distances of all windows.

    ``distance = min`` over shifts of the mean distance, ``confidence = median - min``,
    ``offset = reach - argmin``: exactly as ``SyncNetInstance.evaluate`` where every window is usable.

    Args:
        table: ``(T, 2 reach + 1)`` from :func:`distances`.
        usable: ``(T,) bool`` windows that count; all if not given. Windows that show no face, or a cut, must not.

    Raises:
        InputError: no usable window.
    """
    usable = np.ones(len(table), bool) if usable is None else usable
    if not usable.any():
        raise InputError(
            "None of {count} windows can be compared; at least one with a face in all of its frames is needed.",
            count=len(table),
        )
    used = table[usable]
    there = np.isfinite(used)
    curve = mean_curve(np.where(there, used, 0.0).sum(axis=0), there.sum(axis=0))
    best = int(np.nanargmin(curve))
    median = float(np.nanmedian(curve))
    own = np.where(usable, median - table[:, best], np.nan)
    return Agreement(
        offset=len(curve) // 2 - best,
        distance=float(curve[best]),
        confidence=median - float(curve[best]),
        curve=curve,
        frame_confidence=_smoothed(own),
        windows=int(usable.sum()),
    )


def mean_curve(sums: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Mean distance at each shift ``(M,)``; NaN where less than half of the most windows have a partner.

    Args:
        sums: ``(M,)`` sum of the distances that are there.
        counts: ``(M,)`` how many are.
    """
    return np.where(2 * counts >= counts.max(), sums / np.maximum(counts, 1), np.nan)


def lowest(curve: np.ndarray) -> float:
    """Where a curve ``(M,)`` is lowest, between its points: a parabola through the lowest and its neighbours."""
    best = int(np.nanargmin(curve))
    if not 0 < best < len(curve) - 1:
        return float(best)
    before, least, after = curve[best - 1 : best + 2]
    bend = before - 2.0 * least + after
    return float(best + (0.5 * (before - after) / bend if bend > 0 else 0.0))


def median_filtered(values: np.ndarray, count: int) -> np.ndarray:
    """Median over ``count`` values with zeros beyond the ends, as ``scipy.signal.medfilt``."""
    from scipy.signal import medfilt

    half = count // 2  # zeros added here, since medfilt warns where there are few values
    return medfilt(np.pad(values, half), count)[half : half + len(values)]


def _smoothed(values: np.ndarray) -> np.ndarray:
    """Median over nine windows; NaN stays and is left out."""
    if np.isfinite(values).all():
        return median_filtered(values, MEDIAN_FRAMES)
    half = MEDIAN_FRAMES // 2
    out = np.full(len(values), np.nan)
    for i in np.flatnonzero(np.isfinite(values)):
        near = values[max(i - half, 0) : i + half + 1]
        out[i] = np.median(near[np.isfinite(near)])
    return out
