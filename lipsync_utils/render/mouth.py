"""The mouth's interior: teeth fixed to the skull, teeth and tongue that move with the jaw, and the dark behind them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources

import cv2
import numpy as np

from ..faces import topology
from ..faces.geometry import in_picture
from ..faces.looks import LUMA
from ..pixels import Pixels, colours_at
from ..rig import FittedRig
from .raster import coverage_between
from .regions import region_around

_UPPER, _LOWER = np.array(topology.INNER_LIP_UPPER), np.array(topology.INNER_LIP_LOWER)
_HOLE = np.array(topology.MOUTH_HOLE)
_CHEEKS = np.array(topology.CHEEKS)
_JAW = np.array((topology.CHIN, topology.OUTER_LIP_MIDDLES[1], topology.INNER_LIP_MIDDLES[1]))
CAVITY = np.array((92, 40, 38), np.float32)
"""Colour of palate and cheeks behind teeth and tongue, before lighting."""

THROAT, THROAT_REACH = 0.16, np.array((0.30, 0.2))
"""How dark the throat is beside them, and how far that darkness reaches across and down, in mouth widths."""

UPPER_TEETH, LOWER_TEETH = 0.04, 0.0
"""How far the upper teeth hang down behind the lip, in mouth widths, so that two millimetres of fifty are seen at rest;
and how much lower than their sprite's place, nearly as high as their lip, the lower ones stand."""

HIDDEN, IN_THE_SHADE = 0.03, 0.45
"""How much less of the upper teeth is seen over a tongue that is out and behind rounded lips, in mouth widths; and how
much darker it is behind those."""

TONGUE_DROP, TONGUE_UP = 0.85, 0.02
"""The part of the jaw's motion that the tongue makes, and how much higher than its sprite's place it lies."""

TONGUE_BETWEEN = 0.25
"""A tongue that is out by so much lies between the teeth, in front of the lower ones."""

REFERENCE_LIGHT = 175.0
"""Brightness of skin (its green channel's weight in luma included) under which the sprites were lit."""

_SKIN_HUES = ((-0.05, 0.62), (-0.55, 0.15))
"""Range of the logarithms of red and blue over green that skin has in ordinary light; in 37 portraits and clips they
are 0.14 to 0.52 and -0.42 to 0.09."""

_TONED, _COLOURS = 0.01, 0.025
"""Spread of colour that brightness does not explain, as a part of brightness: below the first a picture has one tone
(up to 0.006 was measured), above the second all its colours (0.03 and more)."""


_TIP = np.array((0.0, -0.18))
"""From where the tongue's tip ends to where its sprite lies, in mouth widths."""


@dataclass(frozen=True)
class Sprite:
    """A rendered piece of the mouth.

    Attributes:
        image: ``(H, W, 4) float32`` RGB in [0, 255], *premultiplied*, and alpha in [0, 1].
        anchor: x and y of the point in the sprite that is placed.
        place: where the anchor lies at rest, from the mouth's centre, in mouth widths.
        scale: sprite pixels per mouth width.
    """

    image: np.ndarray
    anchor: np.ndarray
    place: np.ndarray
    scale: float


@cache
def load_sprites() -> dict[str, Sprite]:
    """The sprites that ship with the package: ``upper``, ``lower`` and ``tongue``."""
    with resources.files("lipsync_utils").joinpath("data/mouth.npz").open("rb") as file:
        data = np.load(file)
        meta = json.loads(str(data["meta"]))["sprites"]
        return {name: _sprite(data[name], **meta[name]) for name in ("upper", "lower", "tongue")}


def _sprite(image: np.ndarray, *, anchor_px: list, place: list, scale: float, **_: object) -> Sprite:
    alpha = image[..., 3:].astype(np.float32) / 255
    premultiplied = np.concatenate([image[..., :3].astype(np.float32) * alpha, alpha], -1)
    return Sprite(premultiplied, np.array(anchor_px), np.array(place), scale)


