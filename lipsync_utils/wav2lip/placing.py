"""The generated mouth, made ready and put where it belongs: into a frame as it is, or onto a head that moves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

import cv2
import numpy as np

from ..pixels import Pixels, painted, part_of
from ..records import HeadMotion
from ..render.portrait import PortraitRenderer
from ..render.warp import identity_maps
from .blending import ColourMatch, Detail, Grain, Patch, lower, put, within
from .enhancing import Enhancer
from .fast import SHOWN_ROWS


@dataclass(frozen=True)
class Mouths:
    """Makes patches for one crop.

    Attributes:
        box: of the crop in the picture.
        crop: what the network sees, ``(96, 96, 3) uint8``.
        fine: the crop as finely as the picture has it, ``(96 k, 96 k, 3) uint8``.
        mask: of :func:`~.blending.mouth_mask` or :func:`~.blending.whole_mask`.
        enhancer: may be None.
        colours: shared by the crops of a shot.
    """

    box: np.ndarray
    crop: np.ndarray
    fine: np.ndarray
    mask: np.ndarray
    enhancer: Enhancer | None
    colours: ColourMatch = field(default_factory=ColourMatch)

    @cached_property
    def _detail(self) -> Detail:
        return Detail(lower(self.fine), lower(self.crop))

    def patch(self, half: np.ndarray, share: float = 1.0) -> Patch:
        """What was generated, ``(48, 96, 3 or 6)`` of :func:`~.fast.as_pictures`, as a patch, ``share`` of it."""
        half, moved = half[..., :3], half[..., 3:] if half.shape[2] > 3 else None
        source = self.crop.astype(np.float32) / 255
        half, mask = self.colours(half, source[SHOWN_ROWS], self.mask), self.mask
        if self.enhancer is None:
            half = self._detail(half, moved)
        else:
            half = lower(self.enhancer(np.concatenate([source[: SHOWN_ROWS.start], half])))
        if half.shape[:2] != mask.shape:
            mask = cv2.resize(mask, half.shape[1::-1], interpolation=cv2.INTER_LINEAR)
        return Patch(np.dstack([half * 255, mask * np.float32(share)]).astype(np.float32), self.box)


def paste(pixels: Pixels, patch: Patch, grain: Grain, *, index: int, level: float | None = None) -> Pixels:
    """A copy of a picture with a mouth put into it where it was cut out.

    Args:
        pixels: of the picture.
        patch: the mouth.
        grain: noise.
        index: which noise.
        level: of the grain, in levels of 255; None measures it.
    """
    region = within(patch.region, pixels.shape)
    left, top, right, bottom = region
    if right - left < 2 or bottom - top < 2:
        return pixels
    before = part_of(pixels, region)
    maps = identity_maps(region)
    taken = patch.sample(*maps)
    if level is None:
        level = Grain.level_of(before, taken)
    after = before.copy()
    put(after, taken, level * grain.at(*maps, index=index) if level > 0 else None)
    return painted(pixels, region, before, after)


class MovingHead:
    """A still picture with its head in motion and its lips closed, and mouths that go along.

    Args:
        portrait: renders the picture.
        motion: of the head, brows and lids.
        closed: ``(k,)`` coefficients of a face at rest.
    """

    def __init__(self, portrait: PortraitRenderer, motion: HeadMotion, *, closed: np.ndarray) -> None:
        self._portrait, self._motion, self._closed = portrait, motion, closed
        self._rest = None if motion.moves else portrait.render(closed)
        if self._rest is not None:
            self._rest.setflags(write=False)
        self._grain, self._level = Grain(), None

    def measured(self, mouths: Iterable[tuple[int, Patch | None]]) -> Iterator[tuple[int, Patch | None]]:
        """The same mouths, in order; on the first of them it is measured how much grain :meth:`frame` has to give all.

        Frames may then be made in several threads: which of them comes first changes nothing.
        """
        for index, patch in mouths:
            if patch is not None and self._level is None:
                self._level = self._grain_of_picture(patch)
            yield index, patch

    def frame(self, index: int, patch: Patch | None) -> np.ndarray:
        """Frame ``index``, ``(H, W, 3) uint8``, with a mouth of :meth:`measured`; None: with the lips at rest."""
        if self._rest is not None:
            if patch is None:
                return self._rest
            return paste(self._rest, patch, self._grain, index=0, level=self._level)
        motion, head = self._motion, self._portrait.head
        base = self._portrait.render(self._closed, **motion.at(index))
        if patch is None:
            return base
        moved_by = head.forward(motion.rotation[index], motion.shift[index], float(motion.breath[index]))
        left, top, right, bottom = patch.region
        corners = np.array([[left, top], [right, top], [left, bottom], [right, bottom]], np.float32)
        moved = corners + head.at(moved_by, corners)
        low, high = np.floor(moved.min(0)).astype(int) - 2, np.ceil(moved.max(0)).astype(int) + 3
        region = within((*low.tolist(), *high.tolist()), base.shape)
        maps = head.maps(head.backward(moved_by), region, factor=1)
        left, top, right, bottom = region
        grain = self._level * self._grain.at(*maps, index=0)
        put(base[top:bottom, left:right], patch.sample(*maps), grain)
        return base

    def _grain_of_picture(self, patch: Patch) -> float:
        image = self._portrait.image
        region = within(patch.region, image.shape)
        left, top, right, bottom = region
        return Grain.level_of(image[top:bottom, left:right], patch.sample(*identity_maps(region)))
