"""Beards and moustaches. No strand crosses the lips: the mouth has to open."""

from __future__ import annotations

import numpy as np
import strands
from anatomy import Head, on_lips, skin_masks, smooth
from blender import add_strands
from hair import hair_material
from portrait import Portrait
from strands import unit
from styles import size_of

STRANDS = {"moustache": 6_000, "goatee": 12_000, "full": 34_000}
POINTS = 12


def add_beard(portrait: Portrait) -> None:
    """The beard of the description."""
    beard = portrait.description.beard
    if beard.style == "none":
        return
    count = STRANDS[beard.style] // (3 if portrait.preview else 1)
    roots = strands.sample_triangles(portrait.points, portrait.triangles, _area(portrait), count, portrait.rng)
    grown = _clear_of_lips(portrait.head, _grow(portrait, roots))
    thick = 0.000055 * (STRANDS[beard.style] / count) ** 0.6
    look = hair_material("beard", melanin=beard.melanin, redness=beard.redness, roughness=0.4, grey=beard.grey)
    add_strands("beard", grown, thick * np.interp(np.linspace(0, 1, POINTS), [0, 0.6, 1], [0.9, 1, 0.3]), look)


def _area(portrait: Portrait) -> np.ndarray:
    """Density ``(n,)`` of roots over the portrait's points."""
    head, points, style = portrait.head, portrait.points, portrait.description.beard.style
    x, above = np.abs(points[:, 0]) / head.mouth_half, points[:, 2] - head.lips[2]
    off = ~on_lips(head, points)
    nose = head.nose[2] - head.lips[2] - 0.011 * size_of(head)  # its wings' lower end
    wide = np.interp(above / nose, [0, 1], [1.30, 0.62])
    lip = (
        smooth(x, wide + 0.12, wide - 0.12) * smooth(above, -0.010, -0.002) * smooth(above, nose + 0.002, nose - 0.003)
    )
    if style == "moustache":
        return off * lip
    area = skin_masks(head, points)["beard"] * smooth(above, 0.030, 0.0)
    if style == "goatee":
        low = (head.lips[2] - head.chin[2]) * 0.75
        area *= smooth((x / 1.05) ** 2 + ((above + low) / (1.25 * low)) ** 2, 1.15, 0.75)
    area *= smooth(points[:, 2], head.chin[2] - 0.035 * size_of(head), head.chin[2] - 0.010 * size_of(head))  # no neck
    return off * np.maximum(2.0 * lip, area)


def _clear_of_lips(head: Head, grown: np.ndarray) -> np.ndarray:
    """Strands cut so short that they end before the lips; those that begin on them are left out."""
    root = grown[:, :1]
    for share in (0.6, 0.35, 0.2):
        crossing = on_lips(head, grown, 0.92).any(1)
        grown[crossing] = root[crossing] + (grown[crossing] - root[crossing]) * share
    return grown[~on_lips(head, grown, 0.92).any(1)]


def _grow(portrait: Portrait, roots: np.ndarray) -> np.ndarray:
    """Strands that leave the skin, follow the jaw, and hang down."""
    head, skin, rng = portrait.head, portrait.surface, portrait.rng
    size, length = size_of(head), portrait.description.beard.length
    side = np.sign(roots[:, 0])
    lip = smooth(roots[:, 2], head.lips[2] + 0.001, head.lips[2] + 0.005) * (
        np.abs(roots[:, 0]) < 1.3 * head.mouth_half
    )
    cheek = smooth(roots[:, 2], head.lips[2] - 0.03, head.lips[2] + 0.03) * (1 - lip)
    flow = np.column_stack([side * (0.12 + 0.85 * lip), -0.20 * (1 - lip), -1.0 + 0.45 * lip])
    flow += 0.22 * rng.normal(0, 1, roots.shape)
    reach = length * (1 - 0.55 * cheek) * rng.uniform(0.6, 1.0, len(roots))
    reach *= 1 - 0.75 * smooth(roots[:, 1], head.eye[1] + 0.045 * size, head.eye[1] + 0.085 * size)  # sideburns
    reach = np.where(lip > 0.5, np.minimum(reach, rng.uniform(0.006, 0.011, len(roots)) * size), reach)
    position, path = roots, [roots]
    for index in range(1, POINTS):
        distance, normal = skin.distance(position)
        along = unit(flow - np.clip((flow * normal).sum(1, keepdims=True), None, 0) * normal)
        lift = 0.55 * (1 - index / POINTS) ** 2
        position = position + unit(along + lift * normal) * (reach / (POINTS - 1))[:, None]
        distance, normal = skin.distance(position)
        position = position + normal * np.clip(0.0006 - distance, 0, None)[:, None]
        path.append(position)
    grown = strands.gather(np.stack(path, axis=1), rng, per_lock=45, pull=0.5 * smooth(length, 0.008, 0.04))
    t = np.linspace(0, 1, POINTS)[None, :, None]
    return grown + strands.frizz(rng, len(grown), POINTS) * min(0.05 * length, 0.0016) * t
