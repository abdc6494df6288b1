"""Who is seen in a picture or a video, and whether the one who is to speak can: before anything slow.

>>> seen = look("woman.png")
>>> len(seen.faces), seen.doubts(seen.chosen)
(1, ())
"""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from lipsync_utils import media
from lipsync_utils.errors import NoFaceError
from lipsync_utils.faces.choosing import choose, chosen_of, faces_of_still
from lipsync_utils.faces.detector import FaceDetector, make_detector
from lipsync_utils.faces.geometry import width_of
from lipsync_utils.faces.glimpsing import faces_in_glimpses
from lipsync_utils.framing import Framing, make_framing
from lipsync_utils.options import FaceOptions, RunOptions
from lipsync_utils.records import Face

if TYPE_CHECKING:
    from lipsync_utils.media import Source

_AROUND = 2.2
"""Side of a portrait that is cut out of a group, in lengths of the face."""

_OF_THREAD = threading.local()


@dataclass(frozen=True)
class Seen:
    """Who is seen.

    Attributes:
        image: the picture, or the frame of the video with the face, ``(H, W, 3) uint8`` RGB: the part that is shown, as
            large as in the output.
        faces: those large enough to speak, from left to right, in pixels of ``image``.
        chosen: who speaks; None where a video was asked for a number that no frame looked at has.
        scale: pixels of ``image`` for each of the source.
        framing: what of the source ``image`` is, and how the output shows it.
    """

    image: np.ndarray
    faces: tuple[Face, ...]
    chosen: Face | None
    framing: Framing

    @property
    def scale(self) -> float:
        """See above."""
        return self.framing.scale

    def point(self, face: Face) -> tuple[float, float]:
        """Where a face is, in the source's own pixels: for ``FaceOptions.choose``."""
        x, y = (face.box[:2] + face.box[2:]) / (2 * self.scale) + self.framing.window[:2]
        return float(x), float(y)

    def shown(self) -> np.ndarray:
        """The picture in the output's shape, ``(H, W, 3) uint8``."""
        return self.framing.canvas(still=True).show(self.image)

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
    options, detector = options or RunOptions(), detector or _detector((options or RunOptions()).face)
    source = media.open_source(path, track=options.video_track, span=options.video_span)
    speakers = [replace(options.face, choose=face) for face in {turn.face: None for turn in options.turns}]
    framing = make_framing(source, speakers or [options.face], options, detector)
    wanted = framing.in_frames(options.face)
    if not source.is_picture:
        return _in_video(source, framing, wanted, detector)
    image = framing.cut(media.read_picture(path))
    faces = faces_of_still(image, detector)
    return Seen(image, _large(faces, wanted), chosen_of(faces, image, wanted), framing)


def _in_video(source: Source, framing: Framing, options: FaceOptions, detector: FaceDetector) -> Seen:
    others, looked = None, 0
    for image, faces in faces_in_glimpses(source, detector, framing.cut):
        looked += 1
        seen = Seen(image, _large(faces, options), choose(faces, options) if faces else None, framing)
        if seen.chosen is not None and width_of(seen.chosen) >= options.min_size:
            return seen
        if seen.faces:
            others = seen
    if others is not None:
        return replace(others, chosen=None)
    raise NoFaceError(
        "No face was found in {count} frames spread over {path!r} ({width}x{height}). Give a video in which a face is "
        "seen from the front, at least {least:.0f} pixels wide; if it is seen for a moment only, cut the video there.",
        count=looked,
        path=source.path,
        width=source.width,
        height=source.height,
        least=options.min_size / framing.scale,
    )


def _large(faces: list[Face], options: FaceOptions) -> tuple[Face, ...]:
    return tuple(face for face in faces if width_of(face) >= options.min_size)


def _detector(options: FaceOptions) -> FaceDetector:
    """An instance keeps buffers, so threads must not share one."""
    kept = _OF_THREAD.__dict__
    if options.detector not in kept:
        kept[options.detector] = make_detector(options)
    return kept[options.detector]
