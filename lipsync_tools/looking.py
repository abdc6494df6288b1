"""Who is seen in a picture or a video, and whether the one who is to speak can: before anything slow.

>>> seen = look("woman.png")
>>> len(seen.faces), seen.doubts(seen.chosen)
(1, ())
"""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lipsync_utils import media
from lipsync_utils.errors import NoFaceError
from lipsync_utils.faces.choosing import choose, chosen_of, faces_of_still
from lipsync_utils.faces.detector import FaceDetector, RefiningDetector, make_detector
from lipsync_utils.faces.geometry import width_of
from lipsync_utils.options import FaceOptions, RunOptions
from lipsync_utils.planning import in_output_pixels, output_size, resized
from lipsync_utils.records import Face

if TYPE_CHECKING:
    from lipsync_utils.media import Source

GLIMPSES = 24
"""Frames of a video that are looked at, spread over it, until a face is found."""

_SEARCH_EVERY = 6
"""One in so many is searched for small and lying faces, which takes ten times longer."""

_AROUND = 2.2
"""Side of a portrait that is cut out of a group, in lengths of the face."""

_OF_THREAD = threading.local()


@dataclass(frozen=True)
class Seen:
    """Who is seen.

    Attributes:
        image: the picture, or the frame of the video with the face, ``(H, W, 3) uint8`` RGB, as large as in the output.
        faces: those large enough to speak, from left to right, in pixels of ``image``.
        chosen: who speaks; None where a video was asked for a number that no frame looked at has.
        scale: pixels of ``image`` for each of the source.
    """

    image: np.ndarray
    faces: tuple[Face, ...]
    chosen: Face | None
    scale: float

    def point(self, face: Face) -> tuple[float, float]:
        """Where a face is, in the source's own pixels: for ``FaceOptions.choose``."""
        x, y = (face.box[:2] + face.box[2:]) / (2 * self.scale)
        return float(x), float(y)

    def portrait(self, face: Face) -> np.ndarray:
        """A square ``(S, S, 3) uint8`` of the picture with a face in it: in a group, hardly anybody else."""
        height, width = self.image.shape[:2]
        side = min(height, width)
        if len(self.faces) > 1:
            side = min(side, max(2, round(_AROUND * float(np.max(face.box[2:] - face.box[:2])))))
        x, y = (face.box[:2] + face.box[2:]) / 2
        left = int(np.clip(round(float(x) - side / 2), 0, width - side))
        top = int(np.clip(round(float(y) - side / 2), 0, height - side))
        return self.image[top : top + side, left : left + side]

    def doubts(self, face: Face) -> tuple[str, ...]:
        """What may spoil the result with this face, in sentences."""
        from lipsync_avatars.check import measure

        return measure(face, self.image).problems


def look(
    path: str | os.PathLike[str], options: RunOptions | None = None, *, detector: FaceDetector | None = None
) -> Seen:
    """Find the face that a run with these options would make speak, in the size in which it would see it.

    Args:
        path: a picture or a video.
        options: of the run.
        detector: what finds faces; None: this thread's own, as the options name it.

    Raises:
        InputError: the file cannot be read.
        NoFaceError: nobody is seen, not as many as asked for, or too small. Of a video, some frames are looked at.
    """
    options = options or RunOptions()
    source = media.open_source(path, track=options.video_track)
    size = output_size(source, options)
    scale = size[0] / source.width
    wanted, detector = in_output_pixels(options.face, scale), detector or _detector(options.face)
    if not source.is_picture:
        return _in_video(source, size, wanted, detector)
    image = resized(media.read_picture(path), size)
    faces = faces_of_still(image, detector)
    chosen = chosen_of(faces, image, wanted)
    return Seen(image, _large(faces, wanted), chosen, scale)


def _in_video(source: Source, size: tuple[int, int], options: FaceOptions, detector: FaceDetector) -> Seen:
    others, looked = None, 0
    for looked, frame in enumerate(source.glimpses(GLIMPSES), start=1):
        image = resized(frame.image, size)
        search = {"thorough": looked % _SEARCH_EVERY == 1} if isinstance(detector, RefiningDetector) else {}
        faces = detector.detect(image, **search)
        seen = Seen(image, _large(faces, options), choose(faces, options) if faces else None, size[0] / source.width)
        if seen.chosen is not None and width_of(seen.chosen) >= options.min_size:
            return seen
        if seen.faces:
            others = seen
    if others is not None:
        return Seen(others.image, others.faces, None, others.scale)
    raise NoFaceError(
        "No face was found in {count} frames spread over {path!r} ({width}x{height}). Give a video in which a face is "
        "seen from the front, at least {least:.0f} pixels wide; if it is seen for a moment only, cut the video there.",
        count=looked,
        path=source.path,
        width=source.width,
        height=source.height,
        least=options.min_size * source.width / size[0],
    )


def _large(faces: list[Face], options: FaceOptions) -> tuple[Face, ...]:
    return tuple(face for face in faces if width_of(face) >= options.min_size)


def _detector(options: FaceOptions) -> FaceDetector:
    """An instance keeps buffers, so threads must not share one."""
    kept = _OF_THREAD.__dict__
    if options.detector not in kept:
        kept[options.detector] = make_detector(options)
    return kept[options.detector]
