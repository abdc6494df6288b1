"""Camera, light, backdrop and the renderer's settings."""

from __future__ import annotations

import bpy
import numpy as np
from blender import link, make_mesh
from description import Color
from mathutils import Vector
from portrait import DISTANCE, Portrait
from shaders import Nodes


def add_camera(portrait: Portrait, *, zoom: float = 1.0, target: np.ndarray | None = None) -> None:
    """Portrait lens; the face from brow to chin takes 40 % of the picture's height, less below high hair."""
    camera = bpy.data.cameras.new("camera")
    face = portrait.head.eye[2] + 0.024 - portrait.head.chin[2]
    camera.sensor_width = 36.0
    seen = max(face / 0.40, 2 * (portrait.top - portrait.face_middle[2]) / 0.94)  # height of the view at the face
    camera.lens = 36.0 * DISTANCE / seen * zoom
    item = link("camera", camera)
    item.location = portrait.camera_place
    aim = Vector((portrait.face_middle if target is None else target) - portrait.camera_place)
    item.rotation_euler = aim.to_track_quat("-Z", "Y").to_euler()
    bpy.context.scene.camera = item


def add_light(portrait: Portrait) -> None:
    """Large soft key from the upper left, weak fill, two rims, a glowing wall behind."""
    middle = portrait.face_middle
    lamps = {
        "key": ((-0.62, -0.95, 0.55), 0.62, 17.5, (1.0, 0.95, 0.88)),
        "fill": ((0.95, -0.95, -0.05), 1.3, 3.2, (0.88, 0.94, 1.0)),
        "below": ((0.0, -0.75, -0.60), 0.5, 1.4, (1.0, 0.93, 0.86)),
        "rim_right": ((0.75, 0.62, 0.45), 0.5, 9.5, (1.0, 0.96, 0.92)),
        "rim_left": ((-0.8, 0.6, 0.4), 0.5, 6.0, (0.92, 0.96, 1.0)),
        "hair": ((0.0, 0.25, 1.0), 0.6, 8.0, (1.0, 0.97, 0.93)),
    }
    for name, (place, size, watts, color) in lamps.items():
        lamp = bpy.data.lights.new(name, "AREA")
        lamp.size, lamp.energy, lamp.color = size, watts, color
        item = link(name, lamp)
        item.location = middle + np.array(place)
        item.rotation_euler = Vector(-np.array(place)).to_track_quat("-Z", "Y").to_euler()
    wall = make_mesh("wall", np.array([[-1, 0, -1], [1, 0, -1], [1, 0, 1], [-1, 0, 1.0]]), np.array([[0, 1, 2, 3]]))
    wall.location = middle + np.array([0.05, 1.1, 0.08])
    wall.scale = (0.75, 1.0, 0.75)
    wall.data.materials.append(backdrop(*portrait.description.picture.background))
    world = bpy.data.worlds.new("world")
    world.use_nodes = True
    world.node_tree.nodes["Background"].inputs["Color"].default_value = (0.5, 0.52, 0.55, 1.0)
    world.node_tree.nodes["Background"].inputs["Strength"].default_value = 0.16
    bpy.context.scene.world = world


def set_renderer(portrait: Portrait) -> None:
    """Cycles on the CPU: few samples, denoised."""
    scene, picture = bpy.context.scene, portrait.description.picture
    scene.render.engine = "CYCLES"
    scene.cycles.device = "CPU"
    scene.cycles.samples = picture.samples
    scene.cycles.use_adaptive_sampling = True
    scene.cycles.adaptive_threshold = 0.03
    scene.cycles.use_denoising = True
    scene.cycles.seed = portrait.description.seed
    scene.cycles.denoising_prefilter = "FAST"
    scene.cycles_curves.subdivisions = 1
    scene.cycles.use_light_tree = False  # five lamps
    scene.cycles.max_bounces = 4
    scene.cycles.transparent_max_bounces = 8
    scene.cycles_curves.shape = "RIBBONS"
    scene.render.resolution_x = scene.render.resolution_y = picture.size
    scene.view_settings.view_transform = "Filmic"
    scene.view_settings.look = "High Contrast"
    scene.view_settings.exposure = picture.exposure


def backdrop(middle: Color, edge: Color) -> bpy.types.Material:
    """A quiet wall that glows by itself: lighter in the middle; object space from -1 to 1."""
    n = Nodes("backdrop")
    length = n.add("VectorMath", {0: n.add("TexCoord").outputs["Object"]}, operation="LENGTH").outputs["Value"]
    color = n.mix(n.ramp(length, 0.0, 1.0), middle, edge)
    return n.finish(n.add("Emission", {"Color": color}).outputs["Emission"])
