"""The eyeball's geometry."""

from __future__ import annotations

import math

import numpy as np
from anatomy import smooth

IRIS, PUPIL = 0.0062, 0.0023
"""Radii in metres."""


def eye_mesh(radius: float, kind: str) -> tuple[np.ndarray, np.ndarray]:
    """Vertices and faces of the eyeball ("ball") or its clear front ("cornea"), looking along -y."""
    rows, columns = 96, 96
    limbus = math.asin(IRIS / radius)
    theta = np.concatenate(
        [np.linspace(0.004, 1.3 * limbus, 60), np.linspace(1.3 * limbus, math.pi - 0.02, rows - 59)[1:]]
    )
    reach = np.full_like(theta, radius)
    if kind == "cornea":
        theta, reach = theta[theta < 1.9], reach[theta < 1.9]
        reach = (
            reach
            + 0.00012
            + 0.0013 * np.clip(np.cos(theta / (1.25 * limbus) * math.pi / 2), 0, None) ** 1.5 * (theta < 1.25 * limbus)
        )
    else:
        flat = radius * math.cos(limbus) / np.cos(np.minimum(theta, limbus))  # the iris is a disc, dished a little
        inside = smooth(theta, 1.04 * limbus, 0.96 * limbus)
        dish = 0.0005 * (1 - np.clip(theta / limbus, 0, 1))
        reach = reach * (1 - inside) + (flat - dish) * inside
    phi = np.linspace(0, 2 * math.pi, columns, endpoint=False)
    ring = np.stack([np.cos(phi), np.zeros_like(phi), np.sin(phi)], -1)
    corners = 1 + 0.075 * smooth(reach * np.sin(theta), 1.15 * IRIS, 0.95 * radius)  # fills the corners of the lids
    ring = ring * np.stack([corners, np.ones_like(corners), np.ones_like(corners)], -1)[:, None]
    vertices = (reach * np.sin(theta))[:, None, None] * ring - (reach * np.cos(theta))[:, None, None] * np.array(
        [0, 1, 0]
    )
    index = np.arange(len(theta) * columns).reshape(-1, columns)
    ahead = np.roll(index, -1, 1)
    faces = np.stack([index[:-1], ahead[:-1], ahead[1:], index[1:]], -1).reshape(-1, 4)
    return vertices.reshape(-1, 3), faces