def mouth_frame(fitted: FittedRig) -> np.ndarray:
    """``(2, 3)`` affine map from mouth widths (x right, y down, origin between the closed lips) to pixels."""
    corners = fitted.rest[list(topology.INNER_LIP_CORNERS), :2].mean(0)
    middle = fitted.rest[list(topology.INNER_LIP_MIDDLES), :2].mean(0)
    centre = corners + fitted.down * ((middle - corners) @ fitted.down)
    width = fitted.mouth_width
    return np.column_stack([in_picture(fitted.rotation[:, 0]) * width, fitted.down * width, centre]).astype(np.float64)


def skin_colour(points: np.ndarray, pixels: Pixels) -> np.ndarray:
    """``(3,)`` colour of the cheeks in [0, 255] of the face at ``(468, 3)`` points."""
    height, width = pixels.shape[:2]
    cheeks = points[_CHEEKS, :2].round().astype(int)[:, None, None]
    x = np.clip(cheeks[..., 0] + np.arange(-2, 3), 0, width - 1)
    y = np.clip(cheeks[..., 1] + np.arange(-2, 3)[:, None], 0, height - 1)
    return np.median(colours_at(pixels, x, y).mean((1, 2)), 0).astype(np.float32)


def skin_light(points: np.ndarray, image: np.ndarray) -> np.ndarray:
    """``(3,)`` factors that carry the sprites' neutral light to that of the face at ``(468, 3)`` points."""
    skin = skin_colour(points, image)
    bright = skin @ LUMA
    level = np.clip((bright / REFERENCE_LIGHT) ** 0.6, 0.45, 1.05)
    light = _coloured_light(skin)
    # A fifth of the skin's tint: what light has, without painting teeth in the colour of skin.
    tint = (skin / light / (bright + 1e-3)) ** 0.2 * light
    return (level * tint).astype(np.float32)


def _coloured_light(skin: np.ndarray) -> np.ndarray:
    """``(3,)`` factors of a light under which skin is of no colour that skin has; 1 where it may be white."""
    red, blue = _SKIN_HUES
    ratio = np.log((skin[[0, 2]] + 1) / (skin[1] + 1))
    beyond = np.maximum(ratio - (red[1], blue[1]), (red[0], blue[0]) - ratio).max()
    share = np.clip(beyond / 0.15, 0, 1) * (skin.max() > 16)  # dark noise has any colour
    away = share * (ratio - (np.mean(red), np.mean(blue)))
    light = np.exp([away[0], 0.0, away[1]]).astype(np.float32)
    return light / (light @ LUMA)


@dataclass(frozen=True)
class Tone:
    """How a picture shows colours that is black and white, or toned.

    Attributes:
        saturation: how much of a colour is left, 0 to 1.
        chroma: ``(2, 3) float32``; what brightness 0 adds to red, green and blue, and each level of it.
        reach: the range of brightness from which that is known.
    """

    saturation: float
    chroma: np.ndarray
    reach: tuple[float, float]

    def __call__(self, colours: np.ndarray) -> np.ndarray:
        """``(..., 3) float32`` colours in [0, 255] as the picture would show them."""
        bright = (colours @ LUMA)[..., None]
        near = np.clip(bright, *self.reach)
        toned = bright + (self.chroma[0] + self.chroma[1] * near) * np.minimum(bright / near, 1)
        return self.saturation * colours + np.float32(1 - self.saturation) * toned


def tone_of(points: np.ndarray, image: np.ndarray) -> Tone | None:
    """The tone of a picture with a face at ``(468, 3)`` points; None where it has its colours.

    In black and white, sepia or blue print, brightness alone decides about the colour. Faces have at least skin, lips
    and brows, of which it does not.
    """
    limits = image.shape[1] - 2, image.shape[0] - 2
    x, y = np.clip(points[:, :2].round().astype(int), 1, limits).T
    near = [image[y + dy, x + dx] for dy in (-1, 0, 1) for dx in (-1, 0, 1)]
    colours = np.mean(near, axis=0, dtype=np.float32)
    bright = colours @ LUMA
    known = np.column_stack([np.ones_like(bright), bright])
    chroma, *_ = np.linalg.lstsq(known, colours - bright[:, None], rcond=None)
    left = float((colours - bright[:, None] - known @ chroma)[:, [0, 2]].std()) / max(float(bright.mean()), 16.0)
    if left >= _COLOURS:
        return None
    saturation = float(np.clip((left - _TONED) / (_COLOURS - _TONED), 0, 1))
    low, high = np.percentile(bright, (1, 99))
    return Tone(saturation, chroma, (max(float(low), 1.0), max(float(high), 1.0)))


