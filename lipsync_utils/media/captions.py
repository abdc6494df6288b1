"""Subtitles drawn into the picture: white on a dark plate, at the bottom, English and Arabic."""

from __future__ import annotations

import functools
from bisect import bisect_right
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont, features

from ..errors import MissingExtraError
from ..figures.text import has_arabic, shaped
from ..messages import Message
from ..options import Cue
from ..pixels import Pixels
from .badge import Label

_HEIGHT = 0.045  # of the letters, in the picture's shorter side
_LEAST = 10  # pixels; smaller letters are not read
_WIDTH = 0.9  # of the picture, for the plate
_BOTTOM = 0.115  # of the picture's shorter side, kept free: the label "AI-generated" and players' controls lie there
_LEADING = 1.25
_DARKNESS = 165  # of the plate, 0 to 255


class Captions:
    """The subtitles of pictures of one size. Drawn once for each cue; then only the plate's own rectangle is blended.

    Args:
        width: of the pictures, in pixels.
        height: likewise.
        cues: in order, none overlapping. Their lines are broken anew where they are wider than the picture.

    Raises:
        MissingExtraError: there are Arabic letters, and nothing here that has them or joins them.
    """

    def __init__(self, width: int, height: int, cues: Sequence[Cue]) -> None:
        self._width, self._height, self._cues = width, height, tuple(cues)
        self._starts = [cue.from_s for cue in self._cues]
        self._plate = functools.lru_cache(maxsize=2)(self._drawn)
        for cue in next(([cue] for cue in self._cues if has_arabic(cue.text)), []):
            self._plate(cue)  # what is missing is said before anything slow

    def at(self, time_s: float) -> Cue | None:
        """The cue that is shown then."""
        cue = self._cues[i] if (i := bisect_right(self._starts, time_s) - 1) >= 0 else None
        return cue if cue is not None and time_s < cue.to_s else None

    def on(self, pixels: Pixels, cue: Cue) -> Pixels:
        """A copy of a picture with the words of a cue."""
        return self._plate(cue).on(pixels)

    def _drawn(self, cue: Cue) -> Label:
        shorter = min(self._width, self._height)
        plate = _plate(cue.text, max(_LEAST, round(_HEIGHT * shorter)), round(_WIDTH * self._width))
        plate.thumbnail((max(1, self._width - 2), max(1, self._height - 2)))  # tiny pictures: as large as fits
        left = (self._width - plate.width) // 2
        bottom = self._height - min(round(_BOTTOM * shorter), (self._height - plate.height) // 2)
        return Label(plate, left, bottom - plate.height)


def _plate(text: str, size: int, width: int) -> Image.Image:
    """Words with an alpha channel, centred; ``size`` is that of the letters, ``width`` the plate's most, in pixels."""
    font, pad = _font(text, size), round(0.5 * size)
    lines = [_line(line, has_arabic(text)) for line in _fitted(text, font, width - 2 * pad)]
    widths = [font.getlength(line, **how) for line, how in lines]
    leading = round(_LEADING * size)
    picture = Image.new("RGBA", (round(max(widths)) + 2 * pad, leading * len(lines) + pad), (0, 0, 0, 0))
    pen = ImageDraw.Draw(picture)
    pen.rounded_rectangle((0, 0, picture.width - 1, picture.height - 1), radius=pad, fill=(0, 0, 0, _DARKNESS))
    for number, ((line, how), long) in enumerate(zip(lines, widths, strict=True)):
        middle = pad // 2 + (number + 0.5) * leading
        place = (picture.width - long) / 2, middle + 0.36 * size
        pen.text(place, line, font=font, fill=(255, 255, 255, 255), anchor="ls", **how)
    return picture


def _fitted(text: str, font: ImageFont.FreeTypeFont, width: float) -> list[str]:
    """The text's own lines where they fit, else as few as possible, of about the same length."""
    lines = text.split("\n")
    if max(map(font.getlength, lines)) <= width:
        return lines
    words = text.split()
    lines = _wrapped(words, font, width)
    while len(closer := _wrapped(words, font, 0.96 * width)) == len(lines) and closer != [*words]:
        lines, width = closer, 0.96 * width
    return lines


def _wrapped(words: list[str], font: ImageFont.FreeTypeFont, width: float) -> list[str]:
    lines: list[str] = []
    for word in words:
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and font.getlength(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _line(line: str, arabic: bool) -> tuple[str, dict[str, str]]:
    """A line as Pillow draws it, and how: its letters joined, from right to left."""
    if not arabic:
        return line, {}
    if features.check("raqm") and features.check("fribidi"):
        return line, {"direction": "rtl", "language": "ar"}
    return shaped(line, base="R", purpose=Message("Arabic subtitles in the picture")), {}


def _font(text: str, size: int) -> ImageFont.FreeTypeFont:
    """DejaVu Sans, which matplotlib brings; without it Pillow's own, which has no Arabic."""
    try:
        import matplotlib
    except ImportError as error:
        if has_arabic(text):
            raise MissingExtraError("Arabic subtitles in the picture", "notebooks") from error
        return ImageFont.load_default(size)
    return ImageFont.truetype(f"{matplotlib.get_data_path()}/fonts/ttf/DejaVuSans.ttf", size)
