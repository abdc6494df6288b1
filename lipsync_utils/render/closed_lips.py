"""Closed lips from another frame of the same clip: what no warp makes out of a mouth that is wide open.

A source that speaks shows closed lips every few syllables. Where its mouth is open, the mesh takes the shape and the
picture takes the pixels of the frame in which the lips were closed and the head was turned in the same way.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import cv2
import numpy as np

from ..faces import topology
from ..faces.geometry import apart
from ..pixels import part_of
from ..records import TrackedFrame
from ..rig import FittedRig, Rig
from . import mesh
from .planes import fitted_plane, plane_over
from .raster import draw_triangles
from .regions import region_around
from .warp import enlarged, in_texture

OPEN = (0.025, 0.065)
"""Lips parted by so much, in distances between the outer eye corners, begin to be replaced, and are replaced wholly."""

ADMITTED = 0.1
"""Lips parted by more than this are never lent. (Full lips that touch are read as parted by up to 0.09.)"""

CLOSED = 0.045
"""Lips parted by less than this are worth waiting for."""

LENT = 0.6
"""Lips are lent to frames in which they are parted by more than so much more: their opening is at most this part."""

WAIT_S = 1.0
"""How long frames are held back until closed lips were seen; nobody speaks for longer without them."""

HELD_BYTES = 48e6
"""Pictures that are held back at most."""

SWITCH_FRAMES = 5
"""Frames in which one pair of lips is faded into another."""

REACH = (0.1, 0.24)
"""What is taken around the lips, and the width over which that fades, in mouth widths."""

MOST = 40.0
"""Differences of colour beyond this, in levels of 255, are another content, not another colour."""

_EVERY = 3
_POSE_STEP = 6.0
_MAX_TURN = 25.0
_MAX_KEPT = 16
_LIPS = np.array(topology.LIPS)
_OUTLINE = np.array(topology.OUTER_LIP_UPPER + topology.OUTER_LIP_LOWER[-2:0:-1])
_TRIANGLES = np.concatenate([topology.TRIANGLES, mesh.MOUTH_TRIANGLES]).astype(np.int32)

ANCHORS = np.array((1, 2, 4, 5, 48, 98, 195, 278, 327, 50, 280))
"""Points near the mouth that it hardly moves: the nose, and the cheeks beside it."""


@dataclass(frozen=True)
class ClosedLips:
    """The mouth of one frame, to be put into others.

    Attributes:
        fitted: the rig on the face there.
        opening: how far its lips are parted, in distances between the outer eye corners.
        layer: ``(h, w, 4) uint8`` colours, and how much of each pixel is taken; enlarged as a texture is.
        points: ``(468, 2) float32`` mesh points in the layer.
    """

    fitted: FittedRig
    opening: float
    layer: np.ndarray
    points: np.ndarray

    @classmethod
    def of(cls, tracked: TrackedFrame, rig: Rig) -> ClosedLips:
        """Those of a frame with a face."""
        pixels, fitted = tracked.frame.pixels, rig.fit(tracked.face)
        flat, width = fitted.source[:, :2], fitted.mouth_width
        region = region_around(flat[_LIPS], pixels.shape, margin=round(2 * sum(REACH) * width))
        left, top, right, bottom = region
        points = (flat - (left, top)).astype(np.float32)
        outside = np.ones((bottom - top, right - left), np.uint8)
        cv2.fillPoly(outside, [np.rint(points[_OUTLINE]).astype(np.int32)], 0)
        away = cv2.distanceTransform(outside, cv2.DIST_L2, 5) / width
        taken = np.clip(1 - (away - REACH[0]) / REACH[1], 0, 1)
        taken = np.rint(255 * taken * taken * (3 - 2 * taken)).astype(np.uint8)
        layer = enlarged(np.dstack([part_of(pixels, region), taken]), cv2.INTER_CUBIC)
        return cls(fitted, opening(tracked.face.points), layer, in_texture(points))

    def on(self, fitted: FittedRig) -> np.ndarray:
        """``(468, 3) float32`` this face at rest, in the pose and the place of another frame's."""
        turn = fitted.rotation @ self.fitted.rotation.T * (fitted.scale / self.fitted.scale)
        points = self.fitted.rest @ turn.T
        return (points + (fitted.source[ANCHORS] - points[ANCHORS]).mean(0)).astype(np.float32)

    def paint(self, out: np.ndarray, target: np.ndarray, share: float) -> None:
        """Put the lips into a picture, in place, in the colours that it has around them.

        Args:
            out: ``(H, W, 3) uint8``.
            target: ``(468, 2) float32`` where the mesh points are.
            share: how much of them, 0 to 1.
        """
        left, top, right, bottom = region_around(target[_LIPS], out.shape, margin=_margin(target))
        if right - left < 3 or bottom - top < 3:
            return
        map_x, map_y = np.full((2, bottom - top, right - left), -2.0, np.float32)
        draw_triangles(map_x, map_y, left, top, target, self.points, _TRIANGLES)
        layer = cv2.remap(self.layer, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=0)
        region = out[top:bottom, left:right]
        difference = cv2.subtract(layer[..., :3], region, dtype=cv2.CV_32F)
        some, taken = difference[::_EVERY, ::_EVERY], layer[::_EVERY, ::_EVERY, 3] / np.float32(255)
        around = np.where((taken > 0.02) & (taken < 0.6), 1 - taken, 0) ** 2
        difference -= plane_over(difference.shape, fitted_plane(np.clip(some, -MOST, MOST), around))
        difference *= (layer[..., 3] * np.float32(share / 255))[..., None]
        cv2.add(region, difference, dst=region, dtype=cv2.CV_8U)


