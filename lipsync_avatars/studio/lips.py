"""Closes the lips of the shaped body: the model's neutral mouth is a little open towards its corners."""

from __future__ import annotations

import numpy as np

CORNER, MIDDLE = 7272, 520
"""Vertices of the MakeHuman topology: the left lip corner, and where the lips meet in the middle."""
OVERLAP = 0.0004
"""How far the lips press into each other, in metres."""
REACH = 0.0035
"""How far from the seam the correction is felt, in metres."""


def vertex_normals(vertices: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Unit normals ``(n, 3)`` of the quads ``faces (m, 4)``."""
    corners = vertices[faces]
    face = np.cross(corners[:, 2] - corners[:, 0], corners[:, 3] - corners[:, 1])
    normals = np.zeros_like(vertices)
    for column in range(4):
        np.add.at(normals, faces[:, column], face)
    return normals / (np.linalg.norm(normals, axis=1, keepdims=True) + 1e-12)


def close_lips(vertices: np.ndarray, faces: np.ndarray, jaw_open: np.ndarray) -> np.ndarray:
    """The same body with lips that touch from corner to corner.

    Args:
        vertices: ``(n, 3) float64`` metres, z up.
        faces: ``(m, 4)`` quads of the body.
        jaw_open: ``(n, 3)`` displacement that opens the jaw: tells the lower lip from the upper.
    """
    half = vertices[CORNER, 0]
    middle = vertices[MIDDLE]
    drop = -jaw_open[:, 2]
    near = np.abs(vertices[:, 0]) < half * 1.05
    near &= np.abs(vertices[:, 2] - middle[2]) < 0.012
    near &= vertices[:, 1] < middle[1] + 0.022
    lower = drop > _halfway(vertices[near, 0], drop[near], vertices[:, 0])
    front = near & (vertex_normals(vertices, faces)[:, 1] < -0.05)
    moved = vertices.copy()
    for _ in range(3):
        across = np.linspace(-half * 1.02, half * 1.02, 61)
        under = _edge(moved[front & ~lower], across, lowest=True)
        above = _edge(moved[front & lower], across, lowest=False)
        gap = np.clip(under - above + OVERLAP, 0, 0.006)
        seam = (under + above) / 2
        own_gap, own_seam = (np.interp(moved[:, 0], across, values) for values in (gap, seam))
        felt = np.exp(-(((moved[:, 2] - own_seam) / REACH) ** 2)) * near
        moved[:, 2] += np.where(lower, 0.5, -0.5) * own_gap * felt
    return moved


def _halfway(x: np.ndarray, drop: np.ndarray, at: np.ndarray) -> np.ndarray:
    """What parts the lips at each ``at (n,)``: the middle between the least and the largest drop around it."""
    across = np.linspace(x.min(), x.max(), 41)
    window = np.abs(x[:, None] - across) < 0.003
    values = np.where(window, drop[:, None], np.nan)
    return np.interp(at, across, (np.nanmin(values, axis=0) + np.nanmax(values, axis=0)) / 2)


def _edge(points: np.ndarray, across: np.ndarray, *, lowest: bool) -> np.ndarray:
    """Height ``(k,)`` of a lip's free edge at the x positions ``across (k,)``."""
    window = np.abs(points[:, 0, None] - across) < 0.0022
    heights = np.where(window, points[:, 2, None], np.nan)
    with np.errstate(all="ignore"):
        edge = np.nanmin(heights, axis=0) if lowest else np.nanmax(heights, axis=0)
    known = np.isfinite(edge)
    edge = np.interp(across, across[known], edge[known])
    return np.convolve(np.pad(edge, 4, mode="edge"), np.ones(9) / 9, mode="valid")
