"""Where closed lips really meet: the mesh's inner lips, put on the dark line between the lips of a still picture.

The mesh knows the lip line to one or two hundredths of the face's width, which is enough to measure a mouth and not
enough to cut a picture there. Between closed lips lies a thin dark line; a path along it is found by dynamic
programming (as in seam carving: Avidan and Shamir, SIGGRAPH 2007) near the line that the mesh tells.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from ..records import Face
from . import topology
from .geometry import apart, in_picture

_UPPER = np.array(topology.INNER_LIP_UPPER)
_LOWER = np.array(topology.INNER_LIP_LOWER)

CLOSED = 0.13
"""Lips that the mesh sees parted by more than this part of the mouth's width are left as they are."""

REACH = 0.15
"""How far above and below the mesh's line the real one is looked for, in mouth widths."""

MIN_CONTRAST = 0.012
"""How much darker than what lies above and below the line must be on average, as a part of full brightness."""

_COLUMNS, _ROWS = 96, 61
_PULL = 0.6
_BEND = 0.02


def snap_lip_line(image: np.ndarray, face: Face) -> Face:
    """The same face with its inner lips on the lip line.

    Args:
        image: ``(H, W, 3) uint8`` RGB.
        face: a face in it.

    Returns:
        A face whose inner-lip points lie on the dark line, upper on lower; the points around follow, less and less with
        distance. The face itself where its lips are parted or no line is seen.
    """
    points = face.points[:, :2].astype(np.float64)
    across = in_picture(np.subtract(*points[list(topology.INNER_LIP_CORNERS[::-1])]))
    width = apart(points, topology.OUTER_LIP_CORNERS)
    down = np.array([-across[1], across[0]])
    gap = (points[_LOWER] - points[_UPPER]) @ down
    if width < 12 or gap.max() > CLOSED * width:
        return face
    middle = (points[_UPPER] + points[_LOWER]) / 2
    u, v = middle @ across, middle @ down
    line = _dark_line(image, across, down, u, v, width)
    if line is None:
        return face
    moved = face.points.copy()
    moved[:, :2] += _follow(points, line, across, down, width)[:, None] * down
    return replace(face, points=moved.astype(np.float32))


def _dark_line(image, across, down, u, v, width):
    """Height of the line ``(columns, 2)`` as (along, down) coordinates in pixels; None where there is none."""
    columns = np.linspace(u[0], u[-1], _COLUMNS)
    offsets = np.linspace(-REACH, REACH, _ROWS) * width
    guess = np.interp(columns, u, v)
    height = guess[None, :] + offsets[:, None]  # (rows, columns)
    place = columns[None, :, None] * across + height[..., None] * down
    bright = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
    patch = cv2.remap(bright, place.astype(np.float32), None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    patch = cv2.GaussianBlur(patch, (0, 0), 1.5)
    step = round(0.035 * width / (offsets[1] - offsets[0]))  # half a lip line's width
    padded = np.pad(patch, ((step, step), (0, 0)), mode="edge")
    darker = np.minimum(padded[: -2 * step], padded[2 * step :]) - patch
    cost = -np.maximum(darker, 0) + _PULL * (offsets[:, None] / width) ** 2
    rows = _cheapest_path(cost)
    if darker[rows, np.arange(_COLUMNS)].mean() < MIN_CONTRAST:
        return None
    smooth = np.convolve(np.pad(offsets[rows], 6, mode="edge"), np.hanning(13) / np.hanning(13).sum(), mode="valid")
    return np.column_stack([columns, guess + smooth])


def _cheapest_path(cost: np.ndarray) -> np.ndarray:
    """Row of the cheapest path from the first to the last column that changes by at most one row a column."""
    rows, columns = cost.shape
    total, came_from = cost[:, 0].copy(), np.zeros((rows, columns), int)
    for c in range(1, columns):
        padded = np.pad(total, 1, constant_values=np.inf)
        choices = np.stack([padded[:-2] + _BEND, padded[1:-1], padded[2:] + _BEND])
        best = choices.argmin(0)
        came_from[:, c] = best - 1
        total = choices[best, np.arange(rows)] + cost[:, c]
    path = np.empty(columns, int)
    path[-1] = total.argmin()
    for c in range(columns - 1, 0, -1):
        path[c - 1] = path[c] + came_from[path[c], c]
    return path


def _follow(points, line, across, down, width):
    """``(468,)`` motion of every point along ``down`` that carries both inner lips onto the line."""
    u, v = points @ across, points @ down
    target = np.interp(u, line[:, 0], line[:, 1])
    beyond = np.maximum(0, np.maximum(line[0, 0] - u, u - line[-1, 0])) / width
    upper_edge, lower_edge = (np.interp(u, u[i], v[i]) for i in (_UPPER, _LOWER))
    below = v > (upper_edge + lower_edge) / 2
    below[[i for row in topology.LOWER_LIP_ROWS for i in row]] = True
    below[[i for row in topology.UPPER_LIP_ROWS for i in row]] = False
    edge = np.where(below, lower_edge, upper_edge)
    away = np.abs(v - edge) / width
    fade = np.exp(-((away / 0.22) ** 2) - (beyond / 0.12) ** 2)
    out = (target - edge) * fade
    out[_UPPER], out[_LOWER] = target[_UPPER] - v[_UPPER], target[_LOWER] - v[_LOWER]
    return out
