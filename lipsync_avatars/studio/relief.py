"""Wrinkles and folds of an ageing face, drawn as heights in frontal projection: pure numpy and scipy, metres.

Every wrinkle is a stroke over a reference face (millimetres from the middle between the eyes), carried to the head at
hand by its landmarks. Broad folds move the mesh; fine lines become a picture for bump and colour.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from anatomy import LOWER_LID, UPPER_LID, Head, smooth
from scipy.interpolate import CubicSpline
from scipy.ndimage import gaussian_filter, map_coordinates

REFERENCE = np.array([-215.0, -115.0, -72.0, -45.0, 0.0, 118.0])
"""Heights on the reference face: throat, chin, lips, nose tip, eyes, crown; its eyes are 31.3 mm from the middle, its
mouth's corners 26.7 mm, the wings of its nose 17 mm."""
STRENGTH = 1.6
"""Of all depths: lamps are large and soft, and scattering fills the grooves."""


@dataclass(frozen=True)
class Stroke:
    """One wrinkle: ``points (k, 2)`` x and z on the reference face, all lengths in millimetres.

    Attributes:
        depth: at its deepest; negative for a ridge.
        width: standard deviation of the cross-section.
        onset: the age at which it begins to show.
        shoulders: how much the skin beside it swells, 0 to 1.
    """

    points: np.ndarray
    depth: float
    width: float
    onset: float = 0.1
    shoulders: float = 0.6


class Layout:
    """Carries places of the reference face to one head; the two eyes' rims and the lips stay untouched.

    Args:
        head: landmarks.
        vertices: ``(19158, 3)`` of the model.
    """

    def __init__(self, head: Head, vertices: np.ndarray) -> None:
        self.head = head
        self.scale = float(head.eye[0]) / 0.0313
        self.outer, self.inner = vertices[UPPER_LID[0]], vertices[UPPER_LID[-1]]
        self.lid_top = float(vertices[list(UPPER_LID), 2].max())
        self.lid_bottom = float(vertices[list(LOWER_LID), 2].min())
        near = (np.abs(vertices[:, 2] - head.nose[2] + 0.003 * self.scale) < 0.004 * self.scale) & (
            vertices[:, 1] < head.nose[1] + 0.019 * self.scale
        )
        self.wing = float(np.clip(np.abs(vertices[near, 0]).max(initial=0.0), 0.012, 0.024))

    def place(self, points: np.ndarray) -> np.ndarray:
        """Metres ``(k, 2)`` of reference places ``(k, 2)``."""
        head, (x, z) = self.head, points.T
        heights = [head.chin[2] - 0.1 * self.scale, head.chin[2], head.lips[2], head.nose[2], head.eye[2], head.top]
        side, across = np.sign(x), np.abs(x)
        wings = np.interp(
            across, [0, 17, 26, 60], [0, self.wing, (26 * self.scale * 1e-3 + self.wing + 0.009) / 2, 0.06]
        )
        mouth = across * (head.mouth_half / 26.7 + self.scale * 1e-3) / 2
        plain = across * self.scale * 1e-3
        share = np.interp(z, [-90, -72, -45, -25], [1, 1, 0, 0])
        wide = share * mouth + (1 - share) * plain
        at_nose = np.interp(z, [-66, -48, -38, -25], [0, 1, 1, 0]) * (across < 40)
        wide = wide * (1 - at_nose) + np.where(across < 40, wings, wide) * at_nose
        return np.column_stack([side * wide, np.interp(z, REFERENCE, heights)])

    def allowed(self, x: np.ndarray, z: np.ndarray) -> np.ndarray:
        """Where wrinkles may be, 0 to 1: not on the eyes' rims, not on the lips."""
        head = self.head
        middle, half = (self.outer[0] + self.inner[0]) / 2, (self.outer[0] - self.inner[0]) / 2
        eye = np.hypot(
            (np.abs(x) - middle) / (half + 0.001),
            (z - (self.lid_top + self.lid_bottom) / 2) / ((self.lid_top - self.lid_bottom) / 2 + 0.0022),
        )
        up = np.where(z > head.lips[2], 0.0098, 0.0125) * self.scale
        lips = np.hypot(x / (head.mouth_half * 1.07), (z - head.lips[2]) / up)
        return smooth(eye, 0.95, 1.25) * smooth(lips, 0.8, 1.12)


