"""Landmarks of the shaped body, and masks over its skin; pure numpy, metres, z up, the face towards -y."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

# Vertices of the MakeHuman topology, on the model's left side (+x): lid margin and lash tips from the outer to the
# inner corner of the eye.
UPPER_LID = (14786, 14788, 14789, 14790, 14791, 14795, 14794, 14775, 14774, 14773)
UPPER_TIPS = (14810, 14811, 14812, 14813, 14814, 14815, 14817, 14816, 14809, 14806)
LOWER_LID = (14784, 14783, 14782, 14781, 14780, 14779, 14778, 14777, 14776)
LOWER_TIPS = (14841, 14840, 14839, 14838, 14837, 14836, 14835, 14834, 14833)
LIP_CORNERS = (7272, 518)
LIP_MIDDLE = 520
SEAM_KEPT_CLEAR = 0.0035
"""How near no hair comes to the seam of the lips, in metres; their red alone narrows to nothing at the corners."""


@dataclass(frozen=True)
class Head:
    """Where things are on one head (points are ``(3,) float64``, metres)."""

    eye: np.ndarray
    """Centre of the eyeball on the model's left (+x)."""
    eye_radius: float
    lips: np.ndarray
    """Where the lips meet, in the middle."""
    mouth_half: float
    """Half the distance between the lip corners."""
    corner: np.ndarray
    """Of the lips, on the model's left."""
    nose: np.ndarray
    chin: np.ndarray
    top: float
    """Height of the crown."""
    centre: np.ndarray
    """Middle of the skull, at the height of the eyes."""
    half_width: float
    """Half the width of the skull above the ears."""


def find_head(vertices: np.ndarray, left_eye: np.ndarray, body: np.ndarray) -> Head:
    """Landmarks from all ``vertices (n, 3)``, the indices of the left eye's and of the body's vertices."""
    ball = vertices[left_eye]
    radius = float(np.ptp(ball[:, 0]) / 2)
    eye = (ball.min(0) + ball.max(0)) / 2
    eye[1] = ball[:, 1].max() - radius  # the cornea bulges to the front
    skin = vertices[body]
    head = skin[skin[:, 2] > eye[2] - 0.16]
    middle = head[(np.abs(head[:, 0]) < 0.004) & (head[:, 1] < eye[1] + 0.02)]
    lips = vertices[LIP_MIDDLE]
    between = middle[(middle[:, 2] < eye[2] - 0.02) & (middle[:, 2] > lips[2] + 0.01)]
    below = middle[(middle[:, 2] < lips[2] - 0.02) & (middle[:, 1] < lips[1] + 0.03)]
    skull = head[head[:, 2] > eye[2] + 0.05]
    centre = np.array([0.0, (skull[:, 1].min() + skull[:, 1].max()) / 2, eye[2]])
    return Head(
        eye=eye,
        eye_radius=radius,
        lips=lips,
        mouth_half=float(vertices[LIP_CORNERS[0], 0]),
        corner=vertices[LIP_CORNERS[0]],
        nose=between[between[:, 1].argmin()],
        chin=below[below[:, 2].argmin()],
        top=float(head[:, 2].max()),
        centre=centre,
        half_width=float(skull[:, 0].max()),
    )


def hairline(head: Head, points: np.ndarray, receding: float = 0.0) -> np.ndarray:
    """How far ``points (n, 3)`` lie above the hairline, in metres (negative: bare skin); 0 at ears and below.

    ``receding`` (0 to 1) draws it back over forehead and temples.
    """
    relative = points - head.centre
    azimuth = np.degrees(np.abs(np.arctan2(relative[:, 0], -relative[:, 1])))  # 0 is the front, 180 the back
    scale = (head.top - head.eye[2]) / 0.12
    angles = [0, 18, 35, 48, 58, 66, 74, 84, 92, 100, 110, 120, 135, 160, 180]
    millimetres = [68, 68, 64, 55, 42, 28, 10, -4, 4, 20, 18, -5, -28, -48, -52]  # forehead, temple, ear, nape
    drawn_back = np.interp(azimuth, [0, 18, 35, 48, 58, 70, 84], [24, 34, 50, 52, 44, 20, 0])
    line = np.interp(azimuth, angles, millimetres) + receding * drawn_back
    uneven = np.sin(0.21 * azimuth + 1.3) + 0.6 * np.sin(0.47 * azimuth + 0.4)  # not drawn with a ruler
    return relative[:, 2] - scale * (line + 1.1 * uneven) / 1000


