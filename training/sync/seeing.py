"""What a camera and a tracker make of a moving mouth: from face curves to measures at 25 a second. All seeded."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from lipsync_utils.faces import topology
from lipsync_utils.records import CURVE_RATE, Face
from lipsync_utils.rig import UPPER_SHARE, Rig
from lipsync_utils.speech.visemes import NAMES
from lipsync_utils.sync.mouth import STEADY, measure
from lipsync_utils.sync.protocol import FPS

NEEDED = sorted({*STEADY, *topology.LIPS, topology.CHIN})
"""The points that :func:`measure` looks at."""

_ROW = {point: row for row, point in enumerate(NEEDED)}
_UPPER = [_ROW[p] for p in topology.INNER_LIP_UPPER]
_LOWER = [_ROW[p] for p in topology.INNER_LIP_LOWER]
_LIPS = [_ROW[p] for p in topology.LIPS]
CAMERAS = (25.0, 25.0, 25.0, 24.0, 23.976, 29.97, 30.0, 50.0, 60.0, 15.0)
"""Frame rates of the cameras."""


@lru_cache(maxsize=1)
def _rig() -> Rig:
    return Rig.load()


class Person:
    """A face with its own mouth; the rig of the package moves it."""

    def __init__(self, rng: np.random.Generator) -> None:
        rig = _rig()
        points = rig.neutral.astype(np.float64).copy()
        mouth = points[list(topology.OUTER_LIP_CORNERS)].mean(axis=0)
        near = np.exp(-0.5 * np.square(np.linalg.norm(points[:, :2] - mouth[:2], axis=1) / 0.3))[:, None]
        factors = np.exp(rng.normal(0.0, [0.1, 0.18, 0.15]))
        points += near * (points - mouth) * (factors - 1.0)
        points *= np.exp(rng.normal(0.0, [0.05, 0.07, 0.08]))
        points = 200.0 * points.astype(np.float32)
        fitted = rig.fit(Face(topology.box_of(points), points, 1.0))
        columns = rig.columns(NAMES)
        self.rest = fitted.rest[NEEDED] / 200.0
        self.shapes = fitted.shapes[columns][:, NEEDED] / 200.0
        self.shapes = self.shapes * np.exp(rng.normal(0.0, 0.12, (len(NAMES), 1, 1)))
        self.down = fitted.down
        self._fitted, self._columns = fitted, columns
        self.width = fitted.mouth_width / 200.0

    def move(self, values: np.ndarray) -> np.ndarray:
        """``(T, 21)`` coefficients to ``(T, len(NEEDED), 3)`` points; lips in contact as :meth:`FittedRig.move`."""
        points = self.rest + np.einsum("tk,kpj->tpj", values, self.shapes, optimize=True)
        apart = points[:, _LOWER, :2] - points[:, _UPPER, :2]  # (T, 11, 2)
        gap = apart @ self.down
        taper = self._fitted.taper(self._fitted.rounded(values, self._columns))
        excess = np.maximum(0.0, gap - gap.max(axis=1, keepdims=True) * taper)[..., None] * self.down
        excess = np.where(gap[..., None] < 0.012 * self.width, apart, excess)
        points[:, _UPPER, :2] += UPPER_SHARE * excess
        points[:, _LOWER, :2] -= (1.0 - UPPER_SHARE) * excess
        return points


def seen(values: np.ndarray, person: Person, rng: np.random.Generator) -> np.ndarray:
    """Measures ``(F, 12) float32`` at 25 a second, row ``i`` at ``(i + 0.5) / 25`` seconds, of curves ``(T, 21)``."""
    camera = float(rng.choice(CAMERAS))
    count = max(int(len(values) / CURVE_RATE * camera), 2)
    middle = (np.arange(count) + 0.5) / camera
    points = _turned(person.move(_exposed(values, middle, rng)), camera, rng)
    points = _tracked(points, camera, rng)
    meshes = np.zeros((len(points), topology.POINTS, 3))
    meshes[:, NEEDED] = points
    measures = measure(meshes).astype(np.float64)
    grid = (np.arange(len(values) * FPS // CURVE_RATE) + 0.5) / FPS
    out = np.stack([np.interp(grid, middle, column) for column in measures.T], axis=1)
    return _read(out, rng).astype(np.float32)


def _exposed(values: np.ndarray, middle: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Coefficients at the cameras' frames, averaged over the exposure (10 to 40 ms)."""
    half = rng.uniform(0.005, 0.02)
    moments = middle[:, None] + np.linspace(-half, half, 3)
    at = np.clip(moments * CURVE_RATE, 0, len(values) - 1)
    low = np.minimum(at.astype(int), len(values) - 2)
    part = (at - low)[..., None]
    return (values[low] * (1.0 - part) + values[low + 1] * part).mean(axis=1)


