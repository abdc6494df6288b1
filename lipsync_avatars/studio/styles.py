"""Hair styles: polylines ``(strands, points, 3) float64`` from root to tip for a portrait's head, in metres."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import strands
from anatomy import Head, hairline, smooth
from portrait import Portrait
from strands import Surface, unit


def size_of(head: Head) -> float:
    """The head's size relative to a grown-up's."""
    return (head.top - head.eye[2]) / 0.12


def cover(portrait: Portrait, *, soft: float = 0.03) -> np.ndarray:
    """Density of hair ``(n,)`` from 0 to 1 over the portrait's points; ``soft`` metres until it is full."""
    head, receding = portrait.head, portrait.description.hair.receding
    above = hairline(head, portrait.points, receding)
    density = smooth(above, -0.006, 0.006) * (0.3 + 0.7 * smooth(above, -0.006, soft))
    density *= np.linalg.norm(portrait.points - head.centre, axis=1) < 0.2 * max(size_of(head), 1)
    crown = smooth(portrait.points[:, 2], head.eye[2] + 0.055, head.eye[2] + 0.085)
    return density * (1 - 0.985 * crown * smooth(receding, 0.6, 0.9))  # bald on top, a fringe around


def roots_of(portrait: Portrait, density: np.ndarray, count: int) -> np.ndarray:
    """``count`` roots on the skin, ``(count, 3)``."""
    return strands.sample_triangles(portrait.points, portrait.triangles, density, count, portrait.rng)


def buzz(portrait: Portrait, count: int) -> np.ndarray:
    """A few millimetres all over, standing up and lying a little forward."""
    head, rng = portrait.head, portrait.rng
    roots = roots_of(portrait, cover(portrait, soft=0.012), count)
    _, normal = portrait.surface.distance(roots)
    flow = unit(np.column_stack([0 * roots[:, 0], -0.5 + 0 * roots[:, 1], -0.6 + 0 * roots[:, 2]]))
    direction = unit(normal + 0.7 * flow + 0.25 * rng.normal(0, 1, roots.shape))
    length = 0.0045 * size_of(head) * rng.uniform(0.6, 1.0, len(roots))
    length *= 0.35 + 0.65 * smooth(hairline(head, roots, portrait.description.hair.receding), 0.0, 0.03)
    return roots[:, None] + direction[:, None] * (length[:, None] * np.linspace(0, 1, 4))[:, :, None]


def short(portrait: Portrait, count: int) -> np.ndarray:
    """A side-swept top, tapered sides and back."""
    head, rng, receding = portrait.head, portrait.rng, portrait.description.hair.receding
    sides = 1.0 + 1.6 * smooth(portrait.points[:, 2], head.eye[2] + 0.075, head.eye[2] + 0.03)  # short hair hides less
    roots = roots_of(portrait, cover(portrait) * sides, count)
    grown = strands.grow_short(head, portrait.surface, roots, rng, receding=receding, size=size_of(head))
    t = np.linspace(0, 1, grown.shape[1])[None, :, None]
    loose = rng.normal(0, 1, (count, 1, 3)) * 0.0016 * t + strands.frizz(rng, count, grown.shape[1]) * 0.0008 * t**0.5
    strays = (rng.random(count) < 0.04)[:, None, None] * rng.normal(0, 1, (count, 1, 3)) * 0.005 * t
    return strands.gather(grown, rng, per_lock=45, pull=0.6) + (loose + strays) * size_of(head)


def long(portrait: Portrait, count: int) -> np.ndarray:
    """From the parting to the sides, hanging past the ears to below the chin."""
    return _hanging(portrait, count, length=portrait.description.hair.length, volume=1.15)


def bob(portrait: Portrait, count: int) -> np.ndarray:
    """As long hair, but cut at the jaw."""
    head, rng = portrait.head, portrait.rng
    grown = _hanging(portrait, count, length=0.0, volume=1.35)
    ends = head.chin[2] + (0.004 - 0.012 * rng.random(len(grown)) ** 2) * size_of(head)
    return strands.cut(grown, ends + 0.10 * np.clip(grown[:, 0, 1] - head.centre[1], -0.05, 0.05))


def curly(portrait: Portrait, count: int) -> np.ndarray:
    """Full curls to the shoulders or, without ``length``, close to the head."""
    hair, head, rng = portrait.description.hair, portrait.head, portrait.rng
    size = size_of(head)
    if hair.length > 0:
        grown = _hanging(portrait, count, length=min(hair.length, 0.05) - 0.02, volume=1.9)
        return strands.curl(grown, rng, radius=0.0080, turn=0.034, per_curl=70)
    roots = roots_of(portrait, cover(portrait, soft=0.015), count)
    grown = strands.grow_short(head, portrait.surface, roots, rng, receding=hair.receding, size=1.35 * size)
    return strands.curl(grown, rng, radius=0.0042 * size, turn=0.015, per_curl=40)


