"""The sheet of cloth that every garment hangs from the neck and shoulders. Lengths in metres."""

from __future__ import annotations

import bpy
import numpy as np
from anatomy import smooth
from drape import Shell, add_sheet, soften
from portrait import Portrait

AROUND = 400
"""Points along a neckline."""
LENGTH = 0.34
"""From the neckline down: beyond the picture."""
SEEN = 0.096
"""From the chin down to the lowest neckline that the picture still shows."""


def neckline(
    shell: Shell, portrait: Portrait, *, beside: float, front: float, sharp: float, lowest: float = SEEN
) -> tuple[np.ndarray, np.ndarray]:
    """Angles about the neck and heights, ``(AROUND,)`` each, from behind by the left around; lengths as in a cut.

    ``lowest`` is a limit below the chin.
    """
    width = shell.neck + beside * shell.size
    side = shell.reach(np.array([np.pi / 2]), width)[0]
    width = shell.radius(np.array([np.pi / 2]), np.array([side]))[0]
    bottom = max(side - front * shell.size, portrait.head.chin[2] - lowest * shell.size)
    bottom = min(bottom, side - 0.02 * shell.size)
    turn = np.linspace(0, np.pi / 2, AROUND // 4)  # from the middle of the front to the shoulder
    across = (1 - sharp) * np.sin(turn) + sharp * turn / (np.pi / 2)
    drop = (1 - sharp) * np.cos(turn) ** 0.85 + sharp * (1 - across) ** 0.9
    heights = side + (bottom - side) * drop
    angles = shell.angle_at(width * across, heights)
    back = np.linspace(angles[-1], np.pi, AROUND // 4 + 1)[1:]
    radius = shell.radius(angles[-1:], heights[-1:])[0]
    highest = side + 0.02 * shell.size * smooth(back, np.pi / 2, np.pi)
    behind = np.clip(shell.reach(back, radius), side - 0.004 * shell.size, highest)
    angles, heights = np.append(angles, back), np.append(heights, behind)
    angles, heights = np.append(-angles[::-1], angles[1:-1]), np.append(heights[::-1], heights[1:-1])
    none = np.zeros((len(angles), 1))
    line = shell.lay(angles, heights, none, none)[:, 0]
    rounds = 80 + int(16_000 * max(beside - 0.015, 0))  # a wide neckline has no corner on the shoulder
    kept = sharp * np.exp(-((angles[:, None] / 0.3) ** 2))  # of the V's point
    x, y, heights = (kept * line + (1 - kept) * soften(line, rounds) - [0, shell.centre[1], 0]).T
    return np.arctan2(x, -y), heights


def add_top(
    shell: Shell,
    angles: np.ndarray,
    line: np.ndarray,
    look: bpy.types.Material,
    *,
    ease: float,
    folds: float,
    rng: np.random.Generator,
) -> None:
    """The cloth below the neckline at heights ``line (n,)``."""
    down = np.linspace(0, 1, 110) ** 1.25 * LENGTH
    off = np.full((len(angles), len(down)), ease)
    flat = shell.lay(angles, line, -np.broadcast_to(down, off.shape), off)
    off = off + folds * _folds(flat, shell, rng) * smooth(down, 0.0, 0.06)
    off[:, 0] -= ease * 0.7  # the edge turns in
    points = shell.lay(angles, line, -np.broadcast_to(down, off.shape), off)
    add_sheet("garment", points, look, closed=True)


def tuck_in(portrait: Portrait, shell: Shell, angles: np.ndarray, line: np.ndarray) -> None:
    """Draw the skin in where cloth hides it, so that it does not come through; ``portrait.points`` stay."""
    x, y, z = np.moveaxis(portrait.points - shell.centre, -1, 0)
    height = np.interp(np.arctan2(x, -y), angles, line)
    hidden = smooth(z + shell.centre[2] - height, -0.008, -0.030)
    drawn = portrait.points - 0.014 * shell.size * hidden[:, None] * portrait.normals
    portrait.body.data.vertices.foreach_set("co", drawn.astype(np.float32).ravel())
    portrait.body.data.update()


def _folds(points: np.ndarray, shell: Shell, rng: np.random.Generator) -> np.ndarray:
    """Height ``(n, k)``, about -1 to 1, of soft folds: from the shoulders to the chest, and across the shoulders."""
    x, y, z = np.moveaxis(points - shell.centre, -1, 0) / shell.size
    total = np.zeros(x.shape)
    for side in (-1, 1):
        for _ in range(7):
            start = np.array([side * rng.uniform(0.09, 0.22), rng.uniform(0.02, 0.12)])
            slope = side * rng.uniform(0.3, 1.1)
            direction = np.array([slope, rng.uniform(0.6, 1.0)])
            direction /= np.linalg.norm(direction)
            away = np.stack([x - start[0], z + 0.5 * y - start[1]], -1)
            length, across = away @ direction, away @ np.array([-direction[1], direction[0]])
            across = across + 0.25 * length * length * side / 0.1
            width, reach = rng.uniform(0.008, 0.016), rng.uniform(0.04, 0.08)
            ridge = np.exp(-((across / width) ** 2)) - 0.6 * np.exp(-(((across - 1.7 * width) / width) ** 2))
            total += ridge * np.exp(-((length / reach) ** 2)) * rng.uniform(0.4, 1.0)
    return np.maximum(total, -0.3)  # folds rise from the cloth; they never reach the skin
