"""Things that come before a mouth, drawn onto pictures of faces: for `covered.py`.

Lengths are in widths of the face, from the middle of the mouth: x to the right, y down along the face.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from lipsync_utils.faces import topology

_OUTER = (*topology.OUTER_LIP_UPPER, *topology.OUTER_LIP_LOWER[-2:0:-1])
_JAW = (132, 58, 172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 397, 288, 361)
_HIGH, _LOW = (323, 454, 280, 5, 50, 234, 93), (361, 323, 425, 4, 205, 93, 132)


def mouth_frame(points: np.ndarray) -> np.ndarray:
    """``(2, 3)``: affine map from lengths and places on the face to pixels."""
    flat = points[:, :2].astype(float)
    side, height = flat[454] - flat[234], flat[topology.CHIN] - flat[topology.HAIR_LINE]
    width = max(np.linalg.norm(side), 0.75 * np.linalg.norm(height))
    down = flat[topology.CHIN] - flat[topology.NOSE_ROOT]
    down /= np.linalg.norm(down)
    middle = flat[[*topology.OUTER_LIP_CORNERS, *topology.OUTER_LIP_MIDDLES]].mean(axis=0)
    return np.column_stack([np.array([down[1], -down[0]]) * width, down * width, middle])


def hidden_share(alpha: np.ndarray, points: np.ndarray) -> float:
    """How much of the lips lies under ``(H, W)`` alpha, 0 to 1."""
    mask = np.zeros(alpha.shape, np.uint8)
    cv2.fillPoly(mask, [np.rint(points[list(_OUTER), :2]).astype(np.int32)], 1)
    return float(alpha[mask > 0].mean()) if mask.any() else 0.0


class Layer:
    """What is drawn over a picture.

    Attributes:
        colours: ``(H, W, 3) float32`` RGB.
        alpha: ``(H, W) float32``.
    """

    def __init__(self, shape: tuple[int, ...], frame: np.ndarray, rng: np.random.Generator) -> None:
        self.colours, self.alpha = np.zeros((*shape[:2], 3), np.float32), np.zeros(shape[:2], np.float32)
        self._frame, self._unit, self._rng = frame, float(np.linalg.norm(frame[:, 0])), rng

    def fill(self, places: object, colour: np.ndarray, *, soft: float = 0.004) -> np.ndarray:
        """A polygon; returns its alpha."""
        return self._paint(
            lambda mask, corners: cv2.fillPoly(mask, [corners], 255, cv2.LINE_AA, 4), places, colour, soft
        )

    def line(self, places: object, width: float, colour: np.ndarray, *, soft: float = 0.006) -> np.ndarray:
        """A line; returns its alpha."""
        thick = max(1, round(width * self._unit))
        return self._paint(
            lambda mask, way: cv2.polylines(mask, [way], False, 255, thick, cv2.LINE_AA, 4), places, colour, soft
        )

    def _paint(self, draw: Callable, places: object, colour: np.ndarray, soft: float) -> np.ndarray:
        mask = np.zeros(self.alpha.shape, np.uint8)
        pixels = np.asarray(places, float) @ self._frame[:, :2].T + self._frame[:, 2]
        draw(mask, np.rint(np.clip(pixels, -3000, 6000) * 16).astype(np.int32))
        alpha = mask.astype(np.float32) / 255
        if soft * self._unit > 0.4:
            alpha = cv2.GaussianBlur(alpha, (0, 0), soft * self._unit)
        self.colours += alpha[..., None] * (np.asarray(colour, np.float32) - self.colours)
        self.alpha = np.maximum(self.alpha, alpha)
        return alpha

    def shade(self, alpha: np.ndarray, factor: np.ndarray) -> None:
        """Multiply what lies under ``alpha``."""
        self.colours *= 1 + alpha[..., None] * (factor[..., None] - 1)

    def places(self) -> tuple[np.ndarray, np.ndarray]:
        """x and y of every pixel on the face."""
        back = np.linalg.inv(np.vstack([self._frame, [0, 0, 1]]))[:2].astype(np.float32)
        y, x = np.mgrid[: self.alpha.shape[0], : self.alpha.shape[1]].astype(np.float32)
        return back[0, 0] * x + back[0, 1] * y + back[0, 2], back[1, 0] * x + back[1, 1] * y + back[1, 2]

    def texture(self, *parts: tuple[float, float]) -> np.ndarray:
        """Noise around 0: sizes in pixels, and how strong."""
        height, width = self.alpha.shape
        out = np.zeros((height, width), np.float32)
        for size, strength in parts:
            small = self._rng.standard_normal((int(height / size) + 2, int(width / size) + 2)).astype(np.float32)
            out += strength * cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)
        return out


class Cover:
    """One thing of a kind, of random size, colour and way to come.

    Args:
        kind: one of :data:`KINDS`.
        seed: which one.
    """

    def __init__(self, kind: str, seed: int) -> None:
        rng = np.random.default_rng(seed)
        self._draw, self._seed = getattr(self, f"_{kind}"), seed
        self._tilt, self._at = rng.uniform(-0.5, 0.5), rng.uniform((-0.05, -0.03), (0.05, 0.06))
        self._size, self._hand = rng.uniform(0, 1), rng.choice((-1, 1))
        self._tint, self._aside = rng.uniform(0, 1, 3), rng.uniform(0, 1)

    def __call__(
        self, image: np.ndarray, points: np.ndarray, *, away: float = 0.0, time_s: float = 0.0
    ) -> tuple[np.ndarray, float]:
        """The picture with the thing, and how much of the lips it hides.

        Args:
            image: ``(H, W, 3) uint8``.
            points: ``(468, 2 or 3)`` of the face.
            away: 0 in its place, 1 gone.
            time_s: hands are never quite still.
        """
        low, high = points[:, :2].min(axis=0), points[:, :2].max(axis=0)
        reach = 1.2 * (high - low)  # further away nothing is drawn
        left, top, *_ = box = np.clip([*(low - reach), *(high + reach)], 0, [*image.shape[1::-1]] * 2).astype(int)
        out, part = image.copy(), np.s_[top : box[3], left : box[2]]
        out[part], share = self._over(image[part], points[:, :2] - (left, top), away, time_s)
        return out, share

    def _over(self, image: np.ndarray, points: np.ndarray, away: float, time_s: float) -> tuple[np.ndarray, float]:
        cheeks = np.clip(points[list(topology.CHEEKS), :2].round().astype(int), 0, np.array(image.shape[1::-1]) - 1)
        skin = np.median(image[cheeks[:, 1], cheeks[:, 0]].astype(np.float32), axis=0)
        way = np.array([self._hand * self._aside, 1.0])
        wobble = 0.012 * np.array([np.sin(3 * time_s + self._seed), np.cos(2.3 * time_s + 2 * self._seed)])
        at = self._at + wobble + 0.9 * away * way / np.linalg.norm(way)
        layer = Layer(image.shape, mouth_frame(points), np.random.default_rng(self._seed + 1))
        self._draw(layer, at, skin, points, away)
        colours = np.clip(cv2.GaussianBlur(layer.colours, (0, 0), 0.6) + layer.texture((1, 1.5))[..., None], 0, 255)
        shadow = cv2.GaussianBlur(layer.alpha, (0, 0), 0.02 * np.ptp(points[:, 0]))
        under = image * (1 - 0.25 * shadow[..., None])
        out = np.rint(under + (colours - under) * layer.alpha[..., None]).astype(np.uint8)
        return out, hidden_share(layer.alpha, points)

    def _microphone(self, layer: Layer, at: np.ndarray, skin: np.ndarray, *_: object) -> None:
        radius = 0.12 + 0.14 * self._size
        dark = np.array((30, 30, 34)) + 40 * self._tint[0]
        colour = (dark if self._tint[1] < 0.75 else 150 * self._tint) * np.clip(skin.mean() / 130, 0.5, 1.2)
        layer.line([at, at + 1.6 * np.array([np.sin(self._tilt), 1])], 0.45 * radius, 0.9 * colour + 8)
        foam = layer.fill(_ellipse(*at, radius, 1.1 * radius), colour)
        x, y = ((place - middle) / radius for place, middle in zip(layer.places(), at, strict=True))
        light = 1 + 0.7 * np.exp(-((x + 0.35) ** 2 + (y + 0.4) ** 2) / 0.25) - 0.35 * np.clip(x * x + y * y, 0, 1)
        layer.shade(foam, light + layer.texture((3, 0.1), (6, 0.06)))

    def _hand_of_skin(self, layer: Layer, at: np.ndarray, skin: np.ndarray, *_: object) -> None:
        colour, size = skin * (0.8 + 0.25 * self._tint[1]), 0.85 + 0.5 * self._size
        turn = self._tilt + self._hand * (0.3 + 0.9 * self._aside)
        turned = size * np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
        low = 0.02 if self._tint[2] < 0.5 else 0.3  # the palm before the mouth, or the fingers

        def put(*places: tuple[float, float]) -> np.ndarray:
            return np.array(places) @ turned + at

        layer.line(put((0, low + 0.2), (0, low + 1.5)), 0.26 * size, 0.92 * colour)
        layer.fill(put(*_ellipse(0, low + 0.12, 0.21, 0.26)), 0.97 * colour, soft=0.006)
        for finger in range(4):
            x, length = -0.15 + 0.1 * finger, 0.3 + 0.06 * np.sin(np.pi * (finger + 0.5) / 4)
            aside = (finger - 1.5) * 0.05 * (1 + self._size)
            bone = put((x, low), (x + aside, low - length))
            layer.line(bone, 0.1 * size, 0.72 * colour, soft=0.008)
            layer.line(bone, 0.082 * size, (1 + 0.03 * (finger % 2)) * colour, soft=0.008)
            layer.line(put((x, low), (x + 0.9 * aside, low - 0.9 * length)), 0.03 * size, 1.06 * colour, soft=0.012)
            for joint in (0.45, 0.75):
                middle = x + aside * joint
                crease = put((middle - 0.025, low - length * joint), (middle + 0.025, low - length * joint))
                layer.line(crease, 0.008, 0.82 * colour)
        thumb = put((-0.17, low + 0.2), (-0.34, low + 0.02))
        layer.line(thumb, 0.1 * size, 0.75 * colour)
        layer.line(thumb, 0.085 * size, 0.98 * colour)
        layer.shade(layer.alpha, 1 + layer.texture((2, 0.02), (7, 0.02), (25, 0.04)))

    def _mask(self, layer: Layer, at: np.ndarray, skin: np.ndarray, points: np.ndarray, away: float) -> None:
        frame = mouth_frame(points)
        local = (points[:, :2] - frame[:, 2]) @ np.linalg.inv(frame[:, :2]).T
        edge = local[list(_HIGH if self._size > 0.5 else _LOW)]
        outline = np.vstack([local[list(_JAW)] * (1.02, 1) + np.array((0, 0.03)), edge]) + np.array((0, 1.1 * away))
        colours = [np.array((235, 238, 240)), np.array((130, 190, 225)), np.array((35, 35, 38)), 50 + 180 * self._tint]
        which = int(4 * self._tint[0])
        cloth = layer.fill(outline, colours[which] * np.clip(skin.mean() / 150, 0.5, 1.05))
        x, y = layer.places()
        light = 1 - 0.25 * np.clip(np.abs(x) / 0.45, 0, 1) ** 2 + 0.06 * np.exp(-((x / 0.06) ** 2))
        if which < 2:  # folds
            light *= 1 - 0.1 * np.exp(-((((y - 1.1 * away) % 0.13 - 0.065) / 0.012) ** 2))
        if which == 3:  # dots
            light *= 1 + 0.5 * np.sign(np.sin(60 * x) * np.sin(60 * (y - 1.1 * away)) - 0.6)
        layer.shade(cloth, light + layer.texture((2, 0.008), (8, 0.015), (30, 0.04)))

    def _paper(self, layer: Layer, at: np.ndarray, skin: np.ndarray, *_: object) -> None:
        half, top, tilt = 0.35 + 0.3 * self._size, -0.13 - 0.12 * self._tint[1], 0.4 * self._tilt
        turned = np.array([[np.cos(tilt), np.sin(tilt)], [-np.sin(tilt), np.cos(tilt)]])
        colour = np.array((238, 238, 232)) * np.clip(skin.mean() / 140, 0.45, 1.05)
        corners = np.array([(-half, top), (half, top), (half, top + 0.7), (-half, top + 0.7)])
        layer.fill(corners @ turned + at, colour)
        for row in range(9 if self._tint[0] < 0.6 else 0):
            y, end = top + 0.05 + 0.055 * row, half * (0.5 + 0.45 * np.sin(7 * row + self._seed) ** 2)
            layer.line(np.array([(-0.9 * half, y), (end, y)]) @ turned + at, 0.012, 0.45 * colour, soft=0.003)
        layer.shade(layer.alpha, 1 + 0.15 * layer.places()[0] + layer.texture((40, 0.02)))

    def _cup(self, layer: Layer, at: np.ndarray, skin: np.ndarray, *_: object) -> None:
        half, top = 0.17 + 0.1 * self._size, -0.1 - 0.05 * self._size
        colour = (60 + 190 * self._tint) * np.clip(skin.mean() / 140, 0.45, 1.05)
        sides = np.array([(-half, top), (half, top), (0.82 * half, top + 0.55), (-0.82 * half, top + 0.55)])
        body = layer.fill(sides + at, colour)
        layer.fill(_ellipse(at[0], at[1] + top, half, 0.03), 0.75 * colour)
        x = (layer.places()[0] - at[0]) / half
        layer.shade(body, 1 - 0.35 * np.clip(np.abs(x), 0, 1) ** 2 + 0.25 * np.exp(-(((x + 0.45) / 0.12) ** 2)))
        for finger in range(4):
            y = top + 0.2 + 0.085 * finger
            way = np.array([(1.3 * self._hand * half, y), (0.2 * self._hand * half, y + 0.01)]) + at
            layer.line(way, 0.085, 0.65 * skin)
            layer.line(way, 0.07, 0.93 * skin)

    def _scarf(self, layer: Layer, at: np.ndarray, skin: np.ndarray, *_: object) -> None:
        x = np.linspace(-0.75, 0.75, 31)
        edge = -0.16 - 0.06 * self._size + 0.03 * np.sin(5 * x + self._seed) + 0.15 * x * x
        outline = np.vstack([np.column_stack([x, edge]), [(0.8, 1.2), (-0.8, 1.2)]]) + np.array((0, at[1]))
        wool = layer.fill(outline, (30 + 200 * self._tint) * np.clip(skin.mean() / 140, 0.45, 1.05), soft=0.006)
        x, y = layer.places()
        knit = 0.12 * np.sin(2 * np.pi * (6 * x + 2.2 * y * (1 + 0.3 * np.sin(3 * x))))
        knit += 0.08 * np.sin(2 * np.pi * 9 * (y - at[1]) + 2 * np.sin(4 * x))
        layer.shade(wool, 1 + knit + layer.texture((2, 0.05), (5, 0.04), (20, 0.05)))


def _ellipse(x: float, y: float, across: float, along: float) -> np.ndarray:
    turn = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    return np.column_stack([x + across * np.cos(turn), y + along * np.sin(turn)])


KINDS = ("microphone", "hand_of_skin", "mask", "paper", "cup", "scarf")
"""The last two were never looked at when the limits of `faces.covering` were chosen."""
