"""A shirt with a folded collar, and a suit's jacket over it, with lapels and a tie. Lengths in metres."""

from __future__ import annotations

import bpy
import cloth
import numpy as np
from anatomy import smooth
from drape import Shell, add_sheet
from portrait import Portrait
from strands import unit
from top import add_top, neckline

SHIRT_EASE, JACKET_EASE = 0.004, 0.011
WHITE, IVORY = (0.74, 0.75, 0.77), (0.62, 0.58, 0.52)
WINE, NAVY = (0.10, 0.010, 0.018), (0.012, 0.02, 0.06)


def add_tailored(portrait: Portrait, shell: Shell, rng: np.random.Generator) -> None:
    """The shirt or suit of the description; a suit is worn with a tie by men, with an open collar by women."""
    garment = portrait.description.garment
    suit = garment.kind == "suit"
    tie = suit and portrait.description.shape.phenotype.get("gender", 0.5) < 0.5
    color = garment.color
    if suit:
        color = WHITE if max(garment.color) < 0.45 else NAVY
    line = neckline(shell, portrait, beside=0.005, front=0.044 if tie else 0.064, sharp=0.5)
    look = cloth.woven(color)
    add_top(shell, *line, look, ease=SHIRT_EASE, folds=0.0 if suit else 0.0022, rng=rng)
    _add_collar(portrait, shell, line, look, gap=0.010 if tie else 0.016)
    bottom = line[1][np.abs(line[0]) < 0.2].min()
    if tie:
        _add_tie(shell, bottom + 0.018 * shell.size, cloth.silk(WINE if garment.color[0] < 0.3 else NAVY))
    else:
        _add_placket(shell, bottom + 0.007, look, cloth.button(WHITE if max(color) > 0.3 else IVORY))
    if suit:
        _add_jacket(portrait, shell, rng)


