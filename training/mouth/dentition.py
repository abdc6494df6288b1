"""Geometry of teeth, gum and tongue, from textbook proportions; pure numpy, millimetres.

Axes: x to the viewer's right, y into the head (the viewer looks along +y), z up. Crown sizes follow the usual tables of
dental anatomy (Wheeler's); z = 0 is the incisal edge of the central incisors, y = 0 their labial surface.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Tooth:
    """One crown: visible width and height, depth, the shape of its edge (all mm).

    Attributes:
        width: mesio-distal width.
        height: from edge to gum.
        depth: labio-lingual depth at the neck.
        level: how far the edge stays behind the incisal plane.
        cusp: height of the point in the middle of the edge (0 for incisors).
        edge: half the thickness of the edge, as a part of the depth.
        shade: brightness relative to the central incisor.
    """

    width: float
    height: float
    depth: float
    level: float
    cusp: float
    edge: float
    shade: float


@dataclass(frozen=True)
class Arch:
    """A jaw's row of teeth, one side, from the middle outwards.

    Attributes:
        teeth: the crowns; the other side mirrors them.
        half_width: x of the arch's end, mm.
        length: y of the arch's end, mm.
        power: 2 is a parabola; larger is squarer in front.
        up: +1 for the upper jaw (gum above), -1 for the lower.
        gum: height of gum that is modelled beyond the neck, mm.
    """

    teeth: tuple[Tooth, ...]
    half_width: float
    length: float
    power: float
    up: int
    gum: float


UPPER = Arch(
    teeth=(
        Tooth(8.6, 10.2, 6.4, 0.0, 0.0, 0.20, 1.00),
        Tooth(6.7, 8.7, 5.8, 0.7, 0.0, 0.20, 0.985),
        Tooth(7.6, 9.9, 7.0, 0.1, 1.7, 0.30, 0.95),
        Tooth(7.0, 8.3, 8.0, 0.5, 1.5, 0.55, 0.95),
        Tooth(6.7, 7.7, 8.0, 0.9, 1.1, 0.60, 0.94),
        Tooth(10.0, 7.2, 10.0, 1.1, 1.0, 0.70, 0.92),
        Tooth(9.2, 6.8, 10.0, 1.3, 0.8, 0.70, 0.90),
    ),
    half_width=30.0,
    length=47.0,
    power=2.35,
    up=1,
    gum=11.0,
)

LOWER = Arch(
    teeth=(
        Tooth(5.3, 8.6, 5.6, 0.0, 0.0, 0.20, 0.99),
        Tooth(5.9, 8.8, 5.8, 0.1, 0.0, 0.20, 0.985),
        Tooth(6.9, 9.8, 7.0, -0.3, 1.4, 0.30, 0.95),
        Tooth(7.0, 8.4, 7.6, 0.3, 1.4, 0.50, 0.95),
        Tooth(7.1, 7.9, 8.0, 0.7, 1.1, 0.60, 0.94),
        Tooth(11.0, 7.2, 10.0, 1.0, 0.9, 0.70, 0.92),
        Tooth(10.4, 6.8, 10.0, 1.2, 0.8, 0.70, 0.90),
    ),
    half_width=27.5,
    length=44.0,
    power=2.3,
    up=-1,
    gum=11.0,
)


@dataclass(frozen=True)
class Surface:
    """A quad mesh.

    Attributes:
        vertices: ``(n, 3) float64`` mm.
        faces: ``(m, 4) int``.
        color: ``(n, 3) float64`` linear RGB, 0 to 1, already dimmed by ``light``.
        light: ``(n,) float64`` part of the light that gets this deep into the mouth, 0 to 1; scales the gloss.
    """

    vertices: np.ndarray
    faces: np.ndarray
    color: np.ndarray
    light: np.ndarray


def grid_faces(rows: int, columns: int, *, wrap: bool) -> np.ndarray:
    """Quads of a (rows, columns) grid of vertices, closed around the columns if ``wrap``."""
    last = columns if wrap else columns - 1
    row, column = np.mgrid[0 : rows - 1, 0:last]
    following = (column + 1) % columns
    corners = [row * columns + column, row * columns + following, (row + 1) * columns + following]
    return np.stack([*corners, (row + 1) * columns + column], axis=-1).reshape(-1, 4)


class ArchCurve:
    """The arch seen from above, walked by the length of its arc (mm, negative on the viewer's left)."""

    def __init__(self, arch: Arch) -> None:
        x = np.linspace(-1.0, 1.0, 4001)
        points = np.stack([x * arch.half_width, arch.length * np.abs(x) ** arch.power], axis=1)
        steps = np.hypot(*np.diff(points, axis=0).T)
        self._points = points
        self._arc = np.concatenate([[0.0], np.cumsum(steps)])
        self._arc -= np.interp(0.0, points[:, 0], self._arc)

    def at(self, arc: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Points ``(n, 2)`` and outward unit normals ``(n, 2)`` in the (x, y) plane at arc lengths ``(n,)``."""

        def position(value: np.ndarray) -> np.ndarray:
            return np.stack([np.interp(value, self._arc, self._points[:, i]) for i in (0, 1)], axis=-1)

        tangent = position(arc + 0.5) - position(arc - 0.5)
        tangent /= np.linalg.norm(tangent, axis=-1, keepdims=True)
        return position(arc), np.stack([tangent[..., 1], -tangent[..., 0]], axis=-1)


def tooth_places(arch: Arch) -> list[tuple[Tooth, float, int]]:
    """Every tooth of the jaw with the arc length of its middle and its side (-1 left, +1 right), left to right."""
    middles = np.cumsum([tooth.width for tooth in arch.teeth]) - np.array([tooth.width for tooth in arch.teeth]) / 2
    right = [(tooth, float(middle), 1) for tooth, middle in zip(arch.teeth, middles, strict=True)]
    left = [(tooth, -middle, -1) for tooth, middle, _ in reversed(right)]
    return left + right


def crown(tooth: Tooth, side: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Local vertices ``(n, 3)`` (distal x, outward y, z from the edge to the neck), faces and colour of one crown."""
    rows, columns = 56, 64
    t = np.linspace(0.0, 1.0, rows)[:, None] ** 1.35  # finer near the edge
    angle = np.linspace(0.0, 2 * np.pi, columns, endpoint=False)[None, :]

    # Outline seen from the front: widest at the contact near the edge, narrower at the neck, closed by a rounded cap.
    contact = 0.24
    taper = np.where(
        t < contact, 1.0 - 0.07 * ((contact - t) / contact) ** 2, 1.0 - 0.27 * ((t - contact) / 0.76) ** 1.5
    )
    cap = 1.0 - np.clip(1.0 - t / 0.045, 0.0, 1.0) ** 2.6
    half_width = 0.5 * tooth.width * 1.015 * taper * np.maximum(cap, 0.0) ** (1 / 2.6)
    thickness = tooth.edge + (1.0 - tooth.edge) * np.clip(t / 0.8, 0.0, 1.0) ** 0.85
    half_depth = 0.5 * tooth.depth * thickness * np.maximum(cap, 0.0) ** 0.5

    power = 2 / 2.7  # a superellipse: flat labial face, round corners
    x = half_width * np.sign(np.cos(angle)) * np.abs(np.cos(angle)) ** power
    y = half_depth * np.sign(np.sin(angle)) * np.abs(np.sin(angle)) ** power

    labial = 0.9 * np.sin(np.pi * np.clip(t, 0, 1) ** 0.8 * 0.75) - 0.45  # gentle labial bow
    y = y + labial - (0.5 * tooth.depth * thickness)  # the labial face, not the axis, lies on the arch
    across = x / (0.5 * tooth.width)
    lobes = 0.06 * np.cos(3 * np.pi * across) * np.exp(-t / 0.5)
    y = y + np.where(np.sin(angle) > 0, lobes, 0.0)

    # The edge: a point for cusped teeth, otherwise rounded corners, the distal one more.
    falls = np.clip(across - 0.35, 0, None) ** 2 * 1.9 + np.clip(-across - 0.55, 0, None) ** 2 * 1.5
    point = tooth.cusp * np.abs(across + 0.1) ** 1.25
    z = t * tooth.height * 1.35 + (falls + point) * (1.0 - t) ** 3
    color = _enamel(tooth, t + 0 * across, rng)
    vertices = np.stack([x * side, y + 0 * x, z + 0 * x], axis=-1).reshape(-1, 3)
    return vertices, grid_faces(rows, columns, wrap=True), color.reshape(-1, 3)


def _enamel(tooth: Tooth, t: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Linear RGB of enamel ``(..., 3)`` by height: greyish translucent edge, ivory body, warmer neck."""
    stops = np.array([0.0, 0.05, 0.14, 0.35, 0.75, 1.0])
    shades = np.array(
        [
            [0.62, 0.61, 0.60],
            [0.70, 0.69, 0.665],
            [0.83, 0.795, 0.735],
            [0.88, 0.825, 0.735],
            [0.85, 0.755, 0.625],
            [0.74, 0.59, 0.45],
        ]
    )
    color = np.stack([np.interp(t * 1.35, stops, shades[:, i]) for i in range(3)], axis=-1)
    warmth = np.array([1.0, 1.0 - 0.03 * (1 - tooth.shade) / 0.1, 1.0 - 0.09 * (1 - tooth.shade) / 0.1])
    return color * tooth.shade * warmth * (1.0 + 0.015 * rng.standard_normal())


def teeth_surface(arch: Arch, *, seed: int = 0) -> Surface:
    """All crowns of a jaw, with the small irregularities of natural teeth."""
    rng = np.random.default_rng(seed)
    curve = ArchCurve(arch)
    vertices, faces, colors, count = [], [], [], 0
    for tooth, arc, side in tooth_places(arch):
        local, quads, color = crown(tooth, side, rng)
        turn, lean = rng.normal(0.0, [0.035, 0.012])
        level = tooth.level + rng.normal(0.0, 0.08)
        placed = _place(local, curve, arc, turn=turn, lean=lean)
        placed[:, 2] += level
        placed[:, 2] *= arch.up
        vertices.append(placed)
        faces.append(quads + count)
        colors.append(color)
        count += len(local)
    points = np.concatenate(vertices)
    light = _falloff(points[:, 1])
    return Surface(points, np.concatenate(faces), np.concatenate(colors) * light, light[:, 0])


def _place(local: np.ndarray, curve: ArchCurve, arc: float, *, turn: float, lean: float) -> np.ndarray:
    origin, normal = (value[0] for value in curve.at(np.array([arc])))
    cos, sin = np.cos(turn), np.sin(turn)
    x, y = local[:, 0] * cos - local[:, 1] * sin, local[:, 0] * sin + local[:, 1] * cos
    x = x + lean * local[:, 2]
    tangent = np.array([-normal[1], normal[0]])
    plane = origin + x[:, None] * tangent + y[:, None] * normal
    return np.column_stack([plane, local[:, 2]])


def _falloff(depth: np.ndarray) -> np.ndarray:
    """Linear RGB ``(n, 3)`` of the light that reaches points ``depth`` mm behind the incisors: dimmer and redder."""
    light = 0.13 + 0.87 / (1.0 + (np.clip(depth, 0, None) / 18.0) ** 2.4)
    return light[:, None] ** np.array([1.0, 1.12, 1.2])


def gum_surface(arch: Arch, *, seed: int = 0) -> Surface:
    """The gum's outside: scalloped margin around the necks, papillae between them, rounded roots above."""
    rng = np.random.default_rng(seed + 1)
    places = tooth_places(arch)
    middles = np.array([arc for _, arc, _ in places])
    halves = np.array([tooth.width / 2 for tooth, _, _ in places])
    necks = np.array([tooth.height + tooth.level for tooth, _, _ in places]) + rng.normal(0, 0.12, len(places))
    arc = np.linspace(middles[0] - halves[0] * 0.98, middles[-1] + halves[-1] * 0.98, 1400)
    nearest = np.abs((arc[:, None] - middles) / halves).argmin(axis=1)
    u = np.abs(arc - middles[nearest]) / halves[nearest]

    tips = 0.5 * (necks[:-1] + necks[1:]) * 0.60
    gaps = 0.5 * ((middles + halves)[:-1] + (middles - halves)[1:])
    papilla = np.interp(arc, gaps, tips)
    margin = necks[nearest] + (papilla - necks[nearest]) * u**2.4

    v = np.linspace(0.0, 1.0, 60)[None, :] ** 1.6
    above = v * arch.gum
    z = margin[:, None] + above + (necks.mean() - margin)[:, None] * v**0.5
    lip = 0.62 * np.sqrt(1.0 - (1.0 - np.clip(above / 0.9, 0, 1)) ** 2)  # rounded free margin
    bulge = (np.cos(np.pi * np.clip(u, 0, 1))[:, None] + 1) / 2  # 1 over the root, 0 between the teeth
    high = np.clip(z - necks.mean(), 0, None)  # from the common neck line: smooth across the papillae
    roots = 0.16 * bulge * np.exp(-(((high - 3.0) / 2.5) ** 2))
    notch = -0.9 * (1.0 - bulge) ** 2 * np.exp(-((above / 1.8) ** 2))
    offset = -0.05 + lip + roots + notch - 0.015 * high**2
    points, normals = ArchCurve(arch).at(arc)
    plane = points[:, None, :] + offset[..., None] * normals[:, None, :]
    vertices = np.concatenate([plane, z[..., None] * arch.up], axis=-1).reshape(-1, 3)

    pale = np.exp(-above / 1.3) * (0.5 + 0.5 * u[:, None] ** 2)
    deep = np.clip((above - 3.0) / 6.0, 0, 1)
    pink, margin_pink, mucosa = np.array([[0.56, 0.20, 0.19], [0.63, 0.30, 0.27], [0.46, 0.095, 0.095]])
    color = pink + (margin_pink - pink) * pale[..., None] + (mucosa - pink) * deep[..., None]
    light = _falloff(vertices[:, 1])
    return Surface(vertices, grid_faces(len(arc), 60, wrap=False), color.reshape(-1, 3) * light, light[:, 0])


def tongue_surface(*, seed: int = 0) -> Surface:
    """A resting tongue: tip behind the lower incisors, blade rising backwards, a shallow groove along the middle.

    The tip's front is at y = 6 mm; z = 0 is the tip's upper rim.
    """
    rng = np.random.default_rng(seed + 2)
    rows, columns = 220, 180
    along = np.linspace(0.0, 1.0, rows)[:, None]
    angle = np.linspace(0.0, 2 * np.pi, columns, endpoint=False)[None, :]
    half_width = 23.5 * (1.0 - (1.0 - np.clip(along / 0.75, 0, 1)) ** 2.2) ** (1 / 2.0)
    half_height = 6.0 * (1.0 - (1.0 - np.clip(along / 0.25, 0, 1)) ** 2.2) ** (1 / 2.0) + 2.5 * along
    x = half_width * np.sign(np.cos(angle)) * np.abs(np.cos(angle)) ** 0.9
    top = np.sin(angle)
    upper = np.clip(top, 0, 1) ** 0.5
    groove = 1.3 * np.exp(-((x / 2.2) ** 2)) * np.clip((along - 0.06) / 0.25, 0, 1) ** 1.5
    groove += 2.4 * np.exp(-((x / 9.0) ** 2)) * along
    rise = 9.5 * np.sin(0.5 * np.pi * np.clip(along / 0.8, 0, 1)) ** 1.3  # the blade arches up, then stays level
    z = half_height * np.sign(top) * np.abs(top) ** 0.9 - 5.0 + rise - groove * upper
    y = 6.0 + 46.0 * along + 0 * x
    vertices = np.stack([x + 0 * z, y, z], axis=-1).reshape(-1, 3)

    tip, body, edge = np.array([[0.70, 0.27, 0.26], [0.60, 0.19, 0.185], [0.46, 0.12, 0.125]])
    rim = np.clip(1 - top, 0, 1)[..., None]
    color = tip + (body - tip) * np.clip(along * 2.2, 0, 1)[..., None]
    color = color + (edge - color) * 0.6 * rim + 0.008 * rng.standard_normal((rows, columns, 1))
    color = color - 0.14 * (np.exp(-((x / 1.6) ** 2)) * np.clip(along * 4, 0, 1))[..., None] * color
    dim = 0.06 + 0.94 / (1.0 + (np.clip(vertices[:, 1] - 8, 0, None) / 17.0) ** 2.4)
    return Surface(vertices, grid_faces(rows, columns, wrap=True), color.reshape(-1, 3) * dim[:, None], dim)
