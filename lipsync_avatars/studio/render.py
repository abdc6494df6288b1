"""The studio: builds the portrait of a description in Blender and renders it with Cycles.

Run with a Python that has ``bpy``, ``anny`` and ``scipy``::

    python lipsync_utils/avatars/studio/render.py samples/avatars/woman.json woman.png

It prints ``progress SHARE STAGE`` lines, and writes the true places of the 468 mesh points to ``woman.points.json``. A
description that cannot be used ends with the line ``error MESSAGE``, a line ``template [TEMPLATE, VALUES]`` with the
parts of that message for other languages, and exit code 2.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import bpy
from beard import add_beard
from body import make_body
from description import AvatarDescription, DescriptionError, from_json
from drawing import draw_skin_once
from eyes import add_eyes
from face_hair import add_brows, add_lashes
from garment import add_garment
from glasses import add_glasses
from hair import add_hair
from headscarf import add_headscarf
from landmarks import TIES, mesh_points, save_surface
from portrait import Portrait
from scene import add_camera, add_light, set_renderer
from skin import add_skin

PARTS: tuple[Callable[[Portrait], None], ...] = (
    add_skin, add_eyes, add_lashes, add_brows, add_hair, add_beard, add_garment, add_headscarf, add_glasses, add_light,
)  # fmt: skip
"""What is put on the bare body, in this order; each does nothing where the description asks for nothing."""

CLOSE_UPS = {"whole": 1.0, "eyes": 3.0, "mouth": 4.0}


def say(share: float, stage: str) -> None:
    """Report progress to whoever started this program."""
    print(f"progress {share:.2f} {stage}", flush=True)


def build(description: AvatarDescription, *, preview: bool) -> Portrait:
    """The finished scene, without camera."""
    say(0.0, "body")
    portrait = Portrait(description, make_body(description), preview=preview)
    for index, add in enumerate(PARTS):
        add(portrait)
        say(0.08 + 0.12 * (index + 1) / len(PARTS), add.__name__.removeprefix("add_"))
    return portrait


def render(path: Path) -> None:
    """Render the scene to ``path`` (PNG)."""
    say(0.2, "render")
    bpy.context.scene.render.filepath = str(path.resolve())
    bpy.ops.render.render(write_still=True)
    say(1.0, "done")


def quick(description: AvatarDescription) -> AvatarDescription:
    """The same person with fewer, thicker strands and fewer samples."""
    hair = replace(description.hair, strands=min(description.hair.strands, 8_000))
    return replace(description, hair=hair, picture=replace(description.picture, samples=10))


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("description", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--size", type=int, help="instead of the description's")
    parser.add_argument("--samples", type=int, help="instead of the description's")
    parser.add_argument("--preview", action="store_true", help="coarser, for a quick look")
    parser.add_argument("--view", choices=CLOSE_UPS, default="whole")
    parser.add_argument("--surface", type=Path, help="also write the projected body, as .npz")
    parser.add_argument("--bare", action="store_true", help="without the hair of the head")
    return parser.parse_args()


def main() -> None:
    arguments = parse()
    try:
        description = from_json(arguments.description.read_text(encoding="utf-8"))
        if arguments.preview:
            description = quick(description)
        changed = {key: getattr(arguments, key) for key in ("size", "samples") if getattr(arguments, key)}
        description = replace(description, picture=replace(description.picture, **changed))
        if arguments.bare:
            description = replace(description, hair=replace(description.hair, style="bald"))
        portrait = build(description, preview=arguments.preview)
    except DescriptionError as error:
        print(f"error {error}", flush=True)
        print("template", json.dumps([error.template, error.values], default=str), flush=True)
        sys.exit(2)
    head = portrait.head
    target = {"whole": None, "eyes": head.eye * (0, 1, 1), "mouth": head.lips}[arguments.view]
    add_camera(portrait, zoom=CLOSE_UPS[arguments.view], target=target)
    set_renderer(portrait)
    draw_skin_once(portrait)
    if arguments.surface:
        save_surface(portrait, arguments.surface)
    if arguments.view == "whole" and TIES.exists():
        points = {"size": description.picture.size, "points": mesh_points(portrait).round(2).tolist()}
        arguments.output.with_suffix(".points.json").write_text(json.dumps(points))
    render(arguments.output)
    sys.stdout.flush()
    os._exit(0)  # Blender's own clean-up at exit takes seconds and has nothing left to do


if __name__ == "__main__":
    main()
