"""Build the topology of the 468-point face mesh: ``lipsync_utils/data/face_mesh_topology.npz``.

The triangles are MediaPipe's (Apache-2.0): the edge list ``FACE_LANDMARKS_TESSELATION`` of its Python package holds
each of them as three edges in a row. Its source is read, never imported.

The mirror pairs come from a face of our own: the bare head that ``training/rig/build_basis.py`` renders is symmetrical,
so the points found on it and their reflection are paired one to one with the least squared distance in all. The graph
has the last word: a mirrored edge must be an edge again.

Run: ``python training/faces/build_topology.py`` (about half a minute; needs the extra ``train`` and the package index).
"""

from __future__ import annotations

import ast
import os
import sys
import tempfile
from pathlib import Path

import numpy as np

from lipsync_utils import assets
from lipsync_utils.asset_sources import SourceError, WheelMember

POINTS = 468
TESSELATION = WheelMember("mediapipe==1.2.2", "mediapipe/tasks/python/vision/face_landmarker.py")
TESSELATION_EDGES = 2556
ONE_SIDED_EDGES = 6
"""Three pairs of quadrangles (two at the nostrils, one at the outer eye corners) are split along opposite diagonals."""
OUTPUT = Path(__file__).parents[2] / "lipsync_utils" / "data" / "face_mesh_topology.npz"
RIG = Path(__file__).parents[1] / "rig"


# --- triangles ---------------------------------------------------------------------------------------------------


def read_tesselation() -> np.ndarray:
    """``(2556, 2) int64``: the directed edges of MediaPipe's mesh, three in a row for each triangle."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "face_landmarker.py"
        try:
            TESSELATION.fetch(source, size=0)
        except SourceError as error:
            raise SystemExit(f"{TESSELATION} could not be read: {error}") from error
        tree = ast.parse(source.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        if isinstance(target, ast.Name) and target.id == "FACE_LANDMARKS_TESSELATION":
            edges = [[int(end.value) for end in connection.args] for connection in node.value.elts]
            return np.array(edges)
    raise SystemExit(f"{TESSELATION} has no FACE_LANDMARKS_TESSELATION; take the release that is named here")


def triangles_of(edges: np.ndarray) -> np.ndarray:
    """``(n, 3) int64`` triangles whose edges stand three in a row and follow each other around."""
    starts, ends = edges.reshape(-1, 3, 2).transpose(2, 0, 1)  # (n, 3) each
    if len(edges) != TESSELATION_EDGES or (ends != np.roll(starts, -1, axis=1)).any():
        raise SystemExit(f"{len(edges)} edges were read that are not {TESSELATION_EDGES // 3} triangles, edge by edge")
    return starts


def clockwise(triangles: np.ndarray, points: np.ndarray) -> np.ndarray:
    """The triangles turned clockwise in the picture (all one way or all the other), smallest corner first, sorted."""
    a, b, c = (points[triangles[:, k]] for k in range(3))
    if np.median(np.cross(b - a, c - a)[:, 2]) < 0:
        triangles = triangles[:, ::-1]
    first = triangles.argmin(axis=1)[:, None]
    rolled = np.take_along_axis(triangles, (first + np.arange(3)) % 3, axis=1)
    return rolled[np.lexsort(rolled.T[::-1])]


# --- mirror ------------------------------------------------------------------------------------------------------


def points_on_our_head() -> np.ndarray:
    """``(468, 3) float64``: the mesh as the network sees it on a rendered, symmetrical head, in pixels.

    The detector is not used: it averages each view with its mirror image, for which it needs the pairs.
    """
    sys.path.insert(0, str(RIG))
    from build_basis import HEADS, Human, View

    from lipsync_utils.faces.blazeface import BlazeFace
    from lipsync_utils.faces.facemesh import FaceMesh, crop_of_detection, crop_of_points

    human = Human()
    image = View(human, human.vertices(HEADS["neutral"])).image
    found = BlazeFace(assets.path("face_detector")).detect(image)
    if len(found) != 1:
        raise SystemExit(f"{len(found)} faces were found in the rendered head; one is needed")
    mesh = FaceMesh(assets.path("face_mesh"))
    points, _ = mesh(image, crop_of_detection(found[0]))
    points, _ = mesh(image, crop_of_points(points))
    return points.astype(np.float64)


def mirror_of(points: np.ndarray) -> np.ndarray:
    """``(468,) int64``: for each point the one on the other side of an upright frontal face."""
    from scipy.optimize import linear_sum_assignment
    from scipy.spatial.distance import cdist

    centred = points - points.mean(axis=0)
    return linear_sum_assignment(cdist(centred, centred * [-1, 1, 1], "sqeuclidean"))[1]


def check(triangles: np.ndarray, mirror: np.ndarray) -> None:
    """Refuse pairs that are not mutual or that do not carry the mesh onto itself."""
    edges = {frozenset((int(a), int(b))) for t in triangles for a, b in zip(t, np.roll(t, -1), strict=True)}
    lost = sum(frozenset(int(mirror[end]) for end in edge) not in edges for edge in edges)
    mutual = bool((mirror[mirror] == np.arange(POINTS)).all())
    if lost > ONE_SIDED_EDGES or not mutual:
        raise SystemExit(
            f"the mirror pairs are {'mutual' if mutual else 'not mutual'} and lose {lost} of {len(edges)} edges; at "
            f"most {ONE_SIDED_EDGES} can be lost. Look at the rendered head: is it upright, frontal and symmetrical?"
        )


# --- the file ----------------------------------------------------------------------------------------------------


def write(triangles: np.ndarray, mirror: np.ndarray) -> None:
    """Write :data:`OUTPUT` in one step, so that no reader ever meets half a file."""
    partial = OUTPUT.with_suffix(".partial.npz")
    np.savez_compressed(partial, triangles=triangles.astype(np.int16), mirror=mirror.astype(np.int16))
    os.replace(partial, OUTPUT)


def main() -> None:
    triangles = triangles_of(read_tesselation())
    if not OUTPUT.exists():
        write(triangles, np.arange(POINTS))  # the modules that are used on the way read the file when imported
    points = points_on_our_head()
    triangles, mirror = clockwise(triangles, points), mirror_of(points)
    check(triangles, mirror)
    write(triangles, mirror)
    pairs = int((mirror > np.arange(POINTS)).sum())
    print(f"{OUTPUT.name}: {len(triangles)} triangles, {pairs} pairs and {POINTS - 2 * pairs} points on the midline")


if __name__ == "__main__":
    main()
