"""Lids that close over the eye: geometry of a blink on any eye shape, and the line of lashes where the lids meet."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from ..faces import topology
from ..rig import FittedRig
from .regions import region_around

_LIDS = (
    (np.array(topology.RIGHT_EYE_UPPER), np.array(topology.RIGHT_EYE_LOWER)),
    (np.array(topology.LEFT_EYE_UPPER), np.array(topology.LEFT_EYE_LOWER)),
)
UPPER_LID_SHARE = 0.86
"""Part of the eye's opening that the upper lid closes."""

LID_MARGIN = (0.17, 0.22)
"""How far the eye's hole in the mesh is widened beyond the found upper and lower lid, in parts of the eye's largest
opening, so that what moves over the eye is skin and lashes, and no rim of the eyeball."""

LASH_WIDTH = 0.036
"""Thickness of the line of lashes of a shut eye, in eye widths."""


def _openings(fitted: FittedRig) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray, float]]:
    """For each eye: upper and lower lid points, where along the eye each pair lies (-1 to 1), the largest opening."""
    for up, low in _LIDS:
        along = fitted.rest[up, :2] @ fitted.across
        u = 2 * (along - along[0]) / (along[-1] - along[0] + 1e-6) - 1
        opening = (fitted.rest[low, :2] - fitted.rest[up, :2]) @ fitted.down
        yield up, low, u, max(0.0, float(opening.max()))


def widen_eyes(fitted: FittedRig) -> np.ndarray:
    """``(468, 2) float32`` displacement of the lid points that widens the holes by :data:`LID_MARGIN`."""
    out = np.zeros((topology.POINTS, 2), np.float32)
    for up, low, u, opening in _openings(fitted):
        margin = ((1 - u**4) * opening)[:, None] * fitted.down
        out[up] -= LID_MARGIN[0] * margin
        out[low] += LID_MARGIN[1] * margin
    return out


def blink_displacement(fitted: FittedRig, lids: np.ndarray) -> np.ndarray:
    """``(468, 2) float32`` displacement that just shuts both (widened) eyes of this face.

    The lids meet on the face's own eye line, whatever its shape; the skin between lid and brow follows, less and less
    with distance, so that it stretches instead of folding.

    Args:
        fitted: the rig on the face.
        lids: from :func:`widen_eyes`.
    """
    points, down = fitted.rest[:, :2] + lids, fitted.down
    x, y = points @ fitted.across, points @ down
    out = np.zeros((topology.POINTS, 2), np.float32)
    for up, low, _, _ in _openings(fitted):
        apart = points[low] - points[up]
        amount = np.interp(x, x[up], apart @ down, left=0, right=0) * UPPER_LID_SHARE
        above = (np.interp(x, x[up], y[up]) - y) / np.ptp(x[up])  # distance above the lid in eye widths
        follow = np.where((above >= 0) & (above < 1), np.exp(-((np.maximum(above, 0) / 0.22) ** 2)), 0)
        follow[low] = 0
        out += (amount * follow)[:, None] * down
        out[up] = apart * UPPER_LID_SHARE
        out[low[1:-1]] = -apart[1:-1] * (1 - UPPER_LID_SHARE)
    return out


class Lashes:
    """The line of lashes that a closing lid shows.

    Args:
        fitted: the rig on the face.
        image: the picture ``(H, W, 3) uint8``; lashes take the colour of what is darkest around each eye.
    """

    def __init__(self, fitted: FittedRig, image: np.ndarray) -> None:
        self._eyes = []
        for up, low in _LIDS:
            around = fitted.source[np.concatenate([up, low]), :2]
            width = float(np.linalg.norm(around[0] - around[len(up) - 1]))
            left, top = np.clip(np.floor(around.min(0) - 0.1 * width).astype(int), 0, None)
            right, bottom = np.ceil(around.max(0) + 0.1 * width).astype(int)
            pixels = image[top:bottom, left:right].reshape(-1, 3)
            if len(pixels):
                dark = pixels.sum(1) <= np.quantile(pixels.sum(1), 0.12)
                self._eyes.append((up, width, pixels[dark].mean(0).astype(np.float32)))

    def paint(self, out: np.ndarray, points: np.ndarray, blink: float) -> None:
        """Draw the lashes over ``out``, in place, as far as the lids are shut.

        Args:
            out: ``(H, W, 3) uint8`` the warped picture.
            points: ``(468, 2)`` moved mesh points in the output.
            blink: eyelid closure, 0 to 1.
        """
        strength = float(np.clip((blink - 0.35) / 0.5, 0, 1)) * 0.75
        if strength <= 0:
            return
        for up, width, colour in self._eyes:
            line = points[up]
            thick = max(1, round(LASH_WIDTH * width))
            left, top, right, bottom = region_around(line, out.shape, margin=2 * thick + 2)
            region = out[top:bottom, left:right]
            if region.shape[0] < 2 or region.shape[1] < 2:
                continue
            mask = np.zeros(region.shape[:2], np.uint8)
            curve = np.round((line - [left, top]) * 16).astype(np.int32)
            cv2.polylines(mask, [curve], False, 255, thick, cv2.LINE_AA, 4)
            soft = cv2.GaussianBlur(mask, (0, 0), max(0.6, 0.35 * thick)).astype(np.float32)
            cover = soft[..., None] * (strength / 255)
            region[:] = np.rint(region + (colour - region) * cover).astype(np.uint8)
