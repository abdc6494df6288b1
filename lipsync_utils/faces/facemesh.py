"""The 468-point face mesh on a rotated square crop.

Y. Kartynnik et al., "Real-time Facial Surface Geometry from Monocular Video on Mobile GPUs", 2019 (arXiv:1907.06724).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from . import topology
from .blazeface import Detection
from .interpreter import Network

INPUT_SIZE = 192
"""Side of the network's square input in pixels."""

CROP_SCALE = 1.5
"""Side of the crop relative to the longer side of the face's box, as in MediaPipe's face landmark pipeline."""


@dataclass(frozen=True)
class Crop:
    """A rotated square of a picture.

    Attributes:
        x: centre in pixels.
        y: centre in pixels.
        side: length of a side in pixels.
        angle: roll of the face in radians, positive when its left-hand eye in the picture is the higher one.
    """

    x: float
    y: float
    side: float
    angle: float

    def to_picture(self) -> np.ndarray:
        """``(2, 3) float64``: affine map from the crop's pixel centres (of :data:`INPUT_SIZE`) to the picture's."""
        scale = self.side / INPUT_SIZE
        turn = scale * np.array([[np.cos(self.angle), -np.sin(self.angle)], [np.sin(self.angle), np.cos(self.angle)]])
        middle = (INPUT_SIZE - 1) / 2
        return np.column_stack([turn, np.array([self.x, self.y]) - turn @ [middle, middle]])


def crop_of_detection(detection: Detection) -> Crop:
    """The crop in which the mesh network expects the face that BlazeFace found."""
    left, top, right, bottom = (float(v) for v in detection.box)
    right_eye, left_eye = detection.keypoints[:2].astype(float)
    side = CROP_SCALE * max(right - left, bottom - top)
    return Crop(x=(left + right) / 2, y=(top + bottom) / 2, side=side, angle=_angle(right_eye, left_eye))


def crop_of_points(points: np.ndarray) -> Crop:
    """The crop around a mesh that was found before: upright box of the points along the eye line, enlarged.

    Args:
        points: ``(468, 2 or 3)`` in pixels.
    """
    flat = points[:, :2].astype(np.float64)
    angle = _angle(*flat[list(topology.OUTER_EYE_CORNERS)])
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    upright = flat @ turn.T
    low, high = upright.min(axis=0), upright.max(axis=0)
    x, y = turn.T @ ((low + high) / 2)
    return Crop(x=float(x), y=float(y), side=CROP_SCALE * float((high - low).max()), angle=angle)


class FaceMesh:
    """The mesh network.

    Args:
        model: path of ``face_landmark.tflite``.
        threads: CPU threads of the interpreter.
    """

    def __init__(self, model: Path, *, threads: int = 2) -> None:
        self._network = Network(model, threads=threads)

    def __call__(self, image: np.ndarray, crop: Crop) -> tuple[np.ndarray, float]:
        """Find the mesh of the face in ``crop``.

        Args:
            image: ``(H, W, 3) uint8`` RGB.
            crop: where the face is; it may reach beyond the picture.

        Returns:
            ``(468, 3) float32`` points as in :class:`~lipsync_utils.records.Face`, and the probability that this is a
            face, 0 to 1.
        """
        points, presence = self._look(cut(image, crop))
        return _placed(points, crop).astype(np.float32), presence

    def twice(self, image: np.ndarray, crop: Crop) -> tuple[np.ndarray, float]:
        """The same from the crop and its mirror image: they err in opposite directions, so their mean errs by half."""
        picture = cut(image, crop)
        points, presence = self._look(picture)
        mirrored, other = self._look(picture[:, ::-1])
        mirrored = mirrored[topology.MIRROR]
        # The network counts from the centre of the first pixel, as a picture and its mirror image show: only with
        # this reading do the two agree.
        mirrored[:, 0] = INPUT_SIZE - 1 - mirrored[:, 0]
        return _placed((points + mirrored) / 2, crop).astype(np.float32), (presence + other) / 2

    def _look(self, picture: np.ndarray) -> tuple[np.ndarray, float]:
        """Points in the crop's pixels, ``(468, 3) float64``, and the probability of a face."""
        output, logit = self._network(picture * np.float32(1 / 255))
        presence = float(1.0 / (1.0 + np.exp(-np.clip(logit.ravel()[0], -80, 80))))
        return output.reshape(topology.POINTS, 3).astype(np.float64), presence


def _placed(points: np.ndarray, crop: Crop) -> np.ndarray:
    """Points of a crop in the picture's pixels."""
    matrix = crop.to_picture()
    flat = points[:, :2] @ matrix[:, :2].T + matrix[:, 2]
    return np.column_stack([flat, points[:, 2] * (crop.side / INPUT_SIZE)])


def cut(image: np.ndarray, crop: Crop) -> np.ndarray:
    """The crop as ``(192, 192, 3) uint8``, black outside of the picture.

    Where the crop is larger than the network's input, the picture around it is first made smaller by averaging: without
    it, a shift of the picture by a fraction of a pixel moves the points through aliasing.
    """
    factor = max(1, round(crop.side / INPUT_SIZE))
    height, width = image.shape[0] // factor, image.shape[1] // factor  # in pixels of the smaller picture
    reach = 0.75 * crop.side  # half a diagonal, and some
    left, right = (int(np.clip(x // factor, 0, width)) for x in (crop.x - reach, crop.x + reach))
    top, bottom = (int(np.clip(y // factor, 0, height)) for y in (crop.y - reach, crop.y + reach))
    if right <= left or bottom <= top:
        return np.zeros((INPUT_SIZE, INPUT_SIZE, 3), np.uint8)
    part = image[top * factor : bottom * factor, left * factor : right * factor]
    if factor > 1:
        part = cv2.resize(part, (right - left, bottom - top), interpolation=cv2.INTER_AREA)
    matrix = crop.to_picture()
    matrix[:, 2] = (matrix[:, 2] - (factor - 1) / 2) / factor - (left, top)  # centres of pixels
    matrix[:, :2] /= factor
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(part, matrix, (INPUT_SIZE, INPUT_SIZE), flags=flags, borderMode=cv2.BORDER_CONSTANT)


def _angle(right_eye: np.ndarray, left_eye: np.ndarray) -> float:
    return float(np.arctan2(left_eye[1] - right_eye[1], left_eye[0] - right_eye[0]))
