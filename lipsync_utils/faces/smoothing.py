"""Centred smoothing of a face's track: the head's pose, the face and the lips each by as much as they bear."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from ..records import Face, TrackedFrame
from . import topology
from .geometry import umeyama

REACH = 3.0
"""The Gaussian ends after so many standard deviations."""

LIP_SHARE = 0.5
"""Lips are smoothed by this share of the rest: they close for one or two frames, and must still close afterwards."""

MAX_LIP_S = 0.02
"""At most so much for lips, in seconds: half a frame at 25 frames per second."""

MAX_HELD = 32
"""Frames held back at most, however high the frame rate."""

STEADY = np.array([6, 168, 197, 195, 10, 109, 338, 67, 297, 33, 133, 362, 263, 127, 356, 234, 454, 9, 151])
"""Points that hardly move with expression: bridge of the nose, forehead, corners of the eyes, temples."""


@dataclass
class _Held:
    """One frame of a segment: the head's pose as a similarity in the picture, ``points = turn @ shape + shift``."""

    time_s: float
    turn: np.ndarray  # (2, 2) rotation times scale
    shift: np.ndarray  # (2,)
    shape: np.ndarray  # (468, 3) in the coordinates of the segment's first face
    tracked: TrackedFrame | None  # None once it has been given out: its picture is not kept


class CentredSmoother:
    """Takes tracked frames one at a time and gives them back smoothed, a few frames later, in order.

    Args:
        smooth_s: standard deviation in seconds; 0 leaves everything as it is.
    """

    def __init__(self, smooth_s: float) -> None:
        self._sigma = max(smooth_s, 0.0)
        self._lip_sigma = min(LIP_SHARE * self._sigma, MAX_LIP_S)
        self._segment: deque[_Held] = deque()
        self._reference: np.ndarray | None = None
        self._next = 0  # first entry that has not been given out

    def push(self, tracked: TrackedFrame) -> Iterator[TrackedFrame]:
        """Add a frame; yields those that are ready.

        Args:
            tracked: the frame and its face as found; where it does not continue, a new segment begins.
        """
        if self._sigma == 0.0:
            yield tracked
            return
        if not tracked.continues or tracked.face is None:
            yield from self.flush()
        if tracked.face is None:
            yield tracked
            return
        self._segment.append(self._hold(tracked))
        newest = self._segment[-1].time_s
        while self._next < len(self._segment) and (
            newest - self._segment[self._next].time_s > REACH * self._sigma
            or len(self._segment) - self._next > MAX_HELD
        ):
            yield self._give()

    def flush(self) -> Iterator[TrackedFrame]:
        """End the segment: yields all frames that are still held."""
        while self._next < len(self._segment):
            yield self._give()
        self._segment.clear()
        self._reference, self._next = None, 0

    def _hold(self, tracked: TrackedFrame) -> _Held:
        points = tracked.face.points.astype(np.float64)
        steady = points[STEADY, :2]
        if self._reference is None:
            self._reference = steady - steady.mean(axis=0)
        scale, rotation, shift = umeyama(self._reference, steady)
        points[:, :2] = (points[:, :2] - shift) @ rotation
        return _Held(tracked.frame.time_s, scale * rotation, shift, points / scale, tracked)

    def _give(self) -> TrackedFrame:
        """The next frame, smoothed over its neighbours on both sides."""
        held = self._segment[self._next]
        near = [other for other in self._segment if abs(other.time_s - held.time_s) <= REACH * self._sigma]
        away = np.array([other.time_s - held.time_s for other in near])
        weights, lip_weights = _gauss(away, self._sigma), _gauss(away, self._lip_sigma)
        poses = zip(*((other.turn, other.shift, other.shape) for other in near), strict=True)
        turn, shift, shape = (np.tensordot(weights, each, 1) for each in poses)
        lips = list(topology.LIPS)
        shape[lips] = np.tensordot(lip_weights, [other.shape[lips] for other in near], 1)
        size = np.sqrt(np.linalg.det(turn))
        points = np.column_stack([shape[:, :2] @ turn.T + shift, shape[:, 2] * size]).astype(np.float32)
        tracked, held.tracked = held.tracked, None
        self._next += 1
        oldest_s = held.time_s - 2 * REACH * self._sigma
        while self._next and (self._segment[0].time_s < oldest_s or self._next > 2 * MAX_HELD):
            self._segment.popleft()
            self._next -= 1
        face = Face(box=topology.box_of(points), points=points, score=tracked.face.score)
        return replace(tracked, face=face)


def _gauss(away_s: np.ndarray, sigma_s: float) -> np.ndarray:
    weights = np.exp(-0.5 * (away_s / sigma_s) ** 2)
    return weights / weights.sum()
