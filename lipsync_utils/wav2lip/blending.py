"""Putting the generated mouth into the frame so that nobody sees where it begins.

The network gives 48 rows of 96 pixels. Only mouth, chin and the jaw beside them are taken, through a mask from the
mesh that fades out towards nose, cheeks and neck; a plane of colour makes the two agree where they meet; what is
enlarged gets the grain of the picture that it lies in.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np

from ..faces import topology
from ..pixels import Region
from ..render.planes import fitted_plane, plane_over
from .crops import to_crop
from .fast import SHOWN_ROWS
from .network import FACE_SIZE

ROWS = SHOWN_ROWS.stop - SHOWN_ROWS.start

OUTLINE = np.array(
    (97, 2, 326, 436, 427, 434, 364, 365, 379, 378, 400, 377, 152, 148, 176, 149, 150, 136, 135, 214, 207, 216)
)
"""Mesh points whose hull is taken: base of the nose, cheeks beside the mouth, and the jaw."""

BELOW_CHIN = 0.05
"""How far the mask reaches beyond the jaw, in parts of the crop: a chin that goes up must not leave the old one."""

FEATHER = 0.07
"""Width over which the mask fades to nothing, in parts of the crop."""

NARROW_FEATHER = 0.05
"""The same, where it fades out at the edges of the crop."""

COLOUR_MEMORY = 0.8
"""Part of the correction of colour that is kept from the frame before: it must not flicker."""

MAX_DIFFERENCE = 0.15
"""Differences of colour beyond this are another content, not another colour."""

MAX_GRAIN = 6.0
"""Largest deviation that is taken for grain, in levels of 255."""

CHANGED = 0.03
"""Difference of a pixel up to which all of the picture's detail is kept; none of it from twice as much on."""

CHANGE_SPREAD = 1.0
"""Over so many of the network's pixels a change takes the detail away around it."""

_FINE = 4
_JAW = np.isin(OUTLINE, topology.FACE_OVAL)


def mouth_mask(points: np.ndarray, box: np.ndarray) -> np.ndarray:
    """How much of each pixel of the crop's lower half is taken from the network.

    Args:
        points: ``(468, 2 or 3)`` mesh points in the picture.
        box: of the crop.

    Returns:
        ``(48, 96) float32`` from 0 to 1; 0 along the edges.
    """
    outline = to_crop(points[OUTLINE, :2], box)
    middle = outline.mean(0)
    away = outline - middle
    outline[_JAW] += BELOW_CHIN * FACE_SIZE * (away / np.linalg.norm(away, axis=1, keepdims=True))[_JAW]
    fine = np.zeros((FACE_SIZE * _FINE, FACE_SIZE * _FINE), np.uint8)
    hull = cv2.convexHull(np.round((outline + 0.5) * _FINE).astype(np.int32))
    cv2.fillConvexPoly(fine, hull, 1)
    fine[: SHOWN_ROWS.start * _FINE] = 0
    fine[[0, -1]] = fine[:, [0, -1]] = 0
    inside = cv2.distanceTransform(fine, cv2.DIST_L2, 3)[SHOWN_ROWS.start * _FINE :]
    part = np.clip(inside / (FEATHER * FACE_SIZE * _FINE), 0, 1)
    mask = cv2.resize(part * part * (3 - 2 * part), (FACE_SIZE, ROWS), interpolation=cv2.INTER_AREA)
    mask[[0, -1]] = mask[:, [0, -1]] = 0
    return mask


@cache
def whole_mask() -> np.ndarray:
    """As :func:`mouth_mask`, of all that a generator gives which leaves alone what does not move.

    A jaw that moves takes the skin and the background beside it along. Faded out within what moves, its edge would be
    seen twice.
    """
    inside = np.zeros((ROWS, FACE_SIZE), np.uint8)
    inside[1:-1, 1:-1] = 1
    part = np.clip(cv2.distanceTransform(inside, cv2.DIST_L2, 3) / (NARROW_FEATHER * FACE_SIZE), 0, 1)
    mask = (part * part * (3 - 2 * part)).astype(np.float32)
    mask.setflags(write=False)  # there is one for all
    return mask


