"""Ties the 468 points of the face mesh to the body of the avatar studio: ``studio/mesh_points.npz``.

The face mesh finds its points in portraits of some people (not those that the result is measured on); each point is
carried back to the surface under it, and from there to the same place on one reference body. The median of these
places is the point's true place, on every body.

    python training/avatars/tie_points.py FOLDER    # of pictures NAME.png with NAME.npz (render.py --surface)
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from lipsync_utils.faces import topology
from lipsync_utils.faces.detector import make_detector
from lipsync_utils.media.pictures import read_picture
from lipsync_utils.options import FaceOptions

OUTPUT = Path(__file__).parents[2] / "lipsync_avatars" / "studio" / "mesh_points.npz"


def front_triangles(surface: dict[str, np.ndarray]) -> np.ndarray:
    """Triangles ``(m, 3)`` that face the camera, near the face's front."""
    triangles, pixels = surface["triangles"], surface["pixels"]
    a, b, c = np.moveaxis(pixels[triangles], 1, 0)
    facing = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
    return triangles[facing < 0]


def inside(point: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """Barycentric coordinates ``(m, 3)`` of ``point (2,)`` in triangles ``corners (m, 3, 2)``."""
    a, b, c = np.moveaxis(corners, 1, 0)
    area = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
    area = np.where(np.abs(area) < 1e-9, 1e-9, area)
    wb = ((point[0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (point[1] - a[:, 1]) * (c[:, 0] - a[:, 0])) / area
    wc = ((b[:, 0] - a[:, 0]) * (point[1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (point[0] - a[:, 0])) / area
    return np.column_stack([1 - wb - wc, wb, wc])


def carry_back(found: np.ndarray, surface: dict[str, np.ndarray], reference: np.ndarray) -> np.ndarray:
    """Places ``(468, 3)`` on the ``reference (n, 3)`` body of points ``found (468, 2)`` in a picture."""
    triangles = front_triangles(surface)
    corners, depth = surface["pixels"][triangles], surface["points"][triangles][:, :, 1].mean(1)
    places = np.empty((len(found), 3))
    for index, point in enumerate(found):
        hit, shares = under(point, corners)
        best = hit[depth[hit].argmin()]  # the front-most: the face looks towards -y
        places[index] = shares[best] @ reference[triangles[best]]
    return places


def under(point: np.ndarray, corners: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Which triangles ``corners (m, 3, 2)`` hold ``point (2,)``, else the nearest one; and all shares ``(m, 3)``."""
    shares = inside(point, corners)
    hit = np.flatnonzero((shares >= -1e-6).all(1))
    if not len(hit):
        hit = np.array([np.linalg.norm(corners.mean(1) - point, axis=1).argmin()])
        shares = np.clip(shares, 0, 1) / np.clip(shares, 0, 1).sum(1, keepdims=True)
    return hit, shares


def nearest_on(reference: np.ndarray, triangles: np.ndarray, place: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The triangle (its corners) and shares nearest to ``place (3,)``, seen from the front."""
    corners = reference[triangles]
    hit, shares = under(place[[0, 2]], corners[:, :, [0, 2]])
    best = hit[np.abs((shares[hit, :, None] * corners[hit]).sum(1)[:, 1] - place[1]).argmin()]
    return triangles[best], shares[best]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    pictures = sorted(parser.parse_args().folder.glob("*.npz"))
    detector, reference, places = make_detector(FaceOptions()), None, []
    for path in pictures:
        faces = detector.detect(read_picture(path.with_suffix(".png")))
        if len(faces) != 1:
            print(f"{path.stem}: {len(faces)} faces, left out")
            continue
        with np.load(path) as stored:
            surface = dict(stored)
        reference = surface["points"] if reference is None else reference
        places.append(carry_back(faces[0].points[:, :2], surface, reference))
    mean = np.median(places, axis=0)
    mean = (mean + mean[topology.MIRROR] * (-1, 1, 1)) / 2  # bodies are symmetric
    triangles = surface["triangles"][np.isfinite(reference[surface["triangles"]]).all((1, 2))]
    ties = [nearest_on(reference, triangles, place) for place in mean]
    corners, weights = (np.array(part) for part in zip(*ties, strict=True))
    np.savez_compressed(OUTPUT, corners=corners.astype(np.int32), weights=weights.astype(np.float32))
    spread = np.median(np.linalg.norm(np.array(places) - mean, axis=2), axis=0) * 1000
    print(f"{len(places)} portraits; spread on the reference body: median {np.median(spread):.2f} mm")


if __name__ == "__main__":
    main()
