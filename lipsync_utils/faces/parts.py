"""How much of a picture a head takes, with hair and shoulders, or a face alone: boxes around the mesh."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..records import Face
from . import topology
from .geometry import across, apart, in_picture


@dataclass(frozen=True)
class Reach:
    """How far something reaches from a face: to the sides from its middle, in widths; down from its hair line, in
    heights (to the chin).
    """

    beside: float
    above: float
    below: float


LEAST = {"head": Reach(0.95, -0.55, 1.3), "face": Reach(0.68, -0.12, 1.1)}
"""What must not be cut off: hair, ears, chin."""

LIKED = {"head": Reach(1.5, -0.75, 2.1), "face": Reach(0.85, -0.35, 1.2)}
"""What is shown where there is room: the shoulders, some air."""

_NARROWEST = 0.75
"""Of its height; a face that looks aside seems narrower, but its head is not."""


def box_around(faces: Sequence[Face], reach: Reach) -> np.ndarray:
    """The upright box ``(4,) float`` (left, top, right, bottom) that holds what reaches so far from each face."""
    corners = np.concatenate([_corners(face, reach) for face in faces])
    return np.concatenate([corners.min(axis=0), corners.max(axis=0)])


def _corners(face: Face, reach: Reach) -> np.ndarray:
    """``(4, 2)``, upright with respect to the face, which may lie."""
    hair_line, chin = face.points[[topology.HAIR_LINE, topology.CHIN], :2]
    down, height = in_picture(chin - hair_line), apart(face.points, (topology.HAIR_LINE, topology.CHIN))
    aside, width = across(down), max(apart(face.points, topology.FACE_SIDES), _NARROWEST * height)
    middle = face.points[list(topology.FACE_SIDES), :2].mean(axis=0)
    begin = middle - down * ((middle - hair_line) @ down)  # at the height of the hair line
    sides = np.array([-reach.beside, reach.beside]) * width
    ends = np.array([reach.above, reach.below]) * height
    return np.array([begin + side * aside + end * down for side in sides for end in ends])
