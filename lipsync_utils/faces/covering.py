"""Is the mouth seen? Hands, microphones, masks and cups come before it, and the mesh goes on as if nothing were there.

What is compared are colours at the mesh's own points on lips and on the skin around them, relative to the cheeks, nose
and forehead of the same frame, so that light and complexion matter little. Lips keep their pattern (redder than the
skin, darker where they meet) however they move; whatever comes before them has another one. Three things are asked:

- Is this the mouth of this clip? Its usual pattern is learned from the frames before.
- Does it have the pattern that mouths have? That of the five sample avatars is known (``data/mouth_look.npz``).
- Is there one surface where lips and skin should be, and of which colour?

A frame is called covered only when that is hardly to be explained otherwise: a beard has lips in it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources

import cv2
import numpy as np

from ..records import Face, TrackedFrame
from . import topology
from .closeup import Closeup
from .geometry import apart, overlap
from .looks import LUMA, look_of

GRAIN = 44
"""Colours are averaged over this part of the face's width."""

FADE = 3
"""Frames in which the mouth's motion fades away before the mouth is covered, and comes back afterwards."""

MARGIN = 2
"""Frames before and after that count as covered too: what comes has touched the lips, and nobody was sure yet."""

REACH = 2
"""A frame is judged together with so many before and after it."""

LOOKS = 4
"""Usual patterns of one face that are remembered at most."""

UNLIKE = (0.58, 0.42)
"""Correlation with the usual pattern at which doubt begins, and at which it is complete. In 12 clips of people who talk
it stays above 0.60, and in most of them above 0.88; behind a hand in the skin's own colour it is 0.1."""

CHANGED = (0.12, 0.32)
"""Share of points with another colour than usual at which doubt begins, and at which it is complete. In 12 clips of
people who talk it stays below 0.11."""

OTHER_COLOUR = 0.6
"""Difference of two weighted colours from which they are different ones."""

A_MOUTH = 0.4
"""Correlation with the pattern of mouths from which it is surely one. Below 0.1 are objects, and mouths in a beard."""

NO_MOUTH = 0.05
"""Correlation below which nothing is learned from the first frames: a mouth may come yet."""

SAME_FACE = 8.0
"""Change of two of forehead, nose and brows, 0 to 255, up to which they are the same ones."""

BETTER = 0.15
"""What is so much more like a mouth than the usual was not covered: the usual was."""

_UNCOVERED = [0, 3, 5]
"""Parts of :func:`~lipsync_utils.faces.looks.look_of` above the mouth: forehead, nose and brows."""

_WEIGHTS = np.array([3.0, 2.0, 1.0], np.float32)
"""Of redness, blueness and brightness: shadows change the last most."""

_DARK = 6.0
"""Added to colours, 0 to 255, so that the noise of dark pictures has no colour."""

_SHADOW = 0.5
"""Differences of the logarithm of brightness count up to about so much: the edge of a shadow is not that of a thing."""


@dataclass(frozen=True)
class Guide:
    """Where to look.

    Attributes:
        lips: ``(n,)`` mesh points on the lips.
        skin: ``(m,)`` mesh points around them.
        face: ``(k,)`` mesh points on cheeks, nose and forehead.
        pattern: ``(n + m, 3) float32`` of mouths, from :func:`pattern_of`.
    """

    lips: np.ndarray
    skin: np.ndarray
    face: np.ndarray
    pattern: np.ndarray


@cache
def guide() -> Guide:
    """The one that ships with the package; made by ``training/faces/build_mouth_look.py``."""
    with resources.files("lipsync_utils").joinpath("data/mouth_look.npz").open("rb") as file:
        data = np.load(file)
        return Guide(*(data[name] for name in ("lips", "skin", "face")), data["pattern"].astype(np.float32))


