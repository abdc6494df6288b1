"""Which of the 468 mesh points is what, and how they are joined to triangles.

"Right" and "left" are the person's own: the right eye is the one on the left-hand side of the picture. Every curve is
ordered **from left to right in the picture** unless it says otherwise.

Source: the point numbers and the triangles are those of MediaPipe's face mesh (``FaceLandmarksConnections`` in the
Python package ``mediapipe`` 1.2, Apache-2.0). ``data/face_mesh_topology.npz`` holds the triangles and the mirror pairs;
``training/faces/build_topology.py`` makes it.
"""

from __future__ import annotations

from importlib import resources

import numpy as np

POINTS = 468
"""Number of points of the mesh."""

# --- Lips. Outer and inner curves start and end at the corners; upper and lower have the same number of points.
OUTER_LIP_UPPER = (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291)
OUTER_LIP_LOWER = (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291)
INNER_LIP_UPPER = (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308)
INNER_LIP_LOWER = (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308)
LIP_MIDDLE = slice(4, 7)  # the three points in the middle of such a curve
OUTER_LIP_CORNERS = (61, 291)
INNER_LIP_CORNERS = (78, 308)
INNER_LIP_MIDDLES = (13, 14)  # upper, lower
OUTER_LIP_MIDDLES = (0, 17)
UPPER_LIP_ROWS = (
    OUTER_LIP_UPPER,
    (76, 184, 74, 73, 72, 11, 302, 303, 304, 408, 306),
    (62, 183, 42, 41, 38, 12, 268, 271, 272, 407, 292),
    INNER_LIP_UPPER,
)
LOWER_LIP_ROWS = (
    OUTER_LIP_LOWER,
    (76, 77, 90, 180, 85, 16, 315, 404, 320, 307, 306),
    (62, 96, 89, 179, 86, 15, 316, 403, 319, 325, 292),
    INNER_LIP_LOWER,
)
LIPS = tuple(sorted({*OUTER_LIP_UPPER, *OUTER_LIP_LOWER, *INNER_LIP_UPPER, *INNER_LIP_LOWER}))

# --- Eyes. Lids start and end at the eye's corners.
RIGHT_EYE_UPPER = (33, 246, 161, 160, 159, 158, 157, 173, 133)
RIGHT_EYE_LOWER = (33, 7, 163, 144, 145, 153, 154, 155, 133)
LEFT_EYE_UPPER = (362, 398, 384, 385, 386, 387, 388, 466, 263)
LEFT_EYE_LOWER = (362, 382, 381, 380, 374, 373, 390, 249, 263)
EYE_CORNERS = (33, 133, 362, 263)
OUTER_EYE_CORNERS = (33, 263)

# --- Brows: upper and lower edge.
RIGHT_BROW_UPPER = (70, 63, 105, 66, 107)
RIGHT_BROW_LOWER = (46, 53, 52, 65, 55)
LEFT_BROW_UPPER = (336, 296, 334, 293, 300)
LEFT_BROW_LOWER = (285, 295, 282, 283, 276)
BROWS = RIGHT_BROW_UPPER + RIGHT_BROW_LOWER + LEFT_BROW_UPPER + LEFT_BROW_LOWER

# --- Nose: bridge from the brows down to the tip, then the underside from left to right.
NOSE_BRIDGE = (168, 6, 197, 195, 5, 4, 1)
NOSE_BASE = (64, 98, 97, 2, 326, 327, 294)
NOSE_ROOT = 168
NOSE_TIP = 1
UNDER_NOSE = 2

# --- The outline's extremes.
HAIR_LINE = 10
CHIN = 152
FACE_SIDES = (234, 454)
CHEEKS = (50, 280, 205, 425, 101, 330)

# --- Boundary loops of the mesh, each once around, clockwise in the picture. There are no others.
FACE_OVAL = (
    *(10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377),
    *(152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109),
)
MOUTH_HOLE = INNER_LIP_UPPER + INNER_LIP_LOWER[-2:0:-1]
RIGHT_EYE_HOLE = RIGHT_EYE_UPPER + RIGHT_EYE_LOWER[-2:0:-1]
LEFT_EYE_HOLE = LEFT_EYE_UPPER + LEFT_EYE_LOWER[-2:0:-1]

FOREHEAD = (127, 162, 21, 54, 103, 67, 109, 10, 338, 297, 332, 284, 251, 389, 356)
"""The upper part of the oval, which reaches towards the hair line."""

IBUG_68 = (
    *(162, 234, 93, 58, 172, 136, 149, 148, 152, 377, 378, 365, 397, 288, 323, 454, 389),  # jaw
    *(71, 63, 105, 66, 107, 336, 296, 334, 293, 301),  # brows
    *(168, 197, 5, 4, 75, 97, 2, 326, 305),  # nose
    *(33, 160, 158, 133, 153, 144, 362, 385, 387, 263, 373, 380),  # eyes
    *(61, 39, 37, 0, 267, 269, 291, 405, 314, 17, 84, 181),  # outer lips
    *(78, 82, 13, 312, 308, 317, 14, 87),  # inner lips
)
"""Mesh point of each of the 68 iBUG landmarks, in their order (Sagonas et al., 300 Faces In-the-Wild, 2013)."""


def _array(file: str, name: str, dtype: type) -> np.ndarray:
    with resources.files("lipsync_utils").joinpath("data", file).open("rb") as opened:
        array = np.load(opened)[name].astype(dtype)
    array.setflags(write=False)
    return array


TRIANGLES = _array("face_mesh_topology.npz", "triangles", np.int32)
"""``(852, 3) int32``: the mesh without eyes and mouth. Corners go clockwise as seen in the picture of a frontal face
(with y down, ``cross(b - a, c - a)`` is positive)."""

MIRROR = _array("face_mesh_topology.npz", "mirror", np.int64)
"""``(468,) int64``: the point on the other side of the face; ``MIRROR[MIRROR] == arange(468)``."""

NEUTRAL: np.ndarray
"""``(468, 3) float32``: a plain symmetrical face looking at the camera; x right, y down, z away from the camera, mean
at 0; unit: the distance between the outer eye corners. It is the neutral head of the ARKit basis
(``data/arkit_basis.npz``), read when it is first asked for: the script that makes that file imports this module."""


def __getattr__(name: str) -> np.ndarray:
    if name != "NEUTRAL":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return globals().setdefault(name, _array("arkit_basis.npz", "neutral", np.float32))


def box_of(points: np.ndarray) -> np.ndarray:
    """Tight box from brows to chin: ``(4,) float32`` left, top, right, bottom of ``(468, 2 or 3)`` points in pixels."""
    flat = points[_BELOW_FOREHEAD, :2]
    return np.concatenate([flat.min(axis=0), flat.max(axis=0)]).astype(np.float32)


_BELOW_FOREHEAD = np.array(sorted(set(FACE_OVAL) - set(FOREHEAD) | set(BROWS)))
