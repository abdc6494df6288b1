"""Head motion of a still picture: a small 3-D rotation of the head that fades out towards shoulders and background."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np

from ..faces import topology
from ..faces.geometry import apart
from ..rig import FittedRig
from .raster import fill_from_nodes
from .regions import Region, region_around
from .warp import FINER

NODES = 65
"""Nodes of the coarse grid along the longer side of the picture; motion is smooth, so it is computed there."""


BAND = 128
"""Rows of pixels that are rendered at once: fewer are no wider than they must be, more are quicker."""

BREATH = 0.022
"""How far a deep breath raises the shoulders, in face widths."""


def _smoothstep(x: np.ndarray) -> np.ndarray:
    x = np.clip(x, 0, 1)
    return x * x * (3 - 2 * x)


def _turned(x: float, y: float, z: float) -> np.ndarray:
    """``(3, 3)`` rotation about x, then y, then z, by angles in radians."""
    (sx, sy, sz), (cx, cy, cz) = np.sin([x, y, z]), np.cos([x, y, z])
    return np.array(
        [
            [cy * cz, sx * sy * cz - cx * sz, cx * sy * cz + sx * sz],
            [cy * sz, sx * sy * sz + cx * cz, cx * sy * sz - sx * cz],
            [-sy, sx * cy, cx * cy],
        ]
    )


class HeadWarp:
    """The displacement field of a turning head.

    The head is the face mesh's depth, continued smoothly outwards. It turns about a pivot in the neck; the motion is
    whole on face and hair, and fades to nothing at the shoulders, in the background and at the picture's border.

    Args:
        fitted: the rig on the face.
        width: of the picture, in pixels.
        height: of the picture, in pixels.
        person: ``(H, W) uint8`` where the person is; if given, only the person moves, and no background with it.
    """

    def __init__(self, fitted: FittedRig, *, width: int, height: int, person: np.ndarray | None = None) -> None:
        self.width, self.height = width, height
        longest = max(width, height)
        self.columns = max(3, round((NODES - 1) * width / longest) + 1)
        self.rows = max(3, round((NODES - 1) * height / longest) + 1)
        self._step = np.array([(width - 1) / (self.columns - 1), (height - 1) / (self.rows - 1)], np.float32)
        x = np.linspace(0, width - 1, self.columns, dtype=np.float32)
        y = np.linspace(0, height - 1, self.rows, dtype=np.float32)
        self._nodes = np.stack(np.meshgrid(x, y), -1)
        points = fitted.rest
        self.face_width = apart(points, topology.FACE_SIDES)
        face_height = apart(points, (topology.HAIR_LINE, topology.CHIN))
        centre = points[list(topology.FACE_SIDES)].sum(axis=0) / 2
        self._weight = self._fade(fitted, centre[:2], face_height, person is not None)
        self._breathes = self._chest(fitted, face_height) if person is not None else np.zeros_like(self._weight[..., 0])
        self._moves = np.maximum(self._weight.max(-1), self._breathes) > 1e-3
        self._regions = lru_cache(maxsize=32)(self._within)
        self._seen = None
        if person is not None:
            self._seen = cv2.resize(person, (self.columns, self.rows), interpolation=cv2.INTER_AREA)
        self._depth = self._spread_depth(points, centre)
        down, away = fitted.rotation[:, 1], fitted.rotation[:, 2]
        self._pivot = (centre + down * face_height * 0.68 + away * self.face_width * 0.25).astype(np.float32)

    def _chest(self, fitted: FittedRig, face_height: float) -> np.ndarray:
        """How much of a breath each node makes: the shoulders all of it, the head that they carry a part."""
        under_chin = (self._nodes - fitted.rest[topology.CHIN, :2]) @ fitted.down / face_height
        border = np.minimum(self._nodes[..., 1], self.height - 1 - self._nodes[..., 1]) / (0.12 * self.height)
        return (_smoothstep(border) * (0.45 + 0.55 * _smoothstep(under_chin / 0.5))).astype(np.float32)

    def _fade(self, fitted: FittedRig, centre: np.ndarray, face_height: float, alone: bool) -> np.ndarray:
        """``(rows, columns, 2)`` how much each node moves sideways and up or down.

        A person who moves ``alone`` slides along the picture's border where hair or shoulders reach it, and is only not
        carried over it; a background that goes along stands still there.
        """
        away = self._nodes - centre
        u = (away @ fitted.across) / self.face_width
        if alone:
            under_chin = (self._nodes - fitted.rest[topology.CHIN, :2]) @ fitted.down / face_height
            weight = (1 - _smoothstep((np.abs(u) - 1.1) / 0.9)) * (1 - _smoothstep((under_chin + 0.1) / 0.85))
        else:
            v = (away @ fitted.down) / face_height
            # an egg: hair above the face belongs to the head, shoulders below the chin do not
            v = np.where(v < 0, v / 1.25, v / 0.75)
            weight = 1 - _smoothstep((np.sqrt((u / 0.95) ** 2 + v**2) - 1.0) / 0.9)
        x, y = self._nodes[..., 0], self._nodes[..., 1]
        beside = np.minimum(x, self.width - 1 - x) / (0.10 * min(self.width, self.height))
        above = np.minimum(y / (0.10 * min(self.width, self.height)), (self.height - 1 - y) / (0.10 * self.height))
        if not alone:
            beside = above = np.minimum(beside, above)
        return (weight[..., None] * _smoothstep(np.stack([beside, above], -1))).astype(np.float32)

    def _spread_depth(self, points: np.ndarray, centre: np.ndarray) -> np.ndarray:
        """Depth at the nodes: that of the nearby mesh points, averaged with weights that fall with distance."""
        away = np.linalg.norm(self._nodes[:, :, None] - points[None, None, :, :2], axis=-1) / self.face_width
        weight = 1 / (away**2 + 0.002) ** 2
        return ((weight * points[:, 2]).sum(-1) / weight.sum(-1)).astype(np.float32)

    def forward(self, rotation: np.ndarray, shift: np.ndarray, breath: float = 0.0) -> np.ndarray:
        """Displacement of every node in pixels, ``(rows, columns, 2) float32``.

        Args:
            rotation: ``(3,)`` pitch (positive: chin down), yaw, roll in radians.
            shift: ``(2,)`` in face widths.
            breath: how far the shoulders are raised, 0 to 1.
        """
        pitch, yaw, roll = rotation
        turned = _turned(pitch, -yaw, roll)
        turn = (turned - np.eye(3))[:2].astype(np.float32)
        place = np.concatenate([self._nodes, self._depth[..., None]], -1) - self._pivot
        moved = place @ turn.T + np.asarray(shift, np.float32) * self.face_width
        moved = moved * self._weight
        moved[..., 1] -= breath * BREATH * self.face_width * self._breathes
        return moved

    def at(self, field: np.ndarray, points: np.ndarray) -> np.ndarray:
        """Bilinear value of a node field at ``(n, 2)`` pixel positions."""
        grid = (points / self._step).astype(np.float32)[None]
        return cv2.remap(field, grid, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)[0]

    def affine_around(self, field: np.ndarray, centre: np.ndarray, *, reach: float) -> np.ndarray:
        """``(2, 3)`` affine map that the motion amounts to within ``reach`` pixels of a point."""
        probes = (centre + reach * np.array([[0, 0], [1, 0], [0, 1]])).astype(np.float32)
        moved = probes + self.at(field, probes)
        linear = np.column_stack([moved[1] - moved[0], moved[2] - moved[0]]) / reach
        return np.column_stack([linear, moved[0] - linear @ probes[0]])

    def backward(self, field: np.ndarray) -> np.ndarray:
        """From where in the still picture each node comes, as a displacement in pixels, ``(rows, columns, 2) float32``.

        The inverse is found by fixed-point iteration: motion is a fraction of the distance over which it changes.
        """
        inverse = -field
        for _ in range(3):
            inverse = -self.at(field, (self._nodes + inverse).reshape(-1, 2)).reshape(field.shape)
        return inverse

    def maps(self, inverse: np.ndarray, region: Region, *, factor: int = FINER) -> tuple[np.ndarray, np.ndarray]:
        """Where a region's pixels come from, by :meth:`backward`, in the picture enlarged by ``factor``."""
        left, top, right, bottom = region
        map_x, map_y = np.empty((2, bottom - top, right - left), np.float32)
        fill_from_nodes(map_x, map_y, left, top, inverse, float(self._step[0]), float(self._step[1]), factor)
        return map_x, map_y

    def regions(self, field: np.ndarray, way: float = 0.0) -> tuple[Region, ...]:
        """What a motion can change of a person who moves ``way`` pixels anyway, at most.

        Rectangles below each other, each as wide as it must be.
        """
        return self._regions(1 + int(max(np.abs(field).max(), way) / self._step.min()))

    def _within(self, reach: int) -> tuple[Region, ...]:
        """Where something moves whose nodes go at most so many nodes far."""
        moves = self._moves
        if self._seen is not None:
            moves = moves & (cv2.dilate(self._seen, np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)) > 0)
        size, every = (self.height, self.width), max(1, round(BAND / self._step[1]))
        out = []
        for first in range(0, self.rows - 1, every):
            last = min(first + every, self.rows - 1)
            near = moves[max(first - 1, 0) : last + 2].any(0)
            if not near.any():
                continue
            columns = np.flatnonzero(near)
            ends = np.array([[columns[0] - 1, first], [columns[-1] + 1, last]])
            left, _, right, _ = region_around(ends * self._step, size)
            top, bottom = (round(float(row * self._step[1])) for row in (first, last))
            out.append((left, top, right, self.height if last == self.rows - 1 else bottom))
        return tuple(out)
