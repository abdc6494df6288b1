"""Renders the mouth interior sprites with Blender's Cycles and packs them into ``mouth.npz``.

Run with a Python that has ``bpy`` (5.0) and numpy < 2::

    python training/mouth/make_sprites.py lipsync_utils/data/mouth.npz
"""

from __future__ import annotations

import argparse
import json
import math
import tempfile
from dataclasses import dataclass
from pathlib import Path

import bpy
import numpy as np
from dentition import LOWER, UPPER, Surface, gum_surface, teeth_surface, tongue_surface

MOUTH_WIDTH_MM = 50.0
"""Distance between the lip corners at rest that all sprites are scaled to."""


@dataclass(frozen=True)
class View:
    """What one sprite shows.

    Attributes:
        left, right, bottom, top: edges of the picture in mm.
        tilt: how far the camera looks down, in degrees.
        anchor: (x, z) in mm of the point that is placed at ``place``.
        place: where the anchor lies at rest relative to the mouth's centre, in mm, x right and y down.
    """

    left: float
    right: float
    bottom: float
    top: float
    tilt: float
    anchor: tuple[float, float]
    place: tuple[float, float]


VIEWS = {
    "upper": View(-31.5, 31.5, -2.5, 19.5, 0.0, (0.0, 0.0), (0.0, 1.5)),
    "lower": View(-29.0, 29.0, -19.0, 4.5, 7.0, (0.0, 0.0), (0.0, 3.0)),
    "tongue": View(-25.0, 25.0, -13.0, 19.0, 10.0, (0.0, 0.0), (0.0, 6.5)),
}


def empty_scene(samples: int) -> bpy.types.Scene:
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.cycles.device = "CPU"
    scene.cycles.samples = samples
    scene.cycles.use_denoising = True
    scene.cycles.seed = 1
    scene.render.film_transparent = True
    scene.view_settings.view_transform = "Standard"
    scene.render.image_settings.file_format = "PNG"
    scene.render.image_settings.color_mode = "RGBA"
    scene.world = bpy.data.worlds.new("ambient")
    scene.world.use_nodes = True
    return scene


def material(
    label: str, *, roughness: float, coat: float, scatter: float, radius: tuple[float, float, float], bump: float
) -> bpy.types.Material:
    """A moist surface: vertex colour, subsurface scattering (radius in mm), clear coat, fine relief."""
    made = bpy.data.materials.new(label)
    made.use_nodes = True
    nodes, links = made.node_tree.nodes, made.node_tree.links
    shader = nodes["Principled BSDF"]
    color = nodes.new("ShaderNodeVertexColor")
    color.layer_name = "shade"
    links.new(color.outputs["Color"], shader.inputs["Base Color"])
    shader.inputs["Roughness"].default_value = roughness
    shader.inputs["Subsurface Weight"].default_value = scatter
    shader.inputs["Subsurface Radius"].default_value = radius
    shader.inputs["Subsurface Scale"].default_value = 1.0
    for name, gloss in (("Specular IOR Level", 0.5), ("Coat Weight", coat)):  # no gloss where no light gets
        scaled = nodes.new("ShaderNodeMath")
        scaled.operation = "MULTIPLY"
        scaled.inputs[1].default_value = gloss
        links.new(color.outputs["Alpha"], scaled.inputs[0])
        links.new(scaled.outputs[0], shader.inputs[name])
    shader.inputs["Coat Roughness"].default_value = 0.12
    if bump:
        noise, relief = nodes.new("ShaderNodeTexNoise"), nodes.new("ShaderNodeBump")
        noise.inputs["Scale"].default_value = 1.6
        noise.inputs["Detail"].default_value = 4.0
        coordinates = nodes.new("ShaderNodeTexCoord")
        links.new(coordinates.outputs["Object"], noise.inputs["Vector"])
        relief.inputs["Strength"].default_value = bump
        relief.inputs["Distance"].default_value = 0.6
        links.new(noise.outputs["Fac"], relief.inputs["Height"])
        links.new(relief.outputs["Normal"], shader.inputs["Normal"])
    return made


