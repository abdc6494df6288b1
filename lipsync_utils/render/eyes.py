"""Eyes that live: lids that close over them, and irises that look elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np

from ..faces import topology
from ..faces.looks import LUMA
from ..rig import FittedRig
from .layers import filled
from .raster import coverage_between
from .regions import region_around

_LIDS = (
    (np.array(topology.RIGHT_EYE_UPPER), np.array(topology.RIGHT_EYE_LOWER)),
    (np.array(topology.LEFT_EYE_UPPER), np.array(topology.LEFT_EYE_LOWER)),
)
MEETING = 0.86
"""Where shut lids meet: so far down the opening, of which the lower lid closes the rest."""

LASHES = (0.15, 0.09)
"""How far lashes and the rim of the lids reach beyond the opening above and below, in eye widths."""

LASH_WIDTH = 0.065
"""Thickness of the line of lashes of a shut eye in its middle, in eye widths."""

AROUND = 0.30
"""Skin around the eye from which the lid is made, in eye widths."""

BELOW = np.arange(LASHES[1], 0.31, 0.06)
"""Where it is looked for white of the eye below the line of the lower lid, in eye widths: in drawn eyes, which are
larger than those of a mesh of people."""

FOLD, BULGE, RIM = (0.16, 0.10, 0.07), (0.06, 0.45, 0.25), (0.10, 1.0, 0.12)
"""Light on a shut lid: how much darker it is in its fold, lighter where it bulges over the eye and darker at its rim;
where that is, from the lid's upper end to its lower; and how far it reaches."""

MOST_GRAIN = 2.5
"""Skin has no coarser grain than this, of 255; what is stronger are hairs and folds."""

IRIS = 0.21
"""Radius of an iris in eye widths (11.7 mm of 30 mm)."""

DRAWN_WIDER = 0.14
"""By how much drawn eyes that reach below the mesh's reach beyond its corners, too, as a part."""

FEATHER = 0.18
"""Over so much of a lid, from its upper end on, it passes into the skin above."""

WHITE = 0.46
"""So far from the iris' middle the white of the eye stretches along with it, in eye widths."""

LEAST_OPEN, LEAST_WIDTH = 0.25, 16.0
"""Eyes less open than this, in eye widths, neither look elsewhere nor blink, and smaller ones, in pixels, do not look
elsewhere: it would tear them."""

LID_FOLLOWS = 3.0
"""How far the upper lid goes down with an iris that looks down, shut lids an eye width."""


@dataclass(frozen=True)
class _Eye:
    """One eye of the picture.

    Attributes:
        up: mesh points of the upper lid.
        low: of the lower one.
        rest: ``(n, 2)`` where both lie in the picture.
        width: of the eye, in pixels.
        below: how far the eye reaches below the line of the lower lid, in eye widths.
        corner: of :attr:`skin` in the picture, x and y.
        skin: ``(h, w, 4) float32`` the same place as if the lid were shut, and how much of it is seen, 0 to 1.
        ball: ``(2 h, 2 w, 3) uint8`` the same place, enlarged, as if there were no lids at all.
        lash: ``(3,)`` colour of the lashes.
        iris: ``(2,)`` its middle; None where it cannot move.
    """

    up: np.ndarray
    low: np.ndarray
    rest: np.ndarray
    width: float
    below: float
    corner: np.ndarray
    skin: np.ndarray
    ball: np.ndarray
    lash: np.ndarray
    iris: np.ndarray | None