def _hanging(portrait: Portrait, count: int, *, length: float, volume: float) -> np.ndarray:
    hair, head, rng = portrait.description.hair, portrait.head, portrait.rng
    points, steps = portrait.points, 24 if portrait.preview else 32
    at_part = (points[:, 0] - strands.part_x(head, points[:, 1], hair.part)) / (0.016 * size_of(head))
    dense = 1 + 2.5 * np.exp(-(at_part**2))  # hair leaves the parting to both sides: more of it hides the skin
    roots = roots_of(portrait, cover(portrait, soft=0.012) * dense, count)
    sources = roots_of(portrait, smooth(hairline(head, points, hair.receding), -0.006, 0.006) * cover(portrait), 2000)
    ears = (np.abs(points[:, 0]) > head.half_width) & (points[:, 2] > head.lips[2])
    skull = Surface(points[~ears], portrait.normals[~ears])  # hair lies over the ears
    guides = strands.grow_long(head, skull, sources, part=hair.part, length=length, steps=steps, volume=volume)
    sides = [np.where(p[:, 0] > strands.part_x(head, p[:, 1], hair.part), 1.0, -1.0) for p in (roots, sources)]
    return strands.children(guides, roots, *sides, rng, wave=hair.wave)


def afro(portrait: Portrait, count: int) -> np.ndarray:
    """A round cloud of coils."""
    head, rng = portrait.head, portrait.rng
    size = size_of(head)
    roots = roots_of(portrait, cover(portrait, soft=0.012), count)
    middle = head.centre + np.array([0, 0.005, 0.03]) * size
    out = unit(roots - middle + 0.012 * rng.normal(0, 1, roots.shape))
    edge = smooth(hairline(head, roots), -0.004, 0.035)
    reach = (0.016 + 0.044 * edge) * size * rng.uniform(0.75, 1.0, len(roots)) ** 0.5
    t = np.linspace(0, 1, 14)
    grown = roots[:, None] + out[:, None] * (reach[:, None] * t)[:, :, None]
    return strands.curl(grown, rng, radius=0.0042, turn=0.013, per_curl=26)


def tied(portrait: Portrait, count: int) -> np.ndarray:
    """Combed back to a bun high on the back of the head."""
    head, rng, skin = portrait.head, portrait.rng, portrait.surface
    size, steps = size_of(head), 22
    bun = np.array([0.0, head.centre[1] + 0.066 * size, head.top - 0.004 * size])
    around = count // 5
    front = smooth(portrait.points[:, 1], head.centre[1], head.centre[1] - 0.07 * size)  # all hair passes over the back
    roots = roots_of(portrait, cover(portrait, soft=0.016) * (1 + 2.5 * front), count - around)
    position, path = roots, [roots]
    target = bun + 0.012 * size * rng.normal(0, 1, roots.shape)
    for index in range(1, steps):
        toward = target - position
        left = np.linalg.norm(toward, axis=1, keepdims=True)
        _, normal = skin.distance(position)
        flow = unit(toward) - 0.85 * (unit(toward) * normal).sum(1, keepdims=True) * normal
        position = position + unit(flow) * left * 1.15 / (steps - index)
        distance, normal = skin.distance(position)
        share = index / steps
        height = size * (0.0015 + 0.009 * np.sin(np.pi * min(share * 1.1, 1.0)) * rng.uniform(0.7, 1.0, len(roots)))
        position = position + normal * np.clip(height - distance, -0.004, 0.02)[:, None]
        path.append(position)
    combed = strands.gather(strands.relax(np.stack(path, axis=1), rounds=4), rng, per_lock=110, pull=0.25)
    return np.concatenate([combed, _bun(bun, 0.032 * size, around, steps, rng)])


def _bun(middle: np.ndarray, radius: float, count: int, points: int, rng: np.random.Generator) -> np.ndarray:
    """A ball of strands that wind around it."""
    axis = unit(rng.normal(0, 1, (count, 3)) * 0.35 + np.array([0.2, 0.5, 1.0]))
    start = unit(np.cross(axis, rng.normal(0, 1, (count, 3))))
    side = np.cross(axis, start)
    angle = np.linspace(0, 1, points)[None] * rng.uniform(1.5, 3.5, (count, 1))
    tilt = rng.uniform(-1, 1, (count, 1, 1))
    ring = start[:, None] * np.cos(angle)[..., None] + side[:, None] * np.sin(angle)[..., None]
    layer = radius * rng.uniform(0.86, 1.0, (count, 1, 1))
    return middle + layer * (ring * np.sqrt(1 - (0.85 * tilt) ** 2) + 0.85 * tilt * axis[:, None]) * (1.1, 1.0, 0.85)


STYLES: dict[str, Callable[[Portrait, int], np.ndarray]] = {
    "buzz": buzz, "short": short, "long": long, "bob": bob, "curly": curly, "afro": afro, "tied": tied,
}  # fmt: skip
"""Name in a description -> how it grows."""
