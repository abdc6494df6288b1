"""Carrying a picture's own pixels along the mesh."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import cv2
import numpy as np

from ..faces import topology
from ..pixels import Yuv, planes_in
from . import mesh
from .layers import Layers
from .raster import draw_triangles, lay_over
from .regions import Region, region_around

_MOUTH = np.array(topology.MOUTH_HOLE)
_EYES = tuple(np.array(hole) for hole in (topology.RIGHT_EYE_HOLE, topology.LEFT_EYE_HOLE))

Maps = Callable[[Region], tuple[np.ndarray, np.ndarray]]
"""Of a region ``(h, w)``, where each of its pixels comes from: x and y, ``(h, w) float32``."""

FINER = 2
"""Pictures are enlarged by this before they are sampled."""

STILL = 0.02
"""Points that move by less than this, in pixels, stand still."""


class MeshWarp:
    """Warps one picture piecewise along the mesh.

    It is enlarged once, by :data:`FINER`, so that bilinear sampling of it stays as sharp at every sub-pixel position as
    the picture itself: slow motion does not make a still picture shimmer.

    Args:
        image: ``(H, W, 3) uint8`` RGB.
        source: ``(n, 2) float32`` mesh points (:func:`mesh.surround`) in the picture. Pixel centres are at whole
            numbers: x in the picture is (x + 0.5) * factor - 0.5 in the enlarged one.
        layers: of the picture; if given, only the person in front moves, and what is behind stands still.
        enlarging: how, as OpenCV names it.
    """

    def __init__(
        self,
        image: np.ndarray,
        source: np.ndarray,
        *,
        layers: Layers | None = None,
        enlarging: int = cv2.INTER_LANCZOS4,
    ) -> None:
        self.image, self.source = image, source
        self._in_texture = in_texture(source)
        self._back = None if layers is None else layers.back
        front = enlarged(image if layers is None else layers.front, enlarging)
        alpha = np.full(front.shape[:2], 255, np.uint8) if layers is None else enlarged(layers.alpha, cv2.INTER_LINEAR)
        self._texture = np.dstack([front, alpha])  # with four numbers a pixel, OpenCV samples several times as fast

    def paint(self, out: np.ndarray, target: np.ndarray, regions: Iterable[Region], maps_of: Maps) -> None:
        """Warp the picture into regions of ``out``, in place.

        Args:
            out: ``(H, W, 3) uint8``.
            target: ``(n, 2) float32`` where the mesh points go.
            regions: the parts of ``out`` that are rendered.
            maps_of: of a region, where its pixels come from that no triangle covers: x and y in the enlarged picture.
        """
        for left, top, right, bottom in regions:
            if right - left < 2 or bottom - top < 2:
                continue
            maps = maps_of((left, top, right, bottom))
            draw_triangles(*maps, left, top, target, self._in_texture, mesh.TRIANGLES)
            moved, seen = self._sample(*maps), out[top:bottom, left:right]
            if self._back is None:
                cv2.cvtColor(moved, cv2.COLOR_RGBA2RGB, dst=seen)
            else:
                lay_over(seen, moved, self._back[top:bottom, left:right])
        for detail in (_MOUTH, *_EYES):
            self.refine(out, target, maps_of, detail)

    def refine(self, out: np.ndarray, target: np.ndarray, maps_of: Maps, detail: np.ndarray = _MOUTH) -> None:
        """Render around some points that moved again, finer and averaged: where the mesh tears, edges are smooth.

        Args:
            out: ``(H, W, 3) uint8``.
            target: ``(n, 2) float32`` where the mesh points go.
            maps_of: see :meth:`paint`.
            detail: the points' numbers.
        """
        if np.abs(target[detail] - self.source[detail]).max() <= STILL:
            return
        left, top, right, bottom = region_around(target[detail], out.shape, margin=3)
        if right - left < 2 or bottom - top < 2:
            return
        maps = maps_of((left, top, right, bottom))
        map_x, map_y = (cv2.resize(each, None, fx=2, fy=2, interpolation=cv2.INTER_LINEAR) for each in maps)
        fine = (target - np.array([left, top], np.float32)) * 2 + np.float32(0.5)
        draw_triangles(map_x, map_y, 0, 0, fine, self._in_texture, mesh.TRIANGLES)
        size = (right - left, bottom - top)
        seen = cv2.resize(self._sample(map_x, map_y), size, interpolation=cv2.INTER_AREA)
        out[top:bottom, left:right] = seen[..., :3]

    def _sample(self, map_x: np.ndarray, map_y: np.ndarray) -> np.ndarray:
        return cv2.remap(self._texture, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def warped(pixels: Yuv, source: np.ndarray, target: np.ndarray, moved: np.ndarray) -> Yuv:
    """A copy of a frame that is warped piecewise along the mesh; where no triangle moves, planes stay as they are.

    Args:
        pixels: the frame.
        source: ``(n, 2) float32`` mesh points (:func:`mesh.surround`) in it.
        target: ``(n, 2) float32`` where they go.
        moved: ``(n,) bool`` which of them move.
    """
    triangles = mesh.TRIANGLES[moved[mesh.TRIANGLES].any(1)]
    touched = np.unique(triangles)
    region = region_around(np.concatenate([target[touched], source[touched]]), pixels.shape, margin=2)
    left, top, right, bottom = region[0] // 2 * 2, region[1] // 2 * 2, region[2], region[3]
    planes = pixels.planes.copy()
    if right - left < 4 or bottom - top < 4:
        return Yuv(planes, pixels.colour)
    source, target = (points - np.array([left, top], np.float32) for points in (source, target))
    (y, *hues), (new_y, *new_hues) = planes_in(pixels.planes), planes_in(planes)
    window = slice(top, bottom), slice(left, right)
    maps = _drawn(new_y[window].shape, target, in_texture(source), triangles)
    _sampled(enlarged(y[window], cv2.INTER_CUBIC), maps, new_y[window])
    window = slice(top // 2, (bottom + 1) // 2), slice(left // 2, (right + 1) // 2)
    source, target = (((points - np.float32(0.5)) / 2) for points in (source, target))
    maps = _drawn(new_hues[0][window].shape, target, source, triangles)
    for hue, new_hue in zip(hues, new_hues, strict=True):
        _sampled(hue[window], maps, new_hue[window])
    return Yuv(planes, pixels.colour)


def _drawn(shape: tuple[int, int], target: np.ndarray, source: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """``(2, h, w) float32`` maps of triangles; beyond the picture where none is."""
    maps = np.full((2, *shape), -9, np.float32)
    draw_triangles(maps[0], maps[1], 0, 0, target, source, triangles)
    return maps


def _sampled(texture: np.ndarray, maps: np.ndarray, out: np.ndarray) -> None:
    """Draw into a plane, in place; where maps lead beyond the texture it is left as it is."""
    cv2.remap(texture, *maps, cv2.INTER_LINEAR, dst=out, borderMode=cv2.BORDER_TRANSPARENT)


def enlarged(image: np.ndarray, how: int) -> np.ndarray:
    """A picture that is :data:`FINER` times as wide and high."""
    return cv2.resize(image, (image.shape[1] * FINER, image.shape[0] * FINER), interpolation=how)


def in_texture(points: np.ndarray) -> np.ndarray:
    """``(n, 2) float32`` points of a picture, in the enlarged one."""
    return (points * FINER + (FINER - 1) / 2).astype(np.float32)


def identity_maps(region: Region, *, factor: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Backward maps ``(h, w) float32`` of a region, into a picture enlarged by ``factor``, that leave it as it is."""
    left, top, right, bottom = (np.float32(edge * factor + (factor - 1) / 2) for edge in region)
    x = np.arange(left, right, factor, dtype=np.float32)
    y = np.arange(top, bottom, factor, dtype=np.float32)
    map_x, map_y = np.meshgrid(x, y)
    return map_x, map_y
