"""Draws the skin's pattern once, as the camera sees it; light paths then only look it up.

Noise, masks and wrinkles would otherwise be computed anew for every path, four times where the relief is felt, and once
more where scattered light leaves the skin: half of the time of a portrait.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import bpy
import numpy as np
from portrait import Portrait
from scipy.ndimage import distance_transform_edt
from shaders import Nodes

FINER = 150
"""Resolution of the drawings in percent of the picture's."""
LEVEL = 2.0
"""Added to heights, in millimetres, so that none is negative."""


def draw_skin_once(portrait: Portrait) -> None:
    """Replace colour, roughness and relief of the skin by pictures from the scene's camera."""
    n = Nodes.of(portrait.body.data.materials[0])
    shader = next(node for node in n.tree.nodes if node.type == "BSDF_PRINCIPLED")
    bump = shader.inputs["Normal"].links[0].from_node
    color, rough = (shader.inputs[name].links[0].from_socket for name in ("Base Color", "Roughness"))
    height = n.math("ADD", bump.inputs["Height"].links[0].from_socket, LEVEL)
    others = [item for item in bpy.context.scene.objects if item != portrait.body and not item.hide_render]
    for item in others:
        item.hide_render = item.type != "CAMERA"
    drawn = [_draw(n, each) for each in (color, n.add("CombineXYZ", {"X": rough, "Y": height}).outputs["Vector"])]
    for item in others:
        item.hide_render = False
    n.finish(shader.outputs["BSDF"])
    window = n.add("TexCoord").outputs["Window"]
    color, both = (
        n.add("TexImage", {"Vector": window}, image=image, interpolation="Linear", extension="EXTEND").outputs["Color"]
        for image in drawn
    )
    rough, height, _ = n.add("SeparateXYZ", {"Vector": both}).outputs
    for socket, value in ((shader.inputs["Base Color"], color), (shader.inputs["Roughness"], rough)):
        n.feed(socket, value)
    n.feed(bump.inputs["Height"], height)


def _draw(n: Nodes, value: bpy.types.NodeSocket) -> bpy.types.Image:
    """``value`` over the body, continued beyond its outline."""
    n.finish(n.add("Emission", {"Color": value}).outputs["Emission"])
    scene = bpy.context.scene
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "drawn.exr"
        settings = {
            scene.render: {"filepath": str(path), "resolution_percentage": FINER, "film_transparent": True},
            scene.render.image_settings: {"file_format": "OPEN_EXR", "color_mode": "RGBA", "color_depth": "32"},
            scene.cycles: {"samples": 1, "use_denoising": False, "filter_width": 0.01},
        }
        before = {owner: {name: getattr(owner, name) for name in values} for owner, values in settings.items()}
        _set(settings)
        bpy.ops.render.render(write_still=True)
        _set(before)
        loaded = bpy.data.images.load(str(path))
        pixels = np.empty(loaded.size[0] * loaded.size[1] * 4, np.float32)
        loaded.pixels.foreach_get(pixels)
        pixels = pixels.reshape(loaded.size[1], loaded.size[0], 4)
        bpy.data.images.remove(loaded)
    beside = distance_transform_edt(pixels[..., 3] < 0.5, return_distances=False, return_indices=True)
    pixels = pixels[tuple(beside)]
    image = bpy.data.images.new("drawn", pixels.shape[1], pixels.shape[0], float_buffer=True, is_data=True)
    image.pixels.foreach_set(pixels.ravel())
    image.update()
    return image


def _set(settings: dict[object, dict[str, object]]) -> None:
    for owner, values in settings.items():
        for name, value in values.items():
            setattr(owner, name, value)