def mouth_look(image: np.ndarray, points: np.ndarray, where: Guide | None = None) -> np.ndarray:
    """Colours of lips and the skin around them, relative to the rest of the face.

    Args:
        image: ``(H, W, 3) uint8`` RGB.
        points: ``(468, 2 or 3)`` in pixels.
        where: :func:`guide` if not given.

    Returns:
        ``(n + m, 3) float32``: differences of the logarithms of red over green, of blue over green, and of brightness,
        weighted.
    """
    where = where or guide()
    colours = _colours(image, points, np.concatenate([where.lips, where.skin, where.face])) + _DARK
    logs = np.log(colours)
    look = np.column_stack([logs[:, 0] - logs[:, 1], logs[:, 2] - logs[:, 1], np.log(colours @ LUMA)])
    mouth = len(where.lips) + len(where.skin)
    return (look[:mouth] - _middle(look[mouth:])) * _WEIGHTS


def _middle(rows: np.ndarray) -> np.ndarray:
    """The (upper) median of each column; ``np.median`` takes four times as long."""
    return np.sort(rows, axis=0)[len(rows) // 2]


def _colours(image: np.ndarray, points: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """``(len(chosen), 3) float32``: colours around mesh points, averaged over a part of the face's width."""
    width = max(apart(points, topology.FACE_SIDES), 0.75 * apart(points, (topology.HAIR_LINE, topology.CHIN)))
    factor = max(1, int(width / GRAIN))
    place = points[chosen, :2]
    size = np.array(image.shape[1::-1])
    low = np.clip(place.min(axis=0).astype(int) - 2 * factor, 0, np.maximum(size - 3 * factor, 0))
    high = np.clip(place.max(axis=0).astype(int) + 3 * factor, low + 3 * factor, size)
    count = np.maximum((high - low) // factor, 1)
    part = image[low[1] : low[1] + count[1] * factor, low[0] : low[0] + count[0] * factor]
    small = cv2.blur(cv2.resize(part, count.tolist(), interpolation=cv2.INTER_AREA) if factor > 1 else part, (3, 3))
    x, y = np.clip(((place - low + 0.5) / factor).astype(int), 0, np.array(small.shape[1::-1]) - 1).T
    return small[y, x].astype(np.float32)


def pattern_of(look: np.ndarray) -> np.ndarray:
    """A look without its mean, of length 1; the sum of the products of two of them is their correlation."""
    centred = look - look.mean(axis=0)
    return centred / np.sqrt(np.square(centred).sum() + 1e-6)


def surely_covered(image: np.ndarray, points: np.ndarray) -> bool:
    """Whether the mouth in one picture is hidden by something; where it is not certain, it is seen.

    Args:
        image: ``(H, W, 3) uint8`` RGB.
        points: ``(468, 2 or 3)`` in pixels.
    """
    look = mouth_look(image, points)
    return _is_cloth(look) or _is_object(look)


def _likeness(look: np.ndarray) -> float:
    """Correlation with the pattern of mouths."""
    return float((pattern_of(look) * guide().pattern).sum())


def _is_mouth(look: np.ndarray) -> bool:
    """Whether these are surely lips, with the face's own skin around them."""
    skin = look[len(guide().lips) :] / _WEIGHTS
    own = (np.hypot(skin[:, 0], skin[:, 1]) < 0.15) & (np.abs(skin[:, 2]) < 0.4)
    return bool(own.mean() > 0.75 and _likeness(look) > A_MOUTH)


def _is_cloth(look: np.ndarray) -> bool:
    """Whether lips and the skin around them are one surface, in another colour than the face: mask, scarf, paper."""
    likeness = _likeness(look)
    if likeness >= 0.3:  # nearly all frames
        return False
    lips, skin = _parts(look)
    middle, around = _middle(lips), _middle(skin)
    step = (np.abs(middle - around) * _WEIGHTS).max()
    uneven = skin[:, 2].std()  # as dark hair is
    if np.hypot(*around[:2]) > 0.2 and step < 0.2 and (around[2] > -0.6 or uneven < 0.2):
        return True
    bright_or_dark = around[2] > 0.2 or (around[2] < -0.8 and uneven < 0.15)
    return bool(likeness < 0.2 and step < 0.1 and bright_or_dark)


def _is_object(look: np.ndarray) -> bool:
    """Whether something less red than the skin lies on lips and beside them, or skin without lips: foam, a hand."""
    likeness = _likeness(look)
    if likeness >= 0.1:
        return False
    lips, skin = _parts(look)
    middle, around = _middle(lips), _middle(skin)
    away = np.hypot(skin[:, 0], skin[:, 1])
    if middle[0] < -0.2 and (away > 0.2).mean() > 0.15:
        return True
    step = (np.abs(middle - around) * _WEIGHTS).max()
    like_skin = np.hypot(*around[:2]) < 0.1 and abs(around[2]) < 0.25
    return bool(likeness < 0.05 and step < 0.05 and like_skin and skin[:, 2].std() < 0.16)


def _parts(look: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Lips and skin without weights."""
    return np.split(look / _WEIGHTS, [len(guide().lips)])


@dataclass
class _Usual:
    """What a mouth usually looks like: the mean of so many frames."""

    look: np.ndarray
    frames: int = 1

    def learn(self, look: np.ndarray) -> None:
        """Once more like this."""
        self.frames += 1
        self.look += max(0.04, 1 / self.frames) * (look - self.look)

    def doubt(self, look: np.ndarray, noise: float) -> float:
        """How sure it is that a look is not that of this mouth, 0 to 1.

        Args:
            look: from :func:`mouth_look`.
            noise: its variance at a point.
        """
        # A shadow changes brightness and leaves colours as they are: whichever is more alike counts.
        alike = self._alike(look, noise, slice(3))
        if alike < UNLIKE[0]:
            alike = max(alike, self._alike(look, noise, slice(2)))
        spread = float(np.square(self.look - self.look.mean(axis=0)).sum(axis=1).mean())
        other = max(OTHER_COLOUR**2, spread) + 4 * noise
        changed = float((np.square(look - self.look)[:, :2].sum(axis=1) > other).mean())
        doubts = (UNLIKE[0] - alike) / (UNLIKE[0] - UNLIKE[1]), (changed - CHANGED[0]) / (CHANGED[1] - CHANGED[0])
        return float(np.clip(max(doubts), 0, 1))

    def _alike(self, look: np.ndarray, noise: float, columns: slice) -> float:
        """Correlation of some columns with the usual ones, as it would be without noise."""
        usual = self.look[:, columns] - self.look[:, columns].mean(axis=0)
        noise *= usual.shape[1] / 3
        power = float(np.square(usual).sum(axis=1).mean()) - noise / self.frames
        if power < noise:
            return 1.0 if usual.shape[1] == 3 else 0.0  # nothing can be said
        alike = float((pattern_of(look[:, columns]) * pattern_of(usual)).sum())
        return alike * np.sqrt((1 + noise / power) * (1 + noise / power / self.frames))


class CoverWatch:
    """Looks at the mouth in each frame of a video, and settles which frames are covered.

    Frames go in by :meth:`see`, in order, and come out of :meth:`settle` some frames later, in the same order.
    """

    def __init__(self) -> None:
        self._doubts: deque[tuple[int, float]] = deque()  # number of the stretch and doubt of frames not yet settled
        self._stretch = 0
        self._usual: list[_Usual] = []  # of this stretch
        self._last: np.ndarray | None = None  # look
        self._noise: float | None = None
        self._seen: tuple[Closeup, Face] | None = None  # the last one

    def see(self, closeup: Closeup | None, face: Face | None, *, continues: bool) -> None:
        """Look at a frame.

        Args:
            closeup: of the face; the same one for the same picture again.
            face: the face, in the whole picture.
            continues: whether it is the face of the frame before.
        """
        if face is None:
            self._stretch += 1
            self._doubts.append((self._stretch, 0.0))
            return
        if self._seen is not None and closeup is self._seen[0]:
            self._doubts.append(self._doubts[-1])
            return
        if not continues and not self._is_same(closeup, face):
            self._usual, self._last, self._noise = [], None, None
            self._stretch += 1
        self._seen = closeup, face
        self._doubts.append((self._stretch, self._doubt(mouth_look(closeup.image, closeup.inside(face.points)))))

    def _is_same(self, closeup: Closeup, face: Face) -> bool:
        """Whether this is the face seen last, though its track broke off: a sudden cover looks like a cut."""
        if self._seen is None or overlap(face.box, self._seen[1].box) < 0.6:
            return False
        seen = self._seen, (closeup, face)
        before, now = (look_of(part.image, part.inside(one.points))[_UNCOVERED] for part, one in seen)
        change = np.abs(now - before).mean(axis=1)
        return float(np.sort(change)[:2].mean()) < SAME_FACE  # masks reach up to the nose, and shift the mesh

    def _doubt(self, look: np.ndarray) -> float:
        """How sure it is that the mouth is covered, 0 to 1; learns what the mouth usually looks like."""
        lit = np.column_stack([look[:, :2], _SHADOW * np.tanh(look[:, 2] / _SHADOW)])
        noise = self._noise_of(lit)
        if _is_cloth(look):
            return 1.0
        doubts = [usual.doubt(lit, noise) for usual in self._usual]
        if doubts and min(doubts) < 0.25:
            self._usual[int(np.argmin(doubts))].learn(lit)
            return min(doubts)
        if _is_object(look):
            return 1.0
        if doubts and min(doubts) < 0.5:
            return min(doubts)
        if not doubts and _likeness(look) < NO_MOUTH:
            return 0.0
        if doubts and not _is_mouth(look):
            nearest = self._usual[int(np.argmin(doubts))]
            if _likeness(look) < _likeness(nearest.look) + BETTER:
                return min(doubts)
        self._usual = [*self._usual, _Usual(lit)][-LOOKS:]
        return 0.0

    def _noise_of(self, look: np.ndarray) -> float:
        """Variance of a look at a point, from what changes between frames at most of the points."""
        if self._last is not None:
            change = 0.63 * float(_middle(np.square(look - self._last).sum(axis=1)))  # half of the mean, for noise
            known = change if self._noise is None else self._noise
            self._noise = known + 0.1 * (min(change, 2 * known) - known)
        self._last = look
        return self._noise or 0.0

    def settle(self, frames: Iterator[TrackedFrame]) -> Iterator[TrackedFrame]:
        """The frames that were seen, each with how much its mouth is covered; a few of them are held back."""
        held: deque[TrackedFrame] = deque()
        before = 0  # how many of the doubts belong to frames that were given
        reach = REACH + MARGIN + FADE
        for frame in frames:
            held.append(frame)
            while held and len(self._doubts) - before > reach:  # more frames were seen than have come
                yield replace(held.popleft(), covered=self._covered(before))
                before = self._forget(before + 1)
        while held:
            yield replace(held.popleft(), covered=self._covered(before))
            before = self._forget(before + 1)

    def _forget(self, before: int) -> int:
        while before > 2 * REACH + MARGIN + FADE:
            self._doubts.popleft()
            before -= 1
        return before

    def _covered(self, at: int) -> float:
        """Of the frame at a place among the doubts: 1 where it is covered, less beside it, 0 elsewhere."""
        if not any(doubt for _, doubt in self._doubts):
            return 0.0
        stretch = self._doubts[at][0]
        first = last = at
        reach = MARGIN + FADE
        while first > 0 and at - first < reach + REACH and self._doubts[first - 1][0] == stretch:
            first -= 1
        while last + 1 < len(self._doubts) and last - at < reach + REACH and self._doubts[last + 1][0] == stretch:
            last += 1
        doubts = [self._doubts[i][1] for i in range(first, last + 1)]
        near = 0.0
        for i in range(max(first, at - reach), min(last, at + reach) + 1):
            low, high = max(first, i - REACH), min(last, i + REACH)
            if np.mean(doubts[low - first : high - first + 1]) >= 0.5:
                near = max(near, 1 - max(0, abs(i - at) - MARGIN) / (FADE + 1))
        return near
