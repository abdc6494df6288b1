"""The ARKit face rig: from blendshape coefficients to moved mesh points on one particular face.

The basis (``data/arkit_basis.npz``, made by ``training/rig/build_basis.py``) holds the 468 points of a neutral head
and their displacement under each of the 52 ARKit blendshapes. Fitting finds the scale and rotation that carry that head
onto a detected face (Umeyama, 1991); the displacements follow, and are added to the face's own points, so that the face
keeps its own shape.

Axes are the picture's: x right, y down, z away from the camera.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from .errors import InputError
from .faces import topology
from .faces.geometry import across, apart, in_picture, umeyama
from .records import Face

_UPPER = np.array(topology.INNER_LIP_UPPER)
_LOWER = np.array(topology.INNER_LIP_LOWER)

UPPER_SHARE = 0.3
"""Part of a lip gap that the upper lip closes; the lower lip, which is carried by the jaw, does the rest."""

NARROWED = 0.45
"""By how much of the lips' width the opening of rounded ones is narrower."""

WIDE = (0.06, 0.16)
"""Lips parted by so much, in units of the basis, begin to take its lips' shape when closed, and take it wholly."""


@dataclass(frozen=True)
class Rig:
    """The ARKit basis on the face mesh.

    Attributes:
        names: the 52 ARKit blendshape names.
        neutral: ``(468, 3) float32`` points of the neutral head; unit: the distance between the outer eye corners.
        shapes: ``(52, 468, 3) float32`` displacement of each point under each blendshape at full strength.
    """

    names: tuple[str, ...]
    neutral: np.ndarray
    shapes: np.ndarray

    @classmethod
    def load(cls) -> Rig:
        """The basis that ships with the package."""
        with np.load(Path(__file__).with_name("data") / "arkit_basis.npz") as data:
            neutral, shapes = (data[name].astype(np.float32) for name in ("neutral", "shapes"))
            return cls(tuple(data["names"].tolist()), neutral, shapes)

    def columns(self, names: tuple[str, ...]) -> np.ndarray:
        """Positions of blendshape ``names`` in the basis.

        Raises:
            InputError: a name is not one of the 52.
        """
        unknown = [n for n in names if n not in self.names]
        if unknown:
            raise InputError(
                "Unknown blendshapes: {unknown}. Known are: {known}.",
                unknown=", ".join(unknown),
                known=", ".join(self.names),
            )
        return np.array([self.names.index(n) for n in names])

    def pose(self, face: Face) -> tuple[float, np.ndarray]:
        """Scale and rotation ``(3, 3)`` that carry the basis onto ``face``."""
        stable = self._stable
        scale, rotation, _ = umeyama(self.neutral[stable], face.points[stable].astype(np.float64))
        return float(scale), rotation

    def fit(self, face: Face) -> FittedRig:
        """Carry the basis onto ``face``."""
        points = face.points
        scale, rotation = self.pose(face)
        shapes = self.shapes @ (rotation.T * scale).astype(np.float32)
        shapes *= _proportions(self, points, scale)[:, None, None].astype(np.float32)
        down = in_picture(rotation[:, 1])
        gaps = np.maximum(0, (points[_LOWER, :2] - points[_UPPER, :2]) @ down).astype(np.float32)
        rest = points + _closing(self, points, gaps, down)
        if gaps.max() > WIDE[0] * scale:
            share = min(1.0, (gaps.max() / scale - WIDE[0]) / (WIDE[1] - WIDE[0]))
            rest = _with_lips_of_the_basis(self, rest, scale * rotation, share)
        texture = points + _widening(self, points, gaps, down)
        return FittedRig(self.names, texture.astype(np.float32), rest.astype(np.float32), shapes, scale, rotation, gaps)

    @cached_property
    def shut(self) -> np.ndarray:
        """``(468, 3) float32`` the neutral head with lips that touch."""
        gaps = np.maximum(0, self.neutral[_LOWER, 1] - self.neutral[_UPPER, 1])
        return self.neutral + _closing(self, self.neutral, gaps, np.array([0.0, 1.0])).astype(np.float32)

    @cached_property
    def _stable(self) -> np.ndarray:
        """Points above the upper lip: they keep their place whatever the mouth does."""
        return np.flatnonzero(self.neutral[:, 1] < self.neutral[topology.OUTER_LIP_MIDDLES[0], 1])

    @cached_property
    def around_lips(self) -> np.ndarray:
        """``(468,) float32``: 1 on the lips, less around them, 0 above the base of the nose."""
        return self.below_nose(self.near_lips(0.35))

    @cached_property
    def moved_by_speech(self) -> np.ndarray:
        """``(468,) float32``: how much each point goes with mouth and jaw, 0 above the base of the nose to 1."""
        jaw = np.linalg.norm(self.shapes[self.names.index("jawOpen")], axis=1)
        return self.below_nose(np.clip(np.maximum(1.3 * jaw / jaw[topology.CHIN], 1.15 * self.near_lips(0.45)), 0, 1))

    def near_lips(self, reach: float) -> np.ndarray:
        """``(468,)``: 1 on the lips, a Gaussian of the distance from them that is ``reach`` mouth widths wide."""
        flat = self.neutral[:, :2]
        away = np.linalg.norm(flat[:, None] - flat[list(topology.LIPS)], axis=-1).min(1)
        return np.exp(-((away / (reach * apart(flat, topology.OUTER_LIP_CORNERS))) ** 2))

    def below_nose(self, share: np.ndarray) -> np.ndarray:
        """``(468,) float32`` the same, and 0 above the base of the nose."""
        above = self.neutral[:, 1] < self.neutral[topology.UNDER_NOSE, 1]
        return np.where(above, 0, share).astype(np.float32)

    @cached_property
    def side(self) -> np.ndarray:
        """``(468,) float32``: -1 above the mouth line, +1 below, 0 beside the mouth (spreads a lip's motion)."""
        left, right = self.neutral[list(topology.OUTER_LIP_CORNERS), :2]
        line = np.interp(self.neutral[:, 0], [left[0], right[0]], [left[1], right[1]])
        side = np.sign(self.neutral[:, 1] - line).astype(np.float32)
        for rows, sign in ((topology.UPPER_LIP_ROWS, -1), (topology.LOWER_LIP_ROWS, 1)):
            for row in rows:
                side[list(row[1:-1])] = sign
                side[[row[0], row[-1]]] = 0
        return side