def _arch_shade(columns: int, middle: float, scale: float) -> np.ndarray:
    """``(1, columns, 1)`` light along the dental arch: the back teeth lie in the shadow of the cheeks."""
    away = np.abs(np.arange(columns) + 0.5 - middle) / scale
    fall = np.clip((away - 0.20) / 0.26, 0, 1)
    return (1 - 0.6 * fall * fall * (3 - 2 * fall)).astype(np.float32)[None, :, None]


@dataclass(frozen=True)
class MouthState:
    """How coefficients move what is inside the mouth.

    Attributes:
        drop: ``(2,)`` motion of the lower teeth along the mouth's axes, in mouth widths.
        tongue: how far the tongue is out, 0 to 1.
        rounded: how far the lips are rounded, and so stand before the teeth, 0 to 1.
    """

    drop: np.ndarray
    tongue: float = 0.0
    rounded: float = 0.0


def mouth_state(fitted: FittedRig, names: tuple[str, ...], values: np.ndarray) -> MouthState:
    """What coefficients do to the mouth's interior.

    Args:
        fitted: the rig on the face.
        names: the blendshapes that are given.
        values: ``(k,)`` their coefficients.
    """
    given = dict(zip(names, values, strict=True))
    motion = fitted.shapes[fitted.names.index("jawOpen")][_JAW, :2].mean(0)
    drop = np.array([motion @ fitted.across, motion @ fitted.down]) / fitted.mouth_width
    rounded = given.get("mouthPucker", 0.0) + 0.5 * given.get("mouthFunnel", 0.0)
    return MouthState(drop * given.get("jawOpen", 0.0), float(given.get("tongueOut", 0.0)), min(1.0, float(rounded)))


