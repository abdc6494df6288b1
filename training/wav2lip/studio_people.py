"""Draws many portraits in one process of the studio's Python: ``STUDIO_PYTHON studio_people.py FOLDER [--threads N]``.

Every ``NAME.json`` in the folder without ``NAME.png`` is drawn, in the order of the names. The light differs from
person to person: where the lamps stand, how strong and how warm each of them is, and how much comes from everywhere.
"""

from __future__ import annotations

import argparse
import functools
import math
import os
import sys
import time
import traceback
from pathlib import Path

sys.path.append(str(Path(__file__).parents[2] / "lipsync_avatars" / "studio"))

import anny
import body
import bpy
import numpy as np
from description import AvatarDescription, from_json
from drawing import draw_skin_once
from garment import add_garment
from mathutils import Matrix, Vector
from portrait import Portrait
from render import PARTS
from scene import add_camera, set_renderer

anny.Anny = functools.cache(anny.Anny)
body.read_topology = functools.cache(body.read_topology)


NEARER = 1.35
"""Than in the studio's portraits, since the face alone is wanted."""

GROWN = 0.63
"""anny's age of people whose clothes, which end below the crop and take a fifth of the time, are left out."""


def relight(portrait: Portrait, rng: np.random.Generator) -> None:
    """Turn the lamps around the head, and give each another strength and colour."""
    middle = Vector(portrait.face_middle)
    around = Matrix.Rotation(rng.uniform(-1.1, 1.6), 4, "Z") @ Matrix.Rotation(rng.uniform(-0.3, 0.15), 4, "X")
    turned = Matrix.Translation(middle) @ around @ Matrix.Translation(-middle)
    warmth = rng.normal(0.0, 0.10)
    bpy.context.view_layer.update()
    for item in bpy.data.objects:
        if item.type != "LIGHT":
            continue
        if item.name in ("key", "fill", "below"):
            item.matrix_world = turned @ item.matrix_world
        item.data.energy *= math.exp(rng.normal(0.0, 0.45))
        item.data.size *= math.exp(rng.uniform(-0.7, 0.5))
        own = warmth + rng.normal(0.0, 0.05)
        item.data.color = [
            min(1.0, value * math.exp(sign * own)) for value, sign in zip(item.data.color, (1, 0, -1.4), strict=True)
        ]
    everywhere = bpy.context.scene.world.node_tree.nodes["Background"].inputs["Strength"]
    everywhere.default_value *= math.exp(rng.uniform(-0.7, 1.6))


def draw(description: AvatarDescription, path: Path, threads: int) -> None:
    """Write one portrait, whole or not at all."""
    portrait = Portrait(description, body.make_body(description), preview=True)
    grown = description.shape.phenotype["age"] > GROWN
    for add in PARTS:
        if add is not add_garment or not grown:
            add(portrait)
    relight(portrait, np.random.default_rng([description.seed, 7]))
    add_camera(portrait, zoom=NEARER)
    set_renderer(portrait)
    scene = bpy.context.scene
    scene.render.threads_mode, scene.render.threads = "FIXED", threads
    draw_skin_once(portrait)
    part = path.with_suffix(".part.png")
    scene.render.filepath = str(part)
    bpy.ops.render.render(write_still=True)
    part.rename(path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    for given in sorted(options.folder.absolute().glob("*.json")):
        drawn, begun = given.with_suffix(".png"), time.perf_counter()
        if drawn.exists():
            continue
        try:
            draw(from_json(given.read_text(encoding="utf-8")), drawn, options.threads)
            print(f"drawn {given.stem} in {time.perf_counter() - begun:.1f} s", flush=True)
        except Exception:  # one face of hundreds must not keep the others from being drawn
            traceback.print_exc()
    sys.stdout.flush()
    os._exit(0)  # Blender's own clean-up has nothing left to do


if __name__ == "__main__":
    main()
