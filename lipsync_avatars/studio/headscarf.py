"""A headscarf: cloth over head and neck that leaves the face's oval open and falls over the shoulders.

It is laid on a shell about the middle of the head, seen in polar coordinates about the line of sight: ``turn`` runs
around the face (0 above the forehead, pi below the chin, +x positive), ``tilt`` from the face (0) to the back of the
head (pi). Radians and metres.
"""

from __future__ import annotations

import bpy
import cloth
import numpy as np
from anatomy import smooth
from drape import add_sheet
from portrait import Portrait
from scipy.ndimage import gaussian_filter, map_coordinates
from shaders import times
from strands import unit

TURNS, TILTS = 160, 100
AROUND, BACK = 420, 190
"""Points of a layer along its hem, and from there backwards."""
SLACK = 0.06
"""How far the cloth may bridge a hollow, such as between jaw and shoulder."""

# The opening as seen from the front, from the forehead by the temple and the jaw to the chin: sideways in half widths
# of the skull, and height above the eyes as a share of the way to the hairline (above) or the chin (below).
OPENING = (
    (0.00, 0.90), (0.30, 0.88), (0.55, 0.78), (0.74, 0.56), (0.84, 0.28), (0.875, 0.0), (0.87, -0.25), (0.82, -0.48),
    (0.70, -0.69), (0.50, -0.86), (0.26, -0.96), (0.00, -0.99),
)  # fmt: skip


class Hull:
    """Head, neck and shoulders under a taut cloth, as distances from :attr:`centre`."""

    def __init__(self, portrait: Portrait) -> None:
        head = self.head = portrait.head
        self.size = (head.eye[2] - head.chin[2]) / 0.107
        self.centre = np.array([0.0, head.centre[1], head.eye[2] - 0.03 * self.size])
        turns = np.linspace(-np.pi, np.pi, TURNS, endpoint=False)
        rays = directions(*np.meshgrid(turns, np.linspace(0, np.pi, TILTS), indexing="ij"))
        skin = self._distances(portrait, rays)
        taut = skin
        for _ in range(10):
            taut = np.maximum(skin, gaussian_filter(taut, (1.5, 1.2), mode=("wrap", "nearest")))
        self._distance = gaussian_filter(np.minimum(taut, skin + SLACK), (1.5, 1.2), mode=("wrap", "nearest"))
        self.opening = self._find_opening(portrait)

    def _distances(self, portrait: Portrait, rays: np.ndarray) -> np.ndarray:
        hits = [portrait.ray(self.centre + ray * 0.9, -ray) for ray in rays.reshape(-1, 3)]
        values = [np.inf if hit is None else np.linalg.norm(hit[0] - self.centre) for hit in hits]
        values = np.reshape(values, rays.shape[:2])
        # In front of the throat nothing is hit: there the cloth falls straight from the chin to the chest.
        chin = self.head.chin + np.array([0, 0.004, 0]) - self.centre
        fall = np.array([0.0, 0.40, -1.0])
        facing = np.array([0.0, fall[2], -fall[1]])
        toward = rays @ facing
        bib = (chin @ facing) / np.where(toward > 0.02, toward, np.inf)
        values = np.where(np.isinf(values) & (bib > 0) & (rays[..., 1] < 0), np.maximum(bib, 0.02), values)
        floor = (self.head.chin[2] - 0.26 * self.size - self.centre[2]) / np.minimum(rays[..., 2], -0.05)
        return np.minimum(np.minimum(values, np.where(rays[..., 2] < -0.05, floor, np.inf)), 0.42 * self.size)

    def _find_opening(self, portrait: Portrait) -> tuple[np.ndarray, np.ndarray]:
        """Turn and tilt ``(k,)`` along the rim of the face, on one side."""
        head = self.head
        up, down = 0.066 * (head.top - head.eye[2]) / 0.12, head.eye[2] - head.chin[2]
        turns, tilts = [], []
        for aside, height in OPENING:
            z = head.eye[2] + height * (up if height > 0 else down)
            hit = portrait.front(aside * head.half_width, z)
            place = hit[0] if hit else head.chin
            place = np.array([aside * head.half_width, min(place[1], head.chin[1] + 0.006 + 0.09 * aside), z])
            away = unit(place - self.centre)
            turns.append(np.arctan2(away[0], away[2]))
            tilts.append(np.arccos(-away[1]))
        return np.array(turns), np.array(tilts)

    def rim(self, turns: np.ndarray) -> np.ndarray:
        """Tilts ``(n,)`` of the face's rim at ``turns (n,)``."""
        fine = np.interp(np.abs(turns), *self.opening)
        return gaussian_filter(fine, len(turns) / 60, mode="wrap")

    def lay(self, turns: np.ndarray, tilts: np.ndarray) -> np.ndarray:
        """Points ``(..., 3)`` of the taut cloth."""
        grid = np.stack([(turns + np.pi) / (2 * np.pi) * TURNS, tilts / np.pi * (TILTS - 1)])
        distance = map_coordinates(self._distance, grid, order=1, mode="grid-wrap")
        return self.centre + directions(turns, tilts) * distance[..., None]


