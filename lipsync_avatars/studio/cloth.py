"""Cloths: how knit, jersey, woven stuff, suiting and a scarf's soft fabric look. Lengths in metres, any colour.

A mesh attribute ``along`` (metres along a band) makes the ribs of :func:`ribbing`; the other cloths need none.
"""

from __future__ import annotations

import math

import bpy
from description import Color
from shaders import Nodes, times

Socket = bpy.types.NodeSocket


def knit(color: Color) -> bpy.types.Material:
    """Fine plain knit: columns of small Vs under a soft fuzz."""
    n = Nodes("knit")
    across, up = _thread(n)
    columns = n.math("PINGPONG", n.math("MULTIPLY", across, 1 / 0.0026), 0.5)  # 0 to 0.5 and back per column
    rows = _sine(n, n.math("ADD", n.math("MULTIPLY", up, 1 / 0.0022), columns))
    stitches = n.math("ADD", n.math("MULTIPLY", columns, 1.4), n.math("MULTIPLY", rows, 0.35))
    return _fabric(n, color, relief=stitches, depth=0.0006, fuzz=0.4, sheen=0.45, contrast=(0.84, 1.1))


def ribbing(color: Color, *, width: float = 0.0034) -> bpy.types.Material:
    """Ribs across a band, each ``width`` wide."""
    n = Nodes("ribbing")
    ribs = _sine(n, n.math("MULTIPLY", n.attribute("along"), 1 / width))
    return _fabric(n, color, relief=ribs, depth=0.0007, fuzz=0.3, sheen=0.4, contrast=(0.72, 1.08))


def jersey(color: Color) -> bpy.types.Material:
    """Thin, smooth cotton."""
    n = Nodes("jersey")
    across, up = _thread(n)
    threads = n.math("MULTIPLY", _sine(n, n.math("MULTIPLY", across, 1 / 0.0011)), 0.5)
    threads = n.math("ADD", threads, n.math("MULTIPLY", _sine(n, n.math("MULTIPLY", up, 1 / 0.0014)), 0.25))
    return _fabric(n, color, relief=threads, depth=0.00012, fuzz=0.5, sheen=0.2, contrast=(0.95, 1.02))


def woven(color: Color) -> bpy.types.Material:
    """Shirting: crisp and even."""
    n = Nodes("woven")
    across, up = _thread(n)
    threads = n.math(
        "MULTIPLY",
        _sine(n, n.math("MULTIPLY", across, 1 / 0.0008)),
        _sine(n, n.math("MULTIPLY", up, 1 / 0.0008)),
    )
    return _fabric(n, color, relief=threads, depth=0.00006, fuzz=0.25, sheen=0.12, contrast=(0.97, 1.02), rough=0.7)


def suiting(color: Color) -> bpy.types.Material:
    """Worsted wool: a fine diagonal twill with a little melange."""
    n = Nodes("suiting")
    across, up = _thread(n)
    twill = _sine(n, n.math("MULTIPLY", n.math("ADD", across, up), 1 / 0.0014))
    return _fabric(n, color, relief=twill, depth=0.0001, fuzz=0.25, sheen=0.25, contrast=(0.82, 1.15))


def silk(color: Color) -> bpy.types.Material:
    """A tie's silk: ribbed diagonally, with a soft gloss."""
    n = Nodes("silk")
    across, up = _thread(n)
    ribs = _sine(n, n.math("MULTIPLY", n.math("ADD", across, n.math("MULTIPLY", up, 0.8)), 1 / 0.0016))
    return _fabric(
        n, color, relief=ribs, depth=0.0001, fuzz=0.1, sheen=0.2, contrast=(0.85, 1.1), rough=0.42, gloss=0.4
    )


def veil(color: Color) -> bpy.types.Material:
    """A scarf's fabric: matt crêpe, soft where it turns away from the light."""
    n = Nodes("veil")
    return _fabric(n, color, relief=n.noise(1500.0, detail=2), depth=0.0001, fuzz=0.4, sheen=0.3, contrast=(0.96, 1.03))


def button(color: Color) -> bpy.types.Material:
    """Polished horn or shell."""
    n = Nodes("button")
    shade = n.mix(n.noise(300.0), times(color, 0.8), color)
    return n.finish(n.add("BsdfPrincipled", {"Base Color": shade, "Roughness": 0.25}).outputs["BSDF"])


def _thread(n: Nodes) -> tuple[Socket, Socket]:
    """Metres across the cloth and up it; up runs over the shoulder, where height turns into depth."""
    x, y, z = n.add("SeparateXYZ", {"Vector": n.add("TexCoord").outputs["Object"]}).outputs
    return x, n.math("ADD", y, z)


def _sine(n: Nodes, turns: Socket) -> Socket:
    """Wave from -1 to 1, once per unit of ``turns``."""
    return n.math("SINE", n.math("MULTIPLY", turns, 2 * math.pi), 0.0)


def _fabric(
    n: Nodes,
    color: Color,
    *,
    relief: Socket,
    depth: float,
    fuzz: float,
    sheen: float,
    contrast: tuple[float, float],
    rough: float = 0.88,
    gloss: float = 0.2,
) -> bpy.types.Material:
    """Cloth whose threads stand out by ``relief`` (-1 to 1) times ``depth``; ``contrast`` darkens between them."""
    soft = n.noise(1100.0, detail=3)
    height = n.math("ADD", relief, n.math("MULTIPLY", soft, fuzz * 2))
    bump = n.add("Bump", {"Height": height, "Strength": 0.6, "Distance": depth}).outputs["Normal"]
    shade = n.mix(n.ramp(height, -0.8, 1.4), times(color, contrast[0]), times(color, contrast[1]))
    shade = n.mix(n.ramp(n.noise(28.0, detail=3), 0.35, 0.7), shade, n.mix(1.0, shade, (0.93,) * 3, "MULTIPLY"))
    lint = tuple(min(1.0, 0.6 * c + 0.12) for c in color)  # loose fibres catch the light
    inputs = {"Base Color": shade, "Roughness": rough, "Specular IOR Level": gloss, "Normal": bump}
    inputs |= {"Sheen Weight": sheen, "Sheen Roughness": 0.45, "Sheen Tint": lint}
    return n.finish(n.add("BsdfPrincipled", inputs).outputs["BSDF"])
