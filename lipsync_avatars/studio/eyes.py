"""Eyeballs: their geometry, wet front and colours. Lengths in metres."""

from __future__ import annotations

import math

import bpy
import numpy as np
from anatomy import LOWER_LID, UPPER_LID, smooth
from blender import make_mesh, set_attribute
from description import AvatarDescription, Color
from mathutils import Vector
from portrait import Portrait
from shaders import Nodes, times

Socket = bpy.types.NodeSocket

IRIS, PUPIL = 0.0062, 0.0022
"""Radii in metres; a child's irises are as large, in smaller eyes."""


def add_eyes(portrait: Portrait) -> None:
    """Eyeballs with a dished iris under a clear, bulging cornea, wet lids and corners; both look at the camera."""
    radius = portrait.head.eye_radius
    inside = eyeball(portrait.description, radius=radius, iris=IRIS, pupil=PUPIL)
    outside = cornea()
    flesh = caruncle(portrait.description.skin.tone)
    camera = portrait.camera_place
    for side in (1, -1):
        place = portrait.head.eye * np.array([side, 1, 1])
        toward = Vector(camera - place).to_track_quat("-Y", "Z")
        for kind, material in (("ball", inside), ("cornea", outside)):
            vertices, faces = eye_mesh(radius, kind)
            item = make_mesh(f"{kind}{side}", vertices, faces)
            item.location = place
            item.rotation_euler = toward.to_euler()
            item.data.materials.append(material)
            if kind == "ball":
                placed = vertices @ np.array(toward.to_matrix()).T + place
                set_attribute(item.data, "shade", lid_shade(portrait, placed))
        for name, shape, material in (("tear", tear_line(portrait), outside), ("caruncle", corner(portrait), flesh)):
            vertices, faces = shape
            item = make_mesh(f"{name}{side}", vertices * np.array([side, 1, 1]), faces)
            item.data.materials.append(material)


def lid_shade(portrait: Portrait, points: np.ndarray) -> np.ndarray:
    """How much the lids and lashes darken the eyeball's ``points (n, 3)``, 0 to 1: most below the upper lid."""
    x = np.abs(points[:, 0])
    shade = np.zeros(len(points))
    for lid, reach, sign, strength in ((UPPER_LID, 0.0038, 1, 1.0), (LOWER_LID, 0.0022, -1, 0.6)):
        line = portrait.vertices[list(lid)]
        line = line[np.argsort(line[:, 0])]
        inside = sign * (np.interp(x, line[:, 0], line[:, 2]) - points[:, 2])
        shade = np.maximum(shade, strength * np.exp(-np.clip(inside, 0, None) / (reach * 0.5)))
    inner, outer = portrait.vertices[UPPER_LID[-1], 0], portrait.vertices[UPPER_LID[0], 0]
    width = outer - inner
    corners = np.maximum(smooth(x, inner + 0.28 * width, inner), smooth(x, outer - 0.28 * width, outer))
    return np.clip(np.maximum(shade, 0.8 * corners), 0, 1)


def tear_line(portrait: Portrait) -> tuple[np.ndarray, np.ndarray]:
    """A thin wet tube where the lower lid meets the left eyeball: vertices and faces."""
    line = portrait.vertices[list(LOWER_LID)]
    t = np.linspace(0, 1, 48)
    course = np.column_stack([np.interp(t, np.linspace(0, 1, len(line)), column) for column in line.T])
    out = course - portrait.head.eye
    distance = portrait.head.eye_radius + 0.0002
    course = portrait.head.eye + out / np.linalg.norm(out, axis=1, keepdims=True) * distance
    course[:, 2] += 0.0002
    around = np.linspace(0, 2 * np.pi, 8, endpoint=False)
    ring = np.stack([np.zeros(8), np.cos(around), np.sin(around)], -1)
    size = 0.00032 * np.sin(np.pi * np.clip(t, 0.02, 0.98)) ** 0.5
    return _grid(course[:, None] + size[:, None, None] * ring)


def corner(portrait: Portrait) -> tuple[np.ndarray, np.ndarray]:
    """The small fleshy hill in the left eye's inner corner: vertices and faces."""
    eye, scale = portrait.head.eye, portrait.head.eye_radius / 0.0156
    inner = (portrait.vertices[UPPER_LID[-1]] + portrait.vertices[LOWER_LID[-1]]) / 2
    middle = inner + np.array([0.0004, 0.0012, 0.0]) * scale
    out = (middle - eye) / np.linalg.norm(middle - eye)
    middle = eye + out * max(np.linalg.norm(middle - eye), portrait.head.eye_radius)
    theta = np.linspace(0.02, np.pi - 0.02, 14)
    phi = np.linspace(0, 2 * np.pi, 18, endpoint=False)
    ball = np.stack(
        [
            np.outer(np.sin(theta), np.cos(phi)),
            np.outer(np.sin(theta), np.sin(phi)),
            np.outer(np.cos(theta), np.ones(18)),
        ],
        -1,
    )
    return _grid(middle + ball * np.array([0.0019, 0.0009, 0.0010]) * scale)


