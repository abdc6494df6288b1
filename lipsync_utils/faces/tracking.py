"""One face through a video: found once, followed from frame to frame, smoothed without lag."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import cv2
import numpy as np

from ..options import FaceOptions
from ..pixels import Pixels, sampled
from ..records import Face, Frame, TrackedFrame
from . import topology
from .choosing import choose
from .closeup import Closeup
from .covering import CoverWatch
from .detector import FaceDetector, RefiningDetector
from .facemesh import INPUT_SIZE, crop_of_points
from .geometry import apart, overlap, width_of
from .looks import look_of, unlike
from .smoothing import STEADY, CentredSmoother

CHECK_EVERY = 25
"""Frames after which the detector looks whether the followed face is one."""

SEARCH_EVERY = 12
"""While the face is lost, one frame in so many is searched thoroughly (small faces), which takes ten times longer."""

CUT_LEVEL = 20.0
"""Mean change of brightness between two thumbnails, 0 to 255, above which the camera has cut."""

CUT_BLOCKS = 6.0
"""Change of colour in half of all parts of the picture, 0 to 255, above which the camera has cut, unless parts changed
half as much in the frame before (it pans). Without a cut, 24 clips of people who talk have at most 2.5."""

JUMP = 0.05
"""A face that moves by so many of its widths from one frame to the next, and by more than half as much again as just
before, was cut, at 25 frames a second. Heads do not start faster: in 24 clips only cuts are beyond it."""

OTHER_LOOK = 18.0
"""A face whose colours change by so much between two frames, 0 to 255, is another one."""

SAME_LOOK = 22.0
"""How different a person who was away may look, 0 to 255; nearly twice as much in the very same place."""

MIRROR_FIRST, MIRROR_EVERY, MIRROR_SHARE = 3, 8, 0.3
"""The mirror image is looked at in the first frames of a face, then in one of so many, and counts for so much then."""

MAX_PAUSE_S = 0.5
"""A longer jump of the source's clock separates two shots."""

_SAME_PLACE = 0.3
_SAME_SIZE = 1.4
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)


def track(frames: Iterator[Frame], detector: FaceDetector, options: FaceOptions) -> Iterator[TrackedFrame]:
    """Follow one face through the frames of a video.

    The face is chosen at first sight by ``options.choose``, and again after each cut to another picture. Who was chosen
    by number or place is followed by place, size and look: when they leave, no other face takes their place. A frame in
    which the face is not seen, or narrower than ``options.min_size``, has none. The points are smoothed by a Gaussian
    centred on each frame (no lag), never across cuts or gaps. Frames whose mouth is hidden by something are marked,
    with a fade before and after. A few frames are held back for both, however long the video.

    Args:
        frames: in order of time.
        detector: from :func:`~lipsync_utils.faces.detector.make_detector`.
        options: which face, how large, how smooth.

    Yields:
        One record per frame, in the same order.

    Raises:
        InputError: ``options.choose`` is none of the ways to choose.
    """
    follower, watch = Follower(detector, options), CoverWatch()
    smoother = CentredSmoother(options.smooth_s)

    def smoothed() -> Iterator[TrackedFrame]:
        for frame in frames:
            face, continues = follower.step(frame)
            watch.see(follower.closeup, face, continues=continues)
            yield from smoother.push(TrackedFrame(frame, face, continues))
        yield from smoother.flush()

    yield from watch.settle(smoothed())