def strokes(rng: np.random.Generator, *, woman: float) -> Iterator[Stroke]:
    """All wrinkles of a very old face, a little different for every ``rng``."""
    yield from _forehead(rng)
    for side in (1, -1):
        turned = np.array([side, 1.0])
        for stroke in (*_eye(rng), *_cheek(rng), *_mouth(rng, woman), *_neck(rng)):
            points = stroke.points + np.array([0.0, rng.normal(0, 0.8)])
            depth = stroke.depth * rng.uniform(0.75, 1.2)
            yield Stroke(points * turned, depth, stroke.width, stroke.onset, stroke.shoulders)
    yield from _fine(rng)
    yield Stroke(np.array([(-15, -93), (-8, -90), (0, -89), (8, -90), (15, -93)]), 0.5, 1.6, 0.3)
    for z, depth in ((-133, 0.45), (-149, 0.6), (-163, 0.5)):
        sag = np.array([(-42, 5), (-20, 1), (0, -1), (20, 1), (42, 5)], float)
        yield Stroke(sag + np.array([0, z + rng.normal(0, 2)]), depth, 1.4, 0.25)


def _forehead(rng: np.random.Generator) -> Iterator[Stroke]:
    count = rng.integers(4, 6)
    for row, z in enumerate(np.linspace(31, 60, count)):
        wave, tilt = rng.uniform(0.5, 2.0), rng.normal(0, 0.6)
        x = np.linspace(-44, 44, 9) + rng.normal(0, 3)
        line = np.column_stack([x, z - 1.5 + 2.6 * np.cos((np.abs(x) - 24) / 15) * wave * 0.6 + tilt * x / 40])
        cuts = np.sort(rng.uniform(-0.25, 0.25, 1)) if row % 2 else np.array([])
        for low, high in zip([0, *(cuts + 0.45)], [*(cuts + 0.55), 1], strict=True):
            part = line[int(low * 8) : int(high * 8) + 1]
            if len(part) > 2:
                yield Stroke(part, rng.uniform(0.28, 0.62), rng.choice([0.6, 0.85]), 0.05 + 0.05 * row)
    for x, lean in ((6.5, 2.0), (-6.5, -2.0)):
        shift = rng.normal(0, 0.8)
        line = np.array([(x * 0.8, 9), (x, 15), (x + lean, 22), (x + lean * 1.8, 27)])
        line = line + np.array([shift, rng.normal(0, 1.5)])
        yield Stroke(line, rng.uniform(0.25, 0.5), 0.8, 0.15)
        yield Stroke(line * (1.7, 1), 0.10, 0.6, 0.5)
    yield Stroke(np.array([(-9, 5), (0, 3.5), (9, 5)]), 0.35, 0.8, 0.3)
    yield Stroke(np.array([(-7, 0), (0, -1.5), (7, 0)]), 0.2, 0.6, 0.5)


def _eye(rng: np.random.Generator) -> Iterator[Stroke]:
    """Crow's feet, bags, and the lines below the lid of one eye."""
    for angle in np.linspace(32, -52, 6) + rng.normal(0, 4, 6):
        way, bend = np.radians(angle), rng.uniform(-0.12, 0.3) * np.sign(angle + 5)
        reach = np.linspace(3.5, rng.uniform(13, 20), 5)
        turn = way + bend * (reach - 3.5) / 10
        line = np.column_stack([47.5 + reach * np.cos(turn), -2.5 + reach * np.sin(turn)])
        yield Stroke(line, rng.uniform(0.22, 0.42), rng.uniform(0.5, 0.75), 0.03)
    bag = np.array([(18.5, -11), (24, -17.5), (31, -20.5), (39, -20), (46, -15)], float)
    yield Stroke(bag, 0.65, 1.7, 0.25, 0.3)
    yield Stroke(bag * 0.98 + (0.5, 0.2), 0.22, 0.6, 0.3)
    yield Stroke(bag * (0.92, 1) + (2.5, 4.0), -0.75, 2.6, 0.3, 0.0)
    yield Stroke(np.array([(17, -15), (21, -22), (28, -28), (36, -31)]), 0.5, 1.8, 0.35, 0.3)
    for share in (0.30, 0.52, 0.75):
        line = bag * (1, 0.62 + 0.38 * share) + rng.normal(0, 0.4, bag.shape)
        yield Stroke(line[1:], rng.uniform(0.12, 0.22), 0.45, 0.08)
    for rise in (9.5, 12.5):
        lid = np.array([(24, rise - 1), (32, rise + 1), (41, rise), (48, rise - 4)])
        yield Stroke(lid + rng.normal(0, 0.3, lid.shape), 0.2, 0.5, 0.4)


