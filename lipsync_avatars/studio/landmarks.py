"""Where the 468 points of the face mesh truly lie in the picture.

``mesh_points.npz`` ties each point to a place on a triangle of the body, which moves with every shape
(``training/avatars/tie_points.py`` made it); here the places are projected by the camera.
"""

from __future__ import annotations

from pathlib import Path

import bpy
import numpy as np
from bpy_extras.object_utils import world_to_camera_view
from mathutils import Vector
from portrait import Portrait

TIES = Path(__file__).with_name("mesh_points.npz")


def project(portrait: Portrait, points: np.ndarray) -> np.ndarray:
    """Places ``(n, 2)`` in pixels (centre of the first pixel: 0, 0) of ``points (n, 3)``; needs the camera."""
    scene = bpy.context.scene
    bpy.context.view_layer.update()
    seen = np.array([world_to_camera_view(scene, scene.camera, Vector(point))[:2] for point in points])
    return np.column_stack([seen[:, 0], 1 - seen[:, 1]]) * portrait.description.picture.size - 0.5


def mesh_points(portrait: Portrait) -> np.ndarray:
    """Places ``(468, 2)`` of the mesh points in pixels of the picture."""
    with np.load(TIES) as ties:
        corners, weights = ties["corners"], ties["weights"]  # (468, 3) model vertices, (468, 3) shares
    return project(portrait, (portrait.model_points[corners] * weights[:, :, None]).sum(1))


def save_surface(portrait: Portrait, path: Path) -> None:
    """Write all model vertices, in metres and in pixels, and the body's triangles: what ties are made from."""
    quads = portrait.data["body/faces"]
    triangles = np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
    near = np.isfinite(portrait.model_points).all(1)
    triangles = triangles[near[triangles].all(1)]
    pixels = np.full((len(near), 2), np.nan)
    pixels[near] = project(portrait, portrait.model_points[near])
    np.savez_compressed(path, points=portrait.model_points, pixels=pixels, triangles=triangles)
