"""The registry of face detectors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..options import FaceOptions
    from .contract import FaceDetector


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
