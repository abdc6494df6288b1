"""The contract of a face detector, and how one is made; those that exist are in :mod:`~lipsync_utils.choices`."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np

from ..choices import DETECTORS
from ..options import FaceOptions
from ..records import Face


class FaceDetector(Protocol):
    """Finds faces in one picture.

    An instance may hold buffers: use one per thread.
    """

    def detect(self, image: np.ndarray) -> list[Face]:
        """Faces in ``image`` (``(H, W, 3) uint8`` RGB), sorted from left to right; empty where there is none."""


@runtime_checkable
class RefiningDetector(FaceDetector, Protocol):
    """A detector that can also start from where the face was, which is quicker and steadier in videos."""

    def detect(self, image: np.ndarray, *, precise: bool = False, thorough: bool = True) -> list[Face]:
        """As :meth:`FaceDetector.detect`; ``precise`` spends more on each face, ``thorough`` more on finding one."""

    def refine(
        self, image: np.ndarray, points: np.ndarray, *, precise: bool = False, quick: bool = False
    ) -> Face | None:
        """The face near ``points`` (``(468, 2 or 3)`` in pixels); None where it is not there any more.

        ``precise`` spends more on it, for still pictures; ``quick`` less, where only motion matters, not place.
        """


def make_detector(options: FaceOptions) -> FaceDetector:
    """Make the detector that ``options.detector`` names.

    Raises:
        InputError: there is no detector of that name.
        AssetError: its models could not be found or fetched.
        MissingExtraError: it needs packages that are not installed.
    """
    return DETECTORS.make(options.detector)