class ColourMatch:
    """Brings generated mouths to the colours of the skin around them; frames in order.

    A plane over the crop per colour, fitted by least squares to the difference where the mask fades out (so both can be
    seen there), and averaged over time.
    """

    def __init__(self) -> None:
        self._plane: np.ndarray | None = None

    def reset(self) -> None:
        """Forget the frames before: another shot, another face."""
        self._plane = None

    def __call__(self, generated: np.ndarray, source: np.ndarray, mask: np.ndarray) -> np.ndarray:
        """The generated half in the source's colours.

        Args:
            generated: ``(48, 96, 3) float32`` in [0, 1].
            source: the source's pixels there, likewise.
            mask: ``(48, 96)`` of :func:`mouth_mask`.

        Returns:
            ``(48, 96, 3) float32``, may be slightly outside of [0, 1].
        """
        ring = np.where((mask > 0) & (mask < 0.6), 1 - mask, 0) ** 2
        plane = fitted_plane(np.clip(source - generated, -MAX_DIFFERENCE, MAX_DIFFERENCE), ring)
        if self._plane is not None:
            plane = COLOUR_MEMORY * self._plane + (1 - COLOUR_MEMORY) * plane
        self._plane = plane
        return (generated + plane_over(generated.shape, plane)).astype(np.float32)