@dataclass(frozen=True)
class FittedRig:
    """The rig on one face. All arrays are in the picture's pixels.

    Attributes:
        names: the 52 ARKit blendshape names.
        source: ``(468, 3) float32`` where the picture's texture lies: the face's points as detected, parted lips a
            little wider, so that no teeth are taken for lip.
        rest: ``(468, 3) float32`` the same face with its lips just closed: where coefficients of zero put the points.
        shapes: ``(52, 468, 3) float32`` displacement under each blendshape at full strength.
        scale: pixels per unit of the basis (about the distance between the outer eye corners).
        rotation: ``(3, 3)`` pose of the head.
        gaps: how much each pair of inner-lip points was parted in the picture, ``(11,)`` pixels.
    """

    names: tuple[str, ...]
    source: np.ndarray
    rest: np.ndarray
    shapes: np.ndarray
    scale: float
    rotation: np.ndarray
    gaps: np.ndarray

    @property
    def down(self) -> np.ndarray:
        """Unit vector ``(2,)`` from the nose to the chin in the picture."""
        return in_picture(self.rotation[:, 1])

    @property
    def across(self) -> np.ndarray:
        """Unit vector ``(2,)`` at right angles to :attr:`down`, to the right in the picture."""
        return across(self.down)

    @property
    def mouth_width(self) -> float:
        """Distance between the outer lip corners at rest, in pixels."""
        return apart(self.rest, topology.OUTER_LIP_CORNERS)

    def move(self, values: np.ndarray, columns: np.ndarray | slice = slice(None)) -> np.ndarray:
        """Points under blendshape coefficients: ``(468, 3) float32``. Lips never cross, and meet at the corners.

        Args:
            values: ``(k,)`` coefficients.
            columns: which blendshapes they are (:meth:`Rig.columns`); all 52 in order if not given.
        """
        shapes = self.shapes[columns]
        moved = self.rest + (values @ shapes.reshape(len(shapes), -1)).reshape(-1, 3).astype(np.float32)
        return self._in_contact(moved, self.rounded(values, columns))

    def _in_contact(self, points: np.ndarray, rounded: np.ndarray) -> np.ndarray:
        """Put lips together that have crossed or are parted by less than can be seen, and round the corners."""
        down = self.down.astype(np.float32)
        apart = points[_LOWER, :2] - points[_UPPER, :2]
        gap = apart @ down
        excess = np.maximum(0, gap - gap.max() * self.taper(rounded))[:, None] * down
        excess = np.where(gap[:, None] < 0.012 * self.mouth_width, apart, excess)
        points[_UPPER, :2] += UPPER_SHARE * excess
        points[_LOWER, :2] -= (1 - UPPER_SHARE) * excess
        return points

    def rounded(self, values: np.ndarray, columns: np.ndarray | slice = slice(None)) -> np.ndarray:
        """How much coefficients ``(..., k)`` round the lips, ``(...)`` from 0 to 1; see :meth:`move`."""
        return np.minimum(1.0, values @ self._rounds[columns])

    def taper(self, rounded: np.ndarray) -> np.ndarray:
        """``(..., 11)`` largest opening of each pair of inner-lip points, as a part of the middle's: an almond.

        Args:
            rounded: ``(...)`` how much the lips are: then they touch beside the opening, which is narrower than they.
        """
        u = np.minimum(np.abs(self._along_lips) / (1 - NARROWED * np.asarray(rounded)[..., None]), 1)
        return (1.04 * (1 - u**2) ** 0.75).astype(np.float32)

    @cached_property
    def _along_lips(self) -> np.ndarray:
        """``(11,)`` where each pair of inner-lip points is, from -1 at one corner to 1 at the other."""
        x = self.rest[_UPPER, :2] @ self.across
        return np.clip(2 * (x - x[0]) / (x[-1] - x[0] + 1e-6) - 1, -1, 1)

    @cached_property
    def _rounds(self) -> np.ndarray:
        """``(52,)`` how much each blendshape rounds the lips."""
        return np.array([{"mouthPucker": 1.0, "mouthFunnel": 0.6}.get(name, 0.0) for name in self.names])