def _open(values: np.ndarray) -> np.ndarray:
    """A closed neckline as a line from the front's middle by the left around to the middle again."""
    return np.roll(values, -(len(values) // 2), axis=0)


def _add_collar(
    portrait: Portrait, shell: Shell, line: tuple[np.ndarray, np.ndarray], look: bpy.types.Material, *, gap: float
) -> None:
    """A stand around the neck, and the leaf that falls over it, with points in front; ``gap`` between its halves."""
    size = shell.size
    points, normals, ups = (_open(values) for values in shell.frame(*line))
    kept = ~((np.abs(points[:, 0]) < gap / 2 * size) & (points[:, 1] < shell.centre[1]))
    points, normals, ups = points[kept], normals[kept], ups[kept]
    front = np.abs(np.linspace(-1, 1, len(points)))[:, None]  # 1 at the front's ends, 0 behind
    outward = np.sign(np.linspace(1, -1, len(points)))[:, None] * np.array([1.0, 0, 0])
    upright = unit(ups * 0.65 + np.array([0, 0, 0.5]))
    stand = points + upright * (0.030 - 0.006 * front**2) * size + normals * 0.002
    stand[:, 2] = np.minimum(stand[:, 2], portrait.head.chin[2] - 0.014 * size + 0.03 * (1 - front[:, 0]))
    tip = np.clip((front - 0.5) / 0.5, 0, 1) ** 1.5
    fall = (0.006 + 0.030 * tip) * size
    edge = points - ups * fall + outward * tip * 0.019 * size
    edge = shell.cling(edge, SHIRT_EASE + 0.005)
    section = [points + normals * SHIRT_EASE * 0.6, stand, stand + upright * 0.0016 + normals * 0.0018]
    section += [stand + normals * 0.005 - upright * 0.0004]
    leaf, bulge = section[3], normals * 0.003
    section += [leaf + (edge - leaf) * t + bulge * np.sin(np.pi * t) for t in (0.15, 0.35, 0.6, 0.8)]
    section += [edge, edge - normals * 0.0012 + ups * 0.0004, edge - normals * 0.0022 + ups * 0.003]
    section += [stand + normals * 0.003 - upright * 0.004]
    add_sheet("shirt collar", np.stack(section, axis=1), look)


def _front(shell: Shell, x: np.ndarray, z: np.ndarray, off: np.ndarray) -> np.ndarray:
    """Points ``(n, 3)`` ``off (n,)`` from the cloth's front at ``x`` and ``z (n,)``."""
    angles = np.sign(x) * shell.angle_at(np.abs(x), z)
    return shell.lay(angles, z, np.zeros((len(x), 1)), off[:, None])[:, 0]


def _patch(shell: Shell, x: np.ndarray, z: np.ndarray, off: np.ndarray) -> np.ndarray:
    """Points ``(n, k, 3)`` from grids ``(n, k)`` of x, z and distance from the cloth."""
    return _front(shell, x.ravel(), z.ravel(), off.ravel()).reshape(*x.shape, 3)


def _add_placket(shell: Shell, top: float, look: bpy.types.Material, horn: bpy.types.Material) -> None:
    """The strip of doubled cloth down the front, and its buttons."""
    size = shell.size
    across = np.array([-1.0, -0.99, -0.93, -0.5, 0.0, 0.5, 0.93, 0.99, 1.0])
    x, z = np.meshgrid(across * 0.015 * size, np.linspace(top, top - 0.16 * size, 40), indexing="ij")
    raised = np.array([-0.001, 0.0012, 0.0018, 0.0018, 0.0018, 0.0018, 0.0018, 0.0012, -0.001])
    add_sheet("placket", _patch(shell, x, z, SHIRT_EASE + np.broadcast_to(raised[:, None], x.shape)), look)
    turn = np.linspace(0, 2 * np.pi, 32, endpoint=False)
    for down in (0.014, 0.084):
        height = np.array([top - down * size])
        low, high = (_front(shell, np.zeros(1), height, np.array([SHIRT_EASE + off]))[0] for off in (0.0018, 0.0028))
        normal = unit(high - low)
        right = np.array([1.0, 0, 0])
        up = np.cross(normal, right)
        rings = [(0.0052, 0.0), (0.0054, 0.0012), (0.0048, 0.0020), (0.0040, 0.0015), (0.0001, 0.0014)]
        spokes = np.cos(turn)[:, None] * right + np.sin(turn)[:, None] * up
        add_sheet("button", np.stack([low + spokes * r + normal * h for r, h in rings], 1), horn, closed=True)


def _add_tie(shell: Shell, top: float, look: bpy.types.Material) -> None:
    """Knot and blade."""
    size = shell.size
    across = np.linspace(-1, 1, 25)
    round_edge = np.sqrt(np.clip(1 - across**4, 0, 1))
    down = np.linspace(0, 1, 24)
    for name, start, length, wide, narrow, deep in (
        ("tie", 0.030, 0.16, 0.0155, 0.030, 0.005), ("knot", 0.0, 0.036, 0.0215, 0.0150, 0.0115),
    ):  # fmt: skip
        half = (wide + (narrow - wide) * down) * size
        ends = np.sqrt(np.clip(1 - (2 * down - 1) ** 8, 0, 1)) if name == "knot" else np.ones(24)
        z = np.broadcast_to(top - (start + length * down) * size, (25, 24))
        dimple = 0.0022 * np.exp(-((across[:, None] / 0.22) ** 2)) * smooth(down, 0.25, 0.0) * (name == "tie")
        off = SHIRT_EASE - 0.001 + deep * size * round_edge[:, None] * ends - dimple
        add_sheet(name, _patch(shell, across[:, None] * half, z, off), look)


def _add_jacket(portrait: Portrait, shell: Shell, rng: np.random.Generator) -> None:
    """The jacket, open over the shirt, and its collar with lapels."""
    size, color = shell.size, portrait.description.garment.color
    look = cloth.suiting(color)
    line = neckline(shell, portrait, beside=0.009, front=0.19, sharp=0.85, lowest=0.22)
    add_top(shell, *line, look, ease=JACKET_EASE, folds=0.0015, rng=rng)
    points, normals, ups = (_open(values) for values in shell.frame(*line))
    depth = (points[:, 2].max() - points[:, 2]) / size
    front = points[:, 1] < shell.centre[1]
    way = np.where(front, depth, 0.0)
    notch = 0.066
    places = [0, 0.03, notch, notch + 0.004, notch + 0.008, 0.16, 0.25]
    wide = (np.interp(way, places, [0.032, 0.036, 0.042, 0.022, 0.058, 0.054, 0.020]) * size)[:, None]
    raised = 0.010 * size * smooth(way, 0.05, 0.0)[:, None]  # the collar stands up behind the neck
    fold = points + normals * (JACKET_EASE + 0.002) + ups * (0.002 + raised)
    section = [
        points + normals * 0.004 - ups * 0.004,
        points + normals * JACKET_EASE * 0.8 + ups * (0.0015 + raised),
        fold,
    ]
    for t in (0.08, 0.25, 0.5, 0.75, 0.97, 1.0):
        section.append(
            shell.cling(
                points + ups * raised * (1 - t) - ups * wide * t, JACKET_EASE + 0.0045 + 0.002 * np.sin(np.pi * t)
            )
        )
    section.append(shell.cling(points - ups * (wide - 0.0004), JACKET_EASE - 0.001))
    add_sheet("lapels", np.stack(section, axis=1), look, closed=True)
