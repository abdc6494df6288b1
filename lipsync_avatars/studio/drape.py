"""The upper body as cloth sees it: a shell about a point in the chest, on which strips of cloth are laid.

Angles about the neck run from -pi to pi (0 is the front, +x positive). Lengths in metres.
"""

from __future__ import annotations

import bpy
import numpy as np
from blender import make_mesh, set_attribute
from portrait import Portrait
from scipy.ndimage import gaussian_filter, map_coordinates
from strands import unit

COLUMNS, ROWS = 240, 110
LOWEST, HIGHEST = -0.75, 1.45
"""Elevations seen from the chest, in radians."""
SLACK = 0.012
"""How far cloth may bridge a hollow, in metres."""


class Shell:
    """Neck, shoulders and chest as distances from :attr:`centre`, with a taut cloth over them.

    Attributes:
        centre: ``(3,)`` in the chest, on the neck's axis.
        jaw: height below which a neckline has to stay.
        size: of this head, 1 for a grown-up woman's.
    """

    def __init__(self, portrait: Portrait) -> None:
        head, points = portrait.head, portrait.points
        self.size = (head.eye[2] - head.chin[2]) / 0.107
        level = head.chin[2] - 0.008
        self.jaw = head.chin[2] - 0.010 * self.size  # no neckline is higher
        ring = points[(np.abs(points[:, 2] - level) < 0.004) & (points[:, 1] > head.eye[1] + 0.03)]
        self.neck = float(np.abs(ring[:, 0]).max())  # half the neck's width under the jaw
        self.centre = np.array([0.0, (ring[:, 1].max() + head.chin[1]) / 2 + 0.018, head.chin[2] - 0.16 * self.size])
        skin = self._distances(portrait)
        cloth = skin
        for _ in range(14):
            cloth = np.maximum(skin, gaussian_filter(cloth, (1.6, 1.6), mode=("wrap", "nearest")))
        cloth = gaussian_filter(np.minimum(cloth, skin + SLACK), (1.2, 1.2), mode=("wrap", "nearest"))
        self._distance = np.maximum(cloth, skin)

    def _distances(self, portrait: Portrait) -> np.ndarray:
        angles = np.linspace(-np.pi, np.pi, COLUMNS, endpoint=False)
        heights = np.linspace(LOWEST, HIGHEST, ROWS)
        rays = _directions(*np.meshgrid(angles, heights, indexing="ij")).reshape(-1, 3)
        hits = [portrait.ray(self.centre, ray) for ray in rays]
        values = np.array([np.nan if hit is None else np.linalg.norm(hit[0] - self.centre) for hit in hits])
        values = values.reshape(COLUMNS, ROWS)
        for column in values:  # rays between the cut edges of the body meet nothing
            known = np.isfinite(column)
            column[~known] = np.interp(np.flatnonzero(~known), np.flatnonzero(known), column[known])
        return values

    def columns(self, angles: np.ndarray) -> np.ndarray:
        """The cloth ``(n, ROWS, 3)`` along each of ``angles (n,)``, from below upwards."""
        at = (np.asarray(angles) + np.pi) / (2 * np.pi) * COLUMNS
        grid = np.stack(np.broadcast_arrays(at[:, None], np.arange(ROWS)))
        distance = map_coordinates(self._distance, grid, order=1, mode="grid-wrap")
        directions = _directions(*np.broadcast_arrays(np.asarray(angles)[:, None], np.linspace(LOWEST, HIGHEST, ROWS)))
        return self.centre + directions * distance[..., None]

    def reach(self, angles: np.ndarray, radius: np.ndarray | float) -> np.ndarray:
        """Heights ``(n,)`` where the cloth is ``radius`` from the neck's axis at ``angles (n,)``."""
        wanted = np.broadcast_to(radius, np.shape(angles))
        columns = self.columns(angles)
        away = np.hypot(*(columns - self.centre)[..., :2].transpose(2, 0, 1))
        found = []
        for row, far, want in zip(columns, away, wanted, strict=True):
            widest = far.argmax()
            narrowest = widest + np.where(row[widest:, 2] < self.jaw, far[widest:], np.inf).argmin()
            part = slice(widest, narrowest + 1)  # from the shoulder to the neck; the jaw is wider again
            found.append(np.interp(-want, -far[part], row[part, 2]))
        return np.array(found)

    def radius(self, angles: np.ndarray, heights: np.ndarray) -> np.ndarray:
        """Distances ``(n,)`` of the cloth from the neck's axis at ``angles (n,)`` and ``heights (n,)``."""
        off = np.zeros((len(angles), 1))
        return np.hypot(*(self.lay(angles, heights, off, off)[:, 0] - self.centre)[:, :2].T)

    def angle_at(self, x: np.ndarray, heights: np.ndarray) -> np.ndarray:
        """Angles ``(n,)`` at which the cloth's front has ``x (n,)`` (not negative) at ``heights (n,)``."""
        angles = np.linspace(0, np.pi * 0.6, 120)
        columns = self.columns(angles)
        found = []
        for wanted, height in zip(x, heights, strict=True):
            aside = [np.interp(height, column[:, 2], column[:, 0]) for column in columns]
            found.append(np.interp(wanted, np.maximum.accumulate(aside), angles))
        return np.array(found)

    def lay(self, angles: np.ndarray, heights: np.ndarray, up: np.ndarray, off: np.ndarray) -> np.ndarray:
        """Points ``(n, k, 3)`` on the cloth.

        Args:
            angles: ``(n,)`` about the neck.
            heights: ``(n,)`` of the line from which is measured, z.
            up: ``(n, k)`` way along the cloth above that line (negative: below).
            off: ``(n, k)`` distance outward from the cloth.
        """
        columns = self.columns(angles)
        steps = np.linalg.norm(np.diff(columns, axis=1), axis=2)
        ways = np.pad(steps.cumsum(1), ((0, 0), (1, 0)))
        sideways = np.column_stack([np.cos(angles), np.sin(angles), 0 * angles])
        outward = unit(np.cross(sideways[:, None], np.gradient(columns, axis=1)))
        laid = []
        for column, normal, way, height, rise, out in zip(columns, outward, ways, heights, up, off, strict=True):
            at = np.interp(height, column[:, 2], way) + rise
            place = np.column_stack([np.interp(at, way, column[:, axis]) for axis in range(3)])
            facing = np.column_stack([np.interp(at, way, normal[:, axis]) for axis in range(3)])
            laid.append(place + unit(facing) * out[:, None])
        return np.array(laid)

    def cling(self, points: np.ndarray, off: np.ndarray | float) -> np.ndarray:
        """``points (..., 3)`` moved in or out until they are ``off`` from the cloth."""
        x, y, z = np.moveaxis(points - self.centre, -1, 0)
        angles, heights = np.arctan2(x, -y), np.arctan2(z, np.hypot(x, y))
        row = (heights - LOWEST) / (HIGHEST - LOWEST) * (ROWS - 1)
        grid = np.stack([(angles + np.pi) / (2 * np.pi) * COLUMNS, np.clip(row, 0, ROWS - 1)])
        distance = map_coordinates(self._distance, grid, order=1, mode="grid-wrap") + off
        return self.centre + _directions(angles, heights) * distance[..., None]

    def frame(self, angles: np.ndarray, heights: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """A closed line on the cloth: its points, the normals there, and the way up in the cloth, ``(n, 3)`` each."""
        at = np.broadcast_to([[0.0, 1.0]], (len(angles), 2))
        points, outer = self.lay(angles, heights, 0 * at, at * 0.001).transpose(1, 0, 2)
        normals = soften(unit(outer - points), 8)
        forward = soften(unit(np.roll(points, -1, 0) - np.roll(points, 1, 0)), 2)
        return points, unit(normals), unit(np.cross(normals, forward))


def soften(values: np.ndarray, rounds: int) -> np.ndarray:
    """Values around a closed line, evened out."""
    for _ in range(rounds):
        values = (np.roll(values, 1, 0) + 2 * values + np.roll(values, -1, 0)) / 4
    return values


def _directions(angles: np.ndarray, elevations: np.ndarray) -> np.ndarray:
    flat = np.cos(elevations)
    return np.stack([np.sin(angles) * flat, -np.cos(angles) * flat, np.sin(elevations)], -1)


def add_sheet(
    name: str,
    points: np.ndarray,
    look: bpy.types.Material,
    *,
    closed: bool = False,
    tube: bool = False,
    attributes: dict[str, np.ndarray] | None = None,
) -> bpy.types.Object:
    """A grid of ``points (n, k, 3)`` as a smooth surface.

    Args:
        name: of the object.
        points: rows along ``n``.
        look: its material.
        closed: the last of ``n`` joins the first.
        tube: the last of ``k`` joins the first.
        attributes: values ``(n, k)`` for the material, by name.
    """
    index = np.arange(points.shape[0] * points.shape[1]).reshape(points.shape[:2])
    if closed:
        index = np.vstack([index, index[:1]])
    if tube:
        index = np.hstack([index, index[:, :1]])
    faces = np.stack([index[:-1, :-1], index[1:, :-1], index[1:, 1:], index[:-1, 1:]], -1).reshape(-1, 4)
    item = make_mesh(name, points.reshape(-1, 3), faces)
    item.data.materials.append(look)
    for key, values in (attributes or {}).items():
        set_attribute(item.data, key, values.ravel())
    return item


def along(points: np.ndarray) -> np.ndarray:
    """Way ``(n,)`` in metres along ``points (n, 3)``."""
    return np.pad(np.linalg.norm(np.diff(points, axis=0), axis=1).cumsum(), (1, 0))
