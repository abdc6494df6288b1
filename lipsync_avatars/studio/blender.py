"""The few things that every part of the scene needs from Blender."""

from __future__ import annotations

import bpy
import numpy as np


def link(name: str, data: bpy.types.ID) -> bpy.types.Object:
    made = bpy.data.objects.new(name, data)
    bpy.context.scene.collection.objects.link(made)
    return made


def make_mesh(name: str, vertices: np.ndarray, faces: np.ndarray, uv: np.ndarray | None = None) -> bpy.types.Object:
    """Smooth-shaded object; ``uv`` holds a coordinate per corner of each face."""
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata(vertices.tolist(), [], [list(dict.fromkeys(face)) for face in faces.tolist()])
    mesh.polygons.foreach_set("use_smooth", np.ones(len(mesh.polygons), bool))
    if uv is not None:
        mesh.uv_layers.new(name="uv").data.foreach_set("uv", uv.astype(np.float32).ravel())
    return link(name, mesh)


def subdivide(item: bpy.types.Object, levels: int) -> None:
    """Replace the mesh by its Catmull-Clark subdivision."""
    modifier = item.modifiers.new("subdivision", "SUBSURF")
    modifier.levels = levels
    fine = bpy.data.meshes.new_from_object(item.evaluated_get(bpy.context.evaluated_depsgraph_get()))
    item.modifiers.clear()
    item.data = fine


def mesh_arrays(mesh: bpy.types.Mesh) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Vertices and normals ``(n, 3) float64``, triangles ``(m, 3) int``."""
    points, normals = (np.empty(len(mesh.vertices) * 3, np.float32) for _ in range(2))
    mesh.vertices.foreach_get("co", points)
    mesh.vertices.foreach_get("normal", normals)
    mesh.calc_loop_triangles()
    triangles = np.empty(len(mesh.loop_triangles) * 3, np.int32)
    mesh.loop_triangles.foreach_get("vertices", triangles)
    return points.reshape(-1, 3).astype(float), normals.reshape(-1, 3).astype(float), triangles.reshape(-1, 3)


def set_attribute(mesh: bpy.types.Mesh, name: str, values: np.ndarray) -> None:
    mesh.attributes.new(name, "FLOAT", "POINT").data.foreach_set("value", values.astype(np.float32))


def add_strands(name: str, points: np.ndarray, radius: np.ndarray, material: bpy.types.Material) -> None:
    """Hair from ``points (strands, points, 3)``; ``radius (points,)`` in metres from root to tip."""
    curves = bpy.data.hair_curves.new(name)
    count, length, _ = points.shape
    curves.add_curves([length] * count)
    curves.attributes["position"].data.foreach_set("vector", points.astype(np.float32).ravel())
    widths = curves.attributes.get("radius") or curves.attributes.new("radius", "FLOAT", "POINT")
    widths.data.foreach_set("value", np.tile(radius, count).astype(np.float32))
    curves.materials.append(material)
    link(name, curves)