def _grid(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Vertices and quads of closed rings ``(rows, around, 3)``."""
    index = np.arange(rows.shape[0] * rows.shape[1]).reshape(rows.shape[:2])
    ahead = np.roll(index, -1, 1)
    return rows.reshape(-1, 3), np.stack([index[:-1], ahead[:-1], ahead[1:], index[1:]], -1).reshape(-1, 4)


def eye_mesh(radius: float, kind: str) -> tuple[np.ndarray, np.ndarray]:
    """Vertices and faces of the eyeball ("ball") or its clear front ("cornea"), looking along -y."""
    rows, columns = 96, 96
    limbus = math.asin(IRIS / radius)
    theta = np.concatenate(
        [np.linspace(0.004, 1.3 * limbus, 60), np.linspace(1.3 * limbus, math.pi - 0.02, rows - 59)[1:]]
    )
    reach = np.full_like(theta, radius)
    if kind == "cornea":
        theta, reach = theta[theta < 1.9], reach[theta < 1.9]
        reach = (
            reach
            + 0.00012
            + 0.0013 * np.clip(np.cos(theta / (1.25 * limbus) * math.pi / 2), 0, None) ** 1.5 * (theta < 1.25 * limbus)
        )
    else:
        flat = radius * math.cos(limbus) / np.cos(np.minimum(theta, limbus))  # the iris is a disc, dished a little
        inside = smooth(theta, 1.04 * limbus, 0.96 * limbus)
        dish = 0.0005 * (1 - np.clip(theta / limbus, 0, 1))
        reach = reach * (1 - inside) + (flat - dish) * inside
    phi = np.linspace(0, 2 * math.pi, columns, endpoint=False)
    ring = np.stack([np.cos(phi), np.zeros_like(phi), np.sin(phi)], -1)
    corners = 1 + 0.075 * smooth(reach * np.sin(theta), 1.15 * IRIS, 0.95 * radius)  # fills the corners of the lids
    ring = ring * np.stack([corners, np.ones_like(corners), np.ones_like(corners)], -1)[:, None]
    vertices = (reach * np.sin(theta))[:, None, None] * ring - (reach * np.cos(theta))[:, None, None] * np.array(
        [0, 1, 0]
    )
    return _grid(vertices)


def eyeball(description: AvatarDescription, *, radius: float, iris: float, pupil: float) -> bpy.types.Material:
    """Sclera, limbus, iris with fibres, pupil; object space, looking along -y, lengths in metres."""
    n = Nodes("eyeball")
    separate = n.add("SeparateXYZ", {"Vector": n.add("TexCoord").outputs["Object"]})
    x, z = separate.outputs["X"], separate.outputs["Z"]
    r = n.math("SQRT", n.math("ADD", n.math("MULTIPLY", x, x), n.math("MULTIPLY", z, z)), 0)
    angle = n.math("ARCTAN2", z, x)
    polar = n.add("CombineXYZ", {"X": n.math("COSINE", angle, 0), "Y": n.math("SINE", angle, 0)}).outputs["Vector"]
    spokes = n.add("Mapping", {"Vector": polar, "Scale": (9.0, 9.0, 9.0)}).outputs["Vector"]
    depth = n.add("CombineXYZ", {"Z": n.math("MULTIPLY", r, 260.0)}).outputs["Vector"]
    fibre_at = n.add("VectorMath", {0: spokes, 1: depth}, operation="ADD").outputs["Vector"]
    fibres = n.ramp(n.noise(1.0, detail=4, vector=fibre_at), 0.30, 0.70)
    color = _iris(n, description, r, fibres, iris=iris, pupil=pupil)
    rim = n.math("ADD", r, n.math("MULTIPLY", n.math("SUBTRACT", fibres, 0.5), 0.00022))
    color = n.mix(n.ramp(rim, iris * 0.95, iris * 1.09), color, _sclera(n, description, r, iris=iris, radius=radius))
    color = n.mix(
        n.math("MULTIPLY", n.attribute("shade"), 0.80), color, n.mix(1.0, color, (0.34, 0.25, 0.22), "MULTIPLY")
    )
    inputs = {"Base Color": color, "Roughness": 0.35, "Specular IOR Level": 0.2}
    inputs |= {"Subsurface Weight": 0.25, "Subsurface Radius": (1.0, 0.5, 0.4), "Subsurface Scale": 0.0012}
    return n.finish(n.add("BsdfPrincipled", inputs).outputs["BSDF"])


def _iris(n: Nodes, description: AvatarDescription, r: Socket, fibres: Socket, *, iris: float, pupil: float) -> Socket:
    """Colour of the iris by distance ``r`` from its middle: collarette, fibres, dark limbal ring, pupil."""
    look = description.eyes
    shine = max(look.iris)
    color = n.mix(n.ramp(r, pupil * 1.1, iris * 0.62), look.iris_inner, look.iris)
    pale = n.mix(0.22 * min(max(shine - 0.04, 0.0) * 6, 1.0), color, (1.0, 0.88, 0.66))
    bright = n.mix(1.0, pale, (1.35, 1.25, 1.15), "MULTIPLY")
    color = n.mix(fibres, times(look.iris, 0.42), bright)
    collarette = n.math("MULTIPLY", n.ramp(r, iris * 0.40, iris * 0.52), n.ramp(r, iris * 0.68, iris * 0.54))
    color = n.mix(n.math("MULTIPLY", collarette, 0.22), color, times(look.iris_inner, 1.5))
    color = n.mix(n.ramp(r, iris * 0.72, iris * 0.98), color, times(look.iris, 0.16))
    arcus = n.math("MULTIPLY", n.ramp(r, iris * 0.80, iris * 0.90), n.ramp(r, iris * 1.04, iris * 0.94))
    old = float(smooth(np.array(description.skin.age), 0.6, 1.0))
    color = n.mix(n.math("MULTIPLY", arcus, 0.35 * old), color, (0.42, 0.43, 0.44))
    return n.mix(n.ramp(r, pupil * 0.90, pupil * 1.08), (0.001, 0.001, 0.001), color)


def _sclera(n: Nodes, description: AvatarDescription, r: Socket, *, iris: float, radius: float) -> Socket:
    """The white of the eye: never pure white; bluish in children, yellowish and veined in the old and on dark skin."""
    age, tone = description.skin.age, description.skin.tone
    child = float(smooth(np.array(description.shape.phenotype.get("age", 0.67)), 0.55, 0.35))
    dark = float(np.interp(max(tone), [0.08, 0.35], [1.0, 0.0]))
    near = np.array([0.62, 0.585, 0.555]) * (1 - 0.16 * dark - 0.08 * age)
    near = near * (1 + 0.02 * child, 1 - 0.03 * age + 0.03 * child, 1 - 0.16 * age - 0.10 * dark + 0.09 * child)
    white = n.mix(n.ramp(r, iris, radius * 0.95), tuple(near.tolist()), tuple((near * (0.92, 0.70, 0.66)).tolist()))
    vein = n.math("ABSOLUTE", n.math("SUBTRACT", n.noise(240.0, detail=5), 0.5), 0.0)
    reddened = n.math("MULTIPLY", n.ramp(vein, 0.022, 0.0), n.ramp(r, iris * 1.25, radius, (0.0, 0.35 + 0.25 * age)))
    return n.mix(reddened, white, (0.50, 0.13, 0.10))


def caruncle(tone: Color) -> bpy.types.Material:
    """Wet pink flesh, browner with dark skin."""
    n = Nodes("caruncle")
    color = tuple(0.45 * a + 0.55 * b for a, b in zip((0.36, 0.14, 0.115), times(tone, (0.85, 0.6, 0.58)), strict=True))
    inputs = {"Base Color": color, "Roughness": 0.22, "Subsurface Weight": 0.6, "Subsurface Scale": 0.001}
    return n.finish(n.add("BsdfPrincipled", inputs).outputs["BSDF"])


def cornea() -> bpy.types.Material:
    """The eye's wet front: reflects, lets everything through (no refraction, hence no caustics)."""
    n = Nodes("cornea")
    gloss = n.add("BsdfGlossy", {"Roughness": 0.03}).outputs["BSDF"]
    clear = n.add("BsdfTransparent").outputs["BSDF"]
    facing = n.add("Fresnel", {"IOR": 1.40}).outputs["Fac"]
    return n.finish(n.add("MixShader", {0: facing, 1: clear, 2: gloss}).outputs["Shader"])