MATERIALS = {
    "tooth": {"roughness": 0.30, "coat": 0.25, "scatter": 0.55, "radius": (0.9, 0.8, 0.65), "bump": 0.02},
    "gum": {"roughness": 0.5, "coat": 0.25, "scatter": 0.5, "radius": (1.6, 0.5, 0.4), "bump": 0.10},
    "tongue": {"roughness": 0.48, "coat": 0.22, "scatter": 0.6, "radius": (2.2, 0.7, 0.5), "bump": 0.28},
}


def add_surface(name: str, surface: Surface, kind: str) -> None:
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata(surface.vertices.tolist(), [], surface.faces.tolist())
    layer = mesh.color_attributes.new("shade", "FLOAT_COLOR", "POINT")
    rgba = np.column_stack([surface.color, surface.light])
    layer.data.foreach_set("color", rgba.astype(np.float32).ravel())
    mesh.polygons.foreach_set("use_smooth", np.ones(len(mesh.polygons), dtype=bool))
    mesh.materials.append(material(name, **MATERIALS[kind]))
    mesh.validate()
    bpy.context.collection.objects.link(bpy.data.objects.new(name, mesh))


def add_light(
    name: str, *, place: tuple[float, float, float], size: float, watts: float, color=(1.0, 1.0, 1.0)
) -> None:
    """A square area light, aimed at the mouth."""
    lamp = bpy.data.lights.new(name, "AREA")
    lamp.size, lamp.energy = size, watts
    holder = bpy.data.objects.new(name, lamp)
    holder.location = place
    x, y, z = place
    holder.rotation_euler = (math.atan2(math.hypot(x, y), z), 0.0, math.atan2(y, x) + math.pi / 2)
    bpy.context.collection.objects.link(holder)


def light_scene(scene: bpy.types.Scene) -> None:
    """Soft neutral light from the front and above, with a weak fill: what reaches a mouth from a window."""
    add_light("key", place=(-60.0, -240.0, 150.0), size=120.0, watts=6.4e5)
    add_light("fill", place=(110.0, -240.0, 20.0), size=200.0, watts=2.4e5)
    background = scene.world.node_tree.nodes["Background"]
    background.inputs["Color"].default_value = (1.0, 0.97, 0.96, 1.0)
    background.inputs["Strength"].default_value = 0.16


def aim_camera(scene: bpy.types.Scene, view: View, pixels_per_mm: float) -> tuple[int, int]:
    """Orthographic camera that shows exactly ``view``; returns width and height in pixels."""
    width = round((view.right - view.left) * pixels_per_mm)
    height = round((view.top - view.bottom) * pixels_per_mm)
    camera = bpy.data.cameras.new("camera")
    camera.type, camera.clip_end = "ORTHO", 1000.0
    camera.ortho_scale = max(width, height) / pixels_per_mm
    holder = bpy.data.objects.new("camera", camera)
    tilt = math.radians(view.tilt)
    middle = (view.top + view.bottom) / 2  # along the picture's own vertical axis, from the anchor
    holder.location = ((view.left + view.right) / 2, -300 * math.cos(tilt) + middle * math.sin(tilt), 0.0)
    holder.location.z = view.anchor[1] + 300 * math.sin(tilt) + middle * math.cos(tilt)
    holder.rotation_euler = (math.pi / 2 - tilt, 0.0, 0.0)
    bpy.context.collection.objects.link(holder)
    scene.camera = holder
    scene.render.resolution_x, scene.render.resolution_y = width, height
    return width, height


def render(scene: bpy.types.Scene, path: Path) -> np.ndarray:
    """The rendered picture as ``(H, W, 4) uint8``, straight alpha."""
    scene.render.filepath = str(path)
    bpy.ops.render.render(write_still=True)
    image = bpy.data.images.load(str(path))
    image.alpha_mode = "CHANNEL_PACKED"
    image.colorspace_settings.name = "Non-Color"
    width, height = image.size
    pixels = np.empty(width * height * 4, np.float32)
    image.pixels.foreach_get(pixels)
    return np.rint(pixels.reshape(height, width, 4)[::-1] * 255).astype(np.uint8)