def seam(head: Head, x: np.ndarray) -> np.ndarray:
    """Height of the line between the lips at ``x``, in metres; level beyond the corners."""
    return head.lips[2] + (head.corner[2] - head.lips[2]) * np.minimum(np.abs(x) / head.mouth_half, 1) ** 2


def on_lips(head: Head, points: np.ndarray, grown: float = 1.0) -> np.ndarray:
    """Which ``points (..., 3)`` lie on the red of the lips or near their seam and corners, seen from the front."""
    x, above = points[..., 0], points[..., 2] - head.lips[2]
    height = np.where(above > 0, 0.0085, 0.0105) * grown * (head.top - head.eye[2]) / 0.12
    red = (x / (1.06 * grown * head.mouth_half)) ** 2 + (above / height) ** 2 < 1
    beyond = np.clip(np.abs(x) - head.mouth_half, 0, None)
    return red | (np.hypot(beyond, points[..., 2] - seam(head, x)) < SEAM_KEPT_CLEAR * grown)


def smooth(x: np.ndarray, low: float, high: float) -> np.ndarray:
    """Smooth step from 0 at ``low`` to 1 at ``high`` (or down, if ``low`` is the larger)."""
    t = np.clip((x - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def blob(points: np.ndarray, middle: np.ndarray, radii: tuple[float, float, float]) -> np.ndarray:
    """Gaussian around ``middle``, the same on both sides of the face."""
    mirrored = np.column_stack([np.abs(points[:, 0]), points[:, 1:]])
    return np.exp(-(((mirrored - middle) / np.array(radii)) ** 2).sum(1))


def skin_masks(head: Head, points: np.ndarray, *, receding: float = 0.0) -> dict[str, np.ndarray]:
    """Masks ``(n,)`` from 0 to 1 over skin ``points (n, 3)``, by what they colour."""
    eye, lips, nose, chin = head.eye, head.lips, head.nose, head.chin
    cheek = np.array([eye[0] + 0.013, eye[1] + 0.005, (eye[2] + lips[2]) / 2 + 0.002])
    ear = np.array([head.half_width + 0.012, head.centre[1] + 0.01, eye[2] - 0.01])
    redness = 0.85 * blob(points, cheek, (0.022, 0.05, 0.018))
    redness += 0.75 * blob(points, nose, (0.016, 0.018, 0.014))
    redness += 0.30 * blob(points, chin + np.array([0, 0, 0.012]), (0.02, 0.03, 0.012))
    redness += 0.60 * blob(points, ear, (0.014, 0.04, 0.035))
    lid = np.array([eye[0], eye[1] - head.eye_radius, eye[2]])
    under = blob(points, lid + np.array([-0.002, 0, -0.013]), (0.014, 0.02, 0.006))
    upper = blob(points, lid + np.array([0.001, 0, 0.009]), (0.016, 0.02, 0.006))
    return {
        "blush": np.clip(redness, 0, 1),
        "under_eye": np.clip(under, 0, 1),
        "upper_lid": np.clip(upper, 0, 1),
        "scalp": smooth(hairline(head, points, receding), -0.003, 0.024),
        "beard": _beard(head, points),
    }


def _beard(head: Head, points: np.ndarray) -> np.ndarray:
    """Where a beard grows: upper lip, chin, jaw, up to the ears."""
    lips, chin, eye = head.lips, head.chin, head.eye
    x = np.abs(points[:, 0])
    upper_edge = np.interp(x, [0.0, 0.03, 0.05, 0.07], np.array([0.016, 0.006, 0.006, 0.04]) + lips[2])
    area = smooth(upper_edge - points[:, 2], -0.012, 0.014)
    area *= smooth(points[:, 2], chin[2] - 0.05, chin[2] - 0.02) * smooth(points[:, 1], eye[1] + 0.12, eye[1] + 0.09)
    mouth = ((points[:, 0] / (head.mouth_half * 1.15)) ** 2 + ((points[:, 2] - lips[2]) / 0.013) ** 2) < 1
    return area * ~mouth
