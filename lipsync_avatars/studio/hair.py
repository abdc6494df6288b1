"""Hair of the head in every style, and the look of hair. Lengths in metres."""

from __future__ import annotations

import bpy
import numpy as np
from blender import add_strands
from description import Color
from portrait import Portrait
from shaders import Nodes
from styles import STYLES, size_of

WHITE = (0.012, 0.07)
"""Melanin of grey strands, from the whitest to the darkest: all of one white would melt into a cap."""


def add_hair(portrait: Portrait) -> None:
    """The head's hair in the description's style; a headscarf hides it."""
    hair = portrait.description.hair
    if hair.style == "bald" or portrait.description.accessories.headscarf is not None:
        return
    look = hair_material("hair", melanin=hair.melanin, redness=hair.redness, grey=hair.grey, dye=hair.dye)
    grown = STYLES[hair.style](portrait, hair.strands)
    portrait.top = max(portrait.top, float(np.quantile(grown[..., 2], 0.999)))
    thick = 0.000050 * (60_000 / hair.strands) ** 0.6 * max(size_of(portrait.head), 0.9)
    taper = np.interp(np.linspace(0, 1, grown.shape[1]), [0, 0.1, 0.7, 1], [0.7, 1, 1, 0.25])
    add_strands("hair", grown, thick * taper, look)


def hair_material(
    name: str,
    *,
    melanin: float,
    redness: float,
    roughness: float = 0.32,
    grey: float = 0.0,
    dye: Color | None = None,
) -> bpy.types.Material:
    """Hair by its pigment or dye, each strand a little different; a share ``grey`` of the strands is white."""
    n = Nodes(name)
    random = n.add("HairInfo").outputs["Random"]
    inputs = {"Roughness": roughness + 0.16 * grey, "Radial Roughness": 0.35, "Random Roughness": 0.15}
    if dye is not None:
        inputs["Color"] = n.mix(random, tuple(0.85 * c for c in dye), tuple(min(1.0, 1.15 * c) for c in dye))
        shader = n.add("BsdfHairPrincipled", inputs, model="CHIANG", parametrization="COLOR")
        return n.finish(shader.outputs["BSDF"])
    natural = n.ramp(random, 0.0, 1.0, (melanin * 0.90, min(melanin * 1.06, 1.0)))
    if grey:
        shuffled = n.math("FRACT", n.math("MULTIPLY", random, 37.7), 0.0)
        white = n.ramp(shuffled, grey - 0.04, grey + 0.04, (1.0, 0.0))
        kept = n.math("SUBTRACT", 1.0, white)
        natural = n.math(
            "ADD", n.math("MULTIPLY", natural, kept), n.math("MULTIPLY", white, n.ramp(random, 0.0, 1.0, WHITE))
        )
    inputs |= {"Melanin": natural, "Melanin Redness": redness * (1 - 0.8 * grey)}
    shader = n.add("BsdfHairPrincipled", inputs, model="CHIANG", parametrization="MELANIN")
    return n.finish(shader.outputs["BSDF"])
