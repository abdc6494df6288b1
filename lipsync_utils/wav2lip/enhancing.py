"""An optional last touch to the generated face before it is put into the frame.

A restoration network (in the manner of GFPGAN) would be one more module with one more line in
:data:`~lipsync_utils.choices.ENHANCERS`: it gets the whole crop, may return a larger one, and the mask, colours and
grain are applied to what it returns.
"""

from __future__ import annotations

from typing import Protocol

import cv2
import numpy as np

from .network import FACE_SIZE


class Enhancer(Protocol):
    """Makes a small face look better."""

    def __call__(self, face: np.ndarray) -> np.ndarray:
        """A better face.

        Args:
            face: ``(96, 96, 3) float32`` RGB in [0, 1]: the source's upper half and the generated lower one.

        Returns:
            ``(96 k, 96 k, 3) float32`` RGB, k a whole number; the same face in the same place.
        """
        ...


class Sharpen:
    """Twice the size (Lanczos) and an unsharp mask.

    Args:
        amount: of detail that is added, in parts of what is there.
        radius: standard deviation of what counts as detail, in pixels of the crop.
    """

    def __init__(self, *, amount: float = 0.6, radius: float = 1.0) -> None:
        self._amount, self._radius = amount, radius

    def __call__(self, face: np.ndarray) -> np.ndarray:
        """See :class:`Enhancer`."""
        side = 2 * FACE_SIZE
        large = cv2.resize(face, (side, side), interpolation=cv2.INTER_LANCZOS4)
        detail = large - cv2.GaussianBlur(large, (0, 0), 2 * self._radius)
        return np.clip(large + self._amount * detail, 0, 1)
