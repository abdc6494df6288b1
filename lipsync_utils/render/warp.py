"""Carrying a picture's own pixels along the mesh."""

from __future__ import annotations

import cv2
import numpy as np

from ..faces import topology
from . import mesh
from .layers import Layers
from .raster import draw_triangles, even_blocks, lay_over
from .regions import Region, region_around

_MOUTH = np.array(topology.MOUTH_HOLE)
_EYES = tuple(np.array(hole) for hole in (topology.RIGHT_EYE_HOLE, topology.LEFT_EYE_HOLE))

STILL = 0.02
"""Points that move by less than this, in pixels, stand still."""


class MeshWarp:
    """Warps one picture piecewise along the mesh.

    Args:
        image: ``(H, W, 3) uint8`` RGB.
        source: ``(n, 2) float32`` mesh points (:func:`mesh.surround`) in the picture. Pixel centres are at whole
            numbers: x in the picture is (x + 0.5) * factor - 0.5 in the enlarged one.
        supersampling: enlarge the picture once (Lanczos) by this factor, so that bilinear sampling of it stays as sharp
            at every sub-pixel position as the picture itself: slow motion does not make a still picture shimmer.
        layers: of the picture; if given, only the person in front moves, and what is behind stands still.
    """

    def __init__(
        self, image: np.ndarray, source: np.ndarray, *, supersampling: int = 1, layers: Layers | None = None
    ) -> None:
        self.image, self.source, self.factor = image, source, supersampling
        self._in_texture = (source * supersampling + (supersampling - 1) / 2).astype(np.float32)
        self._texture, self._alpha, self._back = image, None, None
        if layers is not None:
            self._texture, self._alpha, self._back = layers.front, layers.alpha, layers.back
        if supersampling > 1:
            size = image.shape[1] * supersampling, image.shape[0] * supersampling
            self._texture = cv2.resize(self._texture, size, interpolation=cv2.INTER_LANCZOS4)
            if self._alpha is not None:
                self._alpha = cv2.resize(self._alpha, size, interpolation=cv2.INTER_LINEAR)
        self._even = None if self._alpha is None else even_blocks(self._alpha)

    def paint(
        self,
        out: np.ndarray,
        target: np.ndarray,
        region: Region,
        maps: tuple[np.ndarray, np.ndarray],
        *,
        fine_lips: bool = True,
    ) -> None:
        """Warp the picture into a region of ``out``, in place.

        Args:
            out: ``(H, W, 3) uint8``.
            target: ``(n, 2) float32`` where the mesh points go.
            region: the part of ``out`` that is rendered.
            maps: x and y in the enlarged picture for every pixel of the region, used where no triangle covers it; the
                rest is written into them.
            fine_lips: render the edges of parted lips finely; needless where others are put over them.
        """
        left, top, right, bottom = region
        if right - left < 2 or bottom - top < 2:
            return
        draw_triangles(*maps, left, top, target, self._in_texture, mesh.TRIANGLES)
        moved = self._sample(*maps)
        if self._alpha is not None:
            lay_over(moved, self._alpha, self._even, *maps, self._back, left, top)
        out[top:bottom, left:right] = moved
        for detail in (_MOUTH, *_EYES) if fine_lips else _EYES:
            if np.abs(target[detail] - self.source[detail]).max() > STILL:
                self._refine(out, target, region, maps, target[detail])

    def _sample(self, map_x: np.ndarray, map_y: np.ndarray) -> np.ndarray:
        method = cv2.INTER_LINEAR if self.factor > 1 else cv2.INTER_CUBIC
        return cv2.remap(self._texture, map_x, map_y, method, borderMode=cv2.BORDER_REPLICATE)

    def _refine(self, out: np.ndarray, target: np.ndarray, region: Region, maps, around: np.ndarray) -> None:
        """Render the surroundings of some points again, finer and averaged: where the mesh tears, edges are smooth."""
        left, top, right, bottom = region_around(around, out.shape, margin=3)
        left, top = max(left, region[0]), max(top, region[1])
        right, bottom = min(right, region[2]), min(bottom, region[3])
        if right - left < 2 or bottom - top < 2:
            return
        window = slice(top - region[1], bottom - region[1]), slice(left - region[0], right - region[0])
        map_x, map_y = (cv2.resize(m[window], None, fx=2, fy=2, interpolation=cv2.INTER_LINEAR) for m in maps)
        fine = (target - np.array([left, top], np.float32)) * 2 + np.float32(0.5)
        draw_triangles(map_x, map_y, 0, 0, fine, self._in_texture, mesh.TRIANGLES)
        size = (right - left, bottom - top)
        out[top:bottom, left:right] = cv2.resize(self._sample(map_x, map_y), size, interpolation=cv2.INTER_AREA)


def identity_maps(region: Region, *, factor: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Backward maps ``(h, w) float32`` of a region, into a picture enlarged by ``factor``, that leave it as it is."""
    left, top, right, bottom = (np.float32(edge * factor + (factor - 1) / 2) for edge in region)
    x = np.arange(left, right, factor, dtype=np.float32)
    y = np.arange(top, bottom, factor, dtype=np.float32)
    map_x, map_y = np.meshgrid(x, y)
    return map_x, map_y