class Eyes:
    """The eyes of a still picture.

    Args:
        fitted: the rig on the face.
        image: the picture ``(H, W, 3) uint8``.
    """

    def __init__(self, fitted: FittedRig, image: np.ndarray) -> None:
        self._down, self._across = fitted.down.astype(np.float32), fitted.across.astype(np.float32)
        found = (self._eye(fitted.source[:, :2], image, up, low) for up, low in _LIDS)
        self._eyes = [eye for eye in found if eye is not None]

    def _eye(self, points: np.ndarray, image: np.ndarray, up: np.ndarray, low: np.ndarray) -> _Eye | None:
        width = float(np.linalg.norm(points[up[0]] - points[up[-1]]))
        rest = points[np.concatenate([up, low])]
        left, top, right, bottom = region_around(rest, image.shape, margin=round(AROUND * width) + 1)
        if right - left < 4 or bottom - top < 4:
            return None
        corner = np.array([left, top], np.float32)
        place = image[top:bottom, left:right].astype(np.float32)
        at_up, at_low = points[up] - corner, points[low] - corner
        opening = float(((points[low] - points[up]) @ self._down).max())
        if opening < LEAST_OPEN * width:
            return None
        below = self._reaches_below(place, at_up, at_low, width)
        bounds = self._bounds(*(self._lid(line, below) for line in (at_up, at_low)), width, below)
        hole = coverage_between(*place.shape[:2], *bounds)
        light = place @ LUMA
        near = cv2.dilate(
            (hole > 0).astype(np.uint8), np.ones((3, 3), np.uint8), iterations=max(2, round(0.16 * width))
        )
        around = (near > 0) & (hole < 0.01)
        usual = np.median(light[around]) if around.any() else np.median(light)
        skin = around & (light > 0.7 * usual) & (light < 1.4 * usual)  # neither brow nor lash nor spectacles
        lid = filled(place, skin.astype(np.float32))
        lid = self._shaded(cv2.GaussianBlur(lid, (0, 0), max(0.5, 0.03 * width)), *bounds)
        lid[..., :3] += _grain_of(place, skin)
        inside = coverage_between(*light.shape, at_up, at_low)
        sure = cv2.erode(
            (inside > 0.9).astype(np.uint8), np.ones((3, 3), np.uint8), iterations=max(1, round(0.02 * width))
        )
        ball = np.clip(filled(place, sure.astype(np.float32)), 0, 255).astype(np.uint8)
        ball = cv2.resize(ball, None, fx=2, fy=2, interpolation=cv2.INTER_LANCZOS4)
        dark = light <= np.quantile(light[hole > 0.5], 0.12) if (hole > 0.5).any() else light <= light.min()
        iris = _iris(light, inside) if width >= LEAST_WIDTH and below == LASHES[1] else None
        iris = None if iris is None else iris + corner
        return _Eye(up, low, rest, width, below, corner, lid, ball, place[dark].mean(0), iris)

    def _bounds(self, up: np.ndarray, low: np.ndarray, width: float, below: float) -> tuple[np.ndarray, np.ndarray]:
        """The lines of the lids, moved apart by their lashes except at the corners."""
        almond = self._almond(up, width)
        return up - LASHES[0] * almond, low + np.float32(below) * almond

    def _lid(self, line: np.ndarray, below: float) -> np.ndarray:
        """The line of a lid: that of the mesh, or a longer one where the eye is a drawn one."""
        if below == LASHES[1]:
            return line
        along = (line - line.mean(0)) @ self._across
        return line + (np.float32(DRAWN_WIDER) * along)[:, None] * self._across

    def _almond(self, up: np.ndarray, width: float) -> np.ndarray:
        u = np.linspace(-1, 1, len(up))[:, None]
        return ((1 - u**2) ** 0.3 * width).astype(np.float32) * self._down

    def _reaches_below(self, place: np.ndarray, up: np.ndarray, low: np.ndarray, width: float) -> float:
        """How far the white of the eye, or what else is as blue beside skin, reaches below the lower lid's line."""
        almond, shape = self._almond(up, width), place.shape[:2]
        outside = coverage_between(*shape, *self._bounds(up, low, width, LASHES[1])) < 0.5
        light, blue = place @ LUMA, np.log((place[..., 2] + 8) / (place[..., 0] + 8))
        white = (blue > np.median(blue[outside]) + 0.3) & (light > 0.5 * np.median(light[outside]))
        for below, further in pairwise(BELOW):
            band = coverage_between(*shape, low + np.float32(below) * almond, low + np.float32(further) * almond) > 0.5
            if not band.any() or white[band].mean() < 0.2:
                return float(below)
        return float(BELOW[-1])

    def _shaded(self, lid: np.ndarray, top: np.ndarray, bottom: np.ndarray) -> np.ndarray:
        """A lid of even skin, lit as one that bulges over an eye, and how much of it is seen: ``(h, w, 4) float32``."""
        x, y = np.meshgrid(*(np.arange(n, dtype=np.float32) for n in lid.shape[1::-1]))
        along, down = (x * axis[0] + y * axis[1] for axis in (self._across, self._down))
        high, low = (np.interp(along, line @ self._across, line @ self._down) for line in (top, bottom))
        done = (down - high) / np.maximum(low - high, 1.0)
        fold, bulge, rim = (size * np.exp(-(((done - at) / reach) ** 2)) for size, at, reach in (FOLD, BULGE, RIM))
        seen = np.clip(done / FEATHER, 0, 1)
        lit = lid * (1 - fold + bulge - rim)[..., None]
        return np.dstack([lit, seen * seen * (3 - 2 * seen)]).astype(np.float32)

    def look(self, out: np.ndarray, target: np.ndarray, gaze: np.ndarray) -> None:
        """Let the irises look elsewhere, in place; the lids stay.

        Args:
            out: ``(H, W, 3) uint8`` the warped picture.
            target: ``(n, 2)`` mesh points in it.
            gaze: ``(2,)`` across and down, in eye widths.
        """
        for eye in self._eyes:
            points = target[np.concatenate([eye.up, eye.low])]
            left, top, right, bottom = region_around(points, out.shape, margin=2)
            if eye.iris is None or right - left < 2 or bottom - top < 2:
                continue
            back = _affine(points, eye.rest)
            x, y = np.meshgrid(np.arange(left, right), np.arange(top, bottom))
            place = np.stack([x, y], -1).astype(np.float32) @ back[:, :2].T + back[:, 2]
            shift = (gaze[0] * self._across + gaze[1] * self._down) * eye.width
            away = np.linalg.norm(place - eye.iris - shift, axis=-1) / eye.width
            share = np.clip((WHITE - away) / (WHITE - 1.15 * IRIS), 0, 1)
            place -= (share * share * (3 - 2 * share))[..., None] * shift
            corner = np.array([left, top], np.float32)
            hole = coverage_between(bottom - top, right - left, target[eye.up] - corner, target[eye.low] - corner)
            hole = cv2.GaussianBlur(hole, (0, 0), max(0.5, 0.01 * eye.width))[..., None]
            region = out[top:bottom, left:right]
            place = 2 * (place - eye.corner) + np.float32(0.5)
            moved = cv2.remap(eye.ball, place, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE).astype(
                np.float32
            )
            region[:] = np.rint(region + (moved - region) * hole).astype(np.uint8)

    def close(self, out: np.ndarray, target: np.ndarray, blink: float) -> None:
        """Draw the lids over the eyes of ``out``, in place, as far as they are shut.

        Args:
            out: ``(H, W, 3) uint8`` the warped picture.
            target: ``(n, 2)`` mesh points in it.
            blink: closure of the lids, 0 to 1.
        """
        if blink <= 0.01:
            return
        for eye in self._eyes:
            up, low = (self._lid(target[line], eye.below) for line in (eye.up, eye.low))
            top_line, bottom_line = self._bounds(up, low, eye.width, eye.below)
            meeting = up + MEETING * (low - up)
            edge = up + np.float32(blink) * (meeting - up)
            rising = bottom_line + np.float32(blink) * (meeting - bottom_line)
            left, top, right, bottom = region_around(np.concatenate([top_line, bottom_line]), out.shape, margin=3)
            if right - left < 2 or bottom - top < 2:
                continue
            region, corner = out[top:bottom, left:right], np.array([left, top], np.float32)
            to_place = _affine(eye.rest, target[np.concatenate([eye.up, eye.low])])
            to_place[:, 2] += to_place[:, :2] @ eye.corner - corner
            size = (right - left, bottom - top)
            skin = cv2.warpAffine(eye.skin, to_place, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
            soft = max(0.5, 0.012 * eye.width)
            lids = coverage_between(*region.shape[:2], top_line - corner, edge - corner)
            if blink > 0.5:
                lids = np.maximum(lids, coverage_between(*region.shape[:2], rising - corner, bottom_line - corner))
            lids = cv2.GaussianBlur(lids, (0, 0), soft)
            begun = min(1.0, blink / 0.15)  # the upper lashes go first
            mixed = region + (skin[..., :3] - region) * (lids * skin[..., 3] * begun)[..., None]
            thick = LASH_WIDTH * self._almond(up, eye.width)
            line = coverage_between(*region.shape[:2], edge - 0.5 * thick - corner, edge + 0.5 * thick - corner)
            cover = cv2.GaussianBlur(line, (0, 0), max(0.5, 0.3 * LASH_WIDTH * eye.width)) * np.float32(0.85 * begun)
            mixed += (eye.lash - mixed) * cover[..., None]
            region[:] = np.rint(np.clip(mixed, 0, 255)).astype(np.uint8)


def _grain_of(place: np.ndarray, skin: np.ndarray) -> np.ndarray:
    """``(h, w, 1) float32`` noise as strong as what is finest in the skin of a place; always the same."""
    fine = (place - cv2.GaussianBlur(place, (0, 0), 1.5)) @ LUMA
    level = min(float(np.median(np.abs(fine[skin]))), MOST_GRAIN) if skin.any() else 0.0
    noise = cv2.GaussianBlur(np.random.default_rng(0).normal(size=fine.shape).astype(np.float32), (0, 0), 0.7)
    return (level / noise.std() * noise)[..., None]


def _affine(source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """``(2, 3) float32`` affine map that carries points onto others, as well as one can (least squares)."""
    known = np.column_stack([source, np.ones(len(source))])
    return np.linalg.lstsq(known, target, rcond=None)[0].T.astype(np.float32)


def _iris(light: np.ndarray, opening: np.ndarray) -> np.ndarray | None:
    """Middle ``(2,)`` of what is dark within the opening of an eye; None where nothing is darker than the rest."""
    inside = opening > 0.5
    if inside.sum() < 20:
        return None
    low, high = np.percentile(light[inside], (10, 90))
    if high < 1.4 * low + 5:
        return None
    weight = np.where(inside, np.clip((0.5 * (low + high) - light) / (high - low), 0, 1), 0)
    y, x = np.nonzero(weight)
    share = weight[y, x] / weight.sum()
    return np.array([share @ x, share @ y], np.float32)