def _cheek(rng: np.random.Generator) -> Iterator[Stroke]:
    """Nasolabial fold, lines of the cheek, jowl."""
    fold = np.array([(18.5, -39), (22, -46), (27, -56), (32, -66), (34.5, -76)], float)
    yield Stroke(fold, 0.85, 1.7, 0.1, 0.3)
    yield Stroke(fold, 0.38, 0.65, 0.15)
    yield Stroke(fold + np.array([6.5, 1.5]), -1.0, 4.2, 0.2, 0.0)
    for x, depth in ((42, 0.28), (48, 0.32), (54, 0.25)):
        z = np.linspace(-40 + rng.normal(0, 4), -88 + rng.normal(0, 5), 5)
        arc = x + 3.0 * np.sin((z + 40) / -48 * np.pi) + rng.normal(0, 0.8, 5)
        yield Stroke(np.column_stack([arc, z]), depth * rng.uniform(0.5, 1.2), 0.8, 0.5)
    yield Stroke(np.array([(40, -90), (42, -97), (41, -104)]), -1.5, 6.0, 0.4, 0.0)
    yield Stroke(np.array([(27, -99), (28.5, -105), (29, -111)]), 0.9, 3.4, 0.4, 0.0)


def _mouth(rng: np.random.Generator, woman: float) -> Iterator[Stroke]:
    """Marionette line and the upright lines of the lips."""
    line = np.array([(28.5, -76), (30.5, -81), (33, -87), (34, -96)], float)
    yield Stroke(line, 0.55, 1.8, 0.25, 0.4)
    yield Stroke(line[:3], 0.22, 0.6, 0.3)
    for x in np.arange(2.5, 23, 3.0) + rng.normal(0, 0.7, 7):
        top = -55 - 0.012 * x**2 + rng.normal(0, 1)
        yield Stroke(
            np.array([(x * 1.08, top), (x * 1.04, top - 4), (x, top - 9)]),
            rng.uniform(0.08, 0.22) * (0.5 + 0.6 * woman), 0.42, 0.45,
        )  # fmt: skip
    for x in np.arange(4, 19, 5.0) + rng.normal(0, 1.0, 3):
        yield Stroke(np.array([(x, -83), (x * 1.04, -87), (x * 1.1, -91)]), 0.12, 0.45, 0.6)


def _neck(rng: np.random.Generator) -> Iterator[Stroke]:
    """A band of the neck's muscle."""
    line = np.array([(9, -124), (11, -145), (12, -165), (10, -190)])
    line = line + np.array([rng.normal(0, 1.5), 0.0])
    yield Stroke(line, -1.3, 2.4, 0.5, 0.0)
    yield Stroke(line * (0.45, 1), 0.7, 2.6, 0.5, 0.0)


def _fine(rng: np.random.Generator) -> Iterator[Stroke]:
    """Short secondary lines, which mostly follow the large ones and sometimes cross them."""
    for _ in range(1100):
        x, z = rng.uniform(-64, 64), rng.uniform(-108, 62)
        ripples = np.arctan2(z + 34, abs(x) - 16) + np.pi / 2  # around the eye and the mouth
        way = 0.12 * x / 40 if z > 24 else ripples * np.sign(x)
        way += rng.normal(0, 0.22) + (1.2 if rng.random() < 0.2 else 0.0)
        reach = np.linspace(-0.5, 0.5, 4) * rng.uniform(5, 13)
        line = np.column_stack([x + reach * np.cos(way), z + reach * np.sin(way)]) + rng.normal(0, 0.3, (4, 2))
        strength = 1.0 if abs(x) > 18 else 0.5
        yield Stroke(line, strength * rng.uniform(0.04, 0.12), 0.4, 0.35)


