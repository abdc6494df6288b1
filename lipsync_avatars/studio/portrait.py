"""One portrait under construction: the body on the stage, and everything that later parts need to rest on it."""

from __future__ import annotations

import math
from functools import cached_property

import bpy
import numpy as np
from anatomy import Head, find_head
from blender import make_mesh, mesh_arrays, subdivide
from description import AvatarDescription
from mathutils import Vector
from mathutils.bvhtree import BVHTree
from strands import Surface

DISTANCE = 1.05
"""From the camera to the face, in metres."""


class Portrait:
    """The body of a description in an otherwise empty scene; metres, z up, the face towards -y.

    Attributes:
        description: what is being made.
        rng: source of every random choice.
        preview: coarser mesh and fewer strands, for a quick look.
        data: the body as :func:`body.make_body` returns it.
        vertices: ``(19158, 3) float64`` of the model.
        head: landmarks.
        top: height of what is highest, in metres; parts that rise above the head set it.
        body: Blender's object, subdivided, without material.
        points: ``(n, 3) float64`` vertices of the subdivided body near the picture.
        normals: ``(n, 3) float64`` outward, of ``points``.
        triangles: ``(m, 3) int`` of ``points``.
    """

    def __init__(self, description: AvatarDescription, data: dict[str, np.ndarray], *, preview: bool = False) -> None:
        bpy.ops.wm.read_factory_settings(use_empty=True)
        self.description, self.data, self.preview = description, data, preview
        self.rng = np.random.default_rng(description.seed)
        self.vertices = data["vertices"]
        self.head: Head = find_head(self.vertices, np.unique(data["helper-l-eye/faces"]), np.unique(data["body/faces"]))
        self.top = self.head.top
        self.body = self._add_body()
        self.points, self.normals, self.triangles = mesh_arrays(self.body.data)

    def _add_body(self) -> bpy.types.Object:
        height = self.vertices[self.data["body/faces"]][:, :, 2].min(1)
        kept = height > self.head.chin[2] - 0.30  # near the picture
        faces, corners = self.data["body/faces"][kept], self.data["body/uv"][kept]
        used, faces = np.unique(faces, return_inverse=True)  # no loose vertices: they would count as skin
        body = make_mesh(
            "body", self.vertices[used], faces.reshape(corners.shape), self.data["uv"][corners].reshape(-1, 2)
        )
        subdivide(body, 2 if self.preview else 3)
        self._used = used
        return body

    @property
    def model_points(self) -> np.ndarray:
        """``(19158, 3)`` the model's own vertices where they came to lie on the subdivided body; far ones are nan."""
        places = np.full(self.vertices.shape, np.nan)
        places[self._used] = self.points[: len(self._used)]  # subdivision keeps the first vertices in their order
        return places

    @cached_property
    def surface(self) -> Surface:
        """Distance to the skin and its normals, for growing hair."""
        return Surface(self.points, self.normals)

    @cached_property
    def _tree(self) -> BVHTree:
        return BVHTree.FromPolygons(self.points.tolist(), self.triangles.tolist())

    def ray(self, origin: np.ndarray, direction: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
        """Where a ray first meets the skin, and the normal there, ``(3,)`` each; None where it misses."""
        hit, normal, _, _ = self._tree.ray_cast(Vector(origin), Vector(direction))
        return None if hit is None else (np.array(hit), np.array(normal))

    def front(self, x: float, z: float) -> tuple[np.ndarray, np.ndarray] | None:
        """The skin seen from the front at ``x`` and ``z``: point and normal ``(3,)``."""
        return self.ray(np.array([x, self.head.eye[1] - 0.2, z]), np.array([0.0, 1.0, 0.0]))

    @property
    def face_middle(self) -> np.ndarray:
        """What the camera looks at, ``(3,)`` metres."""
        head = self.head
        return np.array([0.0, head.eye[1], (head.eye[2] + head.lips[2]) / 2 - 0.012])

    @property
    def camera_place(self) -> np.ndarray:
        """Where the camera stands, ``(3,)`` metres."""
        angle = math.radians(self.description.picture.turn)
        return self.face_middle + DISTANCE * np.array([-math.sin(angle), -math.cos(angle), 0.012])
