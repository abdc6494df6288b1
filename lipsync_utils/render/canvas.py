"""A picture in a larger one of another shape, whole, on a background that is made of it."""

from __future__ import annotations

import cv2
import numpy as np

from ..pixels import Pixels, as_rgb

SMALL = 72
"""Longer side of a background while it is blurred, in pixels."""

BLUR = 0.06
"""Standard deviation of the blur, in shares of the longer side."""

DARK = 0.6
"""Brightness of what is blurred: the eye goes to the picture."""

EVEN = 6.0
"""A wall's colours differ by no more from one place to the next, 0 to 255."""

_EDGE = 0.02  # of the height, and at least two rows
_COARSE, _FINE = 0.05, 0.015  # standard deviations of what is even and of what goes on, in shares of the width


class Canvas:
    """Puts frames into pictures of another size.

    Args:
        corner: left and top of the frames in the pictures.
        size: width and height of the pictures.
        still: all frames are of one picture, so one background does for all.
        continued: the wall above is continued (:func:`ends_in_a_wall`); otherwise the background is the frame itself,
            enlarged, blurred and darkened.
    """

    def __init__(self, corner: tuple[int, int], size: tuple[int, int], *, still: bool, continued: bool) -> None:
        self._corner, self._size, self._still = corner, size, still
        self._draw = wall if continued else backdrop
        self._background: np.ndarray | None = None

    def show(self, pixels: Pixels) -> Pixels:
        """A frame in a picture ``(H, W, 3) uint8``, a new array; itself where it fills that."""
        height, width = pixels.shape[:2]
        if (width, height) == self._size:
            return pixels
        frame = as_rgb(pixels)
        if self._background is None or not self._still:
            self._background = self._draw(frame, self._size)
        picture = self._background.copy() if self._still else self._background
        left, top = self._corner
        picture[top : top + height, left : left + width] = frame
        return picture


def backdrop(frame: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """The middle of a frame ``(h, w, 3) uint8``, enlarged to width and height, blurred and darkened."""
    height, width = frame.shape[:2]
    small = tuple(max(2, round(side * SMALL / max(size))) for side in size)
    factor = min(width / size[0], height / size[1])  # pixels of the frame for one of the background
    w, h = round(size[0] * factor), round(size[1] * factor)
    left, top = (width - w) // 2, (height - h) // 2
    every = max(1, min(w // small[0], h // small[1]) // 4)  # some pixels are enough, and it is done for each frame
    copy = cv2.resize(frame[top : top + h : every, left : left + w : every], small, interpolation=cv2.INTER_AREA)
    copy = cv2.GaussianBlur(copy.astype(np.float32) * DARK, (0, 0), BLUR * SMALL, borderType=cv2.BORDER_REFLECT)
    return cv2.resize(np.rint(copy).astype(np.uint8), size, interpolation=cv2.INTER_LINEAR)


def ends_in_a_wall(image: np.ndarray) -> bool:
    """Whether a picture ``(H, W, 3) uint8`` shows nothing but an even background at its upper edge."""
    edge = _edge(image)
    row = edge.mean(axis=0)
    return np.abs(row - _smoothed(row, _COARSE)).max() < EVEN and edge.std(axis=0).mean() < EVEN / 2


def wall(frame: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """The upper edge of a frame ``(h, w, 3) uint8``, which is as wide as the result, going on upwards."""
    row = _smoothed(_edge(frame).mean(axis=0), _FINE)
    rng = np.random.default_rng(0)  # rounding alone would show as stripes
    return np.floor(row + rng.random((size[1], size[0], 1), np.float32)).clip(0, 255).astype(np.uint8)


def _edge(image: np.ndarray) -> np.ndarray:
    """``(n, W, 3) float32``."""
    return image[: max(2, round(_EDGE * len(image)))].astype(np.float32)


def _smoothed(row: np.ndarray, share: float) -> np.ndarray:
    """``(1, w, 3) float32`` of ``(w, 3)``."""
    return cv2.GaussianBlur(row[None], (0, 0), share * row.shape[0], borderType=cv2.BORDER_REFLECT)
