"""Builds the portrait of a description in Blender and renders it with Cycles.

Run with a Python that has ``bpy`` (5.0), numpy < 2 and scipy::

    python training/avatars/render_avatar.py samples/avatars/woman.json woman_mesh.npz woman.png
"""

from __future__ import annotations

import argparse
import math
from dataclasses import replace
from pathlib import Path

import bpy
import materials
import numpy as np
import strands
from anatomy import LOWER_LID, LOWER_TIPS, UPPER_LID, UPPER_TIPS, Head, find_head, hairline, skin_masks, smooth
from blender import add_strands, link, make_mesh, mesh_arrays, set_attribute, subdivide
from description import AvatarDescription, from_json
from eyeball import IRIS, PUPIL, eye_mesh
from garment import add_garment
from mathutils import Vector
from mathutils.bvhtree import BVHTree

DISTANCE = 1.05
"""From the camera to the face, in metres."""


class Portrait:
    """One scene under construction: the body first, then everything that rests on it."""

    def __init__(self, description: AvatarDescription, data: dict[str, np.ndarray]) -> None:
        bpy.ops.wm.read_factory_settings(use_empty=True)
        self.description, self.data = description, data
        self.rng = np.random.default_rng(description.seed)
        self.vertices = data["vertices"]
        body = np.unique(data["body/faces"])
        self.head: Head = find_head(self.vertices, np.unique(data["helper-l-eye/faces"]), body)
        self._add_body()

    def _upper_faces(self) -> np.ndarray:
        """Which faces of the body are near the picture."""
        height = self.vertices[self.data["body/faces"]][:, :, 2].min(1)
        return height > self.head.chin[2] - 0.30

    def _add_body(self) -> None:
        kept = self._upper_faces()
        faces, corners = self.data["body/faces"][kept], self.data["body/uv"][kept]
        used, faces = np.unique(faces, return_inverse=True)  # no loose vertices: they would count as skin
        faces = faces.reshape(corners.shape)
        self.body = make_mesh("body", self.vertices[used], faces, self.data["uv"][corners].reshape(-1, 2))
        subdivide(self.body, 3)
        self.points, self.normals, self.triangles = mesh_arrays(self.body.data)
        self.surface = strands.Surface(self.points, self.normals)
        for name, mask in skin_masks(self.head, self.points).items():
            set_attribute(self.body.data, name, mask)
        self.body.data.materials.append(materials.skin(self.description, str(self.data["lips_mask"])))

    def add_eyes(self) -> None:
        """Eyeballs with a flat iris under a clear, bulging cornea; both look at the camera."""
        radius = self.head.eye_radius
        inside = materials.eyeball(self.description, radius=radius, iris=IRIS, pupil=PUPIL)
        outside = materials.cornea()
        camera = self.camera_place()
        for side in (1, -1):
            place = self.head.eye * np.array([side, 1, 1])
            toward = Vector(camera - place)
            for kind, material in (("ball", inside), ("cornea", outside)):
                item = make_mesh(f"{kind}{side}", *eye_mesh(radius, kind))
                item.location = place
                item.rotation_euler = toward.to_track_quat("-Y", "Z").to_euler()
                item.data.materials.append(material)

    def add_lashes(self) -> None:
        """Lashes of both eyes, as two sets per lid."""
        look = materials.hair("lashes", melanin=0.97, redness=0.2)
        taper = 0.00007 * np.linspace(1.0, 0.15, 6)
        count = self.description.eyes.lashes
        for lid, tips, number, bend in ((UPPER_LID, UPPER_TIPS, 200, 0.0016), (LOWER_LID, LOWER_TIPS, 80, -0.0006)):
            grown = strands.lashes(self.vertices, lid, tips, self.rng, count=int(number * count), bend=bend)
            grown[:, 1:] = grown[:, :1] + (grown[:, 1:] - grown[:, :1]) * (1.0 if bend > 0 else 0.75)
            for side in (1, -1):
                add_strands(
                    f"lashes{side}{number}", grown * np.array([side, 1, 1]), taper * (1 if bend > 0 else 0.7), look
                )

    def add_brows(self) -> None:
        """Brows, laid on the skin by rays from the front."""
        hair = self.description.hair
        look = materials.hair("brows", melanin=max(hair.melanin, 0.3), redness=0.4 * hair.redness, roughness=0.5)
        tree = BVHTree.FromPolygons(self.points.tolist(), self.triangles.tolist())
        shape = {"count": hair.brow_density, "thickness": hair.brow_thickness, "arch": hair.brow_arch}
        for side in (1, -1):
            flat = strands.brow_paths(self.head, self.rng, **shape)
            grown = [self._brow_hair(tree, root, tip, side) for root, tip in zip(*flat, strict=True)]
            grown = np.array([strand for strand in grown if strand is not None])
            add_strands(f"brow{side}", grown, 0.000055 * np.array([0.9, 1.0, 0.9, 0.65, 0.2]), look)

    def _brow_hair(self, tree: BVHTree, root: np.ndarray, tip: np.ndarray, side: int) -> np.ndarray | None:
        points = []
        for share in np.linspace(0, 1, 5):
            x, z = root + (tip - root) * share
            hit, normal, _, _ = tree.ray_cast(Vector((side * x, self.head.eye[1] - 0.2, z)), Vector((0, 1, 0)))
            if hit is None:
                return None
            points.append(np.array(hit) + np.array(normal) * (0.0001 + 0.0016 * share**0.8))
        return np.array(points)

    def add_hair(self) -> None:
        """The head's hair in the description's style."""
        hair, head = self.description.hair, self.head
        look = materials.hair("hair", melanin=hair.melanin, redness=hair.redness)
        above = smooth(hairline(head, self.points), -0.006, 0.006)
        above *= np.linalg.norm(self.points - head.centre, axis=1) < 0.2
        soft = 0.3 + 0.7 * smooth(hairline(head, self.points), -0.006, 0.03)
        roots = strands.sample_triangles(self.points, self.triangles, above * soft, hair.strands, self.rng)
        if hair.style == "short":
            grown = strands.grow_short(head, self.surface, roots, self.rng)
        else:
            sources = strands.sample_triangles(self.points, self.triangles, above, 3000, self.rng)
            ears = (np.abs(self.points[:, 0]) > head.half_width) & (self.points[:, 2] > head.lips[2])
            skull = strands.Surface(self.points[~ears], self.normals[~ears])  # hair lies over the ears
            guides = strands.grow_long(head, skull, sources, part=hair.part, length=hair.length, steps=48)
            sides = [np.where(p[:, 0] > strands.part_x(head, p[:, 1], hair.part), 1.0, -1.0) for p in (roots, sources)]
            grown = strands.children(guides, roots, *sides, self.rng, wave=hair.wave)
        taper = (
            0.000050
            * (60_000 / hair.strands) ** 0.6
            * np.interp(np.linspace(0, 1, grown.shape[1]), [0, 0.1, 0.7, 1], [0.7, 1, 1, 0.25])
        )
        add_strands("hair", grown, taper, look)

    def camera_place(self) -> np.ndarray:
        """Where the camera stands, ``(3,)`` metres."""
        middle = self.face_middle()
        angle = math.radians(self.description.picture.turn)
        return middle + DISTANCE * np.array([math.sin(angle), -math.cos(angle), 0.012])

    def face_middle(self) -> np.ndarray:
        """What the camera looks at, ``(3,)`` metres."""
        head = self.head
        return np.array([0.0, head.eye[1], (head.eye[2] + head.lips[2]) / 2 - 0.012])

    def add_camera(self, *, zoom: float = 1.0, target: np.ndarray | None = None) -> None:
        """Portrait lens; the face from brow to chin takes 40 % of the picture's height."""
        camera = bpy.data.cameras.new("camera")
        face = self.head.eye[2] + 0.024 - self.head.chin[2]
        camera.sensor_width = 36.0
        camera.lens = 36.0 * DISTANCE / (face / 0.40) * zoom
        item = link("camera", camera)
        item.location = self.camera_place()
        aim = Vector((self.face_middle() if target is None else target) - self.camera_place())
        item.rotation_euler = aim.to_track_quat("-Z", "Y").to_euler()
        bpy.context.scene.camera = item

    def add_clothes(self) -> None:
        """The garment of the description."""
        garment = self.description.garment
        look = materials.knit(garment.color)
        add_garment(self.head, self.points, self.normals, self.triangles, kind=garment.neckline, look=look)

    def add_light(self) -> None:
        """Large soft key from the upper left, weak fill, two rims, a glowing wall behind."""
        middle = self.face_middle()
        lamps = {
            "key": ((-0.75, -1.0, 0.62), 0.75, 17.0, (1.0, 0.95, 0.89)),
            "fill": ((0.95, -1.0, 0.05), 1.2, 4.0, (0.90, 0.95, 1.0)),
            "rim_right": ((0.75, 0.62, 0.45), 0.5, 8.0, (1.0, 0.96, 0.92)),
            "rim_left": ((-0.8, 0.6, 0.4), 0.5, 5.0, (0.92, 0.96, 1.0)),
            "hair": ((0.0, 0.25, 1.0), 0.6, 6.0, (1.0, 0.97, 0.93)),
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
        wall.data.materials.append(materials.backdrop(*self.description.picture.background))
        world = bpy.data.worlds.new("world")
        world.use_nodes = True
        world.node_tree.nodes["Background"].inputs["Color"].default_value = (0.5, 0.52, 0.55, 1.0)
        world.node_tree.nodes["Background"].inputs["Strength"].default_value = 0.22
        bpy.context.scene.world = world

    def render(self, path: Path) -> None:
        """Render the picture to ``path`` (PNG)."""
        scene, picture = bpy.context.scene, self.description.picture
        scene.render.engine = "CYCLES"
        scene.cycles.device = "CPU"
        scene.cycles.samples = picture.samples
        scene.cycles.use_adaptive_sampling = True
        scene.cycles.adaptive_threshold = 0.03
        scene.cycles.use_denoising = True
        scene.cycles.seed = self.description.seed
        scene.cycles.max_bounces = 8
        scene.cycles.transparent_max_bounces = 24
        scene.cycles_curves.shape = "RIBBONS"
        scene.render.resolution_x = scene.render.resolution_y = picture.size
        scene.view_settings.view_transform = "AgX"
        scene.view_settings.look = "AgX - Medium High Contrast"
        scene.view_settings.exposure = picture.exposure
        scene.render.filepath = str(path.resolve())
        bpy.ops.render.render(write_still=True)


CLOSE_UPS = {"whole": 1.0, "eyes": 3.0, "mouth": 4.0}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("description", type=Path)
    parser.add_argument("mesh", type=Path, help="made by export_mesh.py")
    parser.add_argument("output", type=Path)
    parser.add_argument("--size", type=int, help="instead of the description's")
    parser.add_argument("--samples", type=int, help="instead of the description's")
    parser.add_argument("--view", choices=CLOSE_UPS, default="whole")
    parser.add_argument("--strands", type=int, help="number of head hairs instead of the description's")
    arguments = parser.parse_args()
    description = from_json(arguments.description.read_text())
    changed = {key: getattr(arguments, key) for key in ("size", "samples") if getattr(arguments, key)}
    description = replace(description, picture=replace(description.picture, **changed))
    if arguments.strands is not None:
        description = replace(description, hair=replace(description.hair, strands=arguments.strands))
    with np.load(arguments.mesh) as stored:
        portrait = Portrait(description, dict(stored))
    portrait.add_eyes()
    portrait.add_lashes()
    portrait.add_brows()
    if description.hair.strands:
        portrait.add_hair()
    portrait.add_clothes()
    portrait.add_light()
    head = portrait.head
    target = {"whole": None, "eyes": head.eye * np.array([0, 1, 1]), "mouth": head.lips}[arguments.view]
    portrait.add_camera(zoom=CLOSE_UPS[arguments.view], target=target)
    portrait.render(arguments.output)


if __name__ == "__main__":
    main()
