"""The embedded detector: BlazeFace finds the faces, the face mesh finds their 468 points. Offline, on the CPU."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np

from .. import assets
from ..records import Face
from . import topology
from .blazeface import BlazeFace
from .facemesh import Crop, FaceMesh, crop_of_detection, crop_of_points
from .geometry import overlap

MIN_PRESENCE = 0.5
"""The mesh network's own probability below which its points are not believed."""

SURE = 1 - 1e-7
"""A face seen the right way up is nearly always at least this probable (a logit of 16), one seen upside down never: in
about 110 turned portraits and first frames all but two of the first had 27 or more, and the second at most 14."""

SAME_FACE = 0.3
"""Faces whose boxes overlap by more than this (intersection over union) are one face."""

SMALLEST_TILE = 240
"""Searching squares smaller than this, in pixels, would only enlarge what is too small to animate."""

_PRECISE_VIEWS = 8


class BlazeMeshDetector:
    """:class:`~lipsync_utils.faces.detector.FaceDetector` on MediaPipe's two networks.

    An instance keeps the networks' memory: use one per thread.

    Args:
        threads: CPU threads of each network.
    """

    def __init__(self, *, threads: int = 1) -> None:
        self._finder = BlazeFace(assets.path("face_detector"), threads=threads)
        self._mesh = FaceMesh(assets.path("face_mesh"), threads=threads)

    def detect(self, image: np.ndarray, *, precise: bool = False, thorough: bool = True) -> list[Face]:
        """Faces in a picture.

        BlazeFace sees the picture at 256 pixels, where faces under about a fifteenth of the longer side vanish. Where
        it finds none, the search goes on in a wider square (a face that fills the picture) and in tiles (small faces).
        Where there is none either, or none that is surely the right way up, the picture is turned: some faces lie, or
        stand on their head.

        Args:
            image: ``(H, W, 3) uint8`` RGB.
            precise: average each mesh over several views, for still pictures (slower, four times as repeatable).
            thorough: search on where the picture as a whole shows no face.

        Returns:
            Faces sorted from left to right by their centres; empty where there is none.
        """
        for regions in _searches(*image.shape[:2]) if thorough else [[None]]:
            found = (found for region in regions for found in self._finder.detect(image, region=region))
            faces = self._meshes_of(image, map(crop_of_detection, found), precise=precise)
            if faces:
                break
        if thorough and all(face.score < SURE for face in faces):
            faces = [face for face in self._turned(image, precise=precise) if face.score >= SURE] or faces
        return sorted(faces, key=lambda face: float(face.box[0] + face.box[2]))

    def _turned(self, image: np.ndarray, *, precise: bool) -> list[Face]:
        """Faces that are seen when the picture lies on its side or stands on its head."""
        crops = []
        for quarters in (2, 1, 3):
            turned = np.ascontiguousarray(np.rot90(image, quarters))
            crops += [_turned_back(crop_of_detection(found), quarters, image) for found in self._finder.detect(turned)]
        return self._meshes_of(image, crops, precise=precise)

    def _meshes_of(self, image: np.ndarray, crops: Iterable[Crop], *, precise: bool) -> list[Face]:
        """Each face in one of the crops once."""
        faces: list[Face] = []
        for crop in crops:
            face = self._mesh_of(image, crop, precise=precise)
            if face is not None and all(overlap(face.box, other.box) < SAME_FACE for other in faces):
                faces.append(face)
        return faces

    def refine(
        self, image: np.ndarray, points: np.ndarray, *, precise: bool = False, quick: bool = False
    ) -> Face | None:
        """Find a face again from points that are nearly right, such as those of the previous frame.

        Args:
            image: ``(H, W, 3) uint8`` RGB.
            points: ``(468, 2 or 3)`` in pixels.
            precise: see :meth:`detect`.
            quick: one look instead of two. The points' constant error is twice as large, their motion as good.

        Returns:
            The face, or None where the network sees none there.
        """
        crop = crop_of_points(points)
        views = list(_views(crop)) if precise else [crop]
        look = self._mesh if quick else self._mesh.twice
        seen = [look(image, view) for view in views]
        presence = float(np.mean([score for _, score in seen]))
        if presence < MIN_PRESENCE:
            return None
        points = np.mean([found for found, _ in seen], axis=0, dtype=np.float64).astype(np.float32)
        return Face(box=topology.box_of(points), points=points, score=presence)

    def _mesh_of(self, image: np.ndarray, crop: Crop, *, precise: bool) -> Face | None:
        """The face in a crop; turned where it is surely one only then. BlazeFace takes a chin for a forehead."""
        face = self._mesh_upright(image, crop, precise=precise)
        if face is not None and face.score >= SURE:
            return face
        for turn in (math.pi, math.pi / 2, -math.pi / 2):
            other = self._mesh_upright(image, replace(crop, angle=crop.angle + turn), precise=precise)
            if other is not None and other.score >= SURE:
                return other
        return face

    def _mesh_upright(self, image: np.ndarray, crop: Crop, *, precise: bool) -> Face | None:
        """Two steps: BlazeFace's crop is rough, and the mesh is good only in a crop that fits it."""
        points, presence = self._mesh(image, crop)
        if presence < MIN_PRESENCE:
            return None
        if precise:
            points, _ = self._mesh(image, crop_of_points(points))
        return self.refine(image, points, precise=precise)


def _turned_back(crop: Crop, quarters: int, image: np.ndarray) -> Crop:
    """The crop of a picture that was turned to the left by quarters, in the picture as it was."""
    height, width = image.shape[:2]
    x, y = {
        1: (width - 1 - crop.y, crop.x),
        2: (width - 1 - crop.x, height - 1 - crop.y),
        3: (crop.y, height - 1 - crop.x),
    }[quarters]
    return replace(crop, x=x, y=y, angle=crop.angle + quarters * math.pi / 2)


def _views(crop: Crop) -> Iterator[Crop]:
    """Slightly shifted, scaled and turned crops, balanced so that their mean is the crop itself."""
    for index in range(_PRECISE_VIEWS):
        turn = 2 * math.pi * index / _PRECISE_VIEWS
        yield replace(
            crop,
            x=crop.x + 0.025 * crop.side * math.cos(turn),
            y=crop.y + 0.025 * crop.side * math.sin(turn),
            side=crop.side * (1.05 if index % 2 else 0.95),
            angle=crop.angle + 0.06 * math.sin(3 * turn),
        )


def _searches(height: int, width: int) -> Iterator[list[tuple[float, float, float] | None]]:
    """Squares to search (left, top, side), in rounds: the whole, a wider one, then tiles of ever smaller size."""
    yield [None]
    long = max(height, width)
    yield [((width - 1.6 * long) / 2, (height - 1.6 * long) / 2, 1.6 * long)]
    side = long / 2
    while side >= SMALLEST_TILE and side >= long / 4:
        yield [(left, top, side) for top in _starts(height, side) for left in _starts(width, side)]
        side /= 2


def _starts(length: int, side: float) -> list[float]:
    """Where tiles begin that cover ``length`` and overlap by at least a third."""
    if length <= side:
        return [(length - side) / 2]
    count = math.ceil((length - side) / (side * 2 / 3)) + 1
    return [float(start) for start in np.linspace(0, length - side, count)]