def _proportions(rig: Rig, points: np.ndarray, scale: float) -> np.ndarray:
    """``(52,)`` how much larger this face's mouth and jaw are than the basis', after scaling."""

    out = np.ones(len(rig.names))
    for part, (a, b) in (("mouth", topology.OUTER_LIP_CORNERS), ("jaw", (topology.UNDER_NOSE, topology.CHIN))):
        own, usual = np.linalg.norm(points[a] - points[b]), np.linalg.norm(rig.neutral[a] - rig.neutral[b])
        out[[name.startswith(part) for name in rig.names]] = np.clip(own / (scale * usual), 0.8, 1.3)
    return out


def _closing(rig: Rig, points: np.ndarray, gaps: np.ndarray, down: np.ndarray) -> np.ndarray:
    """``(468, 3)`` displacement that closes parted lips and lets the skin around follow.

    Along the mouth the motion is interpolated between the pairs of inner-lip points; across it fades as a Gaussian of
    the distance from the lip, reaching further below (jaw) than above.
    """
    along = across(down)
    x, x_mouth = points[:, :2] @ along, points[_UPPER, :2] @ along
    width = np.ptp(x_mouth) + 1e-6
    gap = np.interp(x, x_mouth, gaps, left=0.0, right=0.0)
    y = points[:, :2] @ down
    above = rig.side < 0
    edge = np.where(above, np.interp(x, x_mouth, y[_UPPER]), np.interp(x, x_mouth, y[_LOWER]))
    away = np.abs(y - edge) / width
    fade = np.exp(-((away / np.where(above, 0.35, 0.7)) ** 2))
    share = np.where(above, UPPER_SHARE, -(1 - UPPER_SHARE)) * (rig.side != 0)
    out = np.zeros_like(points)
    out[:, :2] = (share * gap * fade)[:, None] * down
    return out


def _with_lips_of_the_basis(rig: Rig, rest: np.ndarray, pose: np.ndarray, share: float) -> np.ndarray:
    """``(468, 3)`` the closed face with ``share`` of the basis' lips, as wide as its own and where they are.

    Lips that were stretched around a wide opening have lost their own shape.
    """
    lips = rig.shut @ pose.T
    along = in_picture(pose[:, 0])
    middle = list(topology.OUTER_LIP_CORNERS + topology.INNER_LIP_MIDDLES)
    lips += rest[middle].mean(0) - lips[middle].mean(0)
    wider = apart(rest, topology.OUTER_LIP_CORNERS) / apart(lips, topology.OUTER_LIP_CORNERS)
    lips[:, :2] += ((wider - 1) * (lips[:, :2] - rest[middle, :2].mean(0)) @ along)[:, None] * along
    rest = rest + (share * rig.around_lips[:, None]) * (lips - rest)
    rest[_UPPER] = rest[_LOWER] = (rest[_UPPER] + rest[_LOWER]) / 2
    return rest


UNDER_READ = (0.12, 0.32)
"""How much further than the face mesh says upper and lower lip are from the middle of a gap, in parts of the gap. (The
mesh reads wide openings too small.)"""


CORNER = 0.6
"""How far the inner corners of a wide opening are from where the mesh says, in parts of the way to the outer ones."""

_CORNERS = ((61, 76, 62, 78), (291, 306, 292, 308))


def _widening(rig: Rig, points: np.ndarray, gaps: np.ndarray, down: np.ndarray) -> np.ndarray:
    """``(468, 3)`` displacement that puts the inner lips where the lips' red begins; it ends at the outer lips."""
    along = across(down)
    x, y = points[:, :2] @ along, points[:, :2] @ down
    out = np.zeros_like(points)
    for inner, outer, sign, share in (
        (_UPPER, list(topology.OUTER_LIP_UPPER), -1, UNDER_READ[0]),
        (_LOWER, list(topology.OUTER_LIP_LOWER), 1, UNDER_READ[1]),
    ):
        edge, rim = np.interp(x, x[inner], y[inner]), np.interp(x, x[outer], y[outer])
        thickness = np.maximum((rim - edge) * sign, 1e-3)
        amount = np.minimum(np.interp(x, x[inner], gaps, left=0, right=0) * share, 0.5 * thickness)
        within = np.clip(1 - (y - edge) * sign / thickness, 0, 1) * (rig.side == sign)
        within[inner[1:-1]] = 1
        out[:, :2] += (sign * amount * within)[:, None] * down
    for corner, *inner in _CORNERS:  # dark on either side of wide openings
        out[inner] += (
            CORNER * min(1.0, gaps.max() / (0.3 * np.ptp(x[_UPPER]) + 1e-6)) * (points[corner] - points[inner])
        )
    return out