def build(name: str) -> None:
    if name == "tongue":
        add_surface("tongue", tongue_surface(), "tongue")
        return
    arch = UPPER if name == "upper" else LOWER
    seed = 3 if name == "upper" else 8
    add_surface("teeth", teeth_surface(arch, seed=seed), "tooth")
    add_surface("gum", gum_surface(arch, seed=seed), "gum")


FADES_MM = {"upper": (3.0, 0.0), "lower": (0.0, 3.0), "tongue": (11.0, 2.0)}
"""Height of the soft end at the top and at the bottom of each sprite, so that no cut edge can ever show."""


def fade(sprite: np.ndarray, name: str, pixels_per_mm: float) -> np.ndarray:
    """The sprite with the soft ends of :data:`FADES_MM`."""
    rows = np.arange(len(sprite)) / pixels_per_mm
    alpha = sprite[..., 3].astype(np.float64)
    for distance, height in zip((rows, rows[::-1]), FADES_MM[name], strict=True):
        if height:
            ramp = np.clip(distance / height, 0, 1)
            alpha *= (ramp * ramp * (3 - 2 * ramp))[:, None]
    faded = sprite.copy()
    faded[..., 3] = np.rint(alpha)
    return faded


def crop(sprite: np.ndarray, margin: int = 2) -> tuple[np.ndarray, int, int]:
    """The part that is not transparent, with the column and row where it begins."""
    seen = sprite[..., 3] > 0
    rows, columns = np.flatnonzero(seen.any(1)), np.flatnonzero(seen.any(0))
    top, left = max(rows[0] - margin, 0), max(columns[0] - margin, 0)
    return sprite[top : rows[-1] + 1 + margin, left : columns[-1] + 1 + margin], left, top


def make_sprite(name: str, *, scale: float, samples: int, folder: Path) -> tuple[np.ndarray, dict[str, object]]:
    """One sprite and its metadata (see README.md) at ``scale`` pixels per mouth width."""
    view, pixels_per_mm = VIEWS[name], scale / MOUTH_WIDTH_MM
    scene = empty_scene(samples)
    build(name)
    light_scene(scene)
    aim_camera(scene, view, pixels_per_mm)
    sprite, left, top = crop(fade(render(scene, folder / f"{name}.png"), name, pixels_per_mm))
    sprite[sprite[..., 3] == 0] = 0
    # Pixel centres are at whole numbers, hence the half.
    anchor_x = (view.anchor[0] - view.left) * pixels_per_mm - 0.5 - left
    anchor_y = view.top * pixels_per_mm - 0.5 - top
    meta = {
        "anchor_px": [round(anchor_x, 2), round(anchor_y, 2)],
        "place": [round(value / MOUTH_WIDTH_MM, 4) for value in view.place],
        "scale": scale,
        "edge_px": round(anchor_y, 2),
        "moves_with": "skull" if name == "upper" else "jaw",
    }
    return sprite, meta


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("output", type=Path)
    parser.add_argument("--scale", type=float, default=320.0, help="sprite pixels per mouth width")
    parser.add_argument("--samples", type=int, default=128, help="Cycles samples per pixel")
    parser.add_argument("--preview", type=Path, help="folder for PNGs to look at")
    arguments = parser.parse_args()
    arrays, meta = {}, {}
    with tempfile.TemporaryDirectory() as scratch:
        folder = arguments.preview or Path(scratch)
        for name in VIEWS:
            arrays[name], meta[name] = make_sprite(
                name, scale=arguments.scale, samples=arguments.samples, folder=folder
            )
    np.savez_compressed(arguments.output, meta=np.array(json.dumps({"version": 1, "sprites": meta})), **arrays)
    print(f"{arguments.output}: {arguments.output.stat().st_size} bytes", {k: v.shape for k, v in arrays.items()}, meta)


if __name__ == "__main__":
    main()