@dataclass(frozen=True)
class Lent:
    """Which closed lips a frame gets, from the bottom to the top, each with its share, 0 to 1."""

    layers: tuple[tuple[ClosedLips, float], ...] = ()

    @property
    def whole(self) -> bool:
        """Whether nothing is left of the frame's own lips."""
        return any(share == 1 for _, share in self.layers)

    def margin(self, target: np.ndarray) -> int:
        """How many pixels around lips at ``(n, 2)`` points are changed."""
        return _margin(target) if self.layers else 4

    def on(self, fitted: FittedRig, moves: np.ndarray) -> FittedRig:
        """The rig at rest with these lips.

        Args:
            fitted: the rig on the frame's own face.
            moves: :attr:`~lipsync_utils.rig.Rig.moved_by_speech`.
        """
        for lips, share in self.layers:
            rest = fitted.rest + np.float32(share) * moves[:, None] * (lips.on(fitted) - fitted.rest)
            fitted = replace(fitted, rest=rest)
        return fitted

    def paint(self, out: np.ndarray, target: np.ndarray) -> None:
        """See :meth:`ClosedLips.paint`."""
        for lips, share in self.layers:
            lips.paint(out, target, share)


def _margin(target: np.ndarray) -> int:
    return round(1.2 * sum(REACH) * apart(target, topology.OUTER_LIP_CORNERS))


def opening(points: np.ndarray) -> float:
    """How far the lips are parted in the middle, in distances between the outer eye corners, of ``(468, 3)`` points."""
    return apart(points, topology.INNER_LIP_MIDDLES) / max(apart(points, topology.OUTER_EYE_CORNERS), 1e-6)


def lend(tracked: Iterable[TrackedFrame], rig: Rig) -> Iterator[tuple[TrackedFrame, Lent]]:
    """Each frame with the closed lips that it gets, from frames before it and from a few after it.

    Lips are never lent to another shot, nor to another person. Frames wait until closed lips were seen, for
    :data:`WAIT_S` and :data:`HELD_BYTES` at most.
    """
    lender, held = _Lender(rig), deque()
    for frame in tracked:
        if not frame.continues:  # another shot, perhaps another person
            yield from ((each.tracked, lender.lend(each)) for each in held)
            held.clear()
            lender = _Lender(rig)
        held.append(_Mouth(frame, rig))
        lender.see(held[-1])
        while held and not lender.waits(held):
            first = held.popleft()
            yield first.tracked, lender.lend(first)
    yield from ((each.tracked, lender.lend(each)) for each in held)


