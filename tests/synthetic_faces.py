"""Faces that are drawn, for tests: the embedded detector finds them as it finds painted portraits."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

_SHIFT = 4  # polygons are drawn in sixteenths of a pixel


@dataclass(frozen=True)
class SyntheticFace:
    """One face.

    Attributes:
        x: centre (root of the nose) in pixels.
        y: see ``x``.
        width: width of the head in pixels.
        roll: in degrees, positive clockwise in the picture.
        mouth: opening between the lips, 0 shut to 1 wide open (0.22 of the width).
        blink: 0 open to 1 shut.
        skin: RGB.
        hair: RGB.
    """

    x: float = 256.0
    y: float = 240.0
    width: float = 220.0
    roll: float = 0.0
    mouth: float = 0.0
    blink: float = 0.0
    skin: tuple[int, int, int] = (222, 178, 150)
    hair: tuple[int, int, int] = (70, 48, 36)

    def place(self, points: np.ndarray) -> np.ndarray:
        """``(n, 2)`` points in face units (1 is the width of the head) -> pixels."""
        angle = np.radians(self.roll)
        turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
        return np.asarray(points, float) @ turn * self.width + [self.x, self.y]

    @property
    def lip_gap(self) -> float:
        """True distance between the inner lips at the middle, in pixels."""
        return _MAX_GAP * self.mouth * self.width

    @property
    def eye_centres(self) -> np.ndarray:
        """``(2, 2)`` in pixels: the eye on the left-hand side of the picture first."""
        return self.place([(-_EYE_X, _EYE_Y), (_EYE_X, _EYE_Y)])

    @property
    def mouth_corners(self) -> np.ndarray:
        """``(2, 2)`` in pixels, left-hand side first."""
        half = _mouth_half(self.mouth)
        return self.place([(-half, _MOUTH_Y), (half, _MOUTH_Y)])


_EYE_X, _EYE_Y = 0.2, 0.0
_MOUTH_Y = 0.48
_MAX_GAP = 0.22


def _mouth_half(opening: float) -> float:
    return 0.19 - 0.03 * opening


def draw(
    *faces: SyntheticFace, size: tuple[int, int] = (512, 512), background: tuple[int, int, int] = (96, 120, 132)
) -> np.ndarray:
    """Picture with ``faces``: ``(height, width, 3) uint8`` RGB; ``size`` is width and height."""
    width, height = size
    image = np.empty((height, width, 3), np.float32)
    image[:] = background
    image *= np.linspace(1.1, 0.85, height, dtype=np.float32)[:, None, None]
    for face in faces:
        _Painter(image, face).paint()
    return np.clip(image, 0, 255).astype(np.uint8)


def moving(face: SyntheticFace, frames: int, **changes: tuple[float, float]) -> Iterator[SyntheticFace]:
    """The face ``frames`` times, each named attribute going evenly from its first to its second value."""
    for share in np.linspace(0, 1, frames):
        yield replace(face, **{name: float(a + (b - a) * share) for name, (a, b) in changes.items()})


class _Painter:
    """Layers of blurred polygons; everything in units of the head's width around the root of the nose."""

    def __init__(self, image: np.ndarray, face: SyntheticFace) -> None:
        self.image, self.face = image, face

    def paint(self) -> None:
        face = self.face
        skin, hair = np.array(face.skin, float), np.array(face.hair, float)
        gap = _MAX_GAP * face.mouth
        self._fill(_ellipse(0, 0.06, 0.6, 0.78), hair, soft=0.03)
        self._fill([(-0.22, 0.5), (0.22, 0.5), (0.27, 1.15), (-0.27, 1.15)], skin * 0.8, soft=0.03)
        self._fill(_ellipse(-0.5, 0.08, 0.05, 0.12), skin * 0.88, soft=0.01)
        self._fill(_ellipse(0.5, 0.08, 0.05, 0.12), skin * 0.88, soft=0.01)
        self._fill(_head(gap), skin * 0.8, soft=0.01)
        self._fill(_head(gap) * [0.82, 0.86] + [-0.01, 0.01], skin, soft=0.08)
        self._fill(_ellipse(-0.25, 0.24, 0.1, 0.09), skin * [1.02, 0.93, 0.9], soft=0.06)
        self._fill(_ellipse(0.25, 0.24, 0.1, 0.09), skin * [1.02, 0.93, 0.9], soft=0.06)
        self._fill(_ellipse(0, -0.3, 0.22, 0.1), skin * 1.06, soft=0.08)
        self._fill(_ellipse(0, 0.68 + 0.6 * gap, 0.1, 0.05), skin * 1.05, soft=0.04)
        for side in (-1, 1):
            self._eye(side, skin, hair)
        self._nose(skin)
        self._mouth(skin)

    def _eye(self, side: int, skin: np.ndarray, hair: np.ndarray) -> None:
        at = np.array([side * _EYE_X, _EYE_Y])
        open_ = 1 - self.face.blink
        t = np.linspace(-1, 1, 17)
        upper = np.column_stack([0.105 * t, -0.045 * open_ * (1 - t**2) + 0.012 * (1 - open_)]) + at
        lower = np.column_stack([0.105 * t, 0.032 * open_ * (1 - t**2) + 0.012 * (1 - open_)]) + at
        self._fill(_ellipse(*at, 0.14, 0.085), skin * 0.86, soft=0.03)
        eye = np.vstack([upper, lower[::-1]])
        self._fill(eye, (238, 236, 232), soft=0.002)
        if open_ > 0.2:
            self._fill(_ellipse(*at, 0.042, 0.042), (82, 96, 72), soft=0.002, within=eye)
            self._fill(_ellipse(*at, 0.02, 0.02), (16, 14, 14), soft=0.002, within=eye)
            self._fill(_ellipse(at[0] - 0.012, at[1] - 0.014, 0.008, 0.008), (250, 250, 250), within=eye)
        self._line(upper, (44, 28, 24), 0.018)
        self._line(lower, skin * 0.6, 0.008)
        self._line(upper - np.array([0, 0.032]), skin * 0.7, 0.01)
        brow = np.column_stack([0.14 * t, -0.035 * (1 - t**2) - 0.12]) + at
        self._line(brow, hair * 0.9, 0.035)

    def _nose(self, skin: np.ndarray) -> None:
        self._line([(0.055, -0.02), (0.04, 0.12), (0.085, 0.25)], skin * 0.86, 0.03)
        self._line([(-0.055, -0.02), (-0.04, 0.12), (-0.085, 0.25)], skin * 0.93, 0.02)
        self._fill(_ellipse(0, 0.24, 0.06, 0.055), skin * 1.07, soft=0.03)
        self._line([(0, 0.0), (0, 0.2)], skin * 1.08, 0.025)
        for side in (-1, 1):
            self._line([(side * 0.1, 0.22), (side * 0.115, 0.27), (side * 0.08, 0.3)], skin * 0.68, 0.014)
            self._fill(_ellipse(side * 0.045, 0.3, 0.026, 0.012), skin * 0.38, soft=0.006)
        self._line([(-0.03, 0.31), (0, 0.32), (0.03, 0.31)], skin * 0.7, 0.012)
        self._fill(_ellipse(0, 0.385, 0.03, 0.03), skin * 0.9, soft=0.02)

    def _mouth(self, skin: np.ndarray) -> None:
        half, gap = _mouth_half(self.face.mouth), _MAX_GAP * self.face.mouth
        t = np.linspace(-1, 1, 33)
        bow = 1 - t**2
        x = half * t
        # The upper lip rises by a quarter of the opening, the jaw gives the rest.
        inner_up = np.column_stack([x, _MOUTH_Y - 0.25 * gap * bow])
        inner_low = np.column_stack([x, _MOUTH_Y + 0.75 * gap * bow])
        cupid = 0.012 * np.exp(-((t / 0.12) ** 2))
        outer_up = inner_up - np.column_stack([0 * t, 0.06 * bow**0.8 - cupid])
        outer_low = inner_low + np.column_stack([0 * t, 0.085 * bow**0.8])
        lip = np.array((178, 92, 88), float)
        self._fill(_ellipse(0, 0.59 + 0.75 * gap, 0.12, 0.025), skin * 0.82, soft=0.02)
        self._fill(np.vstack([outer_up, inner_up[::-1]]), lip * 0.9, soft=0.004)
        self._fill(np.vstack([inner_low, outer_low[::-1]]), lip * 1.08, soft=0.004)
        self._fill(_ellipse(0, _MOUTH_Y + 0.75 * gap + 0.04, 0.09, 0.014), lip * 1.25, soft=0.012)
        if gap > 0.005:
            hole = np.vstack([inner_up, inner_low[::-1]])
            self._fill(hole, (62, 22, 24), soft=0.002)
            self._fill(_ellipse(0, _MOUTH_Y - 0.25 * gap, 0.12, 0.03), (232, 226, 214), soft=0.004, within=hole)
            self._fill(_ellipse(0, _MOUTH_Y + 0.75 * gap, 0.1, 0.035), (176, 84, 84), soft=0.01, within=hole)
        else:
            self._line(inner_up, (92, 36, 38), 0.012)

    def _fill(self, points: object, colour: object, *, soft: float = 0.002, within: object = None) -> None:
        """Polygon with edges blurred by ``soft``; only inside of the polygon ``within``."""
        window = self._window(points, 4 * soft)
        alpha = self._soften(self._mask(points, window), soft)
        if within is not None:
            alpha = alpha * self._soften(self._mask(within, window), 0.002)
        self._blend(alpha, window, colour)

    def _line(self, points: object, colour: object, width: float) -> None:
        window = self._window(points, 2 * width)
        thick = max(round(width * self.face.width), 1)
        self._blend(self._soften(self._mask(points, window, thick=thick), width / 4), window, colour)

    def _window(self, points: object, margin: float) -> tuple[slice, slice]:
        """Part of the picture that a shape can touch."""
        pixels, margin = self.face.place(np.asarray(points, float)), margin * self.face.width + 3
        low, high = np.floor(pixels.min(axis=0) - margin), np.ceil(pixels.max(axis=0) + margin)
        x0, y0 = np.clip(low, 0, self.image.shape[1::-1]).astype(int)
        x1, y1 = np.clip(high, 0, self.image.shape[1::-1]).astype(int)
        return slice(y0, y1), slice(x0, x1)

    def _mask(self, points: object, window: tuple[slice, slice], *, thick: int = 0) -> np.ndarray:
        rows, columns = window
        mask = np.zeros((rows.stop - rows.start, columns.stop - columns.start), np.uint8)
        if mask.size:
            local = self.face.place(np.asarray(points, float)) - [columns.start, rows.start]
            local = np.round(local * (1 << _SHIFT)).astype(np.int32)
            if thick:
                cv2.polylines(mask, [local], False, 255, thickness=thick, lineType=cv2.LINE_AA, shift=_SHIFT)
            else:
                cv2.fillPoly(mask, [local], 255, lineType=cv2.LINE_AA, shift=_SHIFT)
        return mask.astype(np.float32) / 255

    def _soften(self, alpha: np.ndarray, soft: float) -> np.ndarray:
        sigma = soft * self.face.width
        return cv2.GaussianBlur(alpha, (0, 0), sigma) if sigma > 0.3 and alpha.size else alpha

    def _blend(self, alpha: np.ndarray, window: tuple[slice, slice], colour: object) -> None:
        self.image[window] += alpha[..., None] * (np.asarray(colour, np.float32) - self.image[window])


def _ellipse(x: float, y: float, rx: float, ry: float) -> np.ndarray:
    t = np.linspace(0, 2 * np.pi, 64, endpoint=False)
    return np.column_stack([x + rx * np.cos(t), y + ry * np.sin(t)])


def _head(gap: float) -> np.ndarray:
    """Outline: round above, narrower at the chin, which goes down with the jaw."""
    t = np.linspace(0, 2 * np.pi, 96, endpoint=False)
    x, y = np.cos(t), np.sin(t)
    chin = 0.76 + 0.6 * gap
    return np.column_stack([0.5 * x * (1 - 0.22 * np.clip(y, 0, 1) ** 2), np.where(y > 0, chin, 0.58) * y + 0.04])
