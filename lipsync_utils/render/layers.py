"""A picture in two layers: the person, and what is behind, continued where the person covers it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ..errors import AssetError
from ..faces.person import PersonFinder
from ..records import Face

GUIDE_RADIUS, GUIDE_EPSILON = 4, 2e-4
"""Of the guided filter that brings a coarse mask to the picture's edges: its reach in pixels of the mask, and the
contrast (squared, of 1) from which on an edge is followed."""

SURE = (0.1, 0.8)
"""A refined mask below and above this is 0 and 1."""

CLEAR = 3.0
"""Background this near to the person, in pixels of the mask, is not trusted: it has taken the person's light."""

STRANDS = (6.0, 5.0, 8.0)
"""What near a person differs from the background by the first, in levels of 255, and so many times its roughness
begins to be the person's, and is wholly from so much more on."""


@dataclass(frozen=True)
class Layers:
    """What a picture is made of; ``front`` over ``back`` is the picture.

    Attributes:
        front: ``(H, W, 3) uint8`` the person, continued beyond the outline.
        alpha: ``(H, W) uint8`` how much of each pixel is the person, 0 to 255.
        back: ``(H, W, 3) uint8`` what is behind, continued behind the person.
    """

    front: np.ndarray
    alpha: np.ndarray
    back: np.ndarray


def layers_of(image: np.ndarray, face: Face) -> Layers | None:
    """The person with this face, and what is behind; None where the network that tells them apart cannot be had."""
    try:
        mask, coarse = PersonFinder()(image, face)
    except AssetError:
        return None
    return parted(image, mask, coarse=coarse)


def parted(image: np.ndarray, mask: np.ndarray, *, coarse: float) -> Layers:
    """The layers of a picture.

    Args:
        image: ``(H, W, 3) uint8`` RGB.
        mask: ``(H, W) float32`` where the person is, 0 to 1, coarse.
        coarse: how many pixels of the picture one of the mask's own covers.
    """
    alpha, whole = refined(image, mask, coarse=coarse), image.astype(np.float32)
    away = cv2.distanceTransform((alpha == 0).astype(np.uint8), cv2.DIST_L2, 3) / (CLEAR * coarse)
    trusted = np.clip(away, 0, 1)
    known = (trusted >= 1).astype(np.float32)
    continued = filled(whole, known)
    hair = filled(whole, (alpha > 0.98).astype(np.float32))
    alpha = np.maximum(alpha, _strands(whole, hair, continued, known))
    share = alpha[..., None]
    back = continued + trusted[..., None] * (whole - continued)
    front = filled(whole, (alpha > 0.98).astype(np.float32))
    front = front + np.minimum(2.0 * share, 1.0) * ((whole - (1.0 - share) * back) / np.maximum(share, 0.05) - front)
    front = np.where(share < 1, np.clip(front, 0, 255), whole)
    return Layers(*(np.rint(layer).astype(np.uint8) for layer in (front, 255.0 * alpha, back)))


def _strands(whole: np.ndarray, hair: np.ndarray, continued: np.ndarray, known: np.ndarray) -> np.ndarray:
    """``(H, W) float32`` loose hair: what near a person is unlike the background, beyond its own roughness, 0 to 1.

    As much as the colour lies on the way from that of the background to that of the person.
    """
    rough = cv2.absdiff(whole, cv2.GaussianBlur(whole, (0, 0), 4.0)).mean(-1)
    rough = filled(np.dstack([rough] * 3), known)[..., 0]
    unlike = np.abs(whole - continued).max(-1)
    way = hair - continued
    part = np.clip(((whole - continued) * way).sum(-1) / np.maximum(np.square(way).sum(-1), 400.0), 0, 1)
    return np.where(known < 1, part * np.clip((unlike - STRANDS[0] - STRANDS[1] * rough) / STRANDS[2], 0, 1), 0)


def refined(image: np.ndarray, mask: np.ndarray, *, coarse: float) -> np.ndarray:
    """A coarse mask along the edges of the picture, ``(H, W) float32``.

    He, Sun and Tang, *Guided Image Filtering* (TPAMI 2013), with colours for a guide and, after He and Sun, *Fast
    Guided Filter* (arXiv:1505.00996), with coefficients that are worked out as coarsely as the mask is.
    """
    height, width = mask.shape
    size = (max(2, round(width / coarse)), max(2, round(height / coarse)))
    guide = cv2.resize(image, size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    small = cv2.resize(mask, size, interpolation=cv2.INTER_AREA)

    def mean(x: np.ndarray) -> np.ndarray:
        return cv2.blur(x, (2 * GUIDE_RADIUS + 1, 2 * GUIDE_RADIUS + 1))

    centre, level = mean(guide), mean(small)
    products = (guide[..., :, None] * guide[..., None, :]).reshape(*small.shape, 9)
    spread = np.dstack([mean(products[..., i]) for i in range(9)]).reshape(*small.shape, 3, 3)
    spread += GUIDE_EPSILON * np.eye(3, dtype=np.float32) - centre[..., :, None] * centre[..., None, :]
    common = mean(guide * small[..., None]) - centre * level[..., None]
    slope = np.linalg.solve(spread, common[..., None])[..., 0]
    offset = level - (slope * centre).sum(-1)
    slope, offset = (cv2.resize(mean(x), (width, height)) for x in (slope.astype(np.float32), offset))
    sharp = (slope * (image.astype(np.float32) / 255)).sum(-1) + offset
    low, high = SURE
    return np.clip((sharp - low) / (high - low), 0, 1).astype(np.float32)


def filled(image: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """``(H, W, 3) float32``: the picture where ``weight`` is 1, and smoothly continued elsewhere (push and pull)."""
    height, width = weight.shape
    if min(height, width) < 2 or weight.min() >= 1.0:
        return image
    size = ((width + 1) // 2, (height + 1) // 2)
    less = cv2.resize(weight, size, interpolation=cv2.INTER_AREA)
    coarse = (
        cv2.resize(image * weight[..., None], size, interpolation=cv2.INTER_AREA) / np.maximum(less, 1e-6)[..., None]
    )
    coarse = filled(coarse, np.minimum(4.0 * less, 1.0))
    share = weight[..., None]
    return share * image + (1.0 - share) * cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR)
