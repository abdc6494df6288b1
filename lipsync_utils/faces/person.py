"""Which pixels of a picture are the person: MediaPipe's selfie segmentation, on the surroundings of the face."""

from __future__ import annotations

import cv2
import numpy as np

from .. import assets
from ..records import Face
from . import topology
from .geometry import apart
from .interpreter import Network

INPUT_SIDE = 256
"""Of the network's square input, in pixels."""

REACH = 2.3
"""Half the side of the square that the network sees, in widths of the face."""


class PersonFinder:
    """Tells a person from what is behind.

    Raises:
        AssetError: the network is missing and cannot be had.
    """

    def __init__(self) -> None:
        self._network = Network(assets.path("person"))

    def __call__(self, image: np.ndarray, face: Face) -> tuple[np.ndarray, float]:
        """The person with this face.

        Args:
            image: ``(H, W, 3) uint8`` RGB.
            face: the face in it.

        Returns:
            ``(H, W) float32``, from 0 to 1 where it is; further away than :data:`REACH` it is 0. And how many pixels of
            the picture one of the network's covers, which tells how coarse that is.
        """
        reach = REACH * apart(face.points, topology.FACE_SIDES)
        x, y = face.points[:, :2].mean(0)
        height, width = image.shape[:2]
        left, right = max(0, round(x - reach)), min(width, round(x + reach))
        top, bottom = max(0, round(y - reach)), min(height, round(y + reach))
        part = cv2.resize(image[top:bottom, left:right], (INPUT_SIDE, INPUT_SIDE), interpolation=cv2.INTER_AREA)
        (seen,) = self._network(part.astype(np.float32) / 255)
        size = (right - left, bottom - top)
        mask = np.zeros((height, width), np.float32)
        mask[top:bottom, left:right] = cv2.resize(seen.reshape(INPUT_SIDE, INPUT_SIDE), size)
        return mask, max(size) / INPUT_SIDE