def directions(turns: np.ndarray, tilts: np.ndarray) -> np.ndarray:
    """Unit vectors ``(..., 3)``."""
    side = np.sin(tilts)
    return np.stack([np.sin(turns) * side, -np.cos(tilts), np.cos(turns) * side], -1)


def add_headscarf(portrait: Portrait) -> None:
    """The headscarf of the description, over the garment: an inner band, and two layers of cloth."""
    color = portrait.description.accessories.headscarf
    if color is None:
        return
    hull = Hull(portrait)
    rng = np.random.default_rng([portrait.description.seed, 6])
    turns = np.linspace(-np.pi, np.pi, AROUND, endpoint=False)
    rim = hull.rim(turns)
    look = cloth.veil(color)
    band = cloth.jersey(times(color, 0.62))
    _add_layer("underscarf", hull, turns, rim - 0.02 * (1 + np.cos(turns)), 0.0012, rng, band, folds=0)
    _add_layer("scarf", hull, turns, rim + 0.045 * (1 + np.cos(turns)), 0.0040, rng, look, folds=1.0)
    wrap = rim + 0.11 + 0.15 * (1 - np.cos(turns - 1.75))  # from one cheek under the chin to the other shoulder
    _add_layer("wrap", hull, turns, wrap, 0.0085, rng, look, folds=1.0)


def _add_layer(
    name: str,
    hull: Hull,
    turns: np.ndarray,
    start: np.ndarray,
    off: float,
    rng: np.random.Generator,
    look: bpy.types.Material,
    *,
    folds: float,
) -> None:
    """Cloth from the tilts ``start (n,)`` at ``turns (n,)`` backwards, ``off`` above the hull, with a rolled hem."""
    share = np.linspace(0, 1, BACK) ** 1.3
    tilts = start[:, None] + share * (np.pi - 0.02 - start[:, None])
    wide = np.broadcast_to(turns[:, None], tilts.shape)
    points = hull.lay(wide, tilts)
    points[:, 4:] = gaussian_filter(points, (3, 2, 0), mode=("wrap", "nearest", "nearest"))[:, 4:]
    from_edge = np.linalg.norm(points - points[:, :1], axis=2)
    low = smooth(points[..., 2], hull.head.chin[2] + 0.02, hull.head.chin[2] - 0.06)
    even = gaussian_filter(points, (14, 3, 0), mode=("wrap", "nearest", "nearest"))
    points += (even - points) * (low * smooth(from_edge, 0.015, 0.05))[..., None]  # rays are far apart down there
    normals = _normals(points)
    ease = off + smooth(from_edge, 0.0, 0.05) * (0.004 + 0.010 * low) * (folds > 0)
    ease = ease + folds * _folds(hull, points, from_edge, rng) if folds else ease
    points = points + normals * ease[..., None]
    neck = np.exp(-(((points[..., 2] - hull.head.chin[2] + 0.02 * hull.size) / (0.045 * hull.size)) ** 2))
    points[..., 0] *= 1 - 0.10 * neck * smooth(from_edge, 0.0, 0.03)
    edge = points[:, :1] - normals[:, :1] * min(off, 0.004) * np.array([1.0, 0.62, 0.3, 0.1])[None, :, None]
    back = unit(points[:, 3:4] - points[:, :1])
    edge = edge - back * min(off, 0.004) * np.array([-0.6, 0.28, 0.36, 0.2])[None, :, None]
    add_sheet(name, np.concatenate([edge, points], axis=1), look, closed=True)


def _normals(points: np.ndarray) -> np.ndarray:
    """Outward normals ``(n, k, 3)`` of a closed sheet, evened out."""
    along = np.roll(points, -1, 0) - np.roll(points, 1, 0)
    normals = unit(np.cross(along, np.gradient(points, axis=1)))
    return unit(gaussian_filter(normals, (5, 5, 0), mode=("wrap", "nearest", "nearest")))


def _folds(hull: Hull, points: np.ndarray, from_edge: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Height ``(n, k)`` in metres of the folds: along the face, and in swags below the chin."""
    place = (points - hull.centre) / hull.size
    x, _, z = np.moveaxis(place, -1, 0)
    warp = sum(np.sin(place @ rng.normal(0, 22, 3) + rng.uniform(0, 6.3)) for _ in range(5)) / 2
    low = smooth(z, -0.05, -0.13)
    swag = np.hypot(0.85 * (x - 0.02), z + 0.02 + 0.25 * x)  # rings about the face, a little aslant
    pleats = _pleat(swag / 0.024 + 0.45 * warp) * (0.75 + 0.35 * warp)
    beside = _pleat(from_edge / 0.027 + 0.4 * warp) * smooth(from_edge, 0.0, 0.02) * np.exp(-from_edge / 0.06)
    low = low * (0.35 + 0.65 * np.exp(-((x / 0.1) ** 2))) * smooth(z, -0.26, -0.16)  # quiet towards the outline
    return 0.010 * low * pleats + smooth(z, -0.13, -0.05) * beside * (0.0016 + 0.0034 * smooth(z, 0.1, 0.0))


def _pleat(turns: np.ndarray) -> np.ndarray:
    """Round ridges and narrow valleys, -0.5 to 0.5, one per unit of ``turns``."""
    return np.abs(np.sin(np.pi * turns)) ** 0.8 - 0.5
