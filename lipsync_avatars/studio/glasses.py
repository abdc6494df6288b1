"""Glasses: rims with almost invisible lenses, a bridge, and temples that run above the ears. Lengths in metres."""

from __future__ import annotations

import bpy
import numpy as np
from anatomy import smooth
from blender import link, make_mesh
from description import Color
from portrait import Portrait
from shaders import Nodes

CORNERS = 96
"""Points around a rim."""
TILT = 0.10
"""How far the lower edge of the lenses lies behind the upper, as a slope."""


def add_glasses(portrait: Portrait) -> None:
    """The glasses of the description: ``round`` in thin metal, ``rectangular`` in acetate."""
    wanted = portrait.description.accessories
    if wanted.glasses == "none":
        return
    metal = wanted.glasses == "round"
    thick = 0.0008 if metal else 0.0017
    look, glass = (_metal if metal else _acetate)(wanted.glasses_color), _glass()
    seat = Seat(portrait, 0.0228 if metal else 0.0250, 0.0215 if metal else 0.0170, 2.0 if metal else 3.6)
    for side in (-1, 1):
        rim = seat.rim(side)
        _add_tube("rim", rim, thick, look, closed=True)
        middle = np.vstack([rim.mean(0), rim])
        index = np.arange(CORNERS) + 1
        faces = np.column_stack([0 * index, index, np.roll(index, -1)])
        lens = make_mesh("lens", middle, faces)
        lens.data.materials.append(glass)
        lens.visible_shadow = False  # the eyes stay bright
        _add_tube("temple", seat.temple(portrait, side), thick * 0.9, look)
    _add_tube("bridge", seat.bridge(), thick * 0.95, look)
    if metal:
        for side in (-1, 1):
            _add_tube("pad arm", seat.pad_arm(portrait, side), 0.0005, look)


class Seat:
    """Where the parts of a pair lie on one head.

    Attributes:
        middle: ``(3,)`` centre of the lens on the model's left (+x).
        half: half the width and height of a lens.
    """

    def __init__(self, portrait: Portrait, half_width: float, half_height: float, square: float) -> None:
        head = self.head = portrait.head
        self.size = 0.5 * head.eye_radius / 0.0158 + 0.5 * head.half_width / 0.0725
        self.half = np.array([half_width, half_height]) * self.size
        self.square = square
        x = max(head.eye[0] + 0.0015, self.half[0] + 0.0075 * self.size)
        bridge = portrait.front(0.0, head.eye[2] - 0.002)
        brow = [portrait.front(x + dx, head.eye[2] + 0.7 * self.half[1]) for dx in (-0.008, 0.0, 0.008)]
        forward = [hit[0][1] for hit in [bridge, *brow] if hit] + [head.eye[1] - head.eye_radius - 0.008]
        forward[0] += 0.002  # the bridge may come nearer than the lenses
        self.middle = np.array([x, min(forward) - 0.004, head.eye[2] - 0.0035 * self.size])

    def _place(self, side: int, across: np.ndarray, up: np.ndarray) -> np.ndarray:
        x = self.middle[0] + across
        y = self.middle[1] - TILT * up + 1.6 * (x - 0.012) ** 2  # the front curves around the face
        return np.column_stack([side * x, y, self.middle[2] + up])

    def rim(self, side: int) -> np.ndarray:
        """The lens' outline ``(CORNERS, 3)``."""
        turn = np.linspace(0, 2 * np.pi, CORNERS, endpoint=False)
        cos, sin = np.cos(turn), np.sin(turn)
        power = 2 / self.square
        across, up = (np.sign(v) * np.abs(v) ** power for v in (cos, sin))
        lower = smooth(up, 0.3, -1.0) * (0.06 if self.square > 2 else 0.0)
        return self._place(side, across * (1 - lower) * self.half[0], up * self.half[1])

    def bridge(self) -> np.ndarray:
        """From rim to rim over the nose, ``(24, 3)``."""
        inner = self.middle[0] - self.half[0]
        x = np.linspace(-inner, inner, 24)
        height = 0.22 * self.half[1] + 0.0025 * self.size * (1 - (x / inner) ** 2)
        points = self._place(1, np.abs(x) - self.middle[0], height)
        points[:, 0] = x
        points[:, 1] -= 0.0012 * (1 - (x / inner) ** 2)
        return points

    def temple(self, portrait: Portrait, side: int) -> np.ndarray:
        """From the rim's outer edge past the temple to above the ear, ``(40, 3)``."""
        head = self.head
        start = self._place(side, np.array([self.half[0]]), np.array([0.35 * self.half[1]]))[0]
        end = np.array([0.0, head.centre[1] + 0.012, head.eye[2] + 0.004])
        share = np.linspace(0, 1, 40)
        y, z = (start[axis] + (end[axis] - start[axis]) * share for axis in (1, 2))
        widest = [_outside(portrait, side, *place) for place in zip(y, z, strict=True)]
        clear = np.maximum.accumulate(np.array(widest) + 0.0025)
        hinge = abs(start[0]) + 0.004
        x = np.maximum(clear, np.interp(share, [0, 0.06, 1.0], [abs(start[0]), hinge, hinge]))
        x[0] = abs(start[0])
        x[1:] = np.convolve(np.pad(x, 2, mode="edge"), np.ones(5) / 5, mode="valid")[1:]
        return np.column_stack([side * x, y, z])

    def pad_arm(self, portrait: Portrait, side: int) -> np.ndarray:
        """The wire from the rim to the side of the nose, ``(12, 3)``."""
        rim = self._place(side, np.array([-0.97 * self.half[0]]), np.array([-0.12 * self.half[1]]))[0]
        x = 0.0085 * self.size
        hit = portrait.front(side * x, rim[2] - 0.004)
        nose = hit[0] - np.array([0, 0.0012, 0]) if hit else rim
        share = np.linspace(0, 1, 12)[:, None]
        return rim + (nose - rim) * share + np.array([0, 0.002, 0]) * np.sin(np.pi * share)


