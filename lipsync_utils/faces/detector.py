"""How a face detector is made; those that exist are in :mod:`~lipsync_utils.choices`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..choices import DETECTORS

if TYPE_CHECKING:
    from ..options import FaceOptions
    from .contract import FaceDetector


def make_detector(options: FaceOptions) -> FaceDetector:
    """Make the detector that ``options.detector`` names.

    Raises:
        InputError: there is no detector of that name.
        AssetError: its models could not be found or fetched.
        MissingExtraError: it needs packages that are not installed.
    """
    return DETECTORS.make(options.detector)
