"""Where those who speak are, in a few frames of a source: before it is decided what of it is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from ..errors import NoFaceError
from ..options import FaceOptions
from ..records import Face
from .choosing import choose, chosen_of, faces_of_still
from .detector import FaceDetector, RefiningDetector
from .geometry import overlap, width_of

if TYPE_CHECKING:
    import numpy as np

    from ..media import Source

MOST = 24
"""Frames of a video that are looked at, spread over it."""

_SEARCH_EVERY = 6
"""One in so many is searched for small and lying faces, which takes ten times longer."""

_SAME = 0.1
"""Boxes of one person overlap by so much from one glimpse to the next."""


def glimpses_of(source: Source, wanted: Sequence[FaceOptions], detector: FaceDetector) -> list[list[Face]]:
    """For each of the faces wanted, how it was seen, in the source's own pixels: once in a picture, often in a video.

    Raises:
        NoFaceError: one is not seen, or is too small.
    """
    if source.is_picture:
        image = next(source.glimpses(1)).image
        faces = faces_of_still(image, detector)
        return [[chosen_of(faces, image, options)] for options in wanted]
    seen: list[list[Face]] = [[] for _ in wanted]
    for _, faces in faces_in_glimpses(source, detector):
        for options, before in zip(wanted, seen, strict=True):
            face = _again(before, faces, options) if faces else None
            if face is not None and width_of(face) >= options.min_size:
                before.append(face)
    if missing := [options for options, each in zip(wanted, seen, strict=True) if not each]:
        raise NoFaceError(
            "The face {face} was not found in the frames of {path!r} ({width}x{height}) that were looked at, so that "
            "nothing can be cut out around it. Show the whole picture, or give the part in pixels.",
            face=missing[0].choose,
            path=source.path,
            width=source.width,
            height=source.height,
        )
    return seen


def faces_in_glimpses(
    source: Source, detector: FaceDetector, see: Callable[[np.ndarray], np.ndarray] = lambda image: image
) -> Iterator[tuple[np.ndarray, list[Face]]]:
    """Some frames of a video, spread over it, as ``see`` shows them, and the faces in each."""
    for number, frame in enumerate(source.glimpses(MOST)):
        image = see(frame.image)
        search = {"thorough": number % _SEARCH_EVERY == 0} if isinstance(detector, RefiningDetector) else {}
        yield image, detector.detect(image, **search)


def _again(before: list[Face], faces: list[Face], options: FaceOptions) -> Face | None:
    """Who was seen there before; else whom the options mean."""
    if before:
        back = max(faces, key=lambda face: overlap(face.box, before[-1].box))
        if overlap(back.box, before[-1].box) > _SAME:
            return back
    return choose(faces, options)
