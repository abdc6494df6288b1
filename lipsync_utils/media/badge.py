"""A label in the corner of every picture that says that it was generated."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ..pixels import Pixels, painted, part_of

TEXT = "AI-generated"
"""What the label says."""

_HEIGHT = 0.034  # of the letters, in the picture's shorter side
_LEAST = 11  # pixels; smaller letters are not read
_DARKNESS = 150  # of the plate behind the letters, 0 to 255: they are read on white and on black


class Label:
    """A translucent plate with letters, blended into pictures at a place.

    Args:
        plate: the plate with an alpha channel.
        left: of its place in the pictures, in pixels.
        top: likewise.
    """

    def __init__(self, plate: Image.Image, left: int, top: int) -> None:
        self.region = left, top, left + plate.width, top + plate.height
        rgba = np.asarray(plate, np.float32)
        alpha = rgba[..., 3:] / 255.0
        self._share, self._ink = 1.0 - alpha, rgba[..., :3] * alpha + 0.5

    def on(self, pixels: Pixels) -> Pixels:
        """A copy of a picture with the label."""
        before = part_of(pixels, self.region)
        return painted(pixels, self.region, before, (before * self._share + self._ink).astype(np.uint8))


class Badge(Label):
    """The label for pictures of one size, in their lower left corner: white letters on a dark, translucent plate.

    Args:
        width: of the pictures, in pixels.
        height: likewise.
    """

    def __init__(self, width: int, height: int) -> None:
        plate = _plate(max(_LEAST, round(_HEIGHT * min(width, height))))
        plate.thumbnail((max(1, width - 2), max(1, height - 2)))  # tiny pictures: as large as fits
        margin = min(plate.height // 2, (width - plate.width) // 2, (height - plate.height) // 2)
        super().__init__(plate, margin, height - margin - plate.height)


def _plate(size: int) -> Image.Image:
    """The label with an alpha channel; ``size`` is that of the letters in pixels."""
    font = ImageFont.load_default(size)
    left, top, right, bottom = font.getbbox(TEXT)
    pad = round(0.55 * size)
    plate = Image.new("RGBA", (round(right - left) + 2 * pad, round(bottom - top) + 2 * pad), (0, 0, 0, 0))
    pen = ImageDraw.Draw(plate)
    pen.rounded_rectangle((0, 0, plate.width - 1, plate.height - 1), radius=pad, fill=(0, 0, 0, _DARKNESS))
    pen.text((pad - left, pad - top), TEXT, font=font, fill=(255, 255, 255, 255))
    return plate