def _outside(portrait: Portrait, side: int, y: float, z: float) -> float:
    """How far from the middle the skin reaches at ``y`` and ``z``; behind the ear's root, as before it."""
    before_ear = min(y, portrait.head.centre[1] - 0.012)
    hit = portrait.ray(np.array([side * 0.2, before_ear, z]), np.array([-float(side), 0.0, 0.0]))
    return abs(hit[0][0]) if hit else 0.0


def _add_tube(name: str, points: np.ndarray, radius: float, look: bpy.types.Material, *, closed: bool = False) -> None:
    """A rounded bar along ``points (n, 3)``."""
    curve = bpy.data.curves.new(name, "CURVE")
    curve.dimensions = "3D"
    curve.bevel_depth, curve.bevel_resolution = radius, 4
    line = curve.splines.new("POLY")
    line.points.add(len(points) - 1)
    line.points.foreach_set("co", np.column_stack([points, np.ones(len(points))]).ravel())
    line.use_cyclic_u = closed
    curve.materials.append(look)
    link(name, curve)


def _metal(color: Color) -> bpy.types.Material:
    n = Nodes("frame")
    inputs = {"Base Color": tuple(0.25 + 0.6 * c for c in color) if max(color) < 0.1 else color, "Metallic": 1.0}
    return n.finish(n.add("BsdfPrincipled", inputs | {"Roughness": 0.28}).outputs["BSDF"])


def _acetate(color: Color) -> bpy.types.Material:
    n = Nodes("frame")
    return n.finish(n.add("BsdfPrincipled", {"Base Color": color, "Roughness": 0.18}).outputs["BSDF"])


def _glass() -> bpy.types.Material:
    """Clear lenses: a faint reflection that grows at grazing angles, nothing bent."""
    n = Nodes("lens")
    facing = n.add("LayerWeight", {"Blend": 0.15}).outputs["Fresnel"]
    amount = n.math("MULTIPLY", facing, 0.35)
    mirror = n.add("BsdfGlossy", {"Color": (0.9, 0.95, 1.0), "Roughness": 0.03}).outputs["BSDF"]
    clear = n.add("BsdfTransparent").outputs["BSDF"]
    mixed = n.add("MixShader", {0: amount, 1: clear, 2: mirror})
    return n.finish(mixed.outputs[0])
