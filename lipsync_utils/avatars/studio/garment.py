"""A knitted top, cut from the body's own surface, with a rolled collar along the neckline."""

from __future__ import annotations

import math

import bpy
import numpy as np
from anatomy import Head
from blender import make_mesh
from description import Color
from portrait import Portrait
from shaders import Nodes, times
from strands import unit

THICKNESS = 0.006
"""Distance between skin and cloth, in metres."""
AROUND, PROFILE = 240, 20
"""Points along the collar and around its section."""


class Neckline:
    """Where the garment ends: a height for each angle about the neck (0 is the front)."""

    def __init__(self, head: Head, points: np.ndarray, kind: str) -> None:
        level = head.chin[2] + 0.005  # necks may be short: higher up, nothing but neck is this far back
        ring = points[(np.abs(points[:, 2] - level) < 0.004) & (points[:, 1] > head.eye[1] + 0.05)]
        self.middle = np.array([0.0, head.centre[1] + 0.012, level])
        beside = ring[:, 0].max() + 0.020
        shoulder = points[(np.abs(points[:, 0] - beside) < 0.003) & (points[:, 2] < level)]
        self._side = shoulder[:, 2].max()  # the slope of the shoulder, beside the neck
        self._front = self._side - (0.085 if kind == "scoop" else 0.055)

        self._angles = np.linspace(-np.pi, np.pi, 73)
        forward = (0.5 + 0.5 * np.cos(self._angles)) ** 0.9
        wanted = self._side + (self._front - self._side) * forward
        heights = np.maximum(wanted, self._slope(points, beside * 1.06, level))[:-1]
        self._heights = np.append(_soften(heights, 4), np.nan)
        self._heights[-1] = self._heights[0]

    def _slope(self, points: np.ndarray, reach: float, level: float) -> np.ndarray:
        """Height of the body ``reach`` metres beside the neck for each angle; no limit in front."""
        angle, radius = self._polar(points)
        ring = (np.abs(radius - reach) < 0.004) & (points[:, 2] < level)
        apart = np.abs((angle[ring, None] - self._angles + np.pi) % (2 * np.pi) - np.pi)
        heights = np.where(apart < 0.1, points[ring, 2, None], -np.inf).max(axis=0)
        return np.where(np.abs(self._angles) < 0.6, -np.inf, heights)

    def _polar(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Angle about the neck (0 is the front) and distance from its axis."""
        x, forward = points[:, 0], self.middle[1] - points[:, 1]
        return np.arctan2(x, forward), np.hypot(x, forward)

    def height(self, angle: np.ndarray) -> np.ndarray:
        """Heights ``(n,)`` in metres at ``angle (n,)`` in radians."""
        return np.interp((angle + np.pi) % (2 * np.pi) - np.pi, self._angles, self._heights)

    def above(self, points: np.ndarray) -> np.ndarray:
        """How far ``points (n, 3)`` lie above the neckline, in metres."""
        return points[:, 2] - self.height(self._polar(points)[0])


def add_garment(portrait: Portrait) -> None:
    """The garment of the description, over the body."""
    garment, head = portrait.description.garment, portrait.head
    points, normals, triangles = portrait.points, portrait.normals, portrait.triangles
    look = knit(garment.color)
    neckline = Neckline(head, points, garment.kind)
    below = (neckline.above(points)[triangles] < 0.004).all(1) & (points[triangles][:, :, 2] < head.chin[2]).all(1)
    make_mesh("garment", points + normals * THICKNESS, triangles[below]).data.materials.append(look)
    vertices, faces = _collar(neckline, portrait)
    make_mesh("collar", vertices, faces).data.materials.append(look)


def _collar(neckline: Neckline, portrait: Portrait) -> tuple[np.ndarray, np.ndarray]:
    path, out = _trace(neckline, portrait)
    along = unit(np.roll(path, -1, 0) - np.roll(path, 1, 0))
    up = unit(np.cross(out, along))
    up *= np.sign(up[:, 2:])
    section = np.linspace(0, 2 * np.pi, PROFILE, endpoint=False)
    offsets = zip(np.cos(section) * 0.0042, np.sin(section) * 0.0085, strict=True)
    rings = np.stack([path + out * (THICKNESS + x) + up * (z - 0.002) for x, z in offsets], axis=1)
    index = np.arange(AROUND * PROFILE).reshape(AROUND, PROFILE)
    following = np.roll(index, -1, 0)
    faces = np.stack([index, following, np.roll(following, -1, 1), np.roll(index, -1, 1)], -1)
    return rings.reshape(-1, 3), faces.reshape(-1, 4)


def _trace(neckline: Neckline, portrait: Portrait) -> tuple[np.ndarray, np.ndarray]:
    """Points on the skin along the neckline, and their outward normals."""
    angles = np.linspace(0, 2 * np.pi, AROUND, endpoint=False)
    path, out = [], []
    for angle, height in zip(angles, neckline.height(angles), strict=True):
        direction = np.array([math.sin(angle), -math.cos(angle), 0.0])
        origin = np.array([0.0, neckline.middle[1], height])
        hit, normal = portrait.ray(origin + direction * 0.4, -direction) or (origin + direction * 0.06, direction)
        path.append(hit)
        out.append(normal)
    return _soften(np.array(path)), _soften(np.array(out))


def _soften(values: np.ndarray, rounds: int = 6) -> np.ndarray:
    for _ in range(rounds):
        values = (np.roll(values, 1, 0) + 2 * values + np.roll(values, -1, 0)) / 4
    return values


def knit(color: Color) -> bpy.types.Material:
    """Fine knit; the attribute ``cloth`` cuts the neckline (1 cloth, 0 nothing)."""
    n = Nodes("knit")
    coordinates = n.add("TexCoord").outputs["Object"]
    stretched = n.add("Mapping", {"Vector": coordinates, "Scale": (1.0, 0.3, 1.0)}).outputs["Vector"]
    rows = n.add(
        "TexWave", {"Vector": stretched, "Scale": 150.0, "Distortion": 1.5, "Detail": 2.0}, bands_direction="X"
    )
    stitches = n.add("TexWave", {"Vector": stretched, "Scale": 190.0, "Distortion": 1.0}, bands_direction="Z")
    height = n.math("ADD", rows.outputs["Fac"], n.math("MULTIPLY", stitches.outputs["Fac"], 0.6))
    fuzz = n.noise(900.0, detail=3)
    bump = n.add("Bump", {"Height": n.math("ADD", height, fuzz), "Strength": 0.45, "Distance": 0.0008}).outputs[
        "Normal"
    ]
    shade = n.mix(n.ramp(n.math("ADD", height, fuzz), 0.6, 2.2), times(color, 0.7), times(color, 1.25))
    inputs = {"Base Color": shade, "Roughness": 0.85, "Sheen Weight": 0.35, "Sheen Roughness": 0.4, "Normal": bump}
    return n.finish(n.add("BsdfPrincipled", inputs | {"Specular IOR Level": 0.2}).outputs["BSDF"])