class _Mouth:
    """A frame, and what is asked of its face more than once."""

    def __init__(self, tracked: TrackedFrame, rig: Rig) -> None:
        self.tracked, self._rig = tracked, rig

    @cached_property
    def opening(self) -> float:
        """See :func:`opening`; 0 where there is no face."""
        return 0.0 if self.tracked.face is None else opening(self.tracked.face.points)

    @cached_property
    def rotation(self) -> np.ndarray:
        """``(3, 3)`` pose of the head."""
        return self._rig.pose(self.tracked.face)[1]

    @property
    def may_be_lent(self) -> bool:
        """Whether its lips can be seen, all of them, and are closed or nearly."""
        tracked = self.tracked
        return tracked.face is not None and not tracked.covered and self.opening <= ADMITTED and _is_whole(tracked)


class _Lender:
    """The closed lips of one shot, by the pose of the head, and which of them are on the face just now."""

    def __init__(self, rig: Rig) -> None:
        self._rig = rig
        self._kept: dict[tuple[int, ...], ClosedLips] = {}
        self._now: ClosedLips | None = None
        self._next: ClosedLips | None = None
        self._faded = 0  # frames since the next ones began to be faded in

    def see(self, mouth: _Mouth) -> None:
        """Keep the lips of a frame if there are none that are closed better, of a head that is turned alike."""
        if not mouth.may_be_lent:
            return
        place = tuple(np.rint(_angles(mouth.rotation) / _POSE_STEP).astype(int).tolist())
        known = self._kept.get(place)
        if known is None or mouth.opening < 0.8 * known.opening:
            self._kept[place] = ClosedLips.of(mouth.tracked, self._rig)
        if len(self._kept) > _MAX_KEPT:
            del self._kept[next(iter(self._kept))]

    def waits(self, held: deque[_Mouth]) -> bool:
        """Whether the first of the frames that are held should wait for lips that are closed."""
        if held[0].opening < OPEN[0] or any(lips.opening < CLOSED for lips in self._kept.values()):
            return False
        first, newest = held[0].tracked.frame, held[-1].tracked.frame
        in_time = newest.time_s - first.time_s < WAIT_S
        return in_time and (len(held) + 1) * first.pixels.nbytes < HELD_BYTES

    def lend(self, mouth: _Mouth) -> Lent:
        """What a frame gets; to be asked for the frames of a shot in their order."""
        if mouth.tracked.face is None or not self._kept:
            return Lent()
        self._choose(mouth)
        if self._now is None:
            return Lent()
        part = np.clip((mouth.opening - OPEN[0]) / (OPEN[1] - OPEN[0]), 0, 1)
        share = float(part * part * (3 - 2 * part))
        layers = [(self._now, share)]
        if self._next is not None:
            layers.append((self._next, share * self._faded / SWITCH_FRAMES))
        return Lent(tuple((lips, part) for lips, part in layers if part > 0))

    def _choose(self, mouth: _Mouth) -> None:
        """Go on fading, or begin to where other lips fit clearly better."""
        if self._next is not None:
            self._faded += 1
            if self._faded >= SWITCH_FRAMES:
                self._now, self._next = self._next, None
            return
        costs = {key: _misfit(lips, mouth) for key, lips in self._kept.items()}
        best = min(costs, key=costs.get)
        if not np.isfinite(costs[best]):
            self._now = None
        elif self._now is None or mouth.opening < OPEN[0]:
            self._now = self._kept[best]
        elif costs[best] < _misfit(self._now, mouth) - 0.3:
            self._next, self._faded = self._kept[best], 1


def _misfit(lips: ClosedLips, mouth: _Mouth) -> float:
    """How ill lips suit the pose of another head and the opening of its mouth; infinite where they do not at all."""
    turn = float(np.degrees(np.arccos(np.clip((np.trace(mouth.rotation.T @ lips.fitted.rotation) - 1) / 2, -1, 1))))
    if turn > _MAX_TURN or lips.opening > LENT * max(mouth.opening, OPEN[0]):
        return np.inf
    return turn / 10 + lips.opening / 0.03


def _is_whole(tracked: TrackedFrame) -> bool:
    """Whether no part of the lips is beyond the picture's border."""
    lips = tracked.face.points[_LIPS, :2]
    return bool((lips > 1).all() and (lips < np.array(tracked.frame.size) - 2).all())


def _angles(rotation: np.ndarray) -> np.ndarray:
    """Pitch, yaw and roll in degrees of a rotation ``(3, 3)``, as a vector along its axis."""
    return np.degrees(cv2.Rodrigues(rotation)[0].ravel())