class Follower:
    """Finds the chosen face in each frame, from where it was in the one before.

    Args:
        detector: from :func:`~lipsync_utils.faces.detector.make_detector`.
        options: which face, how large.
        quick: look once at each frame instead of twice, where only motion matters.

    Attributes:
        closeup: of the face in the last frame; None where there is none.
        most_faces: the largest number of faces that were seen at once; the detector looks about once a second.
    """

    def __init__(self, detector: FaceDetector, options: FaceOptions, *, quick: bool = False) -> None:
        self.closeup: Closeup | None = None
        self.most_faces = 0
        self._mirrored = _Mirrored()
        self._quick = quick
        self._detector, self._options = detector, options
        self._refines = isinstance(detector, RefiningDetector)
        self._face: Face | None = None  # in the previous frame
        self._last_seen: Face | None = None  # in this shot
        self._look: np.ndarray | None = None  # of the face in the frame where it was last seen
        self._usual_look: np.ndarray | None = None  # of the same face, over some seconds
        self._others: list[Face] = []  # where the others of this shot were last
        self._moved = np.inf  # by the face since the frame before, in its widths; nobody knows at first
        self._changed = 0.0  # how much the picture did
        self._previous: Frame | None = None
        self._thumbnail: np.ndarray | None = None
        self._since_check = self._lost_for = 0

    def step(self, frame: Frame) -> tuple[Face | None, bool]:
        """The face in ``frame``, and whether it continues the one in the frame before."""
        if self._previous is not None and frame.pixels is self._previous.pixels:
            self._previous = frame
            return self._face, self._face is not None
        thumbnail = _thumbnail(frame.pixels)
        pause_s = 0.0 if self._previous is None else frame.time_s - self._previous.time_s
        if self._is_cut(frame, thumbnail):
            self._face = self._last_seen = self._usual_look = None
            self._others, self._lost_for = [], 0
        self._previous, self._thumbnail = frame, thumbnail
        if self._face is None:
            self._moved = np.inf
        face = self._follow(frame) if self._face is not None else None
        if face is not None and self._jumps(face, pause_s):
            face = None
        continues = face is not None
        if face is None:
            self._mirrored = _Mirrored()
            face = self._find(frame.image)
            self.closeup = None if face is None else Closeup.around(frame.pixels, face.points)
        self._face = face
        if face is not None:
            self._last_seen = face
            self._look = self._look if continues else self._look_of(face)
            usual = self._look if self._usual_look is None else self._usual_look
            self._usual_look = usual + 0.05 * (self._look - usual)
        self._lost_for = 0 if face is not None else self._lost_for + 1
        return face, continues

    def _follow(self, frame: Frame) -> Face | None:
        self.closeup = near = Closeup.around(frame.pixels, self._face.points)
        if not self._refines:
            return self._same(self._detector.detect(frame.image))
        points = near.inside(self._face.points)
        look = self._once if self._quick else self._twice
        face = look(near.image, points)
        face = None if face is None else near.outside(face)
        self._since_check += 1
        if self._since_check >= CHECK_EVERY:
            self._since_check = 0
            whole = Closeup.whole(frame.pixels)
            seen = [whole.outside(face) for face in self._detector.detect(whole.image, thorough=False)]
            self._count(seen, face)
            # It sees faces, but not this one: what the mesh follows is something else.
            if face is not None and seen and all(overlap(face.box, other.box) < 0.1 for other in seen):
                return None
        return self._same([face] if face is not None else [])

    def _once(self, image: np.ndarray, points: np.ndarray) -> Face | None:
        return self._detector.refine(image, points, quick=True)

    def _twice(self, image: np.ndarray, points: np.ndarray) -> Face | None:
        """The face as two looks see it, at the cost of one in most frames."""
        if self._mirrored.due:
            face, once = self._detector.refine(image, points), self._once(image, points)
            if face is None or once is None:
                return face
            self._mirrored.learn(face.points - once.points, points)
            return face
        face = self._once(image, points)
        return None if face is None else self._mirrored.corrected(face, points)

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
        self._since_check = 0
        face = None
        if faces:
            face = choose(faces, self._options) if self._last_seen is None else self._again(image, faces)
        self._count(faces, face)
        return face if face is not None and width_of(face) >= self._options.min_size else None

    def _again(self, image: np.ndarray, faces: list[Face]) -> Face | None:
        """Who was followed before in this shot; where the largest face is meant, any will do."""
        back = max(faces, key=lambda face: overlap(face.box, self._last_seen.box))
        if self._options.choose == "largest":
            return back if overlap(back.box, self._last_seen.box) > 0.1 else choose(faces, self._options)
        likely = [(self._strangeness(image, face), face) for face in faces]
        strangeness, face = min(likely, key=lambda each: each[0])
        return face if strangeness < 1 else None

    def _strangeness(self, image: np.ndarray, face: Face) -> float:
        """From 1 on, ``face`` is not that of the person who was followed."""
        same_place = float(overlap(face.box, self._last_seen.box))
        ratio = width_of(face) / max(width_of(self._last_seen), 1e-6)
        if not 1 / _SAME_SIZE**2 < ratio < _SAME_SIZE**2 or any(
            overlap(face.box, other.box) > max(_SAME_PLACE, same_place) for other in self._others
        ):
            return np.inf
        return unlike(look_of(image, face.points), self._usual_look) / (SAME_LOOK * (1 + 0.8 * same_place))

    def _count(self, faces: list[Face], face: Face | None) -> None:
        """Remember who else is there."""
        self.most_faces = max(self.most_faces, len(faces))
        if faces:
            self._others = [other for other in faces if face is None or overlap(other.box, face.box) < _SAME_PLACE]

    def _look_of(self, face: Face) -> np.ndarray:
        """Its colours, in the closeup."""
        return look_of(self.closeup.image, self.closeup.inside(face.points))

    def _jumps(self, face: Face, pause_s: float) -> bool:
        """Whether ``face`` cannot have come from where the face of the frame before was: something was cut out."""
        way = np.linalg.norm(face.points[STEADY, :2] - self._face.points[STEADY, :2], axis=1).mean()
        before, self._moved = self._moved, float(way) / max(apart(self._face.points, topology.FACE_SIDES), 1e-6)
        if self._moved > JUMP * np.clip(25 * pause_s, 0.75, 4) + 1.5 * before:
            return True
        before, self._look = self._look, self._look_of(face)
        return unlike(before, self._look) > OTHER_LOOK

    def _is_cut(self, frame: Frame, thumbnail: np.ndarray) -> bool:
        if self._previous is None:
            return True
        pause = frame.time_s - self._previous.time_s
        if pause < 0 or pause > MAX_PAUSE_S or frame.size != self._previous.size:
            return True
        change = thumbnail - self._thumbnail
        blocks = np.abs(cv2.resize(change, (8, 8), interpolation=cv2.INTER_AREA)).max(axis=-1)
        before, self._changed = self._changed, float(np.sort(blocks, axis=None)[32])  # np.median is slow
        if self._changed > CUT_BLOCKS + 2 * before:
            return True
        return float(np.abs(change @ _LUMA).mean()) > CUT_LEVEL


