"""Brows and lashes."""

from __future__ import annotations

import numpy as np
import strands
from anatomy import LOWER_LID, LOWER_TIPS, UPPER_LID, UPPER_TIPS
from blender import add_strands
from hair import hair_material
from portrait import Portrait


def add_lashes(portrait: Portrait) -> None:
    """Lashes of both eyes, as two sets per lid."""
    look = hair_material("lashes", melanin=0.95, redness=0.2)
    taper = 0.000042 * np.linspace(1.0, 0.15, 6)
    density = portrait.description.eyes.lashes
    reach = 0.55 + 0.27 * min(density, 1.0)
    for lid, tips, number, bend in ((UPPER_LID, UPPER_TIPS, 190, 0.0016), (LOWER_LID, LOWER_TIPS, 70, -0.0006)):
        grown = strands.lashes(portrait.vertices, lid, tips, portrait.rng, count=int(number * density), bend=bend)
        grown[:, 1:] = grown[:, :1] + (grown[:, 1:] - grown[:, :1]) * (reach if bend > 0 else 0.6 * reach)
        for side in (1, -1):
            add_strands(f"lashes{side}{number}", grown * (side, 1, 1), taper * (1 if bend > 0 else 0.6), look)


def add_brows(portrait: Portrait) -> None:
    """Brows, laid on the skin by rays from the front."""
    hair, brows = portrait.description.hair, portrait.description.brows
    melanin = max(hair.melanin, 0.25) if brows.melanin is None else brows.melanin
    look = hair_material("brows", melanin=melanin, redness=0.4 * hair.redness, roughness=0.45, grey=0.6 * hair.grey)
    shape = {"count": int(1.7 * brows.density), "thickness": brows.thickness, "arch": brows.arch}
    for side in (1, -1):
        flat = strands.brow_paths(portrait.head, portrait.rng, **shape)
        grown = [_brow_hair(portrait, root, tip, side) for root, tip in zip(*flat, strict=True)]
        grown = np.array([strand for strand in grown if strand is not None])
        add_strands(f"brow{side}", grown, 0.000040 * np.array([0.9, 1.0, 0.8, 0.2]), look)


def _brow_hair(portrait: Portrait, root: np.ndarray, tip: np.ndarray, side: int) -> np.ndarray | None:
    points = []
    for share in np.linspace(0, 1, 4):
        x, z = root + (tip - root) * share
        hit = portrait.front(side * x, z)
        if hit is None:
            return None
        points.append(hit[0] + hit[1] * (0.0001 + 0.0011 * share**0.8))
    return np.array(points)
