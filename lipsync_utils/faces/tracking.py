"""One face through a video: found once, followed from frame to frame, smoothed without lag."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from ..options import FaceOptions
from ..records import Face, Frame, TrackedFrame
from .choosing import choose
from .detector import FaceDetector, RefiningDetector
from .geometry import overlap, width_of
from .smoothing import CentredSmoother

CHECK_EVERY = 25
"""Frames after which the detector looks whether the followed face is one."""

SEARCH_EVERY = 12
"""While the face is lost, one frame in so many is searched thoroughly (small faces), which takes ten times longer."""

CUT_LEVEL = 20.0
"""Mean change of brightness between two thumbnails, 0 to 255, above which the camera has cut."""

MAX_PAUSE_S = 0.5
"""A longer jump of the source's clock separates two shots."""

_SAME_PLACE = 0.3
_SAME_SIZE = 1.4


def track(frames: Iterator[Frame], detector: FaceDetector, options: FaceOptions) -> Iterator[TrackedFrame]:
    """Follow one face through the frames of a video.

    The face is chosen at first sight by ``options.choose``, and again after each cut. A frame in which it is not seen,
    or narrower than ``options.min_size``, has no face. The points are smoothed by a Gaussian centred on each frame
    (no lag), never across cuts or gaps; a few frames are held back for that, however long the video.

    Args:
        frames: in order of time.
        detector: from :func:`~lipsync_utils.faces.detector.make_detector`.
        options: which face, how large, how smooth.

    Yields:
        One record per frame, in the same order.

    Raises:
        InputError: ``options.choose`` is none of the ways to choose.
    """
    follower = Follower(detector, options)
    smoother = CentredSmoother(options.smooth_s)
    for frame in frames:
        face, continues = follower.step(frame)
        yield from smoother.push(TrackedFrame(frame, face), continues=continues)
    yield from smoother.flush()


class Follower:
    """Finds the chosen face in each frame, from where it was in the one before.

    Args:
        detector: from :func:`~lipsync_utils.faces.detector.make_detector`.
        options: which face, how large.
        quick: look once at each frame instead of twice, where only motion matters.

    Attributes:
        most_faces: the largest number of faces that were seen at once; the detector looks about once a second.
    """

    def __init__(self, detector: FaceDetector, options: FaceOptions, *, quick: bool = False) -> None:
        self.most_faces = 0
        self._quick = quick
        self._detector, self._options = detector, options
        self._refines = isinstance(detector, RefiningDetector)
        self._face: Face | None = None  # in the previous frame
        self._last_seen: Face | None = None  # in this shot
        self._previous: Frame | None = None
        self._thumbnail: np.ndarray | None = None
        self._since_check = self._lost_for = 0

    def step(self, frame: Frame) -> tuple[Face | None, bool]:
        """The face in ``frame``, and whether it continues the one in the frame before."""
        if self._previous is not None and frame.image is self._previous.image:
            self._previous = frame
            return self._face, self._face is not None
        thumbnail = _thumbnail(frame.image)
        if self._is_cut(frame, thumbnail):
            self._face = self._last_seen = None
            self._lost_for = 0
        self._previous, self._thumbnail = frame, thumbnail
        face = self._follow(frame.image) if self._face is not None else None
        continues = face is not None
        if face is None:
            face = self._find(frame.image)
        self._face = face
        self._last_seen = face or self._last_seen
        self._lost_for = 0 if face is not None else self._lost_for + 1
        return face, continues

    def _follow(self, image: np.ndarray) -> Face | None:
        if not self._refines:
            return self._same(self._detector.detect(image))
        face = self._detector.refine(image, self._face.points, quick=self._quick)
        self._since_check += 1
        if self._since_check >= CHECK_EVERY:
            self._since_check = 0
            seen = self._detector.detect(image, thorough=False)
            self.most_faces = max(self.most_faces, len(seen))
            # It sees faces, but not this one: what the mesh follows is something else.
            if face is not None and seen and all(overlap(face.box, other.box) < 0.1 for other in seen):
                return None
        return self._same([face] if face is not None else [])

    def _same(self, faces: list[Face]) -> Face | None:
        """The one among ``faces`` that may be the face of the frame before."""
        if not faces:
            return None
        best = max(faces, key=lambda face: overlap(face.box, self._face.box))
        ratio = width_of(best) / max(width_of(self._face), 1e-6)
        near = overlap(best.box, self._face.box) > _SAME_PLACE and 1 / _SAME_SIZE < ratio < _SAME_SIZE
        return best if near and width_of(best) >= self._options.min_size else None

    def _find(self, image: np.ndarray) -> Face | None:
        kwargs = {"thorough": self._lost_for % SEARCH_EVERY == 0} if self._refines else {}
        faces = self._detector.detect(image, **kwargs)
        self.most_faces = max(self.most_faces, len(faces))
        self._since_check = 0
        if not faces:
            return None
        face = None
        if self._last_seen is not None:
            back = max(faces, key=lambda other: overlap(other.box, self._last_seen.box))
            face = back if overlap(back.box, self._last_seen.box) > 0.1 else None
        face = face or choose(faces, self._options)
        return face if face is not None and width_of(face) >= self._options.min_size else None

    def _is_cut(self, frame: Frame, thumbnail: np.ndarray) -> bool:
        if self._previous is None:
            return True
        pause = frame.time_s - self._previous.time_s
        if pause < 0 or pause > MAX_PAUSE_S or frame.image.shape != self._previous.image.shape:
            return True
        return float(np.abs(thumbnail - self._thumbnail).mean()) > CUT_LEVEL


def _thumbnail(image: np.ndarray) -> np.ndarray:
    """``(32, 32) float32`` brightness."""
    # Two steps: some pixels are enough, and averaging all of a large frame is not free.
    small = cv2.resize(image, (128, 128), interpolation=cv2.INTER_NEAREST)
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    return cv2.resize(grey, (32, 32), interpolation=cv2.INTER_AREA).astype(np.float32)