class _Mirrored:
    """What a look at the mirror image adds to that at a face: nearly the same from frame to frame, in crops."""

    def __init__(self) -> None:
        self._known: np.ndarray | None = None  # (468, 3) in crops
        self._learned = self._since = 0

    @property
    def due(self) -> bool:
        """Whether it should be looked at once more."""
        self._since += 1
        return self._learned < MIRROR_FIRST or self._since >= MIRROR_EVERY

    def learn(self, difference: np.ndarray, points: np.ndarray) -> None:
        """What it was, ``(468, 3)`` in pixels, where a face was looked for from ``points``."""
        seen = difference @ np.linalg.inv(_turn(points)).T
        part = max(MIRROR_SHARE, 1 / (self._learned + 1))
        self._known = seen if self._known is None else self._known + part * (seen - self._known)
        self._learned, self._since = self._learned + 1, 0

    def corrected(self, face: Face, points: np.ndarray) -> Face:
        """A face that was looked for from ``points``, once."""
        moved = (face.points + self._known @ _turn(points).T).astype(np.float32)
        return replace(face, points=moved, box=topology.box_of(moved))


def _turn(points: np.ndarray) -> np.ndarray:
    """``(3, 3)`` from the crop in which a face is looked for, to the picture."""
    crop = crop_of_points(points)
    cos, sin = np.cos(crop.angle), np.sin(crop.angle)
    return crop.side / INPUT_SIZE * np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]])


def _thumbnail(pixels: Pixels) -> np.ndarray:
    """``(32, 32, 3) float32`` colours."""
    # Two steps: some pixels are enough, and averaging all of a large frame is not free.
    small = sampled(pixels, (128, 128))
    return cv2.resize(small, (32, 32), interpolation=cv2.INTER_AREA).astype(np.float32)