def _wander(count: int, every: float, size, rng: np.random.Generator) -> np.ndarray:
    """``(count, len(size))`` slow random motion with a knot about every ``every`` rows."""
    size = np.atleast_1d(size)
    knots = rng.normal(0.0, 1.0, (int(count / every) + 4, len(size))) * size
    at = np.linspace(1.0, len(knots) - 2.001, count)
    low, part = at.astype(int), (at % 1.0)[:, None]
    part = part * part * (3.0 - 2.0 * part)
    return knots[low] * (1.0 - part) + knots[low + 1] * part


def _turned(points: np.ndarray, camera: float, rng: np.random.Generator) -> np.ndarray:
    """The head turns and nods, also with the voice, before a camera near or far."""
    count = len(points)
    lively = rng.uniform(0.0, 1.0)
    angles = (
        rng.normal(0.0, [0.12, 0.22, 0.08]) + _wander(count, camera * rng.uniform(0.5, 2.0), [0.05] * 3, rng) * lively
    )
    angles += _wander(count, camera * 0.25, [0.012] * 3, rng) * lively
    sine, cosine = np.sin(angles), np.cos(angles)
    one, nil = np.ones(count), np.zeros(count)

    def matrix(*rows) -> np.ndarray:
        return np.moveaxis(np.array(rows), 2, 0)  # (T, 3, 3)

    pitch = matrix([one, nil, nil], [nil, cosine[:, 0], -sine[:, 0]], [nil, sine[:, 0], cosine[:, 0]])
    yaw = matrix([cosine[:, 1], nil, sine[:, 1]], [nil, one, nil], [-sine[:, 1], nil, cosine[:, 1]])
    roll = matrix([cosine[:, 2], -sine[:, 2], nil], [sine[:, 2], cosine[:, 2], nil], [nil, nil, one])
    turned = np.einsum("tij,tpj->tpi", roll @ yaw @ pitch, points)
    distance = rng.uniform(4.0, 25.0)
    turned[..., :2] /= 1.0 + turned[..., 2:] / distance
    turned[..., 2] *= rng.uniform(0.6, 1.15)  # the tracker's depth is a guess
    return turned


def _tracked(points: np.ndarray, camera: float, rng: np.random.Generator) -> np.ndarray:
    """The tracker's noise: of every point, of the lips together, slow and quick; then its smoothing."""
    size = float(np.exp(rng.uniform(np.log(0.0008), np.log(0.008))))
    points = points + rng.normal(0.0, size, points.shape)
    for rows in (_UPPER, _LOWER, _LIPS, list(range(points.shape[1]))):
        shared = (
            rng.normal(0.0, 0.7 * size, (len(points), 1, 3))
            + _wander(len(points), camera * 0.3, [size] * 3, rng)[:, None]
        )
        points[:, rows] += shared
    sigma = rng.uniform(0.0, 0.03) * camera
    if sigma > 0.3:
        reach = int(3 * sigma) + 1
        kernel = np.exp(-0.5 * np.square(np.arange(-reach, reach + 1) / sigma))
        padded = np.pad(points, ((reach, reach), (0, 0), (0, 0)), mode="edge")
        points = sum(w * padded[i : i + len(points)] for i, w in enumerate(kernel / kernel.sum()))
    return points


def _read(measures: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The mesh reads wide openings too small, shut lips as a little open, each measure in a proportion of its own."""
    out = measures * np.exp(rng.normal(0.0, 0.15, measures.shape[1]))
    low, most = rng.uniform(0.0, 0.015), rng.uniform(0.12, 0.6)
    for column in (0, 1):
        gap = np.maximum(out[:, column], 0.0)
        out[:, column] = np.sqrt(low**2 + np.square(most * np.tanh(gap / most)))
    return out