class Relief:
    """Heights over the face of a head at ``age`` (0 to 1).

    Attributes:
        low: ``(2,)`` x and z of the picture's lower left corner.
        extent: its width and height.
        fine: ``(n, n) float32`` metres, rows from below: lines for bump.
        broad: ``(n/4, n/4) float32`` metres: folds for the mesh.
    """

    def __init__(self, layout: Layout, rng: np.random.Generator, *, age: float, woman: float, pixels: int) -> None:
        self.extent = 0.25 * layout.scale
        self.low = np.array([-self.extent / 2, layout.head.eye[2] - 0.70 * self.extent])
        self._fields: dict[tuple[float, float, int], np.ndarray] = {}
        self._pixels = pixels
        for stroke in strokes(rng, woman=woman):
            grown = smooth(np.array(age), stroke.onset - 0.02, stroke.onset + 0.75) ** 0.8
            if grown > 0:
                self._draw(layout, stroke, STRENGTH * float(grown), rng)
        self.fine, self.broad = np.zeros((pixels, pixels), np.float32), np.zeros((pixels // 4,) * 2, np.float32)
        for (width, shoulders, step), field in self._fields.items():
            sigma = width * 1e-3 * layout.scale / self.extent * pixels / step
            height = -gaussian_filter(field, sigma, truncate=3)
            if shoulders:
                height += shoulders * gaussian_filter(field, 2.4 * sigma, truncate=2.5)
            target = self.fine if step == 1 else self.broad
            target += height
        for height in (self.fine, self.broad):
            height *= self._allowed(layout, len(height))

    def _draw(self, layout: Layout, stroke: Stroke, grown: float, rng: np.random.Generator) -> None:
        width = min((0.4, 0.6, 0.85, 1.5, 2.5, 4.5), key=lambda known: abs(known - stroke.width))
        step = 4 if width > 1.1 else 1
        side = self._pixels // step
        knots = np.linspace(0, 1, len(stroke.points))
        course = layout.place(CubicSpline(knots, stroke.points)(np.linspace(0, 1, 80)))
        length = float(np.linalg.norm(np.diff(course, axis=0), axis=1).sum())
        count = max(int(length / self.extent * side * 1.5), 8)
        t = np.linspace(0, 1, count)
        course = np.column_stack([np.interp(t, np.linspace(0, 1, 80), course[:, axis]) for axis in (0, 1)])
        wobble = np.interp(t, np.linspace(0, 1, 12), rng.normal(0, 0.14e-3, 12)) * layout.scale
        course = course + wobble[:, None]
        along = np.interp(t, np.linspace(0, 1, 7), rng.uniform(0.55, 1.1, 7))
        taper = np.sin(np.pi * np.clip(t, 0, 1)) ** 0.7
        sigma = width * 1e-3 * layout.scale / self.extent * side
        spacing = length / self.extent * side / count
        amount = stroke.depth * 1e-3 * layout.scale * grown * along * taper * np.sqrt(2 * np.pi) * sigma * spacing
        place = np.rint((course - self.low) / self.extent * side).astype(int)
        inside = ((place >= 0) & (place < side)).all(1)
        field = self._fields.setdefault((width, stroke.shoulders, step), np.zeros((side, side), np.float32))
        np.add.at(field, (place[inside, 1], place[inside, 0]), amount[inside])

    def _allowed(self, layout: Layout, side: int) -> np.ndarray:
        at = (np.arange(side) + 0.5) / side * self.extent
        x, z = np.meshgrid(at + self.low[0], at + self.low[1])
        return layout.allowed(x, z).astype(np.float32)

    def folds(self, points: np.ndarray) -> np.ndarray:
        """Height ``(n,)`` of the broad folds at ``points (n, 3)``."""
        place = (points[:, [2, 0]] - self.low[[1, 0]]) / self.extent * len(self.broad) - 0.5
        return map_coordinates(self.broad, place.T, order=1, cval=0.0)


def frontal(head: Head, points: np.ndarray, normals: np.ndarray) -> np.ndarray:
    """How far a drawing in frontal projection holds at ``points (n, 3)``, 0 to 1: not at the sides nor behind."""
    return smooth(-normals[:, 1], 0.12, 0.5) * smooth(points[:, 1], head.centre[1] + 0.01, head.centre[1] - 0.03)
