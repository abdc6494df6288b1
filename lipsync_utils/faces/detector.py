"""The contract of a face detector, and the registry of those that exist."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

from ..errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

    from ..options import FaceOptions
    from ..records import Face


class FaceDetector(Protocol):
    """Finds faces in one picture.

    An instance may hold buffers: use one per thread.
    """

    def detect(self, image: np.ndarray) -> list[Face]:
        """Faces in ``image`` (``(H, W, 3) uint8`` RGB), sorted from left to right; empty where there is none."""
        ...


@runtime_checkable
class RefiningDetector(FaceDetector, Protocol):
    """A detector that can also start from where the face was, which is quicker and steadier in videos."""

    def detect(self, image: np.ndarray, *, precise: bool = False, thorough: bool = True) -> list[Face]:
        """As :meth:`FaceDetector.detect`; ``precise`` spends more on each face, ``thorough`` more on finding one."""
        ...

    def refine(
        self, image: np.ndarray, points: np.ndarray, *, precise: bool = False, quick: bool = False
    ) -> Face | None:
        """The face near ``points`` (``(468, 2 or 3)`` in pixels); None where it is not there any more.

        ``precise`` spends more on it, for still pictures; ``quick`` less, where only motion matters, not place.
        """
        ...


def _embedded() -> FaceDetector:
    from .blazemesh import BlazeMeshDetector

    return BlazeMeshDetector()


def _face_alignment() -> FaceDetector:
    from .face_alignment_detector import FaceAlignmentDetector

    return FaceAlignmentDetector()


DETECTORS: dict[str, Callable[[], FaceDetector]] = {"embedded": _embedded, "face-alignment": _face_alignment}
"""Name of a detector -> how to make one. A new detector is a new module and a new line here."""


def make_detector(options: FaceOptions) -> FaceDetector:
    """Make the detector that ``options.detector`` names.

    Raises:
        InputError: there is no detector of that name.
        AssetError: its models could not be found or fetched.
        MissingExtraError: it needs packages that are not installed.
    """
    try:
        make = DETECTORS[options.detector]
    except KeyError:
        raise InputError(
            f"Unknown face detector {options.detector!r}. Choose one of: {', '.join(DETECTORS)}."
        ) from None
    return make()