def lower(crop: np.ndarray) -> np.ndarray:
    """The lower half of a crop ``(96 k, 96 k, 3)``, which the network makes."""
    return crop[len(crop) * SHOWN_ROWS.start // FACE_SIZE :]


class Detail:
    """What a picture has that is finer than the network's pixels, at the picture's own resolution.

    Pores, stubble and the rim of a lip stay wherever the generated half leaves the picture as it is, and go along where
    the network says from where it fetched them. What is new, as the inside of a mouth, has none: the detail of what was
    there before would be a ghost.

    Args:
        fine: ``(48 k, 96 k, 3) uint8``, the lower half of the fine crop.
        coarse: ``(48, 96, 3) uint8``, that of the network's.
    """

    def __init__(self, fine: np.ndarray, coarse: np.ndarray) -> None:
        self._size = fine.shape[1::-1]
        self._coarse = coarse.astype(np.float32) / 255
        self._beyond = fine.astype(np.float32) / 255 - self._enlarged(self._coarse)

    def __call__(self, half: np.ndarray, moved: np.ndarray | None = None) -> np.ndarray:
        """A generated half with the picture's detail, ``(48 k, 96 k, 3)``.

        Args:
            half: ``(48, 96, 3) float32`` in [0, 1].
            moved: ``(48, 96, 3)``: from how many pixels to the right and further down each one was fetched, and how
                much of that is seen; None where the network does not say.
        """
        if self._size == half.shape[1::-1]:
            return half
        if moved is None:
            change = cv2.GaussianBlur(np.abs(half - self._coarse).max(axis=2), (0, 0), CHANGE_SPREAD)
            kept, beyond = cv2.resize(np.clip(2.0 - change / CHANGED, 0.0, 1.0), self._size), self._beyond
        else:
            right, down, kept = cv2.split(cv2.resize(moved, self._size))
            (width, height), finer = self._size, self._size[0] / half.shape[1]
            x, y = np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)[:, None]
            at = x + finer * right, y + finer * down
            beyond = cv2.remap(self._beyond, *at, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
            kept = np.clip(kept, 0.0, 1.0)
        return self._enlarged(half) + kept[..., None] * beyond

    def _enlarged(self, half: np.ndarray) -> np.ndarray:
        return cv2.resize(half, self._size, interpolation=cv2.INTER_CUBIC)


@dataclass(frozen=True)
class Patch:
    """A mouth that is ready to be put into a picture.

    Attributes:
        pixels: ``(h, w, 4) float32``: red, green, blue (levels from 0 to 255) and how much of them is taken (0 to 1);
            ``w / h`` is 2, and ``w`` a multiple of 96.
        box: of the whole crop in the picture, of which this is the lower half.
    """

    pixels: np.ndarray
    box: np.ndarray

    @property
    def region(self) -> tuple[int, int, int, int]:
        """Left, top, right, bottom (exclusive) of the pixels that it changes, perhaps beyond the picture's border."""
        left, top, right, bottom = self._half
        return int(np.floor(left)), int(np.floor(top)), int(np.ceil(right)) + 1, int(np.ceil(bottom)) + 1

    def sample(self, map_x: np.ndarray, map_y: np.ndarray) -> np.ndarray:
        """The patch at positions in the picture, ``(h, w)`` each: ``(h, w, 4) float32``, enlarged by cubic splines."""
        left, top, right, bottom = self._half
        height, width = self.pixels.shape[:2]
        x = ((map_x - left) * (width / (right - left)) - 0.5).astype(np.float32)
        y = ((map_y - top) * (height / (bottom - top)) - 0.5).astype(np.float32)
        taken = cv2.remap(self.pixels, x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
        taken[..., 3].clip(0, 1, out=taken[..., 3])
        return taken

    @property
    def _half(self) -> tuple[float, float, float, float]:
        """The lower half of the box."""
        left, top, right, bottom = self.box
        return left, top + (bottom - top) * SHOWN_ROWS.start / FACE_SIZE, right, bottom


class Grain:
    """Noise like that of the picture: what was enlarged is too smooth beside it. Always the same."""

    def __init__(self) -> None:
        noise = np.random.default_rng(0).standard_normal((1024, 1024)).astype(np.float32)
        noise = cv2.GaussianBlur(noise, (0, 0), 0.6)
        fine = _fine_detail(noise)
        self._noise = fine / fine.std()

    @staticmethod
    def level_of(base: np.ndarray, taken: np.ndarray) -> float:
        """How much noise is missing: deviation in levels of 255.

        Args:
            base: ``(h, w, 3) uint8`` the picture without the patch.
            taken: ``(h, w, 4) float32`` the patch there.
        """
        share = taken[..., 3]
        around, within = (share < 0.5), (share > 0.5)
        if around.sum() < 50 or within.sum() < 50:
            return 0.0
        there, here = _roughness(base.astype(np.float32), around), _roughness(taken[..., :3], within)
        return float(np.sqrt(np.clip(min(there, MAX_GRAIN) ** 2 - here**2, 0, None)))

    def at(self, map_x: np.ndarray, map_y: np.ndarray, *, index: int) -> np.ndarray:
        """``(h, w) float32`` noise of deviation 1 at positions in the picture; another for every ``index``."""
        right, down = np.array([241, 397]) * index % len(self._noise)
        x, y = (map_x + right).astype(np.float32), (map_y + down).astype(np.float32)
        return cv2.remap(self._noise, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)


def put(view: np.ndarray, taken: np.ndarray, grain: np.ndarray | None) -> None:
    """Blend a sampled patch into a part of a picture, in place.

    Args:
        view: ``(h, w, 3) uint8``.
        taken: ``(h, w, 4) float32`` of :meth:`Patch.sample`.
        grain: ``(h, w) float32`` in levels, or None.
    """
    share = taken[..., 3:]
    colours = taken[..., :3] if grain is None else taken[..., :3] + grain[..., None]
    blended = view + share * (colours - view)
    view[:] = np.clip(blended + 0.5, 0, 255).astype(np.uint8)


def within(region: Region, shape: tuple[int, ...]) -> Region:
    """The part of a region that lies in a picture of ``shape`` (height, width, ...); empty ones have no size."""
    height, width = shape[:2]
    return tuple(np.clip(region, 0, (width, height, width, height)).tolist())


def _fine_detail(grey: np.ndarray) -> np.ndarray:
    return grey - cv2.GaussianBlur(grey, (0, 0), 1.2)


def _roughness(image: np.ndarray, where: np.ndarray) -> float:
    """Standard deviation of its fine detail that edges and moustaches do not enlarge (median absolute deviation)."""
    detail = _fine_detail(image @ np.array([0.299, 0.587, 0.114], np.float32))
    return 1.4826 * float(np.median(np.abs(detail[where])))
