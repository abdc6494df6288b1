"""Animated pictures (GIF, WebP, PNG) behind the same interface as a film."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager
from fractions import Fraction

import av
import numpy as np
from PIL import Image

from ..errors import InputError
from ..messages import Message
from .decoding import Shown
from .pictures import ANIMATED, as_rgb
from .rates import rate_of

_TICK = Fraction(1, 1000)
_SLOWED_MS = 100.0
"""How long browsers show a frame that gives itself 10 ms or less: old programs wrote 0 where they meant nothing."""


class Animation(AbstractContextManager):
    """An open animation; where it is damaged is added to ``warnings``. Use it in a ``with`` block.

    Pillow reads all three formats, puts partial frames together, and knows transparency.
    """

    def __init__(self, path: str | os.PathLike[str], warnings: list[str] | None = None) -> None:
        self._path, self._warnings = str(path), [] if warnings is None else warnings
        self._image = Image.open(path, formats=ANIMATED)

    def __exit__(self, *_: object) -> None:
        self._image.close()

    def pictures(self, *, origin_s: float | None = None) -> Iterator[Shown]:
        """Frames in order, for as long as each asks for; as of a film, their times count from ``origin_s``.

        Raises:
            InputError: not one can be decoded.
        """
        time_s = -(origin_s or 0.0)
        for image, duration_s in self._frames():
            picture = av.VideoFrame.from_ndarray(image, format="rgb24")
            picture.pts, picture.time_base = round(time_s / _TICK), _TICK
            yield Shown(picture, time_s, time_s, duration_s, output_s=time_s)
            time_s += duration_s

    def seek(self, stamp_s: float) -> bool:
        """Never: it is read from its beginning."""
        return False

    def clock(self) -> tuple[Fraction, float]:
        """Its frame rate and its length in seconds."""
        times = [0.0]
        for _, duration_s in self._frames():
            times.append(times[-1] + duration_s)
        return rate_of(times, None, float(_TICK))[0], times[-1]

    def _frames(self) -> Iterator[tuple[np.ndarray, float]]:
        begin = 1 if self._image.info.get("default_image") else 0  # for viewers that know no animated PNG
        for number in range(begin, self._image.n_frames):
            try:
                self._image.seek(number)
                self._image.load()
            except (OSError, SyntaxError, ValueError, EOFError) as error:
                if number == begin:
                    raise InputError(
                        "The animation {path!r} is damaged: {error}. Save or download it again.",
                        path=self._path,
                        error=str(error),
                    ) from error
                message = Message(
                    "The animation breaks off at frame {number}: {error}.", number=number, error=str(error)
                )
                if message not in self._warnings:
                    self._warnings.append(message)
                return
            lasts_ms = float(self._image.info.get("duration") or 0.0)
            yield np.array(as_rgb(self._image)), (lasts_ms if lasts_ms > 10 else _SLOWED_MS) / 1000
