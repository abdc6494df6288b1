"""What is worn over the shoulders: a sheet of cloth that hangs from a neckline, and the band along it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import bpy
import cloth
import numpy as np
from description import Color
from drape import Shell, add_sheet, along
from portrait import Portrait
from tailored import add_tailored
from top import add_top, neckline, tuck_in


@dataclass(frozen=True)
class Cut:
    """How a top without collar is cut; lengths in metres on a grown-up woman.

    Attributes:
        beside: from the neck to the neckline on the shoulder.
        front: how far the neckline falls from the shoulder to the front.
        sharp: 0 for a round neckline, 1 for a V.
        band: height of the band along the neckline.
        thick: thickness of the band.
        ease: distance of the cloth from the skin.
        folds: height of the folds.
        fabric: of the cloth.
        rib: width of the band's ribs.
    """

    beside: float
    front: float
    sharp: float
    band: float
    thick: float
    ease: float
    folds: float
    fabric: Callable[[Color], bpy.types.Material]
    rib: float


CUTS = {
    "sweater": Cut(0.012, 0.046, 0.0, 0.021, 0.0036, 0.006, 0.0030, cloth.knit, 0.0034),
    "tshirt": Cut(0.014, 0.048, 0.0, 0.015, 0.0016, 0.003, 0.0036, cloth.jersey, 0.0018),
    "scoop": Cut(0.040, 0.072, 0.0, 0.008, 0.0020, 0.003, 0.0030, cloth.jersey, 0.0018),
    "vneck": Cut(0.014, 0.090, 1.0, 0.016, 0.0028, 0.005, 0.0030, cloth.knit, 0.0030),
}


def add_garment(portrait: Portrait) -> None:
    """The garment of the description, over the body."""
    garment = portrait.description.garment
    shell = Shell(portrait)
    rng = np.random.default_rng([portrait.description.seed, 5])
    if garment.kind in ("shirt", "suit"):
        add_tailored(portrait, shell, rng)
        return
    cut = CUTS[garment.kind]
    angles, line = neckline(shell, portrait, beside=cut.beside, front=cut.front, sharp=cut.sharp)
    add_top(shell, angles, line, cut.fabric(garment.color), ease=cut.ease, folds=cut.folds, rng=rng)
    tuck_in(portrait, shell, angles, line)
    _add_band(shell, angles, line, cut, cloth.ribbing(garment.color, width=cut.rib))


def _add_band(shell: Shell, angles: np.ndarray, line: np.ndarray, cut: Cut, look: bpy.types.Material) -> None:
    """The band that stands on the neckline: flat, with rounded edges, a little closer to the neck above."""
    turn = np.linspace(0, 2 * np.pi, 20, endpoint=False)
    rise, bulge = -np.cos(turn), np.sin(turn)
    bulge = np.sign(bulge) * np.abs(bulge) ** 0.6
    line, normals, ways = (values[:, None] for values in shell.frame(angles, line))
    up = (0.42 + 0.5 * rise) * cut.band
    off = cut.ease * 0.75 + cut.thick / 2 * bulge - 0.0006 * rise
    points = line + ways * up[:, None] + normals * off[:, None]
    way = np.broadcast_to(along(points[:, 5])[:, None], points.shape[:2])
    add_sheet("band", points, look, closed=True, tube=True, attributes={"along": way})
