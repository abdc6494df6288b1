"""An optional last touch to the generated face before it is put into the frame.

A restoration network (in the manner of GFPGAN) would be one more module with one more line in
:data:`~lipsync_utils.choices.ENHANCERS`: it gets the whole crop, may return a larger one, and the mask, colours and
grain are applied to what it returns.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from .network import FACE_SIZE

AMOUNT = 0.6
"""Of detail that :class:`Sharpen` adds, in parts of what is there."""

RADIUS = 1.0
"""Standard deviation of what counts as detail, in pixels of the crop."""

Enhancer = Callable[[np.ndarray], np.ndarray]
"""Makes a face look better: ``(96, 96, 3) float32`` RGB in [0, 1], the source's upper half and the generated lower one,
to ``(96 k, 96 k, 3) float32``, k a whole number; the same face in the same place."""


class Sharpen:
    """Twice the size (Lanczos) and an unsharp mask."""

    def __call__(self, face: np.ndarray) -> np.ndarray:
        """See :data:`Enhancer`."""
        side = 2 * FACE_SIZE
        large = cv2.resize(face, (side, side), interpolation=cv2.INTER_LANCZOS4)
        detail = large - cv2.GaussianBlur(large, (0, 0), 2 * RADIUS)
        return np.clip(large + AMOUNT * detail, 0, 1)
