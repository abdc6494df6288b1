"""Hair of the head in every style, and the look of hair. Lengths in metres."""

from __future__ import annotations

import bpy
import numpy as np
import strands
from anatomy import hairline, smooth
from blender import add_strands
from portrait import Portrait
from shaders import Nodes


def add_hair(portrait: Portrait) -> None:
    """The head's hair in the description's style."""
    hair, head = portrait.description.hair, portrait.head
    if hair.style == "bald":
        return
    look = hair_material("hair", melanin=hair.melanin, redness=hair.redness)
    above = smooth(hairline(head, portrait.points), -0.006, 0.006)
    above *= np.linalg.norm(portrait.points - head.centre, axis=1) < 0.2
    soft = 0.3 + 0.7 * smooth(hairline(head, portrait.points), -0.006, 0.03)
    roots = strands.sample_triangles(portrait.points, portrait.triangles, above * soft, hair.strands, portrait.rng)
    if hair.style == "short":
        grown = strands.grow_short(head, portrait.surface, roots, portrait.rng)
    else:
        sources = strands.sample_triangles(portrait.points, portrait.triangles, above, 3000, portrait.rng)
        ears = (np.abs(portrait.points[:, 0]) > head.half_width) & (portrait.points[:, 2] > head.lips[2])
        skull = strands.Surface(portrait.points[~ears], portrait.normals[~ears])  # hair lies over the ears
        guides = strands.grow_long(head, skull, sources, part=hair.part, length=hair.length, steps=48)
        sides = [np.where(p[:, 0] > strands.part_x(head, p[:, 1], hair.part), 1.0, -1.0) for p in (roots, sources)]
        grown = strands.children(guides, roots, *sides, portrait.rng, wave=hair.wave)
    taper = (
        0.000050
        * (60_000 / hair.strands) ** 0.6
        * np.interp(np.linspace(0, 1, grown.shape[1]), [0, 0.1, 0.7, 1], [0.7, 1, 1, 0.25])
    )
    add_strands("hair", grown, taper, look)


def hair_material(name: str, *, melanin: float, redness: float, roughness: float = 0.32) -> bpy.types.Material:
    """Hair by its pigment, each strand a little different."""
    n = Nodes(name)
    random = n.add("HairInfo").outputs["Random"]
    shader = n.add(
        "BsdfHairPrincipled",
        {
            "Melanin": n.ramp(random, 0.0, 1.0, (melanin * 0.93, min(melanin * 1.05, 1.0))),
            "Melanin Redness": redness,
            "Roughness": roughness,
            "Radial Roughness": 0.35,
            "Random Roughness": 0.15,
        },
        model="CHIANG",
        parametrization="MELANIN",
    )
    return n.finish(shader.outputs["BSDF"])
