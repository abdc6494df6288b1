"""The pixels of a frame: RGB, or the planes that its file holds, of which RGB is made only where it is looked at.

What is painted goes back as a difference, so that planes stay what they are to the bit wherever nothing was painted, in
the matrix and the range of their file.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

BT709, BT601, BT2020 = 1, 6, 9
"""Matrices of HD, of older television, and of UHD (ITU-T H.273, FFmpeg's AVColorSpace)."""

_LUMA = {BT709: (0.2126, 0.0722), 4: (0.30, 0.11), 7: (0.212, 0.087), BT2020: (0.2627, 0.0593)}
_LUMA_BT601 = (0.299, 0.114)

Region = tuple[int, int, int, int]
"""Left, top, right, bottom (exclusive) in pixels."""


@dataclass(frozen=True)
class Colour:
    """What the numbers of a file's planes stand for.

    Attributes:
        matrix: by which brightness and colour are made of RGB, as H.273 numbers it.
        full: brightness from 0 to 255; otherwise from 16 to 235.
        primaries: of the colours, as H.273 numbers them.
        curve: likewise, of light.
    """

    matrix: int = BT601
    full: bool = False
    primaries: int = BT709
    curve: int = BT709

    @cached_property
    def to_rgb(self) -> np.ndarray:
        """``(3, 4) float32``: RGB of brightness and hues, and what is added."""
        light, hue = (1.0, 1.0) if self.full else (255 / 219, 255 / 224)
        red, blue = self._luma
        more_red, more_blue = 2 * (1 - red) * hue, 2 * (1 - blue) * hue
        green = -more_blue * blue / (1 - red - blue), -more_red * red / (1 - red - blue)
        turn = np.array([[light, 0, more_red], [light, *green], [light, more_blue, 0]])
        return np.column_stack([turn, -turn @ [self.black, 128, 128]]).astype(np.float32)

    @cached_property
    def from_rgb(self) -> np.ndarray:
        """``(3, 3) float32``: what a difference of RGB is in brightness and hues."""
        return np.linalg.inv(self.to_rgb[:, :3]).astype(np.float32)

    @property
    def black(self) -> int:
        """The number of black in the plane of brightness."""
        return 0 if self.full else 16

    @property
    def _luma(self) -> tuple[float, float]:
        """How much red and blue count for brightness."""
        return _LUMA.get(self.matrix, _LUMA_BT601)


DEFAULT = Colour()
"""Of files that are made of RGB: BT.601, from 16 to 235."""


@dataclass(frozen=True, eq=False)
class Yuv:
    """A picture as planes: brightness, and two of colour with a sample for each four pixels, in their middle.

    Attributes:
        planes: ``(H * 3 / 2, W) uint8`` the three planes of yuv420p one below the other; H and W are even.
        colour: what they stand for.
    """

    planes: np.ndarray
    colour: Colour

    def __post_init__(self) -> None:
        self.planes.setflags(write=False)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Of the picture in RGB."""
        height, width = self.planes.shape
        return height * 2 // 3, width, 3

    @property
    def nbytes(self) -> int:
        """What it takes in memory."""
        return self.planes.nbytes

    @cached_property
    def rgb(self) -> np.ndarray:
        """``(H, W, 3) uint8`` RGB, read-only; kept."""
        height, width = self.shape[:2]
        out = self.part((0, 0, width, height))
        out.setflags(write=False)
        return out

    def part(self, region: Region) -> np.ndarray:
        """``(h, w, 3) uint8`` RGB of a region; a new array."""
        return cv2.transform(self._whole(region), self.colour.to_rgb)

    def _whole(self, region: Region) -> np.ndarray:
        """``(h, w, 3) uint8`` brightness and hues of a region; four pixels share their hues, as in the planes."""
        left, top, right, bottom = region
        y, *hues = planes_in(self.planes)
        half = slice(top // 2, (bottom + 1) // 2), slice(left // 2, (right + 1) // 2)
        size = 2 * (half[1].stop - half[1].start), 2 * (half[0].stop - half[0].start)
        inner = slice(top % 2, top % 2 + bottom - top), slice(left % 2, left % 2 + right - left)
        large = (cv2.resize(hue[half], size, interpolation=cv2.INTER_NEAREST)[inner] for hue in hues)
        return cv2.merge([y[top:bottom, left:right], *large])

    def reduced(self, region: Region, factor: int) -> np.ndarray:
        """``(h, w, 3) uint8`` RGB of a region whose size is a multiple of ``factor``, made smaller by averaging."""
        if factor == 1:
            return self.part(region)
        left, top, right, bottom = region
        size = (right - left) // factor, (bottom - top) // factor
        y, *hues = planes_in(self.planes)
        half = slice(top // 2, (bottom + 1) // 2), slice(left // 2, (right + 1) // 2)
        small = (
            cv2.resize(each, size, interpolation=cv2.INTER_AREA)
            for each in (y[top:bottom, left:right], *(hue[half] for hue in hues))
        )
        return cv2.transform(cv2.merge([*small]), self.colour.to_rgb)

    def cut(self, region: Region, size: tuple[int, int]) -> Yuv:
        """A region in another width and height; all numbers must be even."""
        left, top, right, bottom = region
        planes = np.empty((size[1] * 3 // 2, size[0]), np.uint8)
        for number, (mine, its) in enumerate(zip(planes_in(self.planes), planes_in(planes), strict=True)):
            half = 1 if number == 0 else 2
            part = mine[top // half : bottom // half, left // half : right // half]
            its[:] = resized(part, (size[0] // half, size[1] // half))
        return Yuv(planes, self.colour)

    def painted(self, region: Region, before: np.ndarray, after: np.ndarray) -> Yuv:
        """A copy in which a region of RGB has changed from ``before`` to ``after``, both ``(h, w, 3) uint8``."""
        left, top, right, bottom = region
        # Some planes stand for colours that no RGB has; what is painted takes their place.
        exact = cv2.transform(self._whole(region).astype(np.int16), self.colour.to_rgb)
        change = cv2.subtract(after, exact, dtype=cv2.CV_16S)
        change *= after != before
        change = cv2.transform(change, self.colour.from_rgb)
        change = cv2.copyMakeBorder(change, top % 2, bottom % 2, left % 2, right % 2, cv2.BORDER_CONSTANT)
        planes = self.planes.copy()
        y, *hues = planes_in(planes)
        top, left, height, width = top // 2, left // 2, change.shape[0] // 2, change.shape[1] // 2
        _add(y[2 * top : 2 * (top + height), 2 * left : 2 * (left + width)], change[..., 0])
        half = cv2.resize(change, (width, height), interpolation=cv2.INTER_AREA)
        for number, hue in enumerate(hues, start=1):
            _add(hue[top : top + height, left : left + width], half[..., number])
        return Yuv(planes, self.colour)


Pixels = np.ndarray | Yuv
"""``(H, W, 3) uint8`` RGB, or planes."""


def as_rgb(pixels: Pixels) -> np.ndarray:
    """``(H, W, 3) uint8`` RGB."""
    return pixels.rgb if isinstance(pixels, Yuv) else pixels


def as_planes(pixels: Pixels) -> Yuv:
    """Planes that come near to what is seen; themselves where they are there. An odd last row or column is repeated."""
    return pixels if isinstance(pixels, Yuv) else Yuv(to_yuv420(pixels), DEFAULT)


def changed(pixels: np.ndarray, before: Yuv, after: Yuv) -> np.ndarray:
    """RGB, and where planes that were made of it (:func:`as_planes`) have changed, theirs."""
    height, width = pixels.shape[:2]
    new = after.rgb[:height, :width]
    same = (new == before.rgb[:height, :width]).all(-1, keepdims=True)
    return np.where(same, pixels, new)


def part_of(pixels: Pixels, region: Region) -> np.ndarray:
    """``(h, w, 3) uint8`` RGB of a region; not to be changed."""
    if isinstance(pixels, Yuv):
        return pixels.part(region)
    left, top, right, bottom = region
    return pixels[top:bottom, left:right]


def reduced(pixels: Pixels, region: Region, factor: int) -> np.ndarray:
    """``(h, w, 3) uint8`` RGB of a region whose size is a multiple of ``factor``, made smaller by averaging."""
    if isinstance(pixels, Yuv):
        return pixels.reduced(region, factor)
    part = part_of(pixels, region)
    size = part.shape[1] // factor, part.shape[0] // factor
    return part if factor == 1 else cv2.resize(part, size, interpolation=cv2.INTER_AREA)


def sampled(pixels: Pixels, size: tuple[int, int]) -> np.ndarray:
    """``(h, w, 3) uint8`` RGB of single pixels that lie evenly over the picture."""
    if isinstance(pixels, np.ndarray):
        return cv2.resize(pixels, size, interpolation=cv2.INTER_NEAREST)
    few = (cv2.resize(plane, size, interpolation=cv2.INTER_NEAREST) for plane in planes_in(pixels.planes))
    return cv2.transform(cv2.merge([*few]), pixels.colour.to_rgb)


def colours_at(pixels: Pixels, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """``(..., 3) uint8`` RGB of single pixels, at whole places ``(...)`` within the picture."""
    if isinstance(pixels, np.ndarray):
        return pixels[y, x]
    bright, *hues = planes_in(pixels.planes)
    few = np.stack([bright[y, x], *(hue[y // 2, x // 2] for hue in hues)], -1)
    return cv2.transform(few.reshape(1, -1, 3), pixels.colour.to_rgb).reshape(few.shape)


def painted(pixels: Pixels, region: Region, before: np.ndarray, after: np.ndarray) -> Pixels:
    """A copy in which a region of RGB has changed from ``before`` to ``after``, both ``(h, w, 3) uint8``."""
    if isinstance(pixels, Yuv):
        return pixels.painted(region, before, after)
    left, top, right, bottom = region
    out = pixels.copy()
    out[top:bottom, left:right] = after
    return out


def resized(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """A picture or a plane, ``(H, W, ...) uint8``, in another width and height; itself where it has them."""
    if image.shape[1::-1] == size:
        return image
    enlarged = image.shape[1] < size[0]
    return cv2.resize(image, size, interpolation=cv2.INTER_CUBIC if enlarged else cv2.INTER_AREA)


def to_yuv420(rgb: np.ndarray, colour: Colour = DEFAULT) -> np.ndarray:
    """Planes of a picture, each sample of colour the mean of its four pixels.

    Args:
        rgb: ``(H, W, 3) uint8``. An odd last row or column is repeated.
        colour: matrix and range.

    Returns:
        ``(H' * 3 / 2, W') uint8`` with H' and W' rounded up to even; a new array.
    """
    height, width = rgb.shape[:2]
    if height % 2 or width % 2:
        rgb = cv2.copyMakeBorder(rgb, 0, height % 2, 0, width % 2, cv2.BORDER_REPLICATE)
        height, width = rgb.shape[:2]
    planes = np.empty((height * 3 // 2, width), np.uint8)
    y, *hues = planes_in(planes)
    whole = cv2.transform(rgb, np.column_stack([colour.from_rgb, (colour.black, 128, 128)]))
    cv2.extractChannel(whole, 0, y)
    half = cv2.resize(whole, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    for number, hue in enumerate(hues, start=1):
        cv2.extractChannel(half, number, hue)
    return planes


def planes_in(planes: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Views on the three planes of yuv420p that lie one below the other: ``(H, W)``, twice ``(H / 2, W / 2)``."""
    width, height = planes.shape[1], planes.shape[0] * 2 // 3
    hues = planes[height:].reshape(2, height // 2, width // 2)
    return planes[:height], hues[0], hues[1]


def _add(plane: np.ndarray, change: np.ndarray) -> None:
    """Add ``int16`` to ``uint8``, in place, between 0 and 255."""
    cv2.add(plane, np.ascontiguousarray(change), dst=plane, dtype=cv2.CV_8U)