class MouthInterior:
    """Paints what is seen between parted lips.

    Args:
        width: of the mouth, in pixels.
        light: ``(3,)`` from :func:`skin_light`.
        tone: from :func:`tone_of`.
    """

    def __init__(self, width: float, light: np.ndarray, tone: Tone | None = None) -> None:
        self.width, self._light, self._tone = width, light, tone
        # Each sprite once at about its final size, so that painting needs no minification filter.
        self._sprites = {name: self._sized(sprite) for name, sprite in load_sprites().items()}

    @classmethod
    def of(cls, width: float, points: np.ndarray, image: np.ndarray) -> MouthInterior:
        """For a mouth ``width`` pixels wide in the face at ``(468, 3)`` points, lit and toned as the picture is."""
        return cls(width, skin_light(points, image), tone_of(points, image))

    def _sized(self, sprite: Sprite) -> Sprite:
        factor = min(1.0, 1.25 * self.width / sprite.scale)
        height, width = sprite.image.shape[:2]
        size = (max(2, round(width * factor)), max(2, round(height * factor)))
        image = cv2.resize(sprite.image, size, interpolation=cv2.INTER_AREA)
        exact = np.array(size) / (width, height)
        image[..., :3] *= self._light * _arch_shade(size[0], (sprite.anchor[0] + 0.5) * factor, sprite.scale * factor)
        anchor = (sprite.anchor + 0.5) * exact - 0.5
        return Sprite(image, anchor, sprite.place, sprite.scale * float(exact[0]))

    def paint(
        self,
        out: np.ndarray,
        points: np.ndarray,
        skull: np.ndarray,
        frame: np.ndarray,
        state: MouthState,
    ) -> None:
        """Paint the interior over ``out``, in place.

        Args:
            out: ``(H, W, 3) uint8`` the warped picture.
            points: ``(468, 2)`` moved mesh points in the output, head motion included.
            skull: ``(2, 3)`` affine map that head motion applies around the mouth.
            frame: ``(2, 3)`` from :func:`mouth_frame`.
            state: from :func:`mouth_state`.
        """
        left, top, right, bottom = region_around(points[_HOLE], out.shape, margin=4)
        region = out[top:bottom, left:right]
        height, width = region.shape[:2]
        if height < 3 or width < 3:
            return
        corner = np.array([left, top], np.float32)
        mask = coverage_between(height, width, points[_UPPER] - corner, points[_LOWER] - corner)
        if not mask.any():
            return
        mask = cv2.GaussianBlur(mask, (0, 0), max(0.5, self.width / 250))
        frame = skull[:, :2] @ frame
        frame[:, 2] += skull[:, 2] - corner
        inside = self._compose(frame, self._shade(mask), state)
        if self._tone is not None:
            inside = self._tone(inside)
        region[:] = np.rint(region + (np.clip(inside, 0, 255) - region) * mask[..., None]).astype(np.uint8)

    def _compose(self, frame: np.ndarray, shade: np.ndarray, state: MouthState) -> np.ndarray:
        drop, out = state.drop, min(1.0, state.tongue / TONGUE_BETWEEN)
        shade = shade * (1 - IN_THE_SHADE * state.rounded)
        hang = UPPER_TEETH - HIDDEN * max(out, state.rounded)
        deep = self._depth(frame, shade, drop)
        inside = (CAVITY * self._light) * ((0.4 + 0.6 * shade) * (1 - deep))[..., None]
        lies, between = TONGUE_DROP * drop - (0, TONGUE_UP), 0.5 * drop + (0, UPPER_TEETH) + _TIP
        wet = shade ** (1 - 0.4 * out) * (1 - 0.8 * (1 - out) * deep)
        order = [
            ("tongue", lies + out * (between - lies), wet),
            ("lower", drop + np.array([0, LOWER_TEETH]), shade**0.47),
            ("upper", np.array([0, hang]), shade**0.47),
        ]
        if out > 0.5:
            order[0], order[1] = order[1], order[0]
        for name, offset, light in order:
            sprite = self._sprites[name]
            to_mouth = np.array([[1, 0, -sprite.anchor[0]], [0, 1, -sprite.anchor[1]]]) / sprite.scale
            to_mouth[:, 2] += sprite.place + offset
            to_pixels = frame[:, :2] @ to_mouth
            to_pixels[:, 2] += frame[:, 2]
            layer = cv2.warpAffine(sprite.image, to_pixels, shade.shape[::-1], flags=cv2.INTER_LINEAR)
            inside *= 1 - layer[..., 3:]
            inside += layer[..., :3] * light[..., None]
        return inside

    def _depth(self, frame: np.ndarray, shade: np.ndarray, drop: np.ndarray) -> np.ndarray:
        """``(h, w) float32`` how dark it gets towards the throat, 0 to 1, at each pixel of the interior."""
        x, y = np.meshgrid(*(np.arange(n, dtype=np.float32) for n in shade.shape[::-1]))
        place = (np.stack([x, y], -1) - frame[:, 2]) @ np.linalg.inv(frame[:, :2]).T
        place -= 0.42 * drop + (0, UPPER_TEETH)
        away = np.square(place / THROAT_REACH).sum(-1)
        return ((1 - THROAT) * np.exp(-away)).astype(np.float32)

    def _shade(self, mask: np.ndarray) -> np.ndarray:
        """Light that reaches the interior: less near the lips, least under the upper one and at the corners."""
        reach = 0.06 * self.width
        near = cv2.GaussianBlur(mask, (0, 0), reach)
        lower = max(1, round(0.5 * reach))
        under = np.roll(near, lower, axis=0)
        under[:lower] = near[:1]
        return np.clip(0.22 + 1.1 * np.minimum(near, under), 0, 1)
